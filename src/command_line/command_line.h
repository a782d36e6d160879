// The command line. What it may hold is declared once, here described; parsing, refusals, help, the man page and the
// shells' completions all come from the declarations.
//
// An option of a subcommand, where `options` lives as long as the Command:
//     command.flag("--json", options.json, "Print JSON");
//     command.option("--out,-o", options.out, "File for the speech");         // a path is completed as a file
//     command.option("--pitch", options.pitch, "Pitch of the voice").range(0.5, 2);
//     command.option("--seed", options.seed, "Which rooms").value_name("N");  // integers, floats, optional<…> likewise
//     command.list("--lora", options.loras, "Adapter for it");                // may be given several times
//     command.choice("--units", options.units, {{"m", Units::metres, {"metres"}}, {"ft", Units::feet}}, "Unit of …");
//     command.parsed("--rate", [&](std::string const& text) { … }, "Speed");  // throws UsageError, one sentence
//     command.positional("image", options.image, "The picture").required();
// `command.option(…).excludes(other)` and `.needs(other)` take an Option declared before. The range, the choices and
// what excludes what are said by help and refusals: the help text need not repeat them.
//
// A subcommand, in a file of its own:
//     auto& command = root.subcommand("say", "Speak a text");
//     command.example = "echollama say \"Mind the step.\"";
//     command.run = [&context, options] { run(context, *options); };
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace echollama {

// One word that a choice can be. `also`: near words that are taken for it, such as "feet" for "ft"; case, _ for - and
// the unambiguous beginning of a word are understood without.
template <class Value>
struct Choice {
    std::string name;
    Value value;
    std::vector<std::string> also = {};
};

enum class ValueKind { none, text, file, whole, number, choice };

struct Option {
    std::vector<std::string> names; // "--out", "-o"; of a positional one word without dashes
    std::string help;               // one phrase, without a full stop
    ValueKind kind = ValueKind::none;
    std::string value = {};                               // its name in help: "FILE"; empty for choices: their words
    std::optional<std::pair<double, double>> limits = {}; // both are allowed
    bool tells_limits = false;                            // in help: not those of the type
    std::vector<std::string> choices = {};
    std::vector<std::string> suggested = {}; // offered by completion; other words are allowed
    std::string fallback = {};               // what holds when it is not given
    std::vector<Option const*> excluded = {}, needed = {};
    bool is_required = false;
    bool repeats = false;
    bool is_hidden = false; // from help, man page and completions
    bool is_enough = false; // no subcommand is needed beside it
    // Takes what was given; false when that is none of `choices`. Throws UsageError for other reasons.
    std::function<bool(std::string const&)> read;

    Option& required();
    Option& range(double least, double most); // both are allowed
    Option& value_name(std::string name);
    Option& suggest(std::vector<std::string> words);
    Option& otherwise(std::string what);
    Option& excludes(Option& other); // and the other way round
    Option& needs(Option const& other);
    Option& file(); // the text names a file, and perhaps more
    Option& hidden();
    Option& enough();

    bool is_positional() const { return names.front().front() != '-'; }
    // "--out", "IMAGE".
    std::string shown() const;
};

class Command {
  public:
    std::string name, summary; // the summary is one phrase, without a full stop
    std::string example = {};  // one command, or several, a line each
    std::string notes = {};    // whole sentences after the example
    bool is_hidden = false;
    bool only_tells = false;        // about the program: runs without models, wherever they are
    std::function<void()> run = {}; // none: one of the subcommands must be named
    Command const* parent = nullptr;
    std::deque<Option> options = {};      // in the order of their declaration, positionals too
    std::deque<Command> subcommands = {}; // deques: what refers to their elements stays right

    // Names: "--long,-s". The value is written when the option is given, else left as it is.
    Option& flag(std::string const& names, bool& value, std::string help);
    template <class Value>
    Option& option(std::string const& names, Value& value, std::string const& help);
    template <class Value>
    Option& list(std::string const& names, std::vector<Value>& values, std::string const& help);
    template <class Value>
    Option& choice(std::string const& names, Value& value, std::vector<Choice<Value>> const& choices,
                   std::string const& help);
    Option& parsed(std::string const& names, std::function<void(std::string const&)> read, std::string help);
    template <class Value>
    Option& positional(std::string const& word, Value& value, std::string const& help) {
        return option(word, value, help);
    }
    Command& subcommand(std::string word, std::string what);

    // "echollama models convert".
    std::string full_name() const;

  private:
    Option& add(std::string const& names, ValueKind kind, std::string help,
                std::function<bool(std::string const&)> read);
};

// What was asked for. `help`: only to be told about the command.
struct ParsedCommand {
    Command const* command = nullptr;
    bool help = false;
};

// What a file of settings says instead of the command line: of every command that has the option, or of one.
struct Setting {
    std::string command; // "describe", "models pull"; empty: of every command
    std::string option;  // without its dashes
    std::string value;   // of a flag "true" or "false"
    std::string origin;  // where it stands, for messages
};

// The option that a setting names: of the command, or of any. nullptr: there is none. Positional ones are none.
Option const* find_option(Command const& root, std::string const& command, std::string const& option);

// Throws UsageError when the option cannot take the text; `shown` is how it was named. The value is written.
void read_option(std::string const& shown, Option const& option, std::string const& text);

// Reads the words after the program's name and writes the values of the options. Options of a parent may stand after
// its subcommand. "--" ends the options. A word that begins with a dash and cannot be an option, "-5" or "- and", is
// text. Throws UsageError, one sentence that says what was wrong and what is allowed.
// What neither a word sets nor a word excludes is then taken from the settings; one that no command has is refused.
ParsedCommand parse_command_line(Command const& root, std::vector<std::string> const& words,
                                 std::vector<Setting> const& settings = {});

// The help of one command, lines of at most 80 characters where words allow it.
std::string command_help(Command const& command);

// "headline, short or full".
std::string joined_words(std::vector<std::string> const& words, std::string_view last = " or ",
                         std::string_view between = ", ");

// The choice that a word names: exactly, by a near word, or by its unambiguous beginning. Its index, or none.
std::optional<std::size_t> find_choice(std::string_view word, std::vector<std::vector<std::string>> const& choices);

namespace command_line {

// Numbers are checked against the option's limits before they get here.
template <class Value>
void read_value(std::string const& text, Value& value) {
    if constexpr (std::is_floating_point_v<Value>) {
        value = static_cast<Value>(std::stod(text));
    } else if constexpr (std::is_signed_v<Value>) {
        value = static_cast<Value>(std::stoll(text));
    } else if constexpr (std::is_unsigned_v<Value>) {
        value = static_cast<Value>(std::stoull(text));
    } else {
        value = text;
    }
}

template <class Value>
void read_value(std::string const& text, std::optional<Value>& value) {
    read_value(text, value.emplace());
}

template <class Value>
struct Plain {
    using type = Value;
};
template <class Value>
struct Plain<std::optional<Value>> {
    using type = Value;
};

template <class Value>
constexpr ValueKind kind_of() {
    if constexpr (std::is_floating_point_v<Value>) {
        return ValueKind::number;
    } else if constexpr (std::is_integral_v<Value>) {
        return ValueKind::whole;
    } else if constexpr (std::is_same_v<Value, std::filesystem::path>) {
        return ValueKind::file;
    } else {
        static_assert(std::is_same_v<Value, std::string>, "no such kind of value");
        return ValueKind::text;
    }
}

} // namespace command_line

template <class Value>
Option& Command::option(std::string const& names, Value& value, std::string const& help) {
    using Given = typename command_line::Plain<Value>::type;
    auto& added = add(names, command_line::kind_of<Given>(), help, [&value](std::string const& text) {
        command_line::read_value(text, value);
        return true;
    });
    if constexpr (std::is_integral_v<Given>) {
        constexpr double exact = 9007199254740992; // 2^53: limits are doubles
        added.limits = {std::max(static_cast<double>(std::numeric_limits<Given>::min()), -exact),
                        std::min(static_cast<double>(std::numeric_limits<Given>::max()), exact)};
    }
    return added;
}

template <class Value>
Option& Command::list(std::string const& names, std::vector<Value>& values, std::string const& help) {
    auto& added = add(names, command_line::kind_of<Value>(), help, [&values](std::string const& text) {
        command_line::read_value(text, values.emplace_back());
        return true;
    });
    added.repeats = true;
    return added;
}

template <class Value>
Option& Command::choice(std::string const& names, Value& value, std::vector<Choice<Value>> const& choices,
                        std::string const& help) {
    std::vector<std::vector<std::string>> words;
    for (auto const& one : choices) {
        words.push_back({one.name});
        words.back().insert(words.back().end(), one.also.begin(), one.also.end());
    }
    auto& added = add(names, ValueKind::choice, help, [&value, choices, words](std::string const& text) {
        auto const found = find_choice(text, words);
        if (found) {
            value = choices[*found].value;
        }
        return found.has_value();
    });
    for (auto const& one : choices) {
        added.choices.push_back(one.name);
    }
    return added;
}

} // namespace echollama
