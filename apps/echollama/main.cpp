// echollama: what a picture shows, said aloud. Parses the command line, runs one subcommand, maps errors to exit codes:
// 0 success, 1 failure (one sentence on stderr), 2 wrong usage, 130 interrupted.
#include "app.h"
#include "base/error.h"
#include "base/log.h"
#include "base/openmp_spin.h"
#include "interrupt.h"
#include "store/paths.h"

#include <algorithm>
#include <exception>
#include <new>
#include <thread>

namespace echollama {
namespace {

int default_threads() {
    return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 8U));
}

void add_global_options(CLI::App& root, AppContext& context) {
    root.add_option("--models", context.models_dir, "Folder with the model files (or set ECHOLLAMA_MODELS)");
    root.add_option("--threads", context.threads, "Processor threads to use")->check(CLI::Range(1, 256));
    root.add_option("--device", context.device,
                    "Where DETR and MiDaS are computed: cpu, auto (a GPU the program was built for, else the "
                    "processor; the default), or a GPU's name such as CUDA0");
    root.add_flag("--quiet,-q", context.quiet, "Print only results and errors");
    root.add_flag("--verbose,-v", context.verbose, "Print what happens inside on stderr");
    root.set_version_flag("--version", std::string("echollama ") + ECHOLLAMA_VERSION);
}

void apply_global_options(AppContext& context) {
    if (context.models_dir.empty()) {
        context.models_dir = store::default_models_dir();
    }
    if (context.threads == 0) {
        context.threads = default_threads();
    }
    log::set_level(context.verbose ? log::Level::debug : context.quiet ? log::Level::error : log::Level::warning);
}

int run(int argc, char** argv, AppContext& context) {
    CLI::App root("Says aloud what a picture shows and where each thing is. Everything runs on this computer.");
    root.footer("Example: echollama describe photo.jpg --out speech.wav");
    root.require_subcommand(1);
    root.fallthrough(); // global options may also stand after the subcommand
    add_global_options(root, context);
    Subcommands subcommands;
    add_ask(root, context, subcommands);
    add_caption(root, context, subcommands);
    add_chat(root, context, subcommands);
    add_depth(root, context, subcommands);
    add_describe(root, context, subcommands);
    add_detect(root, context, subcommands);
    add_eval(root, context, subcommands);
    add_listen(root, context, subcommands);
    add_models(root, context, subcommands);
    add_say(root, context, subcommands);
    add_scene(root, context, subcommands);

    try {
        root.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        return root.exit(error) == 0 ? 0 : 2;
    }
    apply_global_options(context);
    for (auto const& subcommand : subcommands) {
        if (subcommand.app->parsed() && subcommand.run) {
            subcommand.run();
        }
    }
    return 0;
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
        int code = run(argc, argv, context);
        return interrupt.requested() ? exit_interrupted : code;
    } catch (Cancelled const&) {
        return exit_interrupted;
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
    echollama::limit_openmp_spinning(argv);
    return echollama::guarded_main(argc, argv);
}
