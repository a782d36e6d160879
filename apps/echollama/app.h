// What every subcommand gets, and where each subcommand is added. One file per subcommand: it declares its options on a
// Command (command_line.h) and leaves its work in Command::run, which throws Error (exit 1), UsageError (exit 2) or
// returns.
#pragma once

#include "command_line/command_line.h"
#include "output/standard_output.h"

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

namespace echollama {

// Options that stand before or after any subcommand, and the stop token that Ctrl-C sets.
class DeviceDecisions;
struct ModelSet;
class StageMemory;

struct AppContext {
    std::filesystem::path models_dir; // --models, else ECHOLLAMA_MODELS, else the user's cache
    int threads = 0;                  // --threads; 0 until parsed, then at least 1
    std::string preset = {};          // --preset: the set of models; empty: the best that is installed
    std::string memory = {};          // --memory: "4G"; empty: what is free
    std::string device = "auto";      // --device: where models are computed (nn/backend.h)
    bool quiet = false;               // --quiet: no progress, no warnings
    bool verbose = false;             // --verbose: what happens inside, on stderr
    bool version = false;             // --version: nothing else is done
    bool licences = false;            // --licences: likewise
    std::stop_token stop;
    mutable std::shared_ptr<ModelSet const> chosen_set = {}; // of model_set() (model_choice.h)
    mutable std::shared_ptr<StageMemory> stages = {};        // of stage_memory() (stages.h)
    mutable bool stages_decided = false;
    mutable std::shared_ptr<DeviceDecisions> devices = {}; // of decide_devices() (devices.h)
};

// Each adds one subcommand; the context outlives the root.
void add_ask(Command& root, AppContext& context);
void add_caption(Command& root, AppContext& context);
void add_chat(Command& root, AppContext& context);
void add_compare(Command& root, AppContext& context);
void add_config(Command& root, AppContext& context);
void add_dataset(Command& root, AppContext& context);
void add_depth(Command& root, AppContext& context);
void add_describe(Command& root, AppContext& context);
void add_detect(Command& root, AppContext& context);
void add_doctor(Command& root, AppContext& context);
void add_eval(Command& root, AppContext& context);
void add_eval_distance(Command& eval, AppContext& context);
void add_eval_geometry(Command& eval, AppContext& context);
void add_eval_live(Command& eval, AppContext& context);
void add_forget(Command& root);
void add_help(Command& root);
void add_listen(Command& root, AppContext& context);
void add_mcp(Command& root, AppContext& context);
void add_models(Command& root, AppContext& context);
void add_read(Command& root, AppContext& context);
void add_say(Command& root, AppContext& context);
void add_scene(Command& root, AppContext& context);
void add_serve(Command& root, AppContext& context);
void add_watch(Command& root, AppContext& context);

// The model that the user named, else the starter model of that name in the models folder. Throws Error that says how
// to install it when it is not there.
std::filesystem::path model_or_starter(AppContext const& context, std::filesystem::path const& named,
                                       std::string const& starter);

// Says before long work that its result could not be written: throws Error. `what` as for OutputFile; an empty path is
// none.
void check_writable(std::filesystem::path const& path, std::string const& what);

} // namespace echollama
