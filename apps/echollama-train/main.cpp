// echollama-train: teaches a language model of the LLaMA family by examples. Exit codes as echollama's: 0 success, 1
// failure (one sentence on standard error), 2 wrong usage, 130 interrupted (and saved).
#include "base/error.h"
#include "base/log.h"
#include "base/processor.h"
#include "command_line/command_line.h"
#include "interrupt.h"
#include "llm/llm_tokens.h"
#include "output/progress_line.h"
#include "output/standard_output.h"
#include "prepare_speech.h"
#include "publish.h"
#include "train/merge.h"
#include "train/report/report.h"
#include "train/run.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <new>
#include <string_view>
#include <thread>

namespace echollama {
namespace {

// Reaching the end of a micro-batch and saving may take a while; a second signal ends the program at once.
constexpr std::chrono::minutes patience{60};

struct TrainContext {
    int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 256U));
    bool quiet = false, version = false, resume = false;
    std::filesystem::path config;
    std::vector<train::ConfigFlag> flags; // keys of the configuration that the command line sets
    std::stop_token stop;
    SpeechPreparation speech = {};
    std::filesystem::path speech_model;
    struct {
        std::filesystem::path base, adapter, output;
    } merge = {};
    struct {
        std::filesystem::path run, output;
    } report = {};
    Publication publication = {};
    bool stopped = false; // a run was, and has been saved
};

std::string minutes_left(double seconds) {
    if (seconds < 50) {
        return "less than a minute left";
    }
    auto const minutes = static_cast<long>(std::lround(seconds / 60));
    return minutes < 120 ? std::to_string(minutes) + (minutes == 1 ? " minute left" : " minutes left")
                         : std::to_string(minutes / 60) + " hours left";
}

std::string step_line(train::Task task, train::StepReport const& r, std::int64_t steps, double speed, double left) {
    char text[300];
    int used = std::snprintf(text, sizeof(text), "step %lld of %lld, loss %.4f", static_cast<long long>(r.step + 1),
                             static_cast<long long>(steps), r.loss);
    if (task == train::Task::preferences) {
        used += std::snprintf(text + used, sizeof(text) - static_cast<std::size_t>(used),
                              ", rewards %.3f and %.3f, margin %.3f, accuracy %.2f", r.chosen_reward, r.rejected_reward,
                              r.margin, r.accuracy);
    }
    std::snprintf(text + used, sizeof(text) - static_cast<std::size_t>(used),
                  ", gradient %.3f, rate %.2e, %.0f tokens a second, ", r.gradient_norm, r.rate, speed);
    return text + minutes_left(left);
}

std::string evaluation_line(train::Task task, std::int64_t step, train::Measures const& m) {
    char text[200];
    int const used = std::snprintf(text, sizeof(text), "evaluation after step %lld: loss %.4f",
                                   static_cast<long long>(step), m.loss);
    if (task == train::Task::preferences) {
        std::snprintf(text + used, sizeof(text) - static_cast<std::size_t>(used), ", margin %.3f, accuracy %.2f",
                      m.margin, m.accuracy);
    }
    return text;
}

// As a shell reads it back.
std::string quoted(std::string const& word) {
    if (!word.empty() &&
        word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./,=+:@%") ==
            std::string::npos) {
        return word;
    }
    std::string text = "'";
    for (char c : word) {
        text += c == '\'' ? "'\\''" : std::string(1, c);
    }
    return text + "'";
}

// The command that goes on with a run.
std::string resume_command(std::string const& name, TrainContext const& context) {
    auto text = "echollama-train " + name;
    text += context.config.empty() ? "" : " " + quoted(context.config.string());
    for (auto const& flag : context.flags) {
        text += " " + train::flag_of(flag.key) + " " + quoted(flag.value);
    }
    return text + " --resume";
}

void tell_end(train::RunResult const& result, std::string const& name, TrainContext& context) {
    auto const steps = std::to_string(result.step) + " of " + std::to_string(result.steps) + " steps";
    if (result.end == train::RunEnd::stopped) {
        context.stopped = true;
        print_line("Stopped and saved after " + steps + "; go on with: " + resume_command(name, context));
        return;
    }
    print_line((result.end == train::RunEnd::no_better
                    ? "Ended early, as the evaluation no longer became better, after "
                    : "Finished ") +
               steps + ".");
    print_line("The adapter is in " + result.adapter.string() + " (PEFT) and " + result.gguf.string() +
               " (echollama --lora).");
}

auto rows_of_recordings(train::TrainConfig const& config, TrainContext const& context, ProgressLine& line) {
    return [&](train::SpeechConfig const& speech, train::Encoder const& encoder) {
        SpeechPreparation const what{speech.recordings, speech.snac, config.run.output, context.threads, context.stop};
        return prepare_speech_once(what, {encoder.text, encoder.vocabulary},
                                   [&](std::string const& text) { line.show("Hearing " + text); });
    };
}

void run(char const* name, train::Task task, TrainContext& context) {
    if (context.config.empty() && context.flags.empty()) {
        throw UsageError(std::string("Name a configuration, or say what to learn by flags; 'echollama-train ") + name +
                         " --help' lists them.");
    }
    auto const config = train::read_config(context.config, context.flags);
    if (std::string_view(name) == "tts" && config.speech.recordings.empty()) {
        throw Error("No recordings are named; set recordings and snac in [speech] (--recordings, --snac), or learn "
                    "from rows with sft.");
    }
    train::Ranks ranks(train::rank_from_environment());
    ProgressLine line(context.quiet || !ranks.leads());
    train::RunHooks hooks;
    hooks.ranks = &ranks;
    hooks.stop = context.stop;
    hooks.resume = context.resume;
    hooks.threads = context.threads;
    hooks.stage = [&](std::string const& what) { line.show(what); };
    hooks.step = [&](train::StepReport const& report, std::int64_t steps, double speed, double left) {
        line.show(step_line(task, report, steps, speed, left));
    };
    hooks.make_rows = rows_of_recordings(config, context, line);
    hooks.evaluated = [&](std::int64_t step, train::Measures const& measures) {
        line.show(evaluation_line(task, step, measures));
        line.finish();
    };
    auto const result = train::run_training(task, config, hooks);
    line.finish();
    if (!ranks.leads()) { // the first process tells
        context.stopped = result.end == train::RunEnd::stopped;
        return;
    }
    tell_end(result, name, context);
}

void add_task(Command& root, char const* name, char const* config, char const* summary, train::Task task,
              TrainContext& context) {
    auto& command = root.subcommand(name, summary);
    command.example = std::string("echollama-train ") + name + " " + config;
    command.notes = "Flags stand before what the configuration says of the same key. Without a configuration at least "
                    "--base-model, --train and --output-dir are needed.";
    command.positional("config", context.config, "The run's configuration, a TOML file");
    for (auto const& key : train::config_keys()) {
        auto& option = command.parsed(
            train::flag_of(key.name),
            [&context, name = key.name](std::string const& value) {
                std::erase_if(context.flags, [&](auto const& flag) { return flag.key == name; });
                context.flags.push_back({name, value});
            },
            "[" + key.section + "] " + key.name + ": " + key.wanted);
        if (key.kind == train::ConfigKey::Kind::path) {
            option.file();
        }
    }
    command.flag("--resume", context.resume, "Go on with the run that the configuration's output_dir holds");
    command.run = [&context, name, task] { run(name, task, context); };
}

void add_prepare_speech(Command& root, TrainContext& context) {
    auto& command = root.subcommand("prepare-speech", "Turn recordings with their texts into data for sft");
    command.example =
        "echollama-train prepare-speech LJSpeech-1.1 --model orpheus.gguf --snac snac.gguf -o speech.jsonl";
    command.positional("folder", context.speech.folder, "Recordings with metadata.csv or metadata.jsonl").required();
    command.option("--model", context.speech_model, "Orpheus as GGUF, for its tokens").required();
    command.option("--snac", context.speech.snac, "The SNAC codec as GGUF").required();
    command.option("--out,-o", context.speech.output, "JSONL file to write").required();
    command.run = [&context] {
        context.speech.threads = context.threads;
        context.speech.stop = context.stop;
        ProgressLine line(context.quiet);
        LlmVocabulary const vocabulary(context.speech_model);
        prepare_speech(context.speech,
                       {[&](std::string const& text) { return vocabulary.tokenize(text); }, vocabulary.size()},
                       [&](std::string const& text) { line.show(text); });
    };
}

void add_merge(Command& root, TrainContext& context) {
    auto& command = root.subcommand("merge", "Work an adapter into the weights of its model");
    command.example = "echollama-train merge runs/first/adapter --base Llama-3.2-1B-Instruct -o merged";
    command.notes = "'echollama models convert merged -o merged.gguf' makes a GGUF file of the result.";
    command.positional("adapter", context.merge.adapter, "Folder of the adapter, as PEFT writes it").required();
    command.option("--base", context.merge.base, "Folder of the published model").required();
    command.option("--out,-o", context.merge.output, "Folder to write").required();
    command.run = [&context] {
        train::merge_adapter(context.merge.base, context.merge.adapter, context.merge.output);
        print_line("The merged model is in " + context.merge.output.string() + ".");
    };
}

void add_report(Command& root, TrainContext& context) {
    auto& command = root.subcommand("report", "Draw and tabulate how a run went, beside the paper's own");
    command.example = "echollama-train report runs/first";
    command.notes = "The same numbers can be watched while a run learns: tensorboard --logdir runs";
    command.positional("run", context.report.run, "The run's output_dir").required();
    command.option("--out,-o", context.report.output, "Folder to write to").otherwise("the run's folder");
    command.run = [&context] {
        auto const folder = context.report.output.empty() ? context.report.run : context.report.output;
        auto const curves = train::read_run_curves(context.report.run);
        train::write_report(curves, folder);
        print_line("The report is in " + (folder / "report.md").string() + ", its figure beside it (SVG and PNG).");
    };
}

void add_publish(Command& root, TrainContext& context) {
    auto& what = context.publication;
    auto& command = root.subcommand("publish", "Make a run's adapter and data ready for a model hub, with cards");
    command.example = "echollama-train publish runs/first --base meta-llama/Llama-3.2-1B-Instruct --dry-run";
    command.notes =
        "What has a repository (--to, --data-to) is sent there with the token in HF_TOKEN; without, it is only "
        "made ready. HF_ENDPOINT names another hub.";
    command.positional("run", what.run, "The run's output_dir").required();
    command.option("--base", what.base, "What the hub calls the model that was trained, OWNER/NAME").required();
    command.option("--to", what.to, "Repository for the adapter, OWNER/NAME");
    auto& data = command.option("--data", what.data, "Rows that it learnt from, to be published, too");
    command.option("--eval", what.eval, "Rows that it was evaluated on").needs(data);
    command.option("--data-to", what.data_to, "Repository for the rows, OWNER/NAME").needs(data);
    command.option("--licence", what.licence, "Licence of the adapter, as the hub writes it (apache-2.0)");
    command.option("--data-licence", what.data_licence, "Licence of the rows").needs(data);
    command.option("--out,-o", what.folder, "Folder to make everything ready in").otherwise("RUN/publish");
    command.flag("--private", what.is_private, "New repositories are seen by their owner alone");
    command.flag("--dry-run", what.only_tells, "Only list what would go where");
    command.run = [&context, &what] {
        if (what.folder.empty()) {
            what.folder = what.run / "publish";
        }
        publish(
            what, [](std::string const& line) { print_line(line); }, context.stop);
    };
}

void run_program(std::vector<std::string> const& words, TrainContext& context) {
    Command root{"echollama-train", "Teaches a language model by examples (LoRA)"};
    root.example = "echollama-train dpo configs/echollama-dpo.toml";
    root.option("--threads", context.threads, "Processor threads to use").range(1, 256);
    root.flag("--quiet,-q", context.quiet, "Print only results and errors");
    root.flag("--version", context.version, "Print the program's version").enough();
    add_task(root, "dpo", "configs/echollama-dpo.toml", "Learn which of two answers is preferred",
             train::Task::preferences, context);
    add_task(root, "sft", "configs/echollama-dpo.toml", "Learn to give the chosen answers", train::Task::answers,
             context);
    add_task(root, "tts", "configs/orpheus-elise.toml", "Learn to speak as recordings do", train::Task::answers,
             context);
    add_merge(root, context);
    add_prepare_speech(root, context);
    add_report(root, context);
    add_publish(root, context);
    auto const parsed = parse_command_line(root, words);
    if (parsed.help) {
        print_text(command_help(*parsed.command));
    } else if (context.version) {
        print_line("echollama-train " ECHOLLAMA_VERSION);
    } else {
        log::set_level(context.quiet ? log::Level::error : log::Level::warning);
        parsed.command->run();
    }
    finish_standard_output();
}

int guarded_main(int argc, char** argv) {
    Interrupt interrupt(patience);
    TrainContext context;
    context.stop = interrupt.token();
    try {
        check_processor();
        run_program({argv + std::min(argc, 1), argv + argc}, context);
        return context.stopped ? exit_interrupted : 0;
    } catch (Cancelled const&) { // before there was anything to save
        return exit_interrupted;
    } catch (ReaderGone const&) {
        return 0;
    } catch (UsageError const& error) {
        log::error(error.what());
        return 2;
    } catch (std::bad_alloc const&) {
        log::error("Not enough memory; set gradient_checkpointing = true or a smaller micro_batch_size.");
        return 1;
    } catch (std::exception const& error) {
        log::error(error.what());
        return 1;
    }
}

} // namespace
} // namespace echollama

int main(int argc, char** argv) {
    echollama::open_standard_streams();
    return echollama::guarded_main(argc, argv);
}
