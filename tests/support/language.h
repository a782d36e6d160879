// What the tests of language models share: scenes, describers that say what they are told, the starter model.
#pragma once

#include "base/error.h"
#include "roles/roles.h"
#include "scene/build.h"
#include "support/support.h"

#include <string>
#include <vector>

namespace echollama::test {

using Sentences = std::vector<std::string>;

inline Scene scene_of(std::vector<Detection> const& detections) {
    return build_scene(detections, 640, 480, Intrinsics{.fx = 600, .fy = 600, .cx = 320, .cy = 240});
}

class FixedDescriber : public Describer {
  public:
    explicit FixedDescriber(std::string text, std::string failure = "")
        : text_(std::move(text)), failure_(std::move(failure)) {}
    void reply(Prompt const&, TextSink const& sink, std::stop_token) override {
        sink(text_);
        if (!failure_.empty()) {
            throw Error(failure_);
        }
    }

  private:
    std::string text_, failure_;
};

inline std::filesystem::path smollm() {
    return models_dir() / "smollm2-135m-instruct-q4_1.gguf";
}

} // namespace echollama::test
