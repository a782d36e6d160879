#include "llm/chat_template.h"

#include "base/error.h"
#include "base/log.h"
#include "text/sentences.h"
#include "wording/prompt.h"

#include <llama.h>

#include <algorithm>
#include <fstream>
#include <optional>

namespace echollama {
namespace {

std::vector<std::string> known_names() {
    std::vector<char const*> names(static_cast<std::size_t>(std::max(0, llama_chat_builtin_templates(nullptr, 0))));
    llama_chat_builtin_templates(names.data(), names.size());
    return {names.begin(), names.end()};
}

bool is_name(std::string const& choice) {
    auto names = known_names();
    return std::find(names.begin(), names.end(), choice) != names.end();
}

std::string read_template(std::string const& path) {
    std::ifstream stream(path, std::ios::binary);
    std::string text((1 << 20) + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (trimmed(text).empty()) {
        throw Error("The chat template " + path + " is empty or cannot be read; name another file.");
    }
    return text;
}

std::string text_of(llama_vocab const* vocab, llama_token token) {
    return token == LLAMA_TOKEN_NULL ? "" : llama_vocab_get_text(vocab, token);
}

// llama.cpp's form of a template is filled with markers, whose places the texts take. nullopt: it knows none.
std::optional<std::vector<ChatPart>> render_form(std::string const& form, std::vector<ChatMessage> const& messages) {
    std::vector<std::string> markers;
    std::vector<llama_chat_message> filled;
    markers.reserve(messages.size()); // the messages point into them
    for (auto const& message : messages) {
        markers.push_back("\x02" + std::to_string(markers.size()) + "\x03");
        filled.push_back({message.role.c_str(), markers.back().c_str()});
    }
    std::string rendered(4096 + 256 * messages.size(), '\0');
    auto length = llama_chat_apply_template(form.c_str(), filled.data(), filled.size(), true, rendered.data(),
                                            static_cast<int>(rendered.size()));
    if (length < 0 || length > static_cast<int>(rendered.size())) {
        return std::nullopt;
    }
    rendered.resize(static_cast<std::size_t>(length));
    std::vector<ChatPart> parts;
    auto add = [&](std::string text, bool from_message) {
        if (!text.empty()) {
            parts.push_back({std::move(text), from_message});
        }
    };
    std::size_t at = 0;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        auto found = rendered.find(markers[i], at);
        if (found != std::string::npos) { // some forms have no place for the system's text
            add(rendered.substr(at, found - at), false);
            add(messages[i].text, true);
            at = found + markers[i].size();
        }
    }
    add(rendered.substr(at), false);
    return parts;
}

std::vector<ChatPart> plain_lines(std::vector<ChatMessage> const& messages) {
    std::vector<ChatPart> parts;
    for (auto const& message : messages) {
        parts.push_back({(parts.empty() ? "" : "\n") + message.role + ": ", false});
        parts.push_back({message.text, true});
    }
    parts.push_back({"\nassistant:", false});
    return parts;
}

std::vector<ChatMessage> messages_of(Prompt const& prompt) {
    std::vector<ChatMessage> messages;
    if (!prompt.system.empty()) {
        messages.push_back({"system", trimmed(prompt.system)});
    }
    for (auto const& turn : turns_with_context(prompt)) {
        messages.push_back({turn.role == Turn::Role::user ? "user" : "assistant", trimmed(turn.text)});
    }
    return messages;
}

constexpr char const* date_mark = "Cutting Knowledge Date";

} // namespace

void check_chat_template(std::string const& choice) {
    std::error_code none;
    if (choice.empty() || is_name(choice) || std::filesystem::is_regular_file(choice, none)) {
        return;
    }
    std::string names;
    for (auto const& name : known_names()) {
        names += ", " + name;
    }
    throw UsageError("There is no chat template '" + choice + "'; name a Jinja file or one of " + names.substr(2) +
                     ".");
}

std::string date_lines(std::string const& date) {
    return date.empty() ? "" : date_mark + (": December 2023\nToday Date: " + date) + "\n\n";
}

ChatTemplate::ChatTemplate(llama_model const* model, std::filesystem::path const& file,
                           ChatTemplateOptions const& options)
    : origin_("of " + file.string()) {
    auto const* vocab = llama_model_get_vocab(model);
    facts_ = {text_of(vocab, llama_vocab_bos(vocab)), text_of(vocab, llama_vocab_eos(vocab)), options.date};
    if (options.choice.empty()) {
        auto const* own = llama_model_chat_template(model, nullptr);
        source_ = own ? own : "";
        return;
    }
    check_chat_template(options.choice);
    origin_ = options.choice;
    named_ = is_name(options.choice);
    source_ = named_ ? options.choice : read_template(options.choice);
}

bool ChatTemplate::llama_form_first() const {
    return named_ || (facts_.date.empty() && source_.find(date_mark) != std::string::npos);
}

std::vector<ChatPart> ChatTemplate::render(Prompt const& prompt) const {
    auto own = prompt;
    bool const tells_date = !named_ && source_.find(date_mark) != std::string::npos;
    own.system = (tells_date ? "" : date_lines(facts_.date)) + own.system;
    auto messages = messages_of(own);
    if (source_.empty()) {
        return plain_lines(messages);
    }
    auto form = llama_form_first() ? render_form(source_, messages) : std::nullopt;
    if (form) {
        return *form;
    }
    try {
        return render_jinja(source_, messages, facts_);
    } catch (Error const& error) {
        log::debug("The chat template " + origin_ + " does not run: " + error.what());
        form = render_form(source_, messages);
        if (!form) {
            refuse(error.what());
        }
    }
    return *form;
}

ThoughtTags ChatTemplate::thought_tags() const {
    if (source_.empty() || named_) {
        return {};
    }
    std::string const thought = "the thought itself", answer = "the answer itself";
    std::vector<ChatMessage> messages{{"user", "a question"}, {"assistant", answer}};
    try {
        auto const without = render_dialogue(source_, messages, facts_);
        messages.back().thought = thought;
        return thought_tags_in(render_dialogue(source_, messages, facts_), without, thought, answer);
    } catch (Error const&) {
        return {}; // a template that cannot be run by its own rules; llama.cpp's forms show no thoughts
    }
}

void ChatTemplate::refuse(std::string const& reason) const {
    throw Error("The chat template " + origin_ + " cannot be used (" + reason +
                "); name another with --chat-template, such as chatml or llama3.");
}

} // namespace echollama
