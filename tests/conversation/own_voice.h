// The program's own voice in its microphone: the same tests for every way of telling speech from noise.
#pragma once

#include "listener/vad.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <ostream>
#include <vector>

namespace echollama {

struct SpeechDetector {
    char const* name;
    std::filesystem::path needs; // the tests are skipped without it
    std::function<FrameClassifier()> make;
};

inline void PrintTo(SpeechDetector const& detector, std::ostream* out) { // in the names of the tests
    *out << detector.name;
}

class OwnVoice : public testing::TestWithParam<SpeechDetector> {
  protected:
    void SetUp() override;

    std::vector<std::vector<float>> answers_; // of five seconds
    std::vector<float> other_;                // somebody who speaks over them
};

} // namespace echollama
