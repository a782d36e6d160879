// From a picture to sentences and speech.
#pragma once

#include "base/timing.h"
#include "media/image_io.h"
#include "scene/prompt.h"
#include "stages/roles.h"

#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

// A model that loads in the background; get() waits for it and throws what loading threw.
template <typename Role>
using Loading = std::shared_future<std::shared_ptr<Role>>;

template <typename Role, typename Make>
Loading<Role> load_in_background(Timings& timings, std::string const& name, Make make) {
    return std::async(std::launch::async, [&timings, name, make] {
        return timings.measure("load " + name, [&] { return std::shared_ptr<Role>(make()); });
    });
}

struct DescribeModels {
    Loading<Detector> detector;
    Loading<Describer> describer; // not valid: the scene's own words only
    Loading<Speaker> speaker;     // not valid: text only
};

struct DescribeRequest {
    std::string question; // empty: describe
    PromptOptions prompts;
    SpeechOptions speech;
    float threshold = -1; // of the detector; negative: its own
};

// Called in order, each from one thread.
struct DescribeOutput {
    std::function<void(std::string const& sentence)> sentence;
    AudioSink audio; // first_sample counts over the whole answer
};

struct Description {
    std::vector<Detection> detections;
    Scene scene;
    Prompt prompt;
    std::vector<std::string> sentences;
};

// Detects, builds the scene, says the headline at once from the scene itself, then what the language model adds and the
// scene supports. Speech runs beside the writing. Throws Error of the detector; a describer or speaker that fails costs
// a warning and what it would have added. Returns early when stop is requested.
Description describe(LoadedImage const& picture, DescribeModels const& models, DescribeRequest const& request,
                     DescribeOutput const& output, Timings& timings, std::stop_token stop);

// The scene alone.
Scene look(LoadedImage const& picture, std::vector<Detection> const& detections, DepthMap const* depth = nullptr);

} // namespace echollama
