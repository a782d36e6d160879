#include "command_line/text.h"

#include <algorithm>
#include <cstdio>

namespace echollama {
namespace {

constexpr std::size_t width = 80;
constexpr std::size_t help_column = 26;

// Words in lines that begin at `indent`; the first line has `used` characters already.
std::string wrapped(std::string const& text, std::size_t indent, std::size_t used) {
    std::string lines;
    std::size_t column = used;
    bool fresh = true;
    for (std::size_t i = 0; i < text.size();) {
        auto const end = std::min(text.find(' ', i), text.size());
        auto const word = text.substr(i, end - i);
        if (!fresh && column + 1 + word.size() > width) {
            lines += "\n" + std::string(indent, ' ');
            column = indent;
            fresh = true;
        }
        lines += (fresh ? "" : " ") + word;
        column += word.size() + (fresh ? 0 : 1);
        fresh = false;
        i = end + 1;
    }
    return lines + "\n";
}

std::string entry(std::string const& term, std::string const& help) {
    std::string line = "  " + term;
    if (line.size() + 2 > help_column) {
        line += "\n" + std::string(help_column, ' ');
    } else {
        line.resize(help_column, ' ');
    }
    return line + wrapped(help, help_column, help_column);
}

} // namespace

std::string number_text(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.16g", value);
    return text;
}

std::string value_text(Option const& option) {
    return option.kind == ValueKind::choice && option.value.empty() ? joined_words(option.choices, "|", "|")
                                                                    : option.value;
}

std::string option_term(Option const& option) {
    if (option.is_positional()) {
        return option.shown() + (option.repeats ? "..." : "");
    }
    auto const value = value_text(option);
    return joined_words(option.names, ", ") + (value.empty() ? "" : " " + value);
}

std::string option_help(Option const& option) {
    auto names = [](std::vector<Option const*> const& others) {
        std::vector<std::string> words(others.size());
        std::transform(others.begin(), others.end(), words.begin(), [](auto const* other) { return other->shown(); });
        return words;
    };
    std::string text = option.help;
    if (option.kind == ValueKind::choice && !option.value.empty()) {
        text += ": " + joined_words(option.choices);
    }
    if (option.tells_limits) {
        text += ", " + number_text(option.limits->first) + " to " + number_text(option.limits->second);
    }
    text += option.fallback.empty() ? "" : " (default: " + option.fallback + ")";
    text += option.repeats && !option.is_positional() ? "; may be given several times" : "";
    text += option.needed.empty() ? "" : "; needs " + joined_words(names(option.needed), " and ");
    text += option.excluded.empty() ? "" : "; not with " + joined_words(names(option.excluded));
    return text;
}

std::vector<Option const*> shown_options(Command const& command, bool positional) {
    std::vector<Option const*> found;
    for (auto const& option : command.options) {
        if (!option.is_hidden && option.is_positional() == positional) {
            found.push_back(&option);
        }
    }
    return found;
}

std::string usage_text(Command const& command) {
    std::string line = command.full_name() + " [OPTION...]" + (command.subcommands.empty() ? "" : " COMMAND");
    for (auto const* option : shown_options(command, true)) {
        line += " " + (option->is_required ? option_term(*option) : "[" + option_term(*option) + "]");
    }
    return line;
}

std::string command_help(Command const& command) {
    std::string text = wrapped(command.summary + ".", 0, 0) + wrapped("Usage: " + usage_text(command), 7, 0);
    for (auto const* option : shown_options(command, true)) {
        text += entry(option_term(*option), option_help(*option));
    }
    text += "\nOptions:\n";
    for (auto const* option : shown_options(command, false)) {
        text += entry(option_term(*option), option_help(*option));
    }
    text += entry("--help, -h", "Print this help");
    if (!command.subcommands.empty()) {
        text += "\nCommands:\n";
    }
    for (auto const& one : command.subcommands) {
        text += one.is_hidden ? "" : entry(one.name, one.summary);
    }
    if (!command.example.empty()) {
        text += command.example.find('\n') == std::string::npos ? "\nExample: " : "\nExamples:\n  ";
        for (char c : command.example) {
            text += c == '\n' ? std::string("\n  ") : std::string(1, c);
        }
        text += "\n";
    }
    text += command.notes.empty() ? "" : "\n" + wrapped(command.notes, 0, 0);
    if (command.parent) {
        text += "\nOptions of every command: " + command.parent->full_name() + " --help\n";
    }
    return text;
}

} // namespace echollama
