// What is no speech gives no question, and what is speech gives one, in the whole chain that a conversation listens
// with: the detector's judgement of a stream, phrases, and the recogniser.
#include "listener/phrases.h"
#include "listener/vad_silero.h"
#include "listener/whisper_listener.h"
#include "media/sound/resample.h"
#include "support/hard_sound.h"
#include "support/listening.h"
#include "voice/voices.h"

#include <gtest/gtest.h>

#include <memory>

namespace echollama {
namespace {

using test::Samples;

class Questions : public testing::Test {
  protected:
    void SetUp() override {
        SKIP_WITHOUT(test::whisper_model());
        SKIP_WITHOUT(test::silero_model());
        WhisperOptions options;
        options.threads = 2;
        options.vad_model = test::silero_model();
        listener_ = make_whisper_listener(test::whisper_model(), options);
    }

    std::string heard(Samples const& sound) const {
        auto vad = std::make_shared<SileroVad>(test::silero_model());
        PhraseListener phrases(*listener_, silero_classifier(vad));
        std::string text;
        auto all = phrases.push(sound, "", {});
        auto const last = phrases.finish("", {});
        all.insert(all.end(), last.begin(), last.end());
        for (auto const& phrase : all) {
            text += phrase.text + " ";
        }
        return text;
    }
    void expect_nothing(std::vector<test::NamedSound> const& clips) const {
        for (auto const& clip : clips) {
            EXPECT_EQ(heard(clip.sound.samples), "") << clip.name;
        }
    }

    std::unique_ptr<Listener> listener_;
};

TEST_F(Questions, SixtySoundsWithoutSpeechGiveNone) {
    expect_nothing(test::sixty_sounds_without_speech());
}

TEST_F(Questions, SoundsOfOtherKindsGiveNone) {
    auto const clips = test::forty_other_sounds_without_speech();
    EXPECT_EQ(clips.size(), 40U);
    expect_nothing(clips);
}

// How much of it is recognised right is measured elsewhere (docs/performance.md); here none may be taken for noise.
TEST_F(Questions, SpokenOnesAreNotTakenForNoise) {
    SKIP_WITHOUT(test::models_dir() / "piper-joe");
    VoiceChoice choice;
    choice.name = "natural";
    auto const voice = make_speaker(choice, test::models_dir(), 2);
    auto vad = std::make_shared<SileroVad>(test::silero_model());
    std::vector<Samples> spoken;
    for (auto const* question :
         {"Where is the cup?", "Is there a dog?", "How far is it?", "What is next to the laptop?", "Why?",
          "How many chairs are there?", "What is on the left?", "Shorter.", "Can I sit down somewhere?",
          "And the other one?"}) {
        AudioBuffer sound{voice->sample_rate(), {}};
        voice->say(
            question, {},
            [&](AudioChunk&& c) { sound.samples.insert(sound.samples.end(), c.samples.begin(), c.samples.end()); }, {});
        auto const padded = resample(sound, speech_rate).samples;
        Samples all(speech_rate);
        all.insert(all.end(), padded.begin(), padded.end());
        all.resize(all.size() + speech_rate);
        spoken.push_back(std::move(all));
    }
    int missed = 0, asked = 0;
    for (std::size_t k = 0; k < spoken.size(); ++k) {
        auto const& clean = spoken[k];
        for (auto const& sound :
             {clean, test::with_noise(clean, test::pink_noise(clean.size(), k), 20),
              test::with_noise(clean, test::pink_noise(clean.size(), k), 10),
              test::with_noise(clean, test::babble(spoken, clean.size(), k), 20),
              test::in_a_room(clean, speech_rate, 0.3F, 20, k), test::in_a_room(clean, speech_rate, 0.3F, 10, k)}) {
            vad->reset();
            Endpointer endpointer(silero_classifier(vad));
            int phrases = 0;
            auto events = endpointer.push(sound);
            auto const last = endpointer.finish();
            events.insert(events.end(), last.begin(), last.end());
            for (auto const& event : events) {
                phrases += event.kind == SpeechEvent::Kind::ended ? 1 : 0;
            }
            missed += phrases == 0 ? 1 : 0;
            ++asked;
        }
    }
    EXPECT_LE(missed, asked / 50) << "of " << asked;
}

} // namespace
} // namespace echollama
