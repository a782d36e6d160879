// Which model plays a role: the one that an option names, by path or by name, else that of the best set of models that
// is installed.
#pragma once

#include "app.h"
#include "models/memory_plan.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

// What a model file or folder is, told by its content.
struct ModelKind {
    std::string role;  // detector, depth, language, adapter, speaker, codec, listener, pauses, reader, classifier,
                       // encoder; "published": not converted yet; empty: not known
    std::string title; // "a depth model"
};
ModelKind kind_of_model(std::filesystem::path const& model);

// What an option takes, for kind_of_model and for messages.
struct ModelOption {
    std::string option; // "--detector"
    std::string wants;  // "a detector"
    std::vector<std::string> roles;
};
extern ModelOption const detector_option, depth_option, captioner_option, llm_option, lora_option, voice_model_option,
    codec_option, ear_option, vad_option, reader_option, voice_option, encoder_option, quantize_option, merge_option,
    merged_option, base_option;

// The file or folder that the option names: a path; or in the models folder the model of that name, with or without
// what stands behind its dot; or hf:OWNER/NAME[:QUANT] that was pulled. An empty name is none. Throws Error: when there
// is no such model, saying how to get it, and when it is one of another kind, saying of which.
std::filesystem::path chosen_model(AppContext const& context, ModelOption const& option,
                                   std::filesystem::path const& named);

// The models of a preset that are installed, by their roles. What is empty is the starters'.
struct ModelSet {
    std::string preset; // empty: starters
    std::filesystem::path detector = {}, depth = {}, captioner = {}, llm = {}, speaker = {}, codec = {}, listener = {},
                          pauses = {};
    std::vector<std::filesystem::path> adapters = {};         // of the language model
    std::vector<std::filesystem::path> speaker_adapters = {}; // of the voice
    std::string voice = {};                                   // of the speaker: a name, or "none"
};

// --preset, else the best preset that is complete and fits into memory (--memory, else what is free); told with
// --verbose. Throws Error when --preset names one that is none or is not complete.
ModelSet const& model_set(AppContext const& context);

// A voice that was published as an adapter, and the model of the list that it belongs to.
struct TaughtVoice {
    std::filesystem::path base, adapter;
};
// nullopt: it is a voice by itself. Throws Error when its base is not known or not installed.
std::optional<TaughtVoice> taught_voice(AppContext const& context, std::filesystem::path const& model);

// The voice that a model of a voice speaks with unless another is asked for: an Orpheus that was taught one voice has
// no name for it.
std::string usual_voice(std::filesystem::path const& model);

// The model that tells speech from noise and pauses: the one that --vad names, else the set's, else the starter. Empty:
// none is installed, and what is loud is taken for speech.
std::filesystem::path pauses_model(AppContext const& context, std::filesystem::path const& named = {});

// The starters' language model, taught to tell of scenes or as it was published: the larger one where it was installed
// (./run --better) and fits.
std::string starter_language_model(AppContext const& context, bool untaught = false);

// What describing aloud with a preset takes, of the starters with those that are installed; and with the set above.
MemoryPlan plan_of_preset(AppContext const& context, std::string const& preset);
MemoryPlan plan_of_set(AppContext const& context);

} // namespace echollama
