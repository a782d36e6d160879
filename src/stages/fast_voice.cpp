#include "base/error.h"
#include "base/log.h"
#include "stages/espeak.h"
#include "stages/voices.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

class FastVoice : public Speaker {
  public:
    explicit FastVoice(std::string language) : language_(std::move(language)), rate_(espeak::sample_rate()) {}

    int sample_rate() const override { return rate_; }

    void say(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
             std::stop_token stop) override {
        espeak::Voice voice{language_, static_cast<int>(std::lround(175 * options.rate)),
                            static_cast<int>(std::lround(50 * options.pitch))};
        std::int64_t at = 0;
        espeak::speak(sentence, voice, [&](std::span<float const> samples, std::vector<SpokenWord> words) {
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

std::unique_ptr<Speaker> make_speaker(std::string const& voice, std::filesystem::path const& models_dir, int threads) {
    if (voice == "fast") {
        return make_fast_voice();
    }
    if (voice != "natural" && voice != "joe") {
        return make_piper_voice(voice, threads);
    }
    try {
        return make_piper_voice(models_dir / "piper-joe", threads);
    } catch (Error const& error) {
        log::warning(std::string(error.what()) + " The fast voice speaks instead.");
        return make_fast_voice();
    }
}

} // namespace echollama
