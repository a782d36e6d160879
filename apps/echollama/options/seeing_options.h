// What describe, scene, ask and chat look at, and with which models.
#pragma once

#include "app.h"
#include "captioner/captioner.h"
#include "models/stage_files.h"
#include "pipeline/input.h"
#include "pipeline/see.h"

#include <filesystem>
#include <vector>

namespace echollama {

struct SeeingOptions {
    InputOptions input;
    std::filesystem::path detector; // empty: the starter's
    std::filesystem::path depth;    // empty: none
    CaptionerFiles captioner;       // no model: none
    std::filesystem::path reader;   // empty: the starter's, where it is installed
    bool no_reading = false;
    float threshold = -1; // negative: the detector's own
};

// The input with all that may be said about it; for commands that look at a picture.
void add_input_options(Command& command, InputOptions& options);

// The input, the models that look at it, and the threshold.
enum class ImageNeed { required, optional };
void add_seeing_options(Command& command, SeeingOptions& options, ImageNeed need = ImageNeed::required);

// The same without an input; for commands that look at many pictures.
void add_seeing_model_options(Command& command, SeeingOptions& options);

// The detector that is named, else that of the set, else the starters' panel.
struct ChosenDetector {
    std::filesystem::path file; // of the panel the first
    bool panel = false;
    StageFiles stage() const;
    std::unique_ptr<Detector> make(int threads, std::string const& device) const;
};
ChosenDetector chosen_detector(AppContext const& context, std::filesystem::path const& named);

// The folder of the model that reads: the one named, else the starter's; empty where that is not installed.
std::filesystem::path reader_folder(AppContext const& context, std::filesystem::path const& named);

// What load_seeing_models() loads, for decide_devices(). Throws Error for a model that is not there.
std::vector<StageFiles> seeing_stages(AppContext const& context, SeeingOptions const& options);

SeeingModels load_seeing_models(AppContext const& context, SeeingOptions const& options, Timings& timings);

} // namespace echollama
