#include "voice/voice_network.h"

#include "base/counter_rng.h"
#include "base/error.h"
#include "networks/vits.h"
#include "onnx/session.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace echollama {
namespace fs = std::filesystem;
namespace {

// Piper's networks on our own layers: the sound comes piece by piece.
class VitsNetwork : public VoiceNetwork {
  public:
    VitsNetwork(VoiceFolder const& folder, int threads)
        : vits_(folder.model, threads), scales_{folder.noise_scale, folder.noise_w, folder.length_scale} {}

    bool tells_begins() const override { return true; }

    void run(std::vector<std::int64_t> const& ids, Sink const& sink, std::stop_token const& stop) override {
        // A quarter of a second is soon made; what is heard meanwhile lasts for the larger pieces that follow, of which
        // less is made twice.
        constexpr std::int64_t first_piece = 24, later_piece = 96;
        try {
            auto const speech = vits_.prepare(ids, scales_, {.seed = seed_of(ids)}, stop);
            sink.begins(begins_of(speech));
            std::int64_t next = 0;
            for (std::int64_t at = 0; at < speech.frames; at = next) {
                next = at + (at == 0 ? first_piece : later_piece);
                sink.sound(vits_.samples(speech, at, next, stop));
            }
        } catch (Cancelled const&) {
            // what was made is handed out
        }
    }

  private:
    std::vector<std::int64_t> begins_of(VitsSpeech const& speech) const {
        std::vector<std::int64_t> begins;
        std::int64_t frame = 0;
        for (auto const duration : speech.durations) {
            begins.push_back(frame * vits_.samples_per_frame());
            frame += duration;
        }
        return begins;
    }

    // The same clause always sounds the same.
    static std::uint64_t seed_of(std::vector<std::int64_t> const& ids) {
        return fnv1a64({reinterpret_cast<char const*>(ids.data()), ids.size() * sizeof(ids[0])});
    }

    Vits vits_;
    VitsScales scales_;
};

class OnnxNetwork : public VoiceNetwork {
  public:
    OnnxNetwork(VoiceFolder const& folder, int threads, onnx::Optimise optimise)
        : session_(folder.model, threads, optimise), folder_(folder.model.parent_path()) {}

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
    void sound(std::vector<onnx::Input> const& inputs, Sink const& sink, std::stop_token const& stop) const {
        if (auto const outputs = session_.run(inputs, stop); !outputs.empty()) {
            sink.sound(outputs[0].values);
        }
    }

  private:
    onnx::Session session_;
    fs::path folder_;
};

std::vector<std::int64_t> row_of(std::size_t count) {
    return {1, static_cast<std::int64_t>(count)};
}

// Piper's other networks: phonemes, their count, three scales, and the speaker where there are several (Piper's
// export_onnx.py). The runtime's work on the graph does not make it faster, and takes 0.2 s of a start.
class PiperNetwork : public OnnxNetwork {
  public:
    PiperNetwork(VoiceFolder const& folder, int speaker, int threads)
        : OnnxNetwork(folder, threads, onnx::Optimise::nothing), scales_{folder.noise_scale, folder.length_scale,
                                                                         folder.noise_w},
          speaker_(speaker) {
        input_name(2);
    }

    void run(std::vector<std::int64_t> const& ids, Sink const& sink, std::stop_token const& stop) override {
        auto const length = static_cast<std::int64_t>(ids.size());
        std::vector<onnx::Input> inputs{{input_name(0), row_of(ids.size()), std::span(ids)},
                                        {input_name(1), {1}, std::span(&length, 1)},
                                        {input_name(2), {3}, std::span<float const>(scales_)}};
        if (input_count() > 3) {
            inputs.push_back({input_name(3), {1}, std::span(&speaker_, 1)});
        }
        sound(inputs, sink, stop);
    }

  private:
    std::array<float, 3> scales_;
    std::int64_t speaker_;
};

// Phonemes, the speaker's style for a clause of that length, and the speed (hexgrad/kokoro, KModelForONNX).
class KokoroNetwork : public OnnxNetwork {
  public:
    KokoroNetwork(VoiceFolder const& folder, int speaker, int threads)
        : OnnxNetwork(folder, threads, onnx::Optimise::everything), width_(folder.style_width),
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

    void run(std::vector<std::int64_t> const& ids, Sink const& sink, std::stop_token const& stop) override {
        constexpr std::size_t zeros_around = 2;
        float const speed = 1;
        auto const row = std::min(ids.size() - zeros_around, styles_.size() / width_ - 1);
        auto const style = std::span<float const>(styles_).subspan(row * width_, width_);
        sound({{input_name(0), row_of(ids.size()), std::span(ids)},
               {input_name(1), row_of(width_), style},
               {input_name(2), {1}, std::span(&speed, 1)}},
              sink, stop);
    }

  private:
    std::size_t width_;
    std::vector<float> styles_; // rows of width_: one for each count of phonemes
};

} // namespace

std::unique_ptr<VoiceNetwork> open_voice_network(VoiceFolder const& folder, int speaker, int threads) {
    if (folder.kind == VoiceFolder::Kind::kokoro) {
        return std::make_unique<KokoroNetwork>(folder, speaker, threads);
    }
    if (folder.model.extension() == ".gguf") {
        return std::make_unique<VitsNetwork>(folder, threads);
    }
    return std::make_unique<PiperNetwork>(folder, speaker, threads);
}

} // namespace echollama
