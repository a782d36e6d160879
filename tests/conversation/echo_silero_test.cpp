// The tests of echo_test.cpp with Silero's detector; apart from them, for they also run without networks.
#include "conversation/own_voice.h"
#include "listener/vad_silero.h"
#include "support/listening.h"

#include <memory>

namespace echollama {
namespace {

FrameClassifier silero() {
    return silero_classifier(std::make_shared<SileroVad>(test::silero_model()));
}

} // namespace

INSTANTIATE_TEST_SUITE_P(Networks, OwnVoice, testing::Values(SpeechDetector{"Silero", test::silero_model(), silero}));

} // namespace echollama
