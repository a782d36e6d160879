// echollama: what a picture shows, said aloud. Parses the command line, runs one subcommand, maps errors to exit codes:
// 0 success, 1 failure (one sentence on stderr), 2 wrong usage, 130 interrupted.
#include "app.h"
#include "base/error.h"
#include "base/log.h"
#include "base/openmp_spin.h"
#include "base/processor.h"
#include "config/config.h"
#include "interrupt.h"
#include "models/memory_plan.h"
#include "nn/backend.h"
#include "store/paths.h"
#include "version.h"

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace echollama {
namespace {

int default_threads() {
    return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 8U));
}

void add_global_options(Command& root, AppContext& context) {
    root.option("--models", context.models_dir, "Folder with the model files (or set ECHOLLAMA_MODELS)")
        .value_name("FOLDER");
    root.option("--preset", context.preset, "The set of models: paper, fast, small or starter (see 'models pull')")
        .value_name("PRESET")
        .suggest({"paper", "fast", "small", "starter"})
        .otherwise("the best that is installed");
    root.option("--memory", context.memory, "Memory that the models may take, such as 4G: chooses among the presets")
        .value_name("SIZE")
        .otherwise("what is free");
    root.option("--threads", context.threads, "Processor threads to use").range(1, 256);
    root.option("--device", context.device,
                "Where models are computed: auto (a GPU that the program was built for takes what gains by it and "
                "fits), cpu "
                "(no GPU is touched), or a GPU's name such as CUDA0, which takes all that fits")
        .value_name("DEVICE")
        .suggest({"auto", "cpu"});
    root.flag("--quiet,-q", context.quiet, "Print only results and errors");
    root.flag("--verbose,-v", context.verbose, "Print what happens inside on standard error");
    root.flag("--version", context.version, "Print the program's version").enough();
    root.flag("--licences,--licenses", context.licences, "Print every part with its licence").enough();
}

void apply_global_options(AppContext& context) {
    if (context.models_dir.empty()) {
        context.models_dir = store::default_models_dir();
    }
    if (!context.memory.empty()) {
        parse_memory(context.memory);
    }
    if (context.threads == 0) {
        context.threads = default_threads();
    }
    if (context.device != nn::auto_device) { // a name that is none is told before anything is loaded
        nn::gpu_handle(context.device);
    }
    log::set_level(context.verbose ? log::Level::debug : context.quiet ? log::Level::error : log::Level::warning);
}

void add_commands(Command& root, AppContext& context) {
    add_ask(root, context);
    add_caption(root, context);
    add_chat(root, context);
    add_compare(root, context);
    add_config(root, context);
    add_dataset(root, context);
    add_depth(root, context);
    add_describe(root, context);
    add_detect(root, context);
    add_doctor(root, context);
    add_eval(root, context);
    add_forget(root);
    add_help(root);
    add_listen(root, context);
    add_mcp(root, context);
    add_models(root, context);
    add_read(root, context);
    add_say(root, context);
    add_scene(root, context);
    add_serve(root, context);
    add_watch(root, context);
}

// The user's settings, except for the command that mends them.
std::vector<Setting> settings_of(std::vector<std::string> const& words) {
    bool const mending = std::find(words.begin(), words.end(), "config") != words.end();
    bool const telling = words.empty() || words.front() == "help" || words.front() == "--version";
    return mending || telling ? std::vector<Setting>() : config::load_config(config::config_file());
}

void run(std::vector<std::string> const& words, AppContext& context) {
    Command root{"echollama", "Says aloud what a picture shows and where each thing is"};
    root.example = "echollama describe photo.jpg --out speech.wav";
    root.notes = "Everything runs on this computer.";
    add_global_options(root, context);
    add_commands(root, context);
    auto const parsed = parse_command_line(root, words, settings_of(words));
    if (parsed.help) {
        print_text(command_help(*parsed.command));
    } else if (context.version || context.licences) {
        print_text(version_text(context.licences));
    } else {
        if (!parsed.command->only_tells) {
            apply_global_options(context);
        }
        parsed.command->run();
    }
    finish_standard_output();
}

} // namespace

int guarded_main(int argc, char** argv) {
    Interrupt interrupt;
    AppContext context;
    context.stop = interrupt.token();
    auto failed = [&](char const* message, int code) {
        if (interrupt.requested()) {
            return exit_interrupted;
        }
        log::error(message);
        return code;
    };
    try {
        check_processor();
        run({argv + std::min(argc, 1), argv + argc}, context);
        return interrupt.requested() ? exit_interrupted : 0;
    } catch (Cancelled const&) {
        return exit_interrupted;
    } catch (ReaderGone const&) { // and there was nothing else to do
        return interrupt.requested() ? exit_interrupted : 0;
    } catch (UsageError const& error) {
        return failed(error.what(), 2);
    } catch (std::bad_alloc const&) {
        return failed("Not enough memory; close other programs or use a smaller picture or model.", 1);
    } catch (std::exception const& error) {
        return failed(error.what(), 1);
    }
}

} // namespace echollama

int main(int argc, char** argv) {
    echollama::open_standard_streams();
    // What handles files computes nothing with OpenMP, and a second start would cost a tenth of a short check.
    if (argc < 2 || argv[1] != std::string_view("models")) {
        echollama::limit_openmp_spinning(argv);
    }
    return echollama::guarded_main(argc, argv);
}
