#include "llm/chat_jinja.h"

#include "base/error.h"

#include <jinja/lexer.h>
#include <jinja/parser.h>
#include <jinja/runtime.h>

#include <algorithm>
#include <optional>

namespace echollama {
namespace {

// More than any published template needs; the engine recurses, so that deeper ones would end the program.
constexpr std::size_t largest_template = 1 << 18; // bytes
constexpr int deepest = 60;                       // brackets, and blocks within blocks
constexpr int longest_expression = 600;           // tokens between {{ and }}
constexpr std::int64_t longest_range = 10'000;    // numbers that range() gives

bool opens(jinja::token const& token) {
    using Type = jinja::token;
    return token.t == Type::open_paren || token.t == Type::open_square_bracket || token.t == Type::open_curly_bracket;
}

bool closes(jinja::token const& token) {
    using Type = jinja::token;
    return token.t == Type::close_paren || token.t == Type::close_square_bracket ||
           token.t == Type::close_curly_bracket;
}

// How much deeper a statement that begins with this word makes what follows. Most `set` have no end, so neither counts.
int block_step(std::string const& word) {
    static constexpr char const* blocks[] = {"if", "for", "macro", "call", "filter", "generation"};
    if (word.starts_with("end") && word != "endset") {
        return -1;
    }
    return std::find(std::begin(blocks), std::end(blocks), word) != std::end(blocks) ? 1 : 0;
}

void check_depth(std::vector<jinja::token> const& tokens) {
    int blocks = 0, brackets = 0, length = 0, chain = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        auto const& token = tokens[i];
        if (token.t == jinja::token::open_statement && i + 1 < tokens.size()) {
            auto const& word = tokens[i + 1].value;
            chain = word == "elif" ? chain + 1 : word == "endif" ? 0 : chain; // an elif is not closed by itself
            blocks += block_step(word);
        }
        bool const outside = token.t == jinja::token::text || token.t == jinja::token::open_statement ||
                             token.t == jinja::token::open_expression;
        length = outside ? 0 : length + 1;
        brackets = outside ? 0 : brackets + (opens(token) ? 1 : closes(token) ? -1 : 0);
        if (std::max({blocks, brackets, chain}) > deepest || length > longest_expression) {
            throw Error("it is nested too deeply");
        }
    }
}

jinja::program parse(std::string const& source) {
    if (source.size() > largest_template) {
        throw Error("it is too long");
    }
    auto lexed = jinja::lexer().tokenize(source);
    check_depth(lexed.tokens);
    return jinja::parse_from_tokens(lexed);
}

jinja::value text_value(std::string const& text, bool from_message) {
    auto value = jinja::mk_val<jinja::value_string>(text);
    if (from_message) {
        value->mark_input();
    }
    return value;
}

// What templates for models with eyes want: [{"type": "text", "text": …}].
jinja::value as_list(jinja::value const& text) {
    auto entry = jinja::mk_val<jinja::value_object>();
    entry->insert("type", text_value("text", false));
    entry->insert("text", text);
    auto list = jinja::mk_val<jinja::value_array>();
    list->push_back(jinja::value(entry));
    return list;
}

jinja::value bounded_range(jinja::func_args const& args) {
    std::int64_t begin = 0, end = 0, step = 1;
    args.ensure_count(1, 3);
    args.ensure_vals<jinja::value_int, jinja::value_int, jinja::value_int>(true, args.count() > 1, args.count() > 2);
    (args.count() > 1 ? begin : end) = args.get_pos(0)->as_int();
    end = args.count() > 1 ? args.get_pos(1)->as_int() : end;
    step = args.count() > 2 ? args.get_pos(2)->as_int() : step;
    auto list = jinja::mk_val<jinja::value_array>();
    for (std::int64_t count = 0, at = begin; step > 0 ? at < end : step < 0 && at > end; ++count) {
        if (count == longest_range || __builtin_add_overflow(at, step, &at)) {
            throw Error("it counts too far");
        }
        list->push_back(jinja::mk_val<jinja::value_int>(begin + count * step));
    }
    return list;
}

using Parts = std::vector<ChatPart>;

Parts run(jinja::program const& program, std::string const& source, std::vector<ChatMessage> const& messages,
          ChatFacts const& facts, bool lists, bool answer_follows = true) {
    jinja::context context(source);
    auto list = jinja::mk_val<jinja::value_array>();
    for (auto const& message : messages) {
        auto entry = jinja::mk_val<jinja::value_object>();
        jinja::value const text = text_value(message.text, true);
        entry->insert("role", text_value(message.role, false));
        entry->insert("content", lists ? as_list(text) : text);
        for (char const* name : {"reasoning_content", "reasoning", "thinking"}) { // as templates call it
            if (!message.thought.empty()) {
                entry->insert(name, text_value(message.thought, false));
            }
        }
        list->push_back(jinja::value(entry));
    }
    context.set_val("messages", list);
    context.set_val("bos_token", text_value(facts.begin, false));
    context.set_val("eos_token", text_value(facts.end, false));
    context.set_val("add_generation_prompt", jinja::mk_val<jinja::value_bool>(answer_follows));
    context.set_val("enable_thinking", jinja::mk_val<jinja::value_bool>(!answer_follows));
    context.set_val("range", jinja::mk_val<jinja::value_func>("range", bounded_range));
    if (!facts.date.empty()) {
        context.set_val("date_string", text_value(facts.date, false));
    }
    auto strings = jinja::runtime::gather_string_parts(jinja::runtime(context).execute(program));
    Parts parts;
    for (auto const& part : strings->val_str.parts) {
        if (!part.val.empty()) {
            parts.push_back({part.val, part.is_input});
        }
    }
    return parts;
}

// The system's text before the first user's.
std::vector<ChatMessage> without_system(std::vector<ChatMessage> messages) {
    if (messages.size() > 1 && messages[0].role == "system") {
        messages[1].text = messages[0].text + "\n\n" + messages[1].text;
        messages.erase(messages.begin());
    }
    return messages;
}

// Is the system's text there, and what was said last? Templates may shorten what came between.
bool tells(Parts const& parts, std::vector<ChatMessage> const& messages) {
    std::string said;
    for (auto const& part : parts) {
        said += part.from_message ? part.text : std::string();
    }
    bool const system = messages.front().role != "system" || said.find(messages.front().text) != std::string::npos;
    return system && said.ends_with(messages.back().text);
}

// The engine's messages show the source; only what went wrong is for people.
std::string reason_of(std::exception const& error) {
    std::string_view text = error.what();
    if (auto const at = text.rfind("Error: "); at != std::string_view::npos) {
        text.remove_prefix(at + 7);
    }
    text = text.substr(0, text.find('\n'));
    while (text.ends_with('.') || text.ends_with(' ')) {
        text.remove_suffix(1);
    }
    constexpr std::size_t longest = 160;
    return text.empty() || text.size() > longest ? "it does not run" : std::string(text);
}

} // namespace

Parts render_jinja(std::string const& source, std::vector<ChatMessage> const& messages, ChatFacts const& facts) {
    std::string reason = "it leaves out what was said";
    try {
        auto const program = parse(source);
        for (bool lists : {false, true}) {
            for (auto const& form : {messages, without_system(messages)}) {
                try {
                    auto parts = run(program, source, form, facts, lists);
                    if (!messages.empty() && tells(parts, form)) {
                        return parts;
                    }
                } catch (std::exception const& error) { // such as raise_exception('System role not supported')
                    reason = reason_of(error);
                }
            }
        }
    } catch (std::exception const& error) {
        reason = reason_of(error);
    }
    throw Error(reason);
}

std::string render_dialogue(std::string const& source, std::vector<ChatMessage> const& messages,
                            ChatFacts const& facts) {
    try {
        std::string text;
        for (auto const& part : run(parse(source), source, messages, facts, false, false)) {
            text += part.text;
        }
        return text;
    } catch (std::exception const& error) {
        throw Error(reason_of(error));
    }
}

} // namespace echollama
