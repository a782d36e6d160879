#include "app.h"
#include "base/ascii.h"
#include "base/atomic_file.h"
#include "base/error.h"
#include "dataset/build.h"
#include "dataset/card.h"
#include "dataset/check.h"
#include "dataset/shard.h"
#include "dataset/toy_rows.h"
#include "describer/remote_describer.h"
#include "models/choice.h"
#include "models/devices.h"
#include "options/language_options.h"
#include "options/seeing_options.h"
#include "pipeline/json.h"
#include "rows/parquet.h"
#include "rows/row_lines.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <set>

namespace echollama {
namespace {

namespace fs = std::filesystem;

enum class Teacher { unsaid, scene, server };

struct BuildCommand {
    fs::path images, out;
    Teacher teacher = Teacher::unsaid;
    SeeingOptions seeing;
    LanguageOptions base;
    std::string teacher_url, teacher_model, shard;
    dataset::BuildOptions build;
};

struct ToyCommand {
    fs::path out;
    int rows = 1000;
    dataset::ToyRowOptions options;
    std::optional<PromptStyle> style = {}; // of all rows; none: both, as they come
};

struct CheckCommand {
    fs::path data, evaluation;
    bool json = false;
};

struct ConvertCommand {
    fs::path from, to;
};

// Rows grow in JSONL; Parquet, which cannot grow, is written of it when all are there.
fs::path growing_file(fs::path const& out) {
    if (!rows::is_parquet(out)) {
        return out;
    }
    if (auto const why = rows::why_no_parquet(); !why.empty()) {
        throw Error(why); // before the work, not after it
    }
    auto growing = out;
    return growing.replace_extension(".jsonl");
}

void finish_file(fs::path const& growing, fs::path const& out) {
    if (growing != out) {
        rows::write_parquet(growing, out);
    }
}

bool is_picture(std::string const& name) {
    static constexpr std::string_view endings[] = {".png",  ".jpg", ".jpeg", ".webp", ".heic",
                                                   ".heif", ".bmp", ".tif",  ".tiff", ".gif"};
    auto const ending = lower_case(fs::path(name).extension().string());
    return std::find(std::begin(endings), std::end(endings), ending) != std::end(endings);
}

// By their names in the folder and those below it, in their order; those of this shard.
std::vector<std::string> pictures_in(fs::path const& folder, dataset::Shard const& shard) {
    std::error_code failed;
    std::vector<std::string> names;
    for (auto entry = fs::recursive_directory_iterator(folder, failed);
         !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
        if (entry->is_regular_file() && is_picture(entry->path().filename().string())) {
            names.push_back(entry->path().lexically_relative(folder).string());
        }
    }
    if (failed) {
        throw Error("Cannot look into " + folder.string() + " (" + failed.message() + "); name a folder of pictures.");
    }
    if (names.empty()) {
        throw Error("There is no picture in " + folder.string() +
                    "; the names of pictures end in .jpg, .png, .webp, .heic, .tif, .bmp or .gif.");
    }
    std::sort(names.begin(), names.end());
    std::vector<std::string> ours;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (shard.holds(i)) {
            ours.push_back(names[i]);
        }
    }
    return ours;
}

// The paper's way to ask its teacher.
RemoteDescriberOptions teacher_options(BuildCommand const& options) {
    RemoteDescriberOptions teacher;
    teacher.url = options.teacher_url;
    teacher.model = options.teacher_model;
    char const* key = std::getenv("ECHOLLAMA_TEACHER_KEY");
    teacher.key = key ? key : key_from_environment();
    teacher.sampling.max_tokens = 1024;
    teacher.sampling.temperature = 0.7F;
    teacher.sampling.top_p = 0.95F;
    // Nobody waits for one answer: a busy server is given the time that it asks for.
    teacher.retry = {8, std::chrono::seconds(1), std::chrono::minutes(10)};
    parse_chat_address(teacher.url);
    return teacher;
}

std::string minutes_text(double seconds) {
    auto const minutes = std::lround(seconds / 60);
    return minutes < 1 ? "less than a minute"
                       : "about " + std::to_string(minutes) + (minutes == 1 ? " minute" : " minutes");
}

// A line on standard error at every tenth of the work, and every half minute.
class Progress {
  public:
    void tell(dataset::BuildProgress const& progress) {
        auto const now = std::chrono::steady_clock::now();
        auto const finished = progress.done + progress.failed;
        bool const tenth = finished * 10 / progress.all > told_ * 10 / progress.all;
        if (!tenth && now - last_ < std::chrono::seconds(30)) {
            return;
        }
        double const spent = std::chrono::duration<double>(now - began_).count();
        std::string line = std::to_string(finished) + " of " + std::to_string(progress.all) + " pictures";
        line += progress.failed > 0 ? ", " + std::to_string(progress.failed) + " failed" : "";
        if (finished < progress.all) {
            line += ", " +
                    minutes_text(spent / static_cast<double>(finished) * static_cast<double>(progress.all - finished)) +
                    " left";
        }
        std::cerr << line << std::endl;
        last_ = now;
        told_ = finished;
    }

  private:
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now(), last_ = began_;
    std::size_t told_ = 0;
};

void write_failures(fs::path const& path, std::vector<dataset::Failure> const& failures) {
    std::string text;
    for (auto const& failure : failures) {
        text += Json{{"image", failure.image}, {"reason", failure.why}}.dump(-1, ' ', false,
                                                                             Json::error_handler_t::replace) +
                "\n";
    }
    write_file_atomically(path, text, "the list of failed pictures");
}

// Who writes the rejected answers: what load_describer() takes.
std::string base_name(BuildCommand const& options, AppContext const& context) {
    if (!options.base.url.empty()) {
        return options.base.model;
    }
    auto const& named = options.base.llm.empty() ? model_set(context).llm : options.base.llm;
    return named.empty() ? starter_language_model(context, options.base.no_adapter) : named.filename().string();
}

dataset::BuildRoles roles_of(BuildCommand const& options, SeeingModels const& seeing, Describer* base,
                             AppContext const& context, Timings& timings) {
    dataset::BuildRoles roles;
    roles.look = [&, timings = &timings](std::string const& image) {
        InputOptions input;
        input.picture = options.images / image;
        auto const view = load_input(input);
        auto observation = see(view, seeing, options.seeing.threshold, *timings, context.stop);
        PromptOptions prompt;
        prompt.style = options.base.style;
        prompt.matrix_threshold = 0; // all that the answers may name, or they would teach to invent
        prompt.wording.sure_score = observation.sure_score;
        return dataset::Question{scene_prompt(observation.scene, "", prompt), std::move(observation.scene)};
    };
    roles.base = base;
    roles.base_name = base_name(options, context);
    if (!options.teacher_url.empty()) {
        roles.teacher = [teacher = teacher_options(options)] { return make_remote_describer(teacher); };
        roles.teacher_name = options.teacher_model;
    }
    return roles;
}

void build(AppContext const& context, BuildCommand options) {
    if (options.base.none) {
        throw UsageError("The rejected answers need a language model; leave --no-llm out.");
    }
    if (options.teacher != Teacher::unsaid && (options.teacher == Teacher::server) == options.teacher_url.empty()) {
        throw UsageError(options.teacher_url.empty() ? "--teacher server needs the server's address, --teacher-url."
                                                     : "--teacher template asks no server; leave --teacher-url out.");
    }
    auto const shard = options.shard.empty() ? dataset::shard_from_environment().value_or(dataset::Shard{})
                                             : dataset::parse_shard(options.shard);
    fs::path const out = dataset::shard_name(options.out.string(), shard);
    auto const growing = growing_file(out);
    auto const images = pictures_in(options.images, shard);
    dataset::RowFile file(growing);
    auto const before = file.size();
    Timings timings;
    options.base.no_adapter = true;   // what has learnt already is no base
    options.seeing.no_reading = true; // the paper's prompt holds no printed words
    decide_devices(context, {seeing_stages(context, options.seeing), describer_stages(context, options.base)});
    auto const seeing = load_seeing_models(context, options.seeing, timings);
    auto const base = load_describer(context, options.base, timings).get();
    auto const roles = roles_of(options, seeing, base.get(), context, timings);
    if (!context.quiet && before > 0) {
        std::cerr << growing.string() << " holds " << before << " rows; going on with the others." << std::endl;
    }
    Progress progress;
    auto const failures = dataset::build_dataset(
        images, roles, file, options.build,
        [&](dataset::BuildProgress const& now) {
            if (!context.quiet) {
                progress.tell(now);
            }
        },
        context.stop);
    finish_file(growing, out);
    write_file_atomically(out.string() + ".card.md", dataset::dataset_card(dataset::check_dataset(growing)),
                          "the data set's card"); // for whoever publishes the rows
    if (!failures.empty()) {
        write_failures(out.string() + ".failed.jsonl", failures);
    }
    print_line(std::to_string(file.size()) + " rows in " + out.string() +
               (failures.empty() ? "."
                                 : "; " + std::to_string(failures.size()) +
                                       (failures.size() == 1 ? " picture" : " pictures") + " failed, listed in " +
                                       out.string() + ".failed.jsonl. Run this again to try them once more."));
}

void make_toys(AppContext const& context, ToyCommand const& options) {
    auto const growing = growing_file(options.out);
    std::string text;
    std::set<std::size_t> made; // small scenes come again
    for (std::uint64_t i = 0; made.size() < static_cast<std::size_t>(options.rows); ++i) {
        if (context.stop.stop_requested()) {
            throw Cancelled();
        }
        auto const toy = dataset::make_toy_row(options.options, i);
        bool const wanted = !options.style || *options.style == toy.options.style;
        if (wanted && made.insert(std::hash<std::string>{}(toy.row.prompt + '\n' + toy.row.chosen)).second) {
            text += to_json_line(toy.row) + "\n";
        }
    }
    write_file_atomically(growing, text, "the data set");
    finish_file(growing, options.out);
    print_line(std::to_string(options.rows) + " rows in " + options.out.string() + ".");
}

Json to_json(dataset::ClaimTally const& tally) {
    return {{"supported", tally.supported}, {"contradicted", tally.contradicted}, {"unknown", tally.unknown}};
}

Json to_json(dataset::DatasetReport const& report) {
    Json json{{"rows", report.rows},
              {"refused", report.refused},
              {"repeated", report.repeated},
              {"same_answers", report.same_answers},
              {"leaked", report.leaked},
              {"words",
               {{"prompt", report.prompt_words}, {"chosen", report.chosen_words}, {"rejected", report.rejected_words}}},
              {"chosen_longer", report.chosen_longer},
              {"with_claims", report.with_claims},
              {"chosen_claims", to_json(report.chosen_claims)},
              {"rejected_claims", to_json(report.rejected_claims)},
              {"refusals", Json::array()}};
    for (auto const& refusal : report.first_refused) {
        json["refusals"].push_back({{"line", refusal.line}, {"reason", refusal.why}});
    }
    return json;
}

std::string rows_text(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " row" : " rows");
}

void print_report(dataset::DatasetReport const& report) {
    print_line(rows_text(report.rows) + " can be used.");
    for (auto const& refusal : report.first_refused) {
        print_line("Row " + std::to_string(refusal.line) + " cannot: " + refusal.why + ".");
    }
    if (report.refused > report.first_refused.size()) {
        print_line("And " + rows_text(report.refused - report.first_refused.size()) + " more.");
    }
    if (report.repeated > 0) {
        print_line(rows_text(report.repeated) + " repeat another.");
    }
    if (report.same_answers > 0) {
        print_line(rows_text(report.same_answers) + " prefer an answer to itself.");
    }
    print_line("Words in the median: prompt " + std::to_string(std::lround(report.prompt_words)) + ", chosen " +
               std::to_string(std::lround(report.chosen_words)) + ", rejected " +
               std::to_string(std::lround(report.rejected_words)) + "; the chosen answer is the longer one in " +
               rows_text(report.chosen_longer) + ".");
    if (report.prefers_length()) {
        print_line("A trainer may learn from them that longer is better; add rows whose chosen answer is shorter.");
    }
    if (report.with_claims > 0) {
        auto const claims = [](dataset::ClaimTally const& tally) {
            return std::to_string(tally.supported) + " supported, " + std::to_string(tally.contradicted) +
                   " contradicted, " + std::to_string(tally.unknown) + " open";
        };
        print_line("Claims about what is in the pictures: chosen " + claims(report.chosen_claims) + "; rejected " +
                   claims(report.rejected_claims) + ".");
    }
    for (auto const& leak : report.first_leaked) {
        print_line("In both files: " + leak);
    }
    if (report.leaked > 0) {
        print_line(rows_text(report.leaked) + " of the evaluation are known from here; take them out of one file.");
    }
}

void check(CheckCommand const& options) {
    auto const report = dataset::check_dataset(options.data, options.evaluation);
    options.json ? print_line(dump(to_json(report))) : print_report(report);
    if (!report.is_sound()) {
        throw Error("The data set " + options.data.string() +
                    " is not sound; see above, and leave out what is named there.");
    }
}

void convert(ConvertCommand const& options) {
    if (rows::is_parquet(options.to)) {
        rows::write_parquet(options.from, options.to);
    } else {
        std::string text;
        rows::for_each_line(options.from, dataset::longest_row,
                            [&](std::size_t, std::string const& line) { text += line + "\n"; });
        write_file_atomically(options.to, text, "the data set");
    }
    print_line("The rows are in " + options.to.string() + ".");
}

} // namespace

void add_dataset(Command& root, AppContext& context) {
    auto& command = root.subcommand("dataset", "Make and check preference data for training");
    auto building = std::make_shared<BuildCommand>();
    building->base.style = PromptStyle::paper;
    auto& build_command = command.subcommand("build", "A row for each picture of a folder: prompt, chosen, rejected");
    build_command.positional("images", building->images, "Folder of pictures; those in folders below it count")
        .required();
    build_command
        .option("--out,-o", building->out,
                "File for the rows (JSONL, or Parquet where it ends in .parquet); rows that it holds are kept")
        .required();
    build_command
        .choice("--teacher", building->teacher, {{"template", Teacher::scene}, {"server", Teacher::server}},
                "Who writes the chosen answers: the scene's own words, or the server of --teacher-url")
        .otherwise("server where its address is given, else template");
    auto& url = build_command
                    .option("--teacher-url", building->teacher_url,
                            "Server that speaks OpenAI's protocol and writes the chosen answers; its key is taken from "
                            "ECHOLLAMA_TEACHER_KEY")
                    .value_name("ADDRESS");
    build_command.option("--teacher-model", building->teacher_model, "What that server calls the model")
        .value_name("NAME")
        .needs(url);
    build_command.option("--requests", building->build.requests, "Requests to the teacher at once")
        .range(1, 256)
        .value_name("N")
        .otherwise("4");
    build_command.option("--shard", building->shard, "Only this part of the pictures, such as 2/8")
        .value_name("PART/ALL")
        .otherwise("what SLURM, MPI or torchrun say");
    add_seeing_model_options(build_command, building->seeing);
    add_language_options(build_command, building->base);
    build_command.example = "echollama dataset build photos -o data.jsonl";
    build_command.notes = "The language model that is named writes the rejected answers. Pictures that fail are listed "
                          "in OUT.failed.jsonl; run it again to go on where it stopped.";
    build_command.run = [&context, building] { build(context, *building); };

    auto toys = std::make_shared<ToyCommand>();
    auto& toy_command = command.subcommand("toy", "Rows about made-up scenes, with right answers and typical faults");
    toy_command.option("--out,-o", toys->out, "File for the rows (JSONL or Parquet)").required();
    toy_command.option("--rows", toys->rows, "How many").range(1, 1'000'000).value_name("N").otherwise("1000");
    toy_command.option("--seed", toys->options.seed, "The same number makes the same rows").otherwise("1");
    toy_command.flag("--held-out", toys->options.held_out,
                     "Other scenes than without it, and questions in other wordings: for measuring");
    toy_command.choice("--prompt-style", toys->style,
                       {{"both", std::nullopt},
                        {"standard", PromptStyle::standard, {"default", "facts", "sentences"}},
                        {"paper", PromptStyle::paper, {"matrix"}}},
                       "Only rows whose prompt has facts in sentences, or caption and matrix");
    toy_command.example = "echollama dataset toy --rows 2000 -o train.jsonl";
    toy_command.run = [&context, toys] { make_toys(context, *toys); };

    auto checking = std::make_shared<CheckCommand>();
    auto& check_command =
        command.subcommand("check", "Count, find repeated rows, leaks and what only looks like quality");
    check_command.positional("data", checking->data, "Rows (JSONL or Parquet)").required();
    check_command.option("--eval", checking->evaluation, "Rows kept for evaluation, which may hold nothing of these");
    check_command.flag("--json", checking->json, "Print JSON");
    check_command.example = "echollama dataset check train.jsonl --eval eval.jsonl";
    check_command.run = [checking] { check(*checking); };

    auto converting = std::make_shared<ConvertCommand>();
    auto& convert_command = command.subcommand("convert", "Turn rows into Parquet, or Parquet into JSONL");
    convert_command.positional("data", converting->from, "Rows (JSONL or Parquet)").required();
    convert_command.option("--out,-o", converting->to, "File to write: Parquet where it ends in .parquet, else JSONL")
        .required();
    convert_command.example = "echollama dataset convert train.jsonl -o train.parquet";
    convert_command.run = [converting] { convert(*converting); };
}

} // namespace echollama
