#include "base/error.h"
#include "media/time_stretch.h"
#include "stages/espeak.h"
#include "stages/sherpa.h"
#include "stages/voices.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

namespace echollama {
namespace fs = std::filesystem;
namespace {

struct PiperFiles {
    std::string model, tokens, language;
    float noise_scale = 0.667F, noise_w = 0.8F, length_scale = 1.0F;
};

// onnxruntime ends the program on some broken files, so size and completeness are checked before it opens one.
PiperFiles read_folder(fs::path const& folder) {
    auto fail = [&](std::string const& why) {
        return Error("The voice in " + folder.string() + " cannot be used: " + why +
                     ". Install it again with 'echollama models install'.");
    };
    std::ifstream file(folder / "voice.json");
    if (!file) {
        throw fail("its file voice.json is missing");
    }
    PiperFiles files;
    std::uint64_t model_bytes = 0;
    try {
        auto const settings = nlohmann::json::parse(file);
        model_bytes = settings.at("model_bytes").get<std::uint64_t>();
        files.language = settings.at("voice").get<std::string>();
        files.noise_scale = settings.at("noise_scale").get<float>();
        files.noise_w = settings.at("noise_w").get<float>();
        files.length_scale = settings.at("length_scale").get<float>();
    } catch (std::exception const& error) {
        throw fail("its file voice.json is damaged");
    }
    std::error_code failed;
    if (fs::file_size(folder / "model.onnx", failed) != model_bytes || failed) {
        throw fail("its file model.onnx is missing or cut short");
    }
    if (!fs::exists(folder / "tokens.txt", failed)) {
        throw fail("its file tokens.txt is missing");
    }
    files.model = (folder / "model.onnx").string();
    files.tokens = (folder / "tokens.txt").string();
    return files;
}

class PiperVoice : public Speaker {
  public:
    PiperVoice(fs::path const& folder, int threads) : files_(read_folder(folder)), api_(sherpa()) {
        SherpaOnnxOfflineTtsConfig config{};
        config.model.vits.model = files_.model.c_str();
        config.model.vits.tokens = files_.tokens.c_str();
        config.model.vits.noise_scale = files_.noise_scale;
        config.model.vits.noise_scale_w = files_.noise_w;
        config.model.vits.length_scale = files_.length_scale;
        config.model.num_threads = std::clamp(threads, 1, 4);
        config.model.provider = "cpu";
        config.max_num_sentences = 1;
        voice_ = api_.create(&config);
        if (!voice_) {
            throw Error("The voice in " + folder.string() +
                        " cannot be loaded; install it again with 'echollama models install'.");
        }
        rate_ = api_.sample_rate(voice_);
    }
    ~PiperVoice() override { api_.destroy(voice_); }
    PiperVoice(PiperVoice const&) = delete;
    PiperVoice& operator=(PiperVoice const&) = delete;

    int sample_rate() const override { return rate_; }

    void say(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
             std::stop_token stop) override {
        std::int64_t at = 0;
        auto deliver = [&](std::vector<float> samples, bool end) {
            auto count = static_cast<std::int64_t>(samples.size());
            sink({std::move(samples), rate_, at, end});
            at += count;
        };
        auto codes = espeak::phonemes(sentence, files_.language);
        if (!codes.empty() && !stop.stop_requested()) {
            auto samples = synthesise(codes);
            TimeStretch stretch(rate_, options.rate, options.pitch);
            for (std::size_t i = 0; i < samples.size() && !stop.stop_requested(); i += piece) {
                deliver(stretch.push(std::span(samples).subspan(i, std::min(piece, samples.size() - i))), false);
            }
            deliver(stretch.finish(), false);
        }
        deliver({}, true);
    }

  private:
    static constexpr std::size_t piece = 4096; // samples a chunk, so that stopping is quick

    std::vector<float> synthesise(std::vector<std::int32_t> const& codes) {
        auto length = static_cast<std::int32_t>(codes.size());
        SherpaOnnxGenerationConfig config{};
        config.speed = 1;
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

    PiperFiles files_;
    Sherpa const& api_;
    SherpaOnnxOfflineTts const* voice_ = nullptr;
    int rate_ = 0;
};

} // namespace

std::unique_ptr<Speaker> make_piper_voice(fs::path const& folder, int threads) {
    return std::make_unique<PiperVoice>(folder, threads);
}

} // namespace echollama
