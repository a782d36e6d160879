#include "train/config.h"

#include "base/error.h"
#include "base/input_file.h"
#include "train/config_section.h"

#include <algorithm>
#include <limits>

namespace echollama::train {
namespace {

constexpr char const *model_wanted = "a GGUF file or the folder of a published model",
                     *data_wanted = "a JSONL or Parquet file", *output_wanted = "a folder for what the run makes";

void read_model(Section section, TrainConfig& c) {
    section.path("base_model", model_wanted, c.model.path);
    section.choice("base_type", c.model.type, {{"stored", BaseType::stored}, {"nf4", BaseType::nf4}});
    section.text("chat_template", "a name or text of a chat template", c.model.chat_template);
    section.end();
}

void read_data(Section section, TrainConfig& c) {
    section.path("train", data_wanted, c.data.train);
    section.path("eval", data_wanted, c.data.evaluation);
    section.whole("sequence_len", c.data.longest, 2, 1 << 20);
    section.choice("longer_rows", c.data.drops_longer, {{"refuse", false}, {"drop", true}});
    section.flag("shuffle", c.data.shuffles);
    section.end();
}

void read_speech(Section section, TrainConfig& c) {
    section.path("recordings", "a folder of recordings", c.speech.recordings);
    section.path("snac", "the SNAC codec as GGUF", c.speech.snac);
    section.end();
}

void read_lora(Section section, TrainConfig& c) {
    section.whole("r", c.lora.rank, 1, 4096);
    section.number("alpha", c.lora.alpha, 0, any_number);
    section.flag("rslora", c.lora.root_of_rank);
    section.number("dropout", c.lora.dropout, 0, 0.99);
    section.path("adapter", "the folder of an adapter", c.adapter);
    std::string const wanted = "a list of some of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj";
    if (auto const words = section.words("target_modules", wanted, "all seven"); !words.empty()) {
        c.lora.targets.clear();
        for (auto const& word : words) {
            auto const projection = find_projection(word);
            if (!projection) {
                section.refuse("target_modules", wanted);
            }
            c.lora.targets.push_back(*projection);
        }
    }
    section.end();
}

void read_loss(Section section, TrainConfig& c) {
    section.choice("kind", c.loss.kind,
                   {{"sigmoid", PreferenceLoss::sigmoid},
                    {"ipo", PreferenceLoss::ipo},
                    {"hinge", PreferenceLoss::hinge},
                    {"simpo", PreferenceLoss::simpo}});
    section.choice("reference", c.reference, {{"base", Reference::base}, {"start", Reference::start}});
    section.number("beta", c.loss.beta, 1e-6, 1000);
    section.number("label_smoothing", c.loss.label_smoothing, 0, 0.5);
    section.number("simpo_margin", c.loss.simpo_margin, 0, 1000);
    section.end();
}

void read_optimiser(Section section, TrainConfig& c) {
    section.choice("optimizer", c.optimiser.kind,
                   {{"adamw", OptimiserKind::adamw}, {"adamw_8bit", OptimiserKind::adamw_8bit}});
    section.number("learning_rate", c.rate, 0, 10);
    section.choice(
        "lr_scheduler", c.schedule.kind,
        {{"constant", ScheduleKind::constant}, {"linear", ScheduleKind::linear}, {"cosine", ScheduleKind::cosine}});
    section.whole("warmup_steps", c.schedule.warm_up, 0, 1'000'000'000);
    section.number("weight_decay", c.optimiser.weight_decay, 0, 100);
    section.number("adam_beta1", c.optimiser.beta1, 0, 0.999999);
    section.number("adam_beta2", c.optimiser.beta2, 0, 0.999999);
    section.number("adam_epsilon", c.optimiser.eps, 1e-30, 1);
    section.number("max_grad_norm", c.run.clip, 0, any_number);
    section.end();
}

void read_run(Section section, TrainConfig& c) {
    section.path("output_dir", output_wanted, c.run.output);
    section.whole("micro_batch_size", c.run.micro_batch, 1, 1 << 16);
    section.whole("gradient_accumulation_steps", c.run.accumulation, 1, 1 << 16);
    section.number("num_epochs", c.run.epochs, 1e-6, 1e6);
    section.whole("max_steps", c.run.steps, 1, 1'000'000'000);
    section.whole("seed", c.run.seed, 0, std::numeric_limits<std::int64_t>::max());
    section.flag("gradient_checkpointing", c.run.checkpointing);
    section.whole("save_steps", c.run.save_every, 1, 1'000'000'000);
    section.whole("eval_steps", c.run.evaluate_every, 1, 1'000'000'000);
    section.whole("early_stopping_patience", c.run.patience, 1, 1'000'000'000);
    section.text("device", "cpu, auto or the name of a compute device", c.run.device);
    section.choice("precision", c.run.precision,
                   {{"f32", Precision::f32}, {"bf16", Precision::bf16}, {"f16", Precision::f16}});
    section.whole("device_memory_mb", c.run.device_memory, 1, 100'000'000);
    section.end();
}

void refuse_unknown_sections(toml::table const& file, std::string const& name) {
    constexpr std::string_view known[] = {"model", "data", "speech", "lora", "loss", "optimizer", "run"};
    for (auto const& [key, value] : file) {
        if (std::find(std::begin(known), std::end(known), key.str()) == std::end(known)) {
            throw Error("The configuration " + name + " sets " + shown(key.str()) +
                        ", which is not known; its sections are [model], [data], [speech], [lora], [loss], [optimizer] "
                        "and [run].");
        }
    }
}

TrainConfig read_sections(ConfigSource const& source) {
    TrainConfig c;
    read_model({source, c.settings, "model"}, c);
    read_data({source, c.settings, "data"}, c);
    read_speech({source, c.settings, "speech"}, c);
    read_lora({source, c.settings, "lora"}, c);
    read_loss({source, c.settings, "loss"}, c);
    read_optimiser({source, c.settings, "optimizer"}, c);
    read_run({source, c.settings, "run"}, c);
    return c;
}

// What only several keys together can be wrong in.
void check_complete(ConfigSource const& source, TrainConfig const& c) {
    std::vector<ConfigKey> unused;
    Section const model(source, unused, "model"), data(source, unused, "data"), speech(source, unused, "speech"),
        run(source, unused, "run");
    if (c.model.path.empty()) {
        model.miss("base_model", model_wanted);
    }
    if (c.speech.recordings.empty() != c.speech.snac.empty()) {
        speech.miss(c.speech.snac.empty() ? "snac" : "recordings",
                    "a folder of recordings and the SNAC codec as GGUF belong together");
    }
    if (c.data.train.empty() && c.speech.recordings.empty()) {
        data.miss("train", data_wanted);
    }
    if (!c.data.train.empty() && !c.speech.recordings.empty()) {
        data.refuse("train", "nothing, which it must be where [speech] names recordings");
    }
    if (c.run.output.empty()) {
        run.miss("output_dir", output_wanted);
    }
}

} // namespace

std::vector<ConfigKey> config_keys() {
    return read_sections({}).settings;
}

TrainConfig parse_config(std::string_view text, std::string const& name, std::filesystem::path const& folder,
                         std::vector<ConfigFlag> const& flags) {
    ConfigSource source{{}, name, folder, &flags};
    try {
        source.file = toml::parse(text, name);
    } catch (toml::parse_error const& error) {
        throw Error("The configuration " + name + " cannot be read at line " +
                    std::to_string(error.source().begin.line) +
                    "; it must be TOML, such as key = 1 or key = \"text\".");
    }
    refuse_unknown_sections(source.file, name);
    auto c = read_sections(source);
    check_complete(source, c);
    return c;
}

TrainConfig read_config(std::filesystem::path const& path, std::vector<ConfigFlag> const& flags) {
    if (path.empty()) {
        return parse_config("", "", "", flags);
    }
    auto const bytes = read_input(path, {.what = "configuration", .most_bytes = 1U << 20U});
    return parse_config({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, path.string(), path.parent_path(),
                        flags);
}

} // namespace echollama::train
