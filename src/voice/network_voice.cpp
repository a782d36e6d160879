#include "media/sound/time_stretch.h"
#include "text/speech_text.h"
#include "voice/clauses.h"
#include "voice/espeak.h"
#include "voice/kokoro_phonemes.h"
#include "voice/pauses.h"
#include "voice/phoneme_ids.h"
#include "voice/voice_network.h"
#include "voice/voices.h"

#include <algorithm>

namespace echollama {
namespace fs = std::filesystem;
namespace {

class NetworkVoice : public Speaker {
  public:
    NetworkVoice(VoiceFolder const& folder, int speaker, int threads)
        : kind_(folder.kind), rate_(folder.sample_rate), language_(speaker_language(folder, speaker)),
          ids_(read_phoneme_ids(folder.tokens, folder.kind)), network_(open_voice_network(folder, speaker, threads)) {
        espeak::sample_rate(); // fails here, not at the first sentence, where there is nothing to make phonemes
    }

    int sample_rate() const override { return rate_; }

    void say(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
             std::stop_token stop) override {
        std::int64_t at = 0;
        auto deliver = [&](std::vector<float> samples, bool end) {
            auto count = static_cast<std::int64_t>(samples.size());
            sink({std::move(samples), rate_, at, end});
            at += count;
        };
        auto codes = espeak::phonemes(spoken_text(sentence, language_), language_);
        if (kind_ == VoiceFolder::Kind::kokoro) {
            codes = kokoro_phonemes(codes, language_);
        }
        TimeStretch stretch(rate_, options.rate, options.pitch);
        for (auto const& clause : clauses(codes, options.soon)) {
            if (stop.stop_requested()) {
                break;
            }
            PauseShortener pauses(rate_);
            auto hand_out = [&](std::vector<float> const& samples) {
                for (std::size_t i = 0; i < samples.size() && !stop.stop_requested(); i += piece) {
                    deliver(stretch.push(std::span(samples).subspan(i, std::min(piece, samples.size() - i))), false);
                }
            };
            network_->run(
                phoneme_ids(ids_, kind_, clause), [&](auto samples) { hand_out(pauses.push(samples)); }, stop);
            hand_out(pauses.finish());
        }
        deliver(stretch.finish(), false);
        deliver({}, true);
    }

  private:
    static constexpr std::size_t piece = 4096; // samples a chunk, so that stopping is quick

    VoiceFolder::Kind kind_;
    int rate_;
    std::string language_; // espeak-ng voice of the phonemes
    PhonemeIds ids_;
    std::unique_ptr<VoiceNetwork> network_;
};

} // namespace

std::unique_ptr<Speaker> make_network_voice(fs::path const& path, std::string const& speaker, int threads) {
    constexpr int most_threads = 4;
    auto const folder = read_voice_folder(path);
    return std::make_unique<NetworkVoice>(folder, find_speaker(folder, speaker), std::clamp(threads, 1, most_threads));
}

} // namespace echollama
