#include "base/error.h"
#include "media/sound/time_stretch.h"
#include "text/speech_text.h"
#include "voice/clauses.h"
#include "voice/espeak.h"
#include "voice/kokoro_phonemes.h"
#include "voice/sherpa.h"
#include "voice/voice_folder.h"
#include "voice/voices.h"

#include <algorithm>

namespace echollama {
namespace fs = std::filesystem;
namespace {

class SherpaVoice : public Speaker {
  public:
    SherpaVoice(fs::path const& path, std::string const& speaker, int threads)
        : folder_(read_voice_folder(path)), api_(sherpa()), speaker_(find_speaker(folder_, speaker)),
          language_(speaker_language(folder_, speaker_)) {
        espeak::sample_rate(); // fails here, not at the first sentence, where there is nothing to make phonemes
        auto const model = folder_.model.string(), tokens = folder_.tokens.string(), voices = folder_.voices.string();
        SherpaOnnxOfflineTtsConfig config{};
        if (folder_.kind == VoiceFolder::Kind::kokoro) {
            config.model.kokoro.model = model.c_str();
            config.model.kokoro.voices = voices.c_str();
            config.model.kokoro.tokens = tokens.c_str();
            config.model.kokoro.length_scale = 1;
        } else {
            config.model.vits.model = model.c_str();
            config.model.vits.tokens = tokens.c_str();
            config.model.vits.noise_scale = folder_.noise_scale;
            config.model.vits.noise_scale_w = folder_.noise_w;
            config.model.vits.length_scale = folder_.length_scale;
        }
        config.model.num_threads = std::clamp(threads, 1, 4);
        config.model.provider = "cpu";
        config.max_num_sentences = 1;
        voice_ = api_.create(&config);
        if (!voice_) {
            throw Error("The voice in " + path.string() + " cannot be loaded; install it again.");
        }
        rate_ = api_.sample_rate(voice_);
    }
    ~SherpaVoice() override { api_.destroy(voice_); }
    SherpaVoice(SherpaVoice const&) = delete;
    SherpaVoice& operator=(SherpaVoice const&) = delete;

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
        if (folder_.kind == VoiceFolder::Kind::kokoro) {
            codes = kokoro_phonemes(codes, language_);
        }
        TimeStretch stretch(rate_, options.rate, options.pitch);
        for (auto const& clause : clauses(codes)) {
            if (stop.stop_requested()) {
                break;
            }
            auto const samples = synthesise(clause);
            for (std::size_t i = 0; i < samples.size() && !stop.stop_requested(); i += piece) {
                deliver(stretch.push(std::span(samples).subspan(i, std::min(piece, samples.size() - i))), false);
            }
        }
        deliver(stretch.finish(), false);
        deliver({}, true);
    }

  private:
    static constexpr std::size_t piece = 4096; // samples a chunk, so that stopping is quick

    std::vector<float> synthesise(std::span<std::int32_t const> codes) {
        auto length = static_cast<std::int32_t>(codes.size());
        SherpaOnnxGenerationConfig config{};
        config.speed = 1;
        config.sid = speaker_;
        config.silence_scale = 0.2F;
        config.phoneme_codepoints = codes.data();
        config.phoneme_codepoints_lens = &length;
        config.phoneme_codepoints_num_sentences = 1;
        auto const* audio = api_.generate(voice_, "", &config, nullptr, nullptr);
        if (!audio) {
            throw Error("The natural voice could not speak a sentence; try --voice fast.");
        }
        std::vector<float> samples(audio->samples, audio->samples + audio->n);
        api_.destroy_audio(audio);
        return samples;
    }

    VoiceFolder folder_;
    Sherpa const& api_;
    int speaker_;
    std::string language_; // espeak-ng voice of the phonemes
    SherpaOnnxOfflineTts const* voice_ = nullptr;
    int rate_ = 0;
};

} // namespace

std::unique_ptr<Speaker> make_sherpa_voice(fs::path const& path, std::string const& speaker, int threads) {
    return std::make_unique<SherpaVoice>(path, speaker, threads);
}

} // namespace echollama
