#include "command_line/command_line.h"

#include "command_line/nearest_word.h"

#include <sstream>

namespace echollama {

Option& Option::required() {
    is_required = true;
    return *this;
}

Option& Option::range(double least, double most) {
    limits = {least, most};
    tells_limits = true;
    return *this;
}

Option& Option::value_name(std::string name) {
    value = std::move(name);
    return *this;
}

Option& Option::suggest(std::vector<std::string> words) {
    suggested = std::move(words);
    return *this;
}

Option& Option::otherwise(std::string what) {
    fallback = std::move(what);
    return *this;
}

Option& Option::excludes(Option& other) {
    excluded.push_back(&other);
    other.excluded.push_back(this);
    return *this;
}

Option& Option::needs(Option const& other) {
    needed.push_back(&other);
    return *this;
}

Option& Option::file() {
    kind = ValueKind::file;
    return *this;
}

Option& Option::enough() {
    is_enough = true;
    return *this;
}

Option& Option::hidden() {
    is_hidden = true;
    return *this;
}

std::string Option::shown() const {
    if (!is_positional()) {
        return names.front();
    }
    std::string word = names.front();
    for (char& c : word) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return word;
}

Option& Command::add(std::string const& names, ValueKind kind, std::string help,
                     std::function<bool(std::string const&)> read) {
    auto& option = options.emplace_back();
    std::istringstream parts(names);
    for (std::string one; std::getline(parts, one, ',');) {
        option.names.push_back(one);
    }
    option.help = std::move(help);
    option.kind = kind;
    option.read = std::move(read);
    switch (kind) {
    case ValueKind::file:
        option.value = "FILE";
        break;
    case ValueKind::text:
        option.value = "TEXT";
        break;
    case ValueKind::whole:
    case ValueKind::number:
        option.value = "NUMBER";
        break;
    default:
        break;
    }
    return option;
}

Option& Command::flag(std::string const& names, bool& value, std::string help) {
    return add(names, ValueKind::none, std::move(help), [&value](std::string const&) { return value = true; });
}

Option& Command::parsed(std::string const& names, std::function<void(std::string const&)> read, std::string help) {
    return add(names, ValueKind::text, std::move(help), [read = std::move(read)](std::string const& text) {
        read(text);
        return true;
    });
}

Command& Command::subcommand(std::string word, std::string what) {
    auto& added = subcommands.emplace_back();
    added.name = std::move(word);
    added.summary = std::move(what);
    added.parent = this;
    return added;
}

std::string Command::full_name() const {
    return parent ? parent->full_name() + " " + name : name;
}

std::string joined_words(std::vector<std::string> const& words, std::string_view last, std::string_view between) {
    std::string line;
    for (std::size_t i = 0; i < words.size(); ++i) {
        line += i == 0 ? "" : i + 1 == words.size() ? last : between;
        line += words[i];
    }
    return line;
}

std::optional<std::size_t> find_choice(std::string_view word, std::vector<std::vector<std::string>> const& choices) {
    auto const wanted = folded(word);
    std::optional<std::size_t> begun;
    bool ambiguous = false;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        for (auto const& name : choices[i]) {
            if (folded(name) == wanted) {
                return i;
            }
            if (wanted.size() >= 2 && folded(name).starts_with(wanted)) {
                ambiguous = ambiguous || (begun && *begun != i);
                begun = i;
            }
        }
    }
    return ambiguous ? std::nullopt : begun;
}

} // namespace echollama
