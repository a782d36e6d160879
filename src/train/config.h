// What a training run is told: a TOML file, whose keys are the field's own where it has any (axolotl, PEFT, TRL).
#pragma once

#include "train/model/lora.h"
#include "train/model/network.h"
#include "train/optim/loss.h"
#include "train/optim/schedule.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace echollama::train {

enum class Task { preferences, answers }; // dpo, sft

// What a preference is measured against: the model without an adapter, or with the one that the run begins with (after
// a warm-up by `sft`).
enum class Reference { base, start };

struct ModelConfig {
    std::filesystem::path path; // a GGUF file or the folder of a published model
    BaseType type = BaseType::stored;
    std::string chat_template = {}; // as for echollama; empty: the model's own
};

struct DataConfig {
    std::filesystem::path train, evaluation; // JSONL or Parquet; no evaluation: empty
    std::int64_t longest = 2048;             // tokens of a prompt with an answer
    bool drops_longer = false;               // rows above that are left out instead of refused
    bool shuffles = true;
};

// Recordings instead of rows: of `tts`.
struct SpeechConfig {
    std::filesystem::path recordings; // a folder as train/speech/speech_rows.h reads them; empty: none
    std::filesystem::path snac;       // the codec, GGUF
};

struct RunConfig {
    std::filesystem::path output;  // folder of the run
    std::int64_t micro_batch = 1;  // rows computed at once
    std::int64_t accumulation = 1; // micro-batches of one step
    double epochs = 1;
    std::int64_t steps = 0; // instead of epochs; 0: by epochs
    double clip = 1;        // largest norm of the gradient; 0: not clipped
    std::uint64_t seed = 0;
    bool checkpointing = false;
    std::int64_t save_every = 0, evaluate_every = 0; // steps; 0: at the end only
    std::int64_t patience = 0;                       // evaluations without a better loss until the run ends; 0: never
    std::string device = "cpu";                      // as nn::make_backend knows them
    Precision precision = Precision::f32;            // of a device
    std::uint64_t device_memory = 0;                 // megabytes that a device may give; 0: what it has free
};

// A key of a configuration, what it may be ("a number from 0 to 10"), and what it is.
struct ConfigKey {
    enum class Kind { path, text, words, other }; // words: several, between commas on the command line
    std::string section, name, wanted;
    Kind kind = Kind::other;
    std::string value = {}; // of paths nothing
};

struct TrainConfig {
    ModelConfig model;
    DataConfig data;
    SpeechConfig speech = {};
    LoraOptions lora;
    std::filesystem::path adapter; // to begin with; empty: a new one
    PreferenceOptions loss;
    Reference reference = Reference::base;
    AdamWOptions optimiser;
    double rate = 2e-5;
    Schedule schedule; // its steps are set when the data are known
    RunConfig run;
    std::vector<ConfigKey> settings = {}; // all of the above as it was read, for whoever tells of the run
};

// All of them, no name twice.
std::vector<ConfigKey> config_keys();

// "--learning-rate" of learning_rate.
std::string flag_of(std::string const& key);

// A key that the command line sets, before whatever the file says of it.
struct ConfigFlag {
    std::string key, value;
};

// Text of a TOML file; `name` is its name for messages. Relative paths are seen from `folder`. Throws Error naming the
// line, or the key and what it may be: keys that are not known are refused.
// A wrong flag is a UsageError; paths of flags are seen from the working folder.
TrainConfig parse_config(std::string_view text, std::string const& name, std::filesystem::path const& folder,
                         std::vector<ConfigFlag> const& flags = {});
// An empty path: the flags say everything.
TrainConfig read_config(std::filesystem::path const& path, std::vector<ConfigFlag> const& flags = {});

} // namespace echollama::train
