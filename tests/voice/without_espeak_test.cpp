// What is left where the program is built without espeak-ng; skipped where it has it.
#include "base/error.h"
#include "support/support.h"
#include "voice/espeak.h"
#include "voice/voices.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

class WithoutEspeak : public testing::Test {
  protected:
    void SetUp() override {
        if (espeak::is_built_in()) {
            GTEST_SKIP() << "needs a build with ECHOLLAMA_ESPEAK=OFF";
        }
    }
};

std::string refusal_of(VoiceChoice const& choice, std::filesystem::path const& models) {
    try {
        make_speaker(choice, models, 1);
        return "nothing was refused";
    } catch (Error const& error) {
        return error.what();
    }
}

TEST_F(WithoutEspeak, EveryVoiceButOrpheusSaysWhyItCannotSpeak) {
    test::TempDir empty;
    for (char const* name : {"natural", "joe", "fast", "tara", "none"}) {
        EXPECT_NE(refusal_of({.name = name}, empty.path()).find("built without espeak-ng"), std::string::npos) << name;
    }
    EXPECT_NE(refusal_of({.model = empty.path()}, empty.path()).find("built without espeak-ng"), std::string::npos);
}

TEST_F(WithoutEspeak, AnInstalledNaturalVoiceIsRefusedWhenItIsMade) {
    auto const voice = test::models_dir() / "piper-joe";
    SKIP_WITHOUT(voice);
    EXPECT_THROW(make_network_voice(voice, "", 1), Error);
}

TEST_F(WithoutEspeak, OrpheusIsAskedFor) {
    test::TempDir empty;
    auto const told = refusal_of({.model = empty / "orpheus.gguf"}, empty.path());
    EXPECT_EQ(told.find("built without espeak-ng"), std::string::npos) << told;
}

} // namespace
} // namespace echollama
