#include "command_line/pages.h"
#include "command_line/text.h"

namespace echollama {
namespace {

// A text as one line of the page: characters that the page's language would take for its own are written out.
std::string plain(std::string const& text) {
    std::string out;
    for (char c : text) {
        switch (c) {
        case '\\':
            out += "\\e";
            break;
        case '-':
            out += "\\-";
            break;
        case '\'':
            out += "\\(aq";
            break;
        default:
            out += c;
        }
    }
    return (text.starts_with('.') ? "\\&" : "") + out + "\n";
}

std::string section(std::string const& title) {
    return ".SH " + title + "\n";
}

std::string entry(std::string const& term, std::string const& text) {
    return ".TP\n.B " + plain(term) + plain(text);
}

std::string options_of(Command const& command) {
    std::string page;
    for (bool const positional : {true, false}) {
        for (auto const* option : shown_options(command, positional)) {
            page += entry(option_term(*option), option_help(*option) + ".");
        }
    }
    return page;
}

// A line each, as it is typed.
std::string examples(std::string const& commands) {
    std::string page = ".PP\n.EX\n";
    for (std::size_t i = 0; i < commands.size();) {
        auto const end = std::min(commands.find('\n', i), commands.size());
        page += plain(commands.substr(i, end - i));
        i = end + 1;
    }
    return page + ".EE\n";
}

std::string command_section(Command const& command) {
    if (command.is_hidden) {
        return "";
    }
    std::string page;
    if (command.run) {
        page += ".SS " + plain(usage_text(command)) + plain(command.summary + ".") + options_of(command);
        page += command.notes.empty() ? "" : ".PP\n" + plain(command.notes);
        page += command.example.empty() ? "" : examples(command.example);
    }
    for (auto const& one : command.subcommands) {
        page += command_section(one);
    }
    return page;
}

} // namespace

std::string man_page(Command const& root, std::string const& version) {
    std::string page = ".TH ECHOLLAMA 1 \"\" \"" + root.name + " " + version + "\" \"User Commands\"\n";
    page += section("NAME") + root.name + " \\- " + plain(root.summary);
    page += section("SYNOPSIS") + plain(usage_text(root));
    page += section("DESCRIPTION") + plain(root.summary + ". " + root.notes);
    page += section("OPTIONS") + plain("These may stand before or after the command.") + options_of(root);
    page += entry("--help, -h", "Print the help of the program or of a command.");
    page += section("COMMANDS");
    for (auto const& one : root.subcommands) {
        page += command_section(one);
    }
    page += section("EXIT STATUS");
    page += entry("0", "Everything was done.");
    page += entry("1", "It failed; one sentence on standard error says why and what to do.");
    page += entry("2", "The command line was wrong; one sentence says what is allowed.");
    page += entry("130", "It was interrupted; files appear complete or not at all.");
    page += section("ENVIRONMENT");
    page += entry("ECHOLLAMA_MODELS", "Folder with the model files.");
    page +=
        entry("ECHOLLAMA_CACHE", "Folder whose folder models holds the model files, instead of ~/.cache/echollama.");
    page += entry("ECHOLLAMA_LLM_KEY", "Key for the server of --llm-url.");
    return page;
}

} // namespace echollama
