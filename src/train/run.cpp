#include "train/run.h"

#include "base/atomic_file.h"
#include "base/counter_rng.h"
#include "base/error.h"
#include "train/checkpoint.h"
#include "train/encoder.h"
#include "train/export.h"
#include "train/run_log.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <optional>

namespace echollama::train {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

// What a saved state may be gone on with: by more processes, too, that accumulate less.
std::string key_of(TrainConfig const& c, Task task, std::uint64_t model, TrainingData const& data, int processes) {
    char text[600];
    std::snprintf(
        text, sizeof(text), "%d %lld %a %d %d %a %a %a %d %a %a %a %a %a %d %lld %lld %lld %a %lld %a %llu %d",
        static_cast<int>(task), static_cast<long long>(c.lora.rank), c.lora.alpha, c.lora.root_of_rank,
        static_cast<int>(c.loss.kind), c.loss.beta, c.loss.label_smoothing, c.loss.simpo_margin,
        static_cast<int>(c.optimiser.kind), c.optimiser.beta1, c.optimiser.beta2, c.optimiser.eps,
        c.optimiser.weight_decay, c.rate, static_cast<int>(c.schedule.kind), static_cast<long long>(c.schedule.warm_up),
        static_cast<long long>(c.run.micro_batch), static_cast<long long>(c.run.accumulation * processes), c.run.epochs,
        static_cast<long long>(c.run.steps), c.run.clip, static_cast<unsigned long long>(c.run.seed), c.data.shuffles);
    std::string facts = text;
    facts += c.reference == Reference::start ? " start " : "";
    if (c.lora.dropout > 0) {
        std::snprintf(text, sizeof(text), " dropout %a ", c.lora.dropout);
        facts += text;
    }
    facts += c.run.precision == Precision::bf16 ? " bf16 " : c.run.precision == Precision::f16 ? " f16 " : "";
    for (auto projection : c.lora.targets) {
        facts += names_of(projection).short_name;
    }
    auto const hash = splitmix64(splitmix64(fnv1a64(facts), model), fingerprint(data.rows));
    std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

void make_folder(fs::path const& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error || !fs::is_directory(folder)) {
        throw Error("Cannot make the folder " + folder.string() + " (" + error.message() +
                    "); name another output_dir.");
    }
}

class Run {
  public:
    Run(Task task, TrainConfig const& config, RunHooks const& hooks)
        : task_(task), config_(config), hooks_(hooks), ranks_(hooks.ranks ? *hooks.ranks : alone_),
          workers_(hooks.threads) {}

    RunResult go() {
        check_folder();
        prepare();
        restore();
        std::optional<RunLog> log;
        if (ranks_.leads()) {
            write_facts();
            log.emplace(config_.run.output, trainer_->next_step());
        }
        auto const end = learn(log ? &*log : nullptr);
        RunResult result{end, trainer_->next_step(), trainer_->steps(), {}, {}};
        if (end != RunEnd::stopped && ranks_.leads()) {
            finish(result);
        }
        return result;
    }

  private:
    fs::path state_file() const { return config_.run.output / "state.safetensors"; }
    fs::path best_folder() const { return config_.run.output / "best"; }

    void check_folder() const {
        make_folder(config_.run.output);
        if (!ranks_.leads()) { // the first process tells
            return;
        }
        bool const begun = fs::exists(state_file());
        if (begun && !hooks_.resume) {
            throw Error("The folder " + config_.run.output.string() +
                        " holds a run already; go on with it by --resume, or name another output_dir.");
        }
        if (!begun && hooks_.resume) {
            throw Error("The folder " + config_.run.output.string() +
                        " holds no run to go on with; leave out --resume to begin one.");
        }
    }

    void prepare() {
        hooks_.stage("Reading the model");
        weights_ = load_llama(config_.model.path, config_.model.type);
        fingerprint_ = weights_.fingerprint();
        lora_.emplace(config_.lora, weights_, config_.run.seed);
        if (!config_.adapter.empty()) {
            lora_->read(fs::is_directory(config_.adapter) ? config_.adapter / "adapter_model.safetensors"
                                                          : config_.adapter);
        }
        network_.emplace(weights_, *lora_, workers_,
                         NetworkOptions{.positions = config_.data.longest,
                                        .checkpointing = config_.run.checkpointing,
                                        .device = config_.run.device,
                                        .precision = config_.run.precision,
                                        .device_memory = config_.run.device_memory << 20U});
        hooks_.stage("Reading the data");
        auto const encoder = make_encoder(config_.model, weights_.shape.vocabulary);
        auto data = read_data(training_file(encoder), encoder);
        if (!config_.data.evaluation.empty()) {
            evaluation_ = read_data(config_.data.evaluation, encoder);
        }
        key_ = key_of(config_, task_, fingerprint_, data, ranks_.count());
        trainer_.emplace(config_, task_, *lora_, *network_, std::move(data), &ranks_);
    }

    // run.json, for `report`.
    void write_facts() const {
        nlohmann::ordered_json facts;
        facts["task"] = task_ == Task::preferences ? "dpo" : "sft";
        facts["base_model"] = config_.model.path.stem().string();
        facts["parameters"] = weights_.count();
        std::size_t trainable = 0;
        for (auto const& parameter : lora_->parameters()) {
            trainable += parameter.values.size();
        }
        facts["trainable"] = trainable;
        facts["steps"] = trainer_->steps();
        facts["rows"] = trainer_->rows();
        for (auto const& key : config_.settings) {
            if (!key.value.empty()) { // paths are nobody else's business
                facts["settings"][key.name] = key.value;
            }
        }
        write_file_atomically(config_.run.output / "run.json", facts.dump(2) + "\n", "the run's facts");
    }

    fs::path training_file(Encoder const& encoder) const {
        if (config_.speech.recordings.empty()) {
            return config_.data.train;
        }
        if (!hooks_.make_rows) {
            throw Error("The configuration names recordings in [speech]; learn from them with 'echollama-train tts'.");
        }
        return hooks_.make_rows(config_.speech, encoder);
    }

    TrainingData read_data(fs::path const& file, Encoder const& encoder) {
        TrainingData data;
        data.rows = read_rows(file, task_, encoder, config_.data);
        if (task_ == Task::preferences && needs_reference(config_.loss.kind)) {
            auto const all = std::to_string(data.rows.size());
            bool const with_adapter = config_.reference == Reference::start;
            ReferenceWork const work{*network_,
                                     with_adapter,
                                     with_adapter ? splitmix64(fingerprint_, lora_->fingerprint()) : fingerprint_,
                                     static_cast<std::size_t>(config_.run.micro_batch),
                                     ranks_,
                                     config_.run.output};
            data.reference = reference_scores(work, data.rows, hooks_.stop, [&](std::size_t done) {
                hooks_.stage("Scoring the untrained model, row " + std::to_string(done) + " of " + all);
            });
        }
        return data;
    }

    void restore() {
        if (hooks_.resume) {
            saved_ = load_run(state_file(), *lora_, key_);
            trainer_->restore(saved_.state);
        }
    }

    void save() {
        if (!ranks_.leads()) {
            return;
        }
        saved_.state = trainer_->state();
        save_run(state_file(), saved_, *lora_, key_);
    }

    RunEnd learn(RunLog* log) {
        auto const begin = Clock::now();
        std::int64_t const first = trainer_->next_step();
        try {
            while (evaluate_when_due(log)) {
                if (trainer_->finished()) {
                    save();
                    return RunEnd::finished;
                }
                if (trainer_->next_step() > first && is_due(config_.run.save_every)) {
                    save();
                }
                auto const before = Clock::now();
                auto const report = trainer_->step(hooks_.stop);
                double const speed = static_cast<double>(report.tokens) / seconds_since(before);
                if (log) {
                    log->step(report, speed);
                }
                auto const done = static_cast<double>(trainer_->next_step() - first);
                auto const left = static_cast<double>(trainer_->steps() - trainer_->next_step());
                hooks_.step(report, trainer_->steps(), speed, seconds_since(begin) / done * left);
            }
        } catch (Cancelled const&) { // a stop is no failure: the run is saved and can go on
            save();
            return RunEnd::stopped;
        }
        save();
        return RunEnd::no_better;
    }

    // Every so many steps, and after the last one.
    bool is_due(std::int64_t every) const {
        return trainer_->finished() || (every > 0 && trainer_->next_step() % every == 0);
    }

    // False when it has not become better for too long. What a stop has cut short is done when the run goes on.
    bool evaluate_when_due(RunLog* log) {
        bool const done = saved_.evaluated == trainer_->next_step();
        if (done || evaluation_.rows.empty() || !is_due(config_.run.evaluate_every)) {
            return true;
        }
        auto const measures = trainer_->evaluate(evaluation_, hooks_.stop);
        if (log) {
            log->evaluation(trainer_->next_step() - 1, measures);
        }
        hooks_.evaluated(trainer_->next_step(), measures);
        saved_.evaluated = trainer_->next_step();
        bool const better = saved_.evaluations == 0 || measures.loss < saved_.best_loss;
        ++saved_.evaluations;
        saved_.without_better = better ? 0 : saved_.without_better + 1;
        if (better) {
            saved_.best_loss = measures.loss;
            if (config_.run.patience > 0 && ranks_.leads()) {
                write_peft_adapter(*lora_, config_.model.path, best_folder());
            }
        }
        return config_.run.patience == 0 || saved_.without_better < config_.run.patience;
    }

    void finish(RunResult& result) {
        if (fs::exists(best_folder())) {
            lora_->read(best_folder() / "adapter_model.safetensors");
        }
        result.adapter = config_.run.output / "adapter";
        result.gguf = config_.run.output / "adapter.gguf";
        write_peft_adapter(*lora_, config_.model.path, result.adapter);
        write_gguf_adapter(result.adapter, config_.model.path, result.gguf);
    }

    Task task_;
    TrainConfig const& config_;
    RunHooks const& hooks_;
    Ranks alone_;
    Ranks& ranks_;
    Workers workers_;
    LlamaWeights weights_;
    std::uint64_t fingerprint_ = 0;
    std::optional<Lora> lora_;
    std::optional<Network> network_;
    TrainingData evaluation_;
    std::string key_;
    std::optional<Trainer> trainer_;
    SavedRun saved_;
};

} // namespace

RunResult run_training(Task task, TrainConfig const& config, RunHooks const& hooks) {
    return Run(task, config, hooks).go();
}

} // namespace echollama::train
