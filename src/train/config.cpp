#include "train/config.h"

#include "base/error.h"
#include "base/input_file.h"

#include <toml++/toml.h>

#include <cmath>
#include <initializer_list>
#include <limits>
#include <utility>

namespace echollama::train {
namespace {

constexpr double huge = 1e12;

// For messages: what a file says may be anything.
std::string shown(std::string_view text) {
    std::string out;
    for (char c : text.substr(0, 60)) {
        out += c >= 0x20 && c < 0x7F ? c : '?';
    }
    return "'" + out + "'";
}

// One table of the file, whose keys are taken one after the other; those that nobody takes are refused at the end.
class Section {
  public:
    Section(toml::table const& file, std::string name, std::string file_name)
        : name_(std::move(name)), file_(std::move(file_name)) {
        if (auto const* node = file.get(name_)) {
            table_ = node->as_table();
            if (!table_) {
                throw Error("The configuration " + file_ + " has " + name_ + " without brackets; write [" + name_ +
                            "] and its keys below.");
            }
        }
    }

    [[noreturn]] void refuse(std::string const& key, std::string const& wanted) const {
        throw Error("The configuration " + file_ + " sets " + key + " in [" + name_ + "] to something else than " +
                    wanted + ".");
    }

    void number(char const* key, double& value, double least, double most) {
        if (auto const* node = take(key)) {
            auto const found = node->value<double>();
            if (!node->is_number() || !found || !(*found >= least && *found <= most)) {
                refuse(key, "a number from " + plain(least) + " to " + plain(most));
            }
            value = *found;
        }
    }
    template <typename Whole>
    void whole(char const* key, Whole& value, std::int64_t least, std::int64_t most) {
        if (auto const* node = take(key)) {
            auto const found = node->value<std::int64_t>();
            if (!node->is_integer() || !found || *found < least || *found > most) {
                refuse(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
            }
            value = static_cast<Whole>(*found);
        }
    }
    void flag(char const* key, bool& value) {
        if (auto const* node = take(key)) {
            if (!node->is_boolean()) {
                refuse(key, "true or false");
            }
            value = *node->value<bool>();
        }
    }
    void text(char const* key, std::string& value) {
        if (auto const* node = take(key)) {
            if (!node->is_string()) {
                refuse(key, "a text in quotation marks");
            }
            value = *node->value<std::string>();
        }
    }
    void path(char const* key, std::filesystem::path const& folder, std::filesystem::path& value) {
        std::string written;
        text(key, written);
        if (!written.empty()) {
            value = folder / written;
        }
    }
    template <typename Value>
    void choice(char const* key, Value& value, std::initializer_list<std::pair<char const*, Value>> choices) {
        auto const* node = take(key);
        if (!node) {
            return;
        }
        std::string words;
        for (auto const& [word, meaning] : choices) {
            if (node->value<std::string>() == word) {
                value = meaning;
                return;
            }
            words += (words.empty() ? "" : ", ") + std::string("\"") + word + "\"";
        }
        refuse(key, "one of " + words);
    }
    toml::node const* take(char const* key) {
        known_ += (known_.empty() ? "" : ", ") + std::string(key);
        taken_.push_back(key);
        return table_ ? table_->get(key) : nullptr;
    }

    void refuse_unknown() const {
        if (!table_) {
            return;
        }
        for (auto const& [key, value] : *table_) {
            if (std::find(taken_.begin(), taken_.end(), key.str()) == taken_.end()) {
                throw Error("The configuration " + file_ + " sets " + shown(key.str()) + " in [" + name_ +
                            "], which is not known; known are " + known_ + ".");
            }
        }
    }

  private:
    static std::string plain(double value) {
        auto text = std::to_string(value);
        text.erase(text.find_last_not_of('0') + 1);
        return value >= huge ? "any" : text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
    }

    std::string name_, file_, known_;
    toml::table const* table_ = nullptr;
    std::vector<std::string> taken_;
};

void read_model(Section section, std::filesystem::path const& folder, TrainConfig& c) {
    section.path("base_model", folder, c.model.path);
    section.choice("base_type", c.model.type, {{"stored", BaseType::stored}, {"nf4", BaseType::nf4}});
    section.text("chat_template", c.model.chat_template);
    section.refuse_unknown();
    if (c.model.path.empty()) {
        section.refuse("base_model", "a GGUF file or the folder of a published model, and it must be there");
    }
}

void read_data(Section section, std::filesystem::path const& folder, TrainConfig& c) {
    section.path("train", folder, c.data.train);
    section.path("eval", folder, c.data.evaluation);
    section.whole("sequence_len", c.data.longest, 2, 1 << 20);
    section.choice("longer_rows", c.data.drops_longer, {{"refuse", false}, {"drop", true}});
    section.flag("shuffle", c.data.shuffles);
    section.refuse_unknown();
    if (c.data.train.empty() == c.speech.recordings.empty()) {
        section.refuse("train", c.data.train.empty() ? "a JSONL file, and it must be there"
                                                     : "nothing, which it must be where [speech] names recordings");
    }
}

void read_speech(Section section, std::filesystem::path const& folder, TrainConfig& c) {
    section.path("recordings", folder, c.speech.recordings);
    section.path("snac", folder, c.speech.snac);
    section.refuse_unknown();
    if (c.speech.recordings.empty() != c.speech.snac.empty()) {
        section.refuse(c.speech.snac.empty() ? "snac" : "recordings",
                       "a path: a folder of recordings and the SNAC codec as GGUF belong together");
    }
}

void read_lora(Section section, std::filesystem::path const& folder, TrainConfig& c) {
    section.whole("r", c.lora.rank, 1, 4096);
    section.number("alpha", c.lora.alpha, 0, huge);
    section.flag("rslora", c.lora.root_of_rank);
    section.path("adapter", folder, c.adapter);
    if (auto const* node = section.take("target_modules")) {
        c.lora.targets.clear();
        for (auto const& element : node->is_array() ? *node->as_array() : toml::array{}) {
            auto const projection = find_projection(element.value_or<std::string>(""));
            if (!projection) {
                c.lora.targets.clear();
                break;
            }
            c.lora.targets.push_back(*projection);
        }
        if (c.lora.targets.empty()) {
            section.refuse("target_modules",
                           "a list of some of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj");
        }
    }
    section.refuse_unknown();
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
    section.refuse_unknown();
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
    section.number("max_grad_norm", c.run.clip, 0, huge);
    section.refuse_unknown();
}

void read_run(Section section, std::filesystem::path const& folder, TrainConfig& c) {
    section.path("output_dir", folder, c.run.output);
    section.whole("micro_batch_size", c.run.micro_batch, 1, 1 << 16);
    section.whole("gradient_accumulation_steps", c.run.accumulation, 1, 1 << 16);
    section.number("num_epochs", c.run.epochs, 1e-6, 1e6);
    section.whole("max_steps", c.run.steps, 1, 1'000'000'000);
    section.whole("seed", c.run.seed, 0, std::numeric_limits<std::int64_t>::max());
    section.flag("gradient_checkpointing", c.run.checkpointing);
    section.whole("save_steps", c.run.save_every, 1, 1'000'000'000);
    section.whole("eval_steps", c.run.evaluate_every, 1, 1'000'000'000);
    section.whole("early_stopping_patience", c.run.patience, 1, 1'000'000'000);
    section.refuse_unknown();
    if (c.run.output.empty()) {
        section.refuse("output_dir", "a folder for what the run makes, and it must be there");
    }
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

} // namespace

TrainConfig parse_config(std::string_view text, std::string const& name, std::filesystem::path const& folder) {
    toml::table file;
    try {
        file = toml::parse(text, name);
    } catch (toml::parse_error const& error) {
        throw Error("The configuration " + name + " cannot be read at line " +
                    std::to_string(error.source().begin.line) +
                    "; it must be TOML, such as key = 1 or key = \"text\".");
    }
    refuse_unknown_sections(file, name);
    TrainConfig c;
    read_model({file, "model", name}, folder, c);
    read_speech({file, "speech", name}, folder, c);
    read_data({file, "data", name}, folder, c);
    read_lora({file, "lora", name}, folder, c);
    read_loss({file, "loss", name}, c);
    read_optimiser({file, "optimizer", name}, c);
    read_run({file, "run", name}, folder, c);
    return c;
}

TrainConfig read_config(std::filesystem::path const& path) {
    auto const bytes = read_input(path, {.what = "configuration", .most_bytes = 1U << 20U});
    return parse_config({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, path.string(), path.parent_path());
}

} // namespace echollama::train
