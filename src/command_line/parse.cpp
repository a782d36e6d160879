#include "base/error.h"
#include "command_line/nearest_word.h"
#include "command_line/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <sstream>

namespace echollama {
namespace {

std::string quoted(std::string const& text) {
    return "'" + text + "'";
}

// "a whole number from 1 to 256", "a number", "headline, short or full".
std::string allowed_values(Option const& option) {
    if (option.kind == ValueKind::choice) {
        return joined_words(option.choices);
    }
    if (option.kind == ValueKind::whole || option.kind == ValueKind::number) {
        std::string text = option.kind == ValueKind::whole ? "a whole number" : "a number";
        if (option.limits) {
            text += " from " + number_text(option.limits->first) + " to " + number_text(option.limits->second);
        }
        return text;
    }
    return option.kind == ValueKind::file ? "the name of a file or folder" : "a text";
}

// All of the text is a number, and one of those that are allowed.
bool is_allowed_number(std::string const& text, Option const& option) {
    double value = 0;
    char const* const first = text.data() + (text.starts_with('+') ? 1 : 0);
    char const* const last = text.data() + text.size();
    auto const read = std::from_chars(first, last, value);
    if (read.ec != std::errc() || read.ptr != last || !std::isfinite(value)) {
        return false;
    }
    if (option.kind == ValueKind::whole && text.find_first_not_of("+-0123456789") != std::string::npos) {
        return false;
    }
    return !option.limits || (value >= option.limits->first && value <= option.limits->second);
}

[[noreturn]] void refuse_value(std::string const& shown, Option const& option, std::string const& text) {
    if (option.kind == ValueKind::choice) {
        auto const near = nearest_word(text, option.choices);
        throw UsageError(shown + " can be " + joined_words(option.choices) + ", not " + quoted(text) +
                         (near.empty() ? "." : "; did you mean " + near + "?"));
    }
    throw UsageError(shown + " needs " + allowed_values(option) + ", not " + (text.empty() ? "nothing" : quoted(text)) +
                     ".");
}

// "-5", "-.5", "- and so on", "-tilde is not an option": what is a text although it begins with a dash.
bool is_text(std::string const& word) {
    if (word.size() < 2 || word[0] != '-') {
        return true;
    }
    auto const dashes = word.find_first_not_of('-');
    if (dashes == std::string::npos) {
        return word.size() > 2;
    }
    bool const number = dashes == 1 && std::string_view("0123456789.").find(word[1]) != std::string_view::npos;
    return number || word.substr(0, word.find('=')).find_first_of(" \t\n") != std::string::npos;
}

} // namespace

void read_option(std::string const& shown, Option const& option, std::string const& text) {
    bool const number = option.kind == ValueKind::whole || option.kind == ValueKind::number;
    if ((number && !is_allowed_number(text, option)) || (option.kind == ValueKind::file && text.empty()) ||
        !option.read(text)) {
        refuse_value(shown, option, text);
    }
}

namespace {

Command const* find_command(Command const& root, std::string const& path) {
    auto const* command = &root;
    std::istringstream words(path);
    for (std::string word; command && words >> word;) {
        auto const& inner = command->subcommands;
        auto const found =
            std::find_if(inner.begin(), inner.end(), [&](Command const& one) { return one.name == word; });
        command = found == inner.end() ? nullptr : &*found;
    }
    return command;
}

Option const* own_option(Command const& command, std::string const& name) {
    for (auto const& option : command.options) {
        for (auto const& one : option.names) {
            if (one == "--" + name && !option.is_enough) {
                return &option;
            }
        }
    }
    return nullptr;
}

Option const* option_below(Command const& command, std::string const& name) {
    if (auto const* option = own_option(command, name)) {
        return option;
    }
    for (auto const& inner : command.subcommands) {
        if (auto const* option = option_below(inner, name)) {
            return option;
        }
    }
    return nullptr;
}

class Parser {
  public:
    Parser(Command const& root, std::vector<std::string> const& words, std::vector<Setting> const& settings)
        : root_(root), command_(&root), words_(words), settings_(settings) {}

    ParsedCommand parse() {
        while (next_ < words_.size()) {
            auto const& word = words_[next_++];
            try {
                take(word);
            } catch (UsageError const& error) { // the first is told, if help is not asked for
                refuse(error.what());
            }
        }
        if (!help_ && refusal_.empty() && !command_->only_tells) {
            take_settings();
        }
        if (!help_ && refusal_.empty()) {
            check();
        }
        if (!help_ && !refusal_.empty()) {
            throw UsageError(refusal_);
        }
        return {command_, help_};
    }

  private:
    void take_settings() {
        std::map<Option const*, int> set_here;
        for (auto const& setting : settings_) {
            try {
                if (auto const* option = wanted(setting); option && is_free(*option, set_here)) {
                    ++set_here[option];
                    if (option->kind != ValueKind::none) {
                        read_option("--" + setting.option, *option, setting.value);
                    } else if (setting.value == "true") {
                        option->read("");
                    } else if (setting.value != "false") {
                        throw UsageError("--" + setting.option + " is true or false, not " + quoted(setting.value) +
                                         ".");
                    }
                }
            } catch (UsageError const& error) {
                refuse("In " + setting.origin + ": " + error.what());
            }
        }
        given_.insert(set_here.begin(), set_here.end());
    }

    // The option of the command that runs which the setting is about; nullptr: of none of it.
    Option const* wanted(Setting const& setting) const {
        if (!find_option(root_, setting.command, setting.option)) {
            auto const where = setting.command.empty() ? "" : " of " + setting.command;
            throw UsageError("There is no option --" + setting.option + where +
                             "; 'echollama config show' lists what is set.");
        }
        if (!setting.command.empty() && find_command(root_, setting.command) != command_) {
            return nullptr;
        }
        return find("--" + setting.option);
    }

    // Neither given by a word, nor excluded by one, nor set before.
    bool is_free(Option const& option, std::map<Option const*, int> const& set_here) const {
        auto const excludes = [&](Option const* other) { return given_.count(other) > 0 || set_here.count(other) > 0; };
        return given_.count(&option) == 0 && (option.repeats || set_here.count(&option) == 0) &&
               std::none_of(option.excluded.begin(), option.excluded.end(), excludes);
    }

    void refuse(std::string const& sentence) {
        if (refusal_.empty()) {
            refusal_ = sentence;
        }
    }

    void take(std::string const& word) {
        if (only_text_ || is_text(word)) {
            take_text(word);
        } else if (word == "--") {
            only_text_ = true;
        } else if (word == "--help" || word == "-h") {
            help_ = true;
        } else if (word.starts_with("--")) {
            take_long(word);
        } else {
            take_short(word);
        }
    }

    Option const* find(std::string const& name) const {
        for (auto const* command = command_; command; command = command->parent) {
            for (auto const& option : command->options) {
                for (auto const& one : option.names) {
                    if (one == name && !option.is_positional()) {
                        return &option;
                    }
                }
            }
        }
        return nullptr;
    }

    void take_long(std::string const& word) {
        auto const equals = word.find('=');
        auto const name = word.substr(0, equals);
        auto const* option = find(name);
        if (!option) {
            refuse_unknown(name);
        }
        if (option->kind == ValueKind::none) {
            if (equals != std::string::npos) {
                throw UsageError(name + " takes no value; give " + name + " alone.");
            }
            set(name, *option, "");
        } else {
            set(name, *option, equals == std::string::npos ? value_after(name, *option) : word.substr(equals + 1));
        }
    }

    // "-o FILE", "-oFILE", "-qv".
    void take_short(std::string const& word) {
        for (std::size_t i = 1; i < word.size(); ++i) {
            auto const name = std::string("-") + word[i];
            auto const* option = find(name);
            if (!option) {
                refuse_unknown(i == 1 ? word : name);
            }
            if (option->kind != ValueKind::none) {
                auto rest = word.substr(i + 1);
                set(name, *option, rest.empty() ? value_after(name, *option) : rest.substr(rest[0] == '=' ? 1 : 0));
                return;
            }
            set(name, *option, "");
        }
    }

    std::string value_after(std::string const& name, Option const& option) {
        if (next_ == words_.size()) {
            throw UsageError(name + " needs a value: " + allowed_values(option) + ".");
        }
        auto const& value = words_[next_];
        if (find(value.substr(0, value.find('=')))) {
            throw UsageError(name + " needs a value, but " + value + " follows, which is an option.");
        }
        ++next_;
        return value;
    }

    void set(std::string const& shown, Option const& option, std::string const& text) {
        auto& times = given_[&option];
        if (++times == 2 && !option.repeats && option.kind != ValueKind::none) {
            throw UsageError(shown + " is given twice; give it once.");
        }
        read_option(shown, option, text);
    }

    void take_text(std::string const& word) {
        if (!command_->subcommands.empty()) {
            enter(word);
            return;
        }
        for (auto const& option : command_->options) {
            if (option.is_positional() && (option.repeats || given_.count(&option) == 0)) {
                set(option.shown(), option, word);
                return;
            }
        }
        refuse_text(word);
    }

    void enter(std::string const& word) {
        std::vector<std::string> known;
        for (auto const& one : command_->subcommands) {
            if (one.name == word) {
                command_ = &one;
                return;
            }
            if (!one.is_hidden) {
                known.push_back(one.name);
            }
        }
        auto const near = nearest_word(word, known);
        next_ = words_.size(); // what follows belongs to a command that is not known
        throw UsageError("There is no command " + quoted(word) +
                         (near.empty() ? "; the commands are " + joined_words(known, " and ") + "."
                                       : "; did you mean " + command_->full_name() + " " + near + "?"));
    }

    [[noreturn]] void refuse_text(std::string const& word) const {
        for (auto const& option : command_->options) {
            if (option.is_positional()) {
                throw UsageError(quoted(word) + " is one word too many: " + command_->full_name() + " takes one " +
                                 option.shown() + "; put what belongs together in quotes.");
            }
        }
        throw UsageError(quoted(word) + " is one word too many for " + command_->full_name() + ".");
    }

    // Names of options of the command and those above it.
    std::vector<std::string> known_options() const {
        std::vector<std::string> known{"--help"};
        for (auto const* command = command_; command; command = command->parent) {
            for (auto const& option : command->options) {
                if (!option.is_positional() && !option.is_hidden) {
                    known.insert(known.end(), option.names.begin(), option.names.end());
                }
            }
        }
        return known;
    }

    [[noreturn]] void refuse_unknown(std::string const& name) const {
        std::string sentence = "There is no option " + name;
        if (command_->parent) {
            sentence += " of " + command_->full_name();
        }
        if (auto const near = nearest_word(name, known_options()); !near.empty()) {
            throw UsageError(sentence + "; did you mean " + near + "?");
        }
        for (auto const& one : command_->subcommands) {
            for (auto const& option : one.options) {
                for (auto const& other : option.names) {
                    if (other == name) {
                        throw UsageError(sentence + " here; it stands after the command it belongs to, as in " +
                                         one.full_name() + " " + name + ".");
                    }
                }
            }
        }
        throw UsageError(sentence + "; " + command_->full_name() + " --help lists those there are.");
    }

    // What only the whole line shows.
    void check() {
        for (auto const& [option, times] : given_) {
            if (option->is_enough) {
                return;
            }
        }
        if (!command_->run) {
            refuse(command_->parent ? "Say what " + command_->full_name() + " shall do; " + command_->full_name() +
                                          " --help lists its commands."
                                    : "Say what to do, as in " + quoted(command_->example) + "; " + command_->name +
                                          " --help lists the commands.");
        }
        for (auto const* command = command_; command; command = command->parent) {
            for (auto const& option : command->options) {
                check(option);
            }
        }
    }

    void check(Option const& option) {
        if (given_.count(&option) == 0) {
            if (option.is_required) {
                refuse(command_->full_name() + " needs " + option.shown() +
                       (option.is_positional() || option.value.empty() ? "" : " " + option.value) +
                       (command_->example.empty()
                            ? "."
                            : ", as in " + quoted(command_->example.substr(0, command_->example.find('\n'))) + "."));
            }
            return;
        }
        for (auto const* other : option.excluded) {
            if (given_.count(other) > 0) {
                refuse(option.shown() + " and " + other->shown() + " exclude each other; give one of them.");
            }
        }
        for (auto const* other : option.needed) {
            if (given_.count(other) == 0) {
                refuse(option.shown() + " needs " + other->shown() + " beside it.");
            }
        }
    }

    Command const& root_;
    Command const* command_;
    std::vector<std::string> const& words_;
    std::vector<Setting> const& settings_;
    std::size_t next_ = 0;
    bool only_text_ = false, help_ = false;
    std::map<Option const*, int> given_;
    std::string refusal_;
};

} // namespace

Option const* find_option(Command const& root, std::string const& command, std::string const& option) {
    if (command.empty()) {
        return option_below(root, option);
    }
    for (auto const* one = find_command(root, command); one; one = one->parent) {
        if (auto const* found = own_option(*one, option)) {
            return found;
        }
    }
    return nullptr;
}

ParsedCommand parse_command_line(Command const& root, std::vector<std::string> const& words,
                                 std::vector<Setting> const& settings) {
    return Parser(root, words, settings).parse();
}

} // namespace echollama
