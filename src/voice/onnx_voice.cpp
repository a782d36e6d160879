#include "base/error.h"
#include "media/sound/time_stretch.h"
#include "onnx/session.h"
#include "text/speech_text.h"
#include "voice/clauses.h"
#include "voice/espeak.h"
#include "voice/kokoro_phonemes.h"
#include "voice/pauses.h"
#include "voice/phoneme_ids.h"
#include "voice/voice_folder.h"
#include "voice/voices.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace echollama {
namespace fs = std::filesystem;
namespace {

using Samples = std::vector<float>;

// What makes sound of a clause's numbers.
class VoiceNetwork {
  public:
    VoiceNetwork(VoiceFolder const& folder, int threads, onnx::Optimise optimise)
        : session_(folder.model, threads, optimise), folder_(folder.model.parent_path()) {}
    virtual ~VoiceNetwork() = default;
    VoiceNetwork(VoiceNetwork const&) = delete;
    VoiceNetwork& operator=(VoiceNetwork const&) = delete;

    // Empty when it was stopped.
    virtual Samples run(std::vector<std::int64_t> const& ids, std::stop_token const& stop) const = 0;

  protected:
    // The names are those of the file, for exports differ in them.
    std::string const& input_name(std::size_t index) const {
        if (index >= session_.inputs().size()) {
            throw Error("The voice in " + folder_.string() + " cannot be used: its network takes " +
                        std::to_string(session_.inputs().size()) + " inputs; install it again.");
        }
        return session_.inputs()[index].name;
    }
    std::size_t input_count() const { return session_.inputs().size(); }
    Samples sound(std::vector<onnx::Input> const& inputs, std::stop_token const& stop) const {
        auto const outputs = session_.run(inputs, stop);
        return outputs.empty() ? Samples{} : Samples(outputs[0].values.begin(), outputs[0].values.end());
    }

  private:
    onnx::Session session_;
    fs::path folder_;
};

std::vector<std::int64_t> row_of(std::size_t count) {
    return {1, static_cast<std::int64_t>(count)};
}

// Phonemes, their count, three scales, and the speaker where there are several (Piper's export_onnx.py). The runtime's
// work on the graph does not make it faster, and takes 0.2 s of a start.
class PiperNetwork : public VoiceNetwork {
  public:
    PiperNetwork(VoiceFolder const& folder, int speaker, int threads)
        : VoiceNetwork(folder, threads, onnx::Optimise::nothing), scales_{folder.noise_scale, folder.length_scale,
                                                                          folder.noise_w},
          speaker_(speaker) {
        input_name(2);
    }

    Samples run(std::vector<std::int64_t> const& ids, std::stop_token const& stop) const override {
        auto const length = static_cast<std::int64_t>(ids.size());
        std::vector<onnx::Input> inputs{{input_name(0), row_of(ids.size()), std::span(ids)},
                                        {input_name(1), {1}, std::span(&length, 1)},
                                        {input_name(2), {3}, std::span<float const>(scales_)}};
        if (input_count() > 3) {
            inputs.push_back({input_name(3), {1}, std::span(&speaker_, 1)});
        }
        return sound(inputs, stop);
    }

  private:
    std::array<float, 3> scales_;
    std::int64_t speaker_;
};

// Phonemes, the speaker's style for a clause of that length, and the speed (hexgrad/kokoro, KModelForONNX).
class KokoroNetwork : public VoiceNetwork {
  public:
    KokoroNetwork(VoiceFolder const& folder, int speaker, int threads)
        : VoiceNetwork(folder, threads, onnx::Optimise::everything), width_(folder.style_width),
          styles_(folder.style_rows * folder.style_width) {
        input_name(2);
        std::ifstream file(folder.voices, std::ios::binary);
        auto const bytes = styles_.size() * sizeof(float);
        file.seekg(static_cast<std::streamoff>(bytes) * speaker);
        file.read(reinterpret_cast<char*>(styles_.data()), static_cast<std::streamsize>(bytes));
        if (!file || styles_.empty()) {
            throw Error("The voice's file " + folder.voices.string() + " cannot be read; install the voice again.");
        }
    }

    Samples run(std::vector<std::int64_t> const& ids, std::stop_token const& stop) const override {
        constexpr std::size_t zeros_around = 2;
        float const speed = 1;
        auto const row = std::min(ids.size() - zeros_around, styles_.size() / width_ - 1);
        auto const style = std::span<float const>(styles_).subspan(row * width_, width_);
        return sound({{input_name(0), row_of(ids.size()), std::span(ids)},
                      {input_name(1), row_of(width_), style},
                      {input_name(2), {1}, std::span(&speed, 1)}},
                     stop);
    }

  private:
    std::size_t width_;
    std::vector<float> styles_; // rows of width_: one for each count of phonemes
};

std::unique_ptr<VoiceNetwork> open_network(VoiceFolder const& folder, int speaker, int threads) {
    if (folder.kind == VoiceFolder::Kind::kokoro) {
        return std::make_unique<KokoroNetwork>(folder, speaker, threads);
    }
    return std::make_unique<PiperNetwork>(folder, speaker, threads);
}

class OnnxVoice : public Speaker {
  public:
    OnnxVoice(VoiceFolder const& folder, int speaker, int threads)
        : kind_(folder.kind), rate_(folder.sample_rate), language_(speaker_language(folder, speaker)),
          ids_(read_phoneme_ids(folder.tokens, folder.kind)), network_(open_network(folder, speaker, threads)) {
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
            auto const samples = shorten_pauses(network_->run(phoneme_ids(ids_, kind_, clause), stop), rate_);
            for (std::size_t i = 0; i < samples.size() && !stop.stop_requested(); i += piece) {
                deliver(stretch.push(std::span(samples).subspan(i, std::min(piece, samples.size() - i))), false);
            }
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

std::unique_ptr<Speaker> make_onnx_voice(fs::path const& path, std::string const& speaker, int threads) {
    constexpr int most_threads = 4;
    auto const folder = read_voice_folder(path);
    return std::make_unique<OnnxVoice>(folder, find_speaker(folder, speaker), std::clamp(threads, 1, most_threads));
}

} // namespace echollama
