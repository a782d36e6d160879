#include "command_line/pages.h"
#include "command_line/text.h"

namespace echollama {
namespace {

using Words = std::vector<std::string>;

std::string spaced(Words const& words) {
    return joined_words(words, " ", " ");
}

// "models convert"; empty for the program itself.
std::string path_of(Command const& command) {
    if (!command.parent) {
        return "";
    }
    auto const before = path_of(*command.parent);
    return before.empty() ? command.name : before + " " + command.name;
}

std::vector<Command const*> shown_subcommands(Command const& command) {
    std::vector<Command const*> found;
    for (auto const& one : command.subcommands) {
        if (!one.is_hidden) {
            found.push_back(&one);
        }
    }
    return found;
}

// The command and all below it.
void collect(Command const& command, std::vector<Command const*>& all) {
    all.push_back(&command);
    for (auto const* one : shown_subcommands(command)) {
        collect(*one, all);
    }
}

std::vector<Command const*> all_commands(Command const& root) {
    std::vector<Command const*> all;
    collect(root, all);
    return all;
}

// Its own options and those of the commands above it.
std::vector<Option const*> options_here(Command const& command) {
    auto all = shown_options(command, false);
    if (command.parent) {
        auto const above = options_here(*command.parent);
        all.insert(all.end(), above.begin(), above.end());
    }
    return all;
}

Words offered_values(Option const& option) {
    return option.choices.empty() ? option.suggested : option.choices;
}

bool takes_file(Option const& option) {
    return option.kind == ValueKind::file;
}

bool takes_file(Command const& command) {
    for (auto const* option : shown_options(command, true)) {
        if (takes_file(*option)) {
            return true;
        }
    }
    return false;
}

// ---- bash

std::string bash_reply(Words const& words, bool files) {
    std::string line;
    if (!words.empty()) {
        line += "mapfile -t COMPREPLY < <(compgen -W '" + spaced(words) + "' -- \"$cur\"); ";
    }
    if (files) {
        line += "compopt -o filenames; mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$cur\"); ";
    }
    return line + "return ;;\n";
}

std::string bash_completion(Command const& root) {
    std::string paths, values, options, words;
    for (auto const* command : all_commands(root)) {
        auto const path = path_of(*command);
        Words names, below;
        for (auto const* option : options_here(*command)) {
            names.insert(names.end(), option->names.begin(), option->names.end());
            if (option->kind == ValueKind::none) {
                continue;
            }
            Words patterns;
            for (auto const& name : option->names) {
                patterns.push_back("'" + path + " " + name + "'");
            }
            values += "    " + joined_words(patterns, "|", "|") + ") " +
                      bash_reply(offered_values(*option), takes_file(*option));
        }
        names.insert(names.end(), {"--help", "-h"});
        options += "      '" + path + "') " + bash_reply(names, false);
        for (auto const* one : shown_subcommands(*command)) {
            below.push_back(one->name);
            paths += "      '" + path + " " + one->name + "') command='" + path_of(*one) + "' ;;\n";
        }
        words += "    '" + path + "') " + bash_reply(below, takes_file(*command));
    }
    return "# Completion of " + root.name + " for bash, made from its options.\n_" + root.name +
           "() {\n"
           "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' i\n"
           "  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
           "  COMPREPLY=()\n"
           "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "    case \"$command ${COMP_WORDS[i]}\" in\n" +
           paths +
           "    esac\n"
           "  done\n"
           "  case \"$command $prev\" in\n" +
           values +
           "  esac\n"
           "  if [[ $cur == -* ]]; then\n"
           "    case \"$command\" in\n" +
           options +
           "    esac\n"
           "  fi\n"
           "  case \"$command\" in\n" +
           words + "  esac\n}\ncomplete -F _" + root.name + " " + root.name + "\n";
}

// ---- zsh

// Inside single quotes; `marked` characters get a backslash for _arguments.
std::string zsh_text(std::string const& text, std::string_view marked) {
    std::string out;
    for (char c : text) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            out += (marked.find(c) != std::string_view::npos ? "\\" : "") + std::string(1, c);
        }
    }
    return out;
}

std::string zsh_values(Option const& option) {
    auto const words = offered_values(option);
    auto const list = "(" + spaced(words) + ")";
    if (takes_file(option)) {
        return "_files";
    }
    if (option.suggested.empty() || !option.choices.empty()) {
        return words.empty() ? " " : list;
    }
    return "{_alternative \"words:word:" + list + "\" \"files:file:_files\"}";
}

std::string zsh_option(Option const& option) {
    std::string specs;
    for (auto const& name : option.names) {
        auto const valued = option.kind != ValueKind::none;
        auto const form = valued ? name + (name.starts_with("--") ? "=" : "+") : name;
        specs +=
            "    '" + std::string(option.repeats ? "*" : "") + form + "[" + zsh_text(option.help, "[]:\\") + "]" +
            (valued ? ":" + zsh_text(option.value.empty() ? "word" : option.value, ":\\") + ":" + zsh_values(option)
                    : "") +
            "' \\\n";
    }
    return specs;
}

std::string zsh_function(Command const& command) {
    std::string name = "_echollama";
    for (char c : path_of(command)) {
        name += c == ' ' || name == "_echollama" ? "_" : "";
        name += c == ' ' ? "" : std::string(1, c);
    }
    return name;
}

std::string zsh_command(Command const& command) {
    auto const below = shown_subcommands(command);
    std::string text = zsh_function(command) + "() {\n";
    text += below.empty() ? "  _arguments -S \\\n" : "  local state line\n  _arguments -C -S \\\n";
    for (auto const* option : options_here(command)) {
        text += zsh_option(*option);
    }
    text += "    '(- *)'{--help,-h}'[Print help]'";
    if (below.empty()) {
        for (auto const* option : shown_options(command, true)) {
            text += std::string(" \\\n    '") + (option->repeats ? "*" : "") + ":" + zsh_text(option->shown(), ":\\") +
                    ":" + zsh_values(*option) + "'";
        }
        return text + "\n}\n";
    }
    text += " \\\n    '1: :->command' '*:: :->rest'\n  case $state in\n  command)\n    local -a commands=(\n";
    for (auto const* one : below) {
        text += "      '" + one->name + ":" + zsh_text(one->summary, ":\\") + "'\n";
    }
    text += "    )\n    _describe command commands ;;\n  rest)\n    case $line[1] in\n";
    for (auto const* one : below) {
        text += "    " + one->name + ") " + zsh_function(*one) + " ;;\n";
    }
    return text + "    esac ;;\n  esac\n}\n";
}

std::string zsh_completion(Command const& root) {
    std::string text =
        "#compdef " + root.name + "\n# Completion of " + root.name + " for zsh, made from its options.\n";
    for (auto const* command : all_commands(root)) {
        text += zsh_command(*command);
    }
    // Sourced, it is announced; found by compinit, it is run.
    return text + "if [ \"$funcstack[1]\" = \"_" + root.name + "\" ]; then\n  _" + root.name +
           " \"$@\"\nelse\n  compdef _" + root.name + " " + root.name + "\nfi\n";
}

// ---- fish

std::string fish_text(std::string const& text) {
    std::string out = "'";
    for (char c : text) {
        out += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c);
    }
    return out + "'";
}

// When the words of the command have been typed, and none of those below it.
std::string fish_condition(Command const& command) {
    std::string condition;
    for (auto const* one = &command; one->parent; one = one->parent) {
        condition = "__fish_seen_subcommand_from " + one->name + (condition.empty() ? "" : "; and ") + condition;
    }
    Words other; // commands that have one below them of the same name
    for (auto const* one : command.parent && !command.parent->parent ? shown_subcommands(*command.parent)
                                                                     : std::vector<Command const*>()) {
        for (auto const* inner : shown_subcommands(*one)) {
            if (inner->name == command.name) {
                other.push_back(one->name);
            }
        }
    }
    Words below = other;
    for (auto const* one : shown_subcommands(command)) {
        below.push_back(one->name);
    }
    if (!below.empty()) {
        condition +=
            (condition.empty() ? "not __fish_seen_subcommand_from " : "; and not __fish_seen_subcommand_from ") +
            spaced(below);
    }
    return condition;
}

std::string fish_completion(Command const& root) {
    auto const complete = "complete -c " + root.name;
    std::string text = "# Completion of " + root.name + " for fish, made from its options.\n" + complete + " -f\n";
    for (auto const* command : all_commands(root)) {
        auto const when = complete + " -n " + fish_text(fish_condition(*command));
        for (auto const* one : shown_subcommands(*command)) {
            text += when + " -a " + one->name + " -d " + fish_text(one->summary) + "\n";
        }
        if (takes_file(*command)) {
            text += when + " -F\n";
        }
        for (auto const* option : shown_options(*command, false)) {
            std::string line = command->parent ? when : complete; // the program's own options stand anywhere
            for (auto const& name : option->names) {
                line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            }
            if (option->kind != ValueKind::none) {
                line += takes_file(*option) ? " -r -F" : " -x";
            }
            auto const values = offered_values(*option);
            line += values.empty() ? "" : " -a " + fish_text(spaced(values));
            text += line + " -d " + fish_text(option->help) + "\n";
        }
    }
    return text + complete + " -s h -l help -d 'Print help'\n";
}

} // namespace

std::string shell_completion(Command const& root, Shell shell) {
    switch (shell) {
    case Shell::bash:
        return bash_completion(root);
    case Shell::zsh:
        return zsh_completion(root);
    case Shell::fish:
        return fish_completion(root);
    }
    return "";
}

} // namespace echollama
