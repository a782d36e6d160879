#include "app.h"
#include "base/error.h"
#include "command_line/pages.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace echollama {
namespace {

struct HelpOptions {
    std::vector<std::string> words;
    std::optional<Shell> shell;
    bool man = false;
};

Command const& named_command(Command const& root, std::vector<std::string> const& words) {
    auto asked = words;
    asked.emplace_back("--help");
    return *parse_command_line(root, asked).command;
}

void run(Command const& root, HelpOptions const& options) {
    if (options.man) {
        print_text(man_page(root, ECHOLLAMA_VERSION));
    } else if (options.shell) {
        print_text(shell_completion(root, *options.shell));
    } else {
        print_text(command_help(named_command(root, options.words)));
    }
}

} // namespace

void add_help(Command& root) {
    auto options = std::make_shared<HelpOptions>();
    auto& command = root.subcommand("help", "Explain a command, or print what packages install beside the program");
    command.list("command", options->words, "The command to explain");
    auto& man = command.flag("--man", options->man, "Print the man page");
    command
        .choice("--completion", options->shell, {{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}},
                "Print the completion script of a shell")
        .excludes(man);
    command.example = "echollama help describe\n"
                      "echollama help --completion fish > ~/.config/fish/completions/echollama.fish";
    command.only_tells = true;
    command.run = [&root, options] { run(root, *options); };
}

} // namespace echollama
