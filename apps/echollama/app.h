// What every subcommand gets, and where each subcommand is added. One file per subcommand: it declares its options on a
// CLI::App and leaves its work in a callback that throws Error (exit 1), UsageError (exit 2) or returns.
#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

namespace echollama {

// Options that stand before or after any subcommand, and the stop token that Ctrl-C sets.
struct AppContext {
    std::filesystem::path models_dir; // --models, else ECHOLLAMA_MODELS, else the user's cache
    int threads = 0;                  // --threads; 0 until parsed, then at least 1
    std::string device = "auto";      // --device: where DETR and MiDaS are computed (nn/backend.h)
    bool quiet = false;               // --quiet: no progress, no warnings
    bool verbose = false;             // --verbose: what happens inside, on stderr
    std::stop_token stop;
};

// Adds a subcommand with its summary (one line), an example and the work it does once its options are parsed.
// `run` is called after parsing, outside CLI11, so that its exceptions reach main().
struct Subcommand {
    CLI::App* app = nullptr;
    std::function<void()> run;
};

using Subcommands = std::vector<Subcommand>;

// Each adds one subcommand; the context outlives the parsed app.
void add_ask(CLI::App& root, AppContext& context, Subcommands& all);
void add_caption(CLI::App& root, AppContext& context, Subcommands& all);
void add_chat(CLI::App& root, AppContext& context, Subcommands& all);
void add_depth(CLI::App& root, AppContext& context, Subcommands& all);
void add_describe(CLI::App& root, AppContext& context, Subcommands& all);
void add_detect(CLI::App& root, AppContext& context, Subcommands& all);
void add_eval(CLI::App& root, AppContext& context, Subcommands& all);
void add_listen(CLI::App& root, AppContext& context, Subcommands& all);
void add_models(CLI::App& root, AppContext& context, Subcommands& all);
void add_say(CLI::App& root, AppContext& context, Subcommands& all);
void add_scene(CLI::App& root, AppContext& context, Subcommands& all);

// The model that the user named, else the starter model of that name in the models folder. Throws Error that says how
// to install it when it is not there.
std::filesystem::path model_or_starter(AppContext const& context, std::filesystem::path const& named,
                                       std::string const& starter);

// Says before long work that its result could not be written: throws Error. `what` as for OutputFile; an empty path is
// none.
void check_writable(std::filesystem::path const& path, std::string const& what);

// A JSON value (or any text) to stdout, with a newline, written at once.
void print_line(std::string const& text);

} // namespace echollama
