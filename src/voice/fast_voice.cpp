#include "text/speech_text.h"
#include "voice/espeak.h"
#include "voice/voices.h"

#include <cmath>

namespace echollama {
namespace {

class FastVoice : public Speaker {
  public:
    explicit FastVoice(std::string language) : language_(std::move(language)), rate_(espeak::sample_rate()) {}

    int sample_rate() const override { return rate_; }

    void say(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
             std::stop_token stop) override {
        espeak::Voice voice;
        voice.name = language_;
        voice.words_per_minute = static_cast<int>(std::lround(normal_words_per_minute * options.rate));
        voice.pitch = static_cast<int>(std::lround(50 * options.pitch));
        std::int64_t at = 0;
        auto const text = spoken_text(sentence, language_);
        espeak::speak(text, voice, [&](std::span<float const> samples, std::vector<SpokenWord> words) {
            sink({{samples.begin(), samples.end()}, rate_, at, false, 1, std::move(words)});
            at += static_cast<std::int64_t>(samples.size());
            return !stop.stop_requested();
        });
        sink({{}, rate_, at, true});
    }

  private:
    std::string language_;
    int rate_;
};

} // namespace

std::unique_ptr<Speaker> make_fast_voice(std::string const& language) {
    return std::make_unique<FastVoice>(language);
}

} // namespace echollama
