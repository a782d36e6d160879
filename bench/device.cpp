// Times on one device with models of real size and weights from names: bench_device DEVICE FOLDER real|tiny STEP…
// Models are written into FOLDER once and used again; STEP "make" only writes those of the steps behind it. Each
// figure is a line: "figure", what, value, unit and mark, with tabs between; scripts/gpu-check reads them.
// The sizes of "tiny" are for trying that everything runs.
#include "base/counter_rng.h"
#include "base/error.h"
#include "captioner/captioner.h"
#include "listener/whisper_listener.h"
#include "llm/llm.h"
#include "networks/detr.h"
#include "networks/midas.h"
#include "networks/moondream_vision.h"
#include "networks/snac.h"
#include "nn/backend.h"
#include "stand_ins.h"
#include "voice/orpheus/orpheus.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <stop_token>
#include <string>
#include <vector>

using namespace echollama;
using namespace echollama::bench;
using Clock = std::chrono::steady_clock;

namespace {

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

// A mark is what the value must be: "<8" or ">2"; only at real size.
void figure(std::string const& what, double value, std::string const& unit, std::string const& mark = "") {
    std::printf("figure\t%s\t%.4g\t%s\t%s\n", what.c_str(), value, unit.c_str(), mark.c_str());
    std::fflush(stdout);
}

// Words at the same place in both, in percent of the longer text's. A stand-in's words are nonsense, so one that
// rounding changed changes all that follow it.
double words_in_common(std::string const& a, std::string const& b) {
    std::istringstream left(a), right(b);
    double count = 0, same = 0;
    for (std::string x, y; (left >> x, right >> y), left || right; x.clear(), y.clear(), ++count) {
        same += x == y ? 1 : 0;
    }
    return count > 0 ? 100 * same / count : 0;
}

class Bench {
  public:
    Bench(std::string device, fs::path folder, bool real)
        : device_(std::move(device)), folder_(std::move(folder)), real_(real) {
        fs::create_directories(folder_);
    }
    void make_only() { make_only_ = true; }

    void networks() {
        std::vector<convert::WeightType> types{convert::WeightType::f16};
        if (real_) {
            types.push_back(convert::WeightType::f32);
        }
        for (auto const type : types) {
            bool const half = type == convert::WeightType::f16;
            std::string const ending = half ? "f16" : "f32";
            auto const detr_file = network("detr", type), dpt_file = network("dpt-hybrid", type);
            if (make_only_) {
                continue;
            }
            Detr detr(detr_file, 2, device_);
            auto const photo = picture(real_ ? 1066 : 320, real_ ? 800 : 224, 1.6F);
            time_of("DETR 800x1066 " + ending, half ? "<8" : "", [&] { detr.run(std::span(&photo, 1)); });
            figure("DETR " + ending + " operations", detr.graph().operations(), "");
            Midas dpt(dpt_file, 2, device_);
            auto const square = real_ ? picture(384, 384, 1) : picture(160, 128, 1);
            time_of("DPT-Hybrid 384x384 " + ending, half ? "<10" : "", [&] { dpt.run(std::span(&square, 1)); });
            figure("DPT-Hybrid " + ending + " operations", dpt.graph().operations(), "");
        }
        auto const midas_file = network("midas-small", convert::WeightType::f16);
        if (!make_only_) {
            Midas midas(midas_file, 2, device_);
            auto const small = picture(256, 256, 1.5F);
            time_of("MiDaS small 256x256 f16", "", [&] { midas.run(std::span(&small, 1)); });
            figure("MiDaS small f16 operations", midas.graph().operations(), "");
        }
    }

    void snac() {
        auto const file = network("snac", convert::WeightType::f32);
        if (make_only_) {
            return;
        }
        Snac codec(file, 2, device_);
        SnacCodes codes;
        int const frames = real_ ? 117 : 6;
        for (std::size_t i = 0; i < 3; ++i) {
            for (int j = 0; j < frames << i; ++j) {
                codes.levels[i].push_back(static_cast<std::int32_t>(
                    splitmix64(fnv1a64("codes." + std::to_string(i)), static_cast<std::uint64_t>(j)) >> 52));
            }
        }
        time_of("SNAC, " + std::string(real_ ? "10 s" : "half a second") + " of sound", "",
                [&] { codec.decode(codes, SnacNoise::off()); });
        figure("SNAC operations", codec.operations(), "");
    }

    void llama() {
        for (auto const type : types()) {
            auto const file = language("llama", real_ ? llama_1b : tiny_llama, type);
            if (!make_only_) {
                Llm llm(file, {.device = device_});
                speeds(llm, std::string("LLaMA-1B ") + ggml_type_name(type));
            }
        }
    }

    void orpheus() {
        auto const codec = network("snac", convert::WeightType::f32);
        for (auto const type : types()) {
            auto const file = language("orpheus", real_ ? orpheus_3b : tiny_orpheus, type);
            if (!make_only_) {
                auto const name = std::string("Orpheus-3B ") + ggml_type_name(type);
                auto speaker = make_orpheus_speaker(file, codec, {.device = device_});
                if (real_) {
                    spoken(*speaker); // warm
                }
                auto const heard = spoken(*speaker);
                figure(name + " first sound", heard.first_ms, "ms", "<150");
                figure(name + " speed", heard.times_real_time, "times real time", ">2");
            }
        }
    }

    void moondream() {
        auto const text = moondream_files();
        if (make_only_) {
            return;
        }
        MoondreamVision encoder(convert::moondream_vision_path(text), 2, device_);
        auto const photo = test::moondream_picture(400, 300);
        time_of("Moondream's encoder, a photo of 400x300", "", [&] { encoder.embed(photo); });
        auto captioner = make_captioner({text, {}}, 2, device_);
        int next = 0;
        time_of("Moondream, a brief caption", "", [&] { // another picture every time: nothing is warm
            captioner->caption(test::moondream_picture(400 + ++next, 300), {.length = CaptionLength::brief});
        });
    }

    void whisper() {
        auto const file = made("whisper-" + size() + ".bin", [&](fs::path const& path) {
            WhisperWriter(real_ ? 384 : 64, real_ ? 4 : 1).write(path);
        });
        if (make_only_) {
            return;
        }
        auto listener = make_whisper_listener(file, {.vad_model = {}, .threads = 2, .device = device_});
        AudioBuffer sound{16'000, {}};
        for (int i = 0; i < (real_ ? 160'000 : 32'000); ++i) { // as loud as speech, in syllables
            auto const noise = 2 * uniform(7, static_cast<std::uint64_t>(i)) - 1;
            sound.samples.push_back(0.3F * noise * (i / 2000 % 3 == 0 ? 0.1F : 1.0F));
        }
        time_of("Whisper tiny, " + std::string(real_ ? "10 s" : "2 s") + " of sound (all three windows)", "",
                [&] { listener->hear(sound, "", {}); });
        auto const here = make_whisper_listener(file, {.vad_model = {}, .threads = 2, .device = "cpu"});
        figure("Whisper words that are this processor's",
               words_in_common(here->hear(sound, "", {}).text, listener->hear(sound, "", {}).text), "%");
    }

    // Everything that a photo needs until it is heard, on one device at the same time.
    void together() {
        auto const detr_file = network("detr", convert::WeightType::f16);
        auto const dpt_file = network("dpt-hybrid", convert::WeightType::f16);
        auto const text = moondream_files();
        auto const llama_file = language("llama", real_ ? llama_1b : tiny_llama, types().front());
        auto const orpheus_file = language("orpheus", real_ ? orpheus_3b : tiny_orpheus, types().front());
        auto const codec = network("snac", convert::WeightType::f32);
        if (make_only_) {
            return;
        }
        Detr detr(detr_file, 2, device_);
        Midas dpt(dpt_file, 2, device_);
        auto captioner = make_captioner({text, {}}, 2, device_);
        Llm llm(llama_file, {.device = device_});
        auto speaker = make_orpheus_speaker(orpheus_file, codec, {.device = device_});
        auto const photo = picture(real_ ? 1066 : 320, real_ ? 800 : 224, 1.6F);
        auto const square = real_ ? picture(384, 384, 1) : picture(160, 128, 1);
        std::vector<LlmToken> const prompt(real_ ? 400 : 40, llm.tokenize(" a").at(0));
        for (int round = real_ ? 0 : 1; round < 2; ++round) { // the second is warm
            auto const begin = Clock::now();
            detr.run(std::span(&photo, 1));
            dpt.run(std::span(&square, 1));
            captioner->caption(test::moondream_picture(500 + round, 300), {.length = CaptionLength::brief});
            llm.forget();
            generated(llm, prompt, 16);
            auto const before = ms_since(begin);
            auto const heard = spoken(*speaker, true);
            if (round == 1) {
                figure("Photo to first sound, all models on the device", before + heard.first_ms, "ms", "<700");
            }
        }
    }

  private:
    std::string size() const { return real_ ? "real" : "tiny"; }
    std::vector<ggml_type> types() const {
        return real_ ? std::vector{GGML_TYPE_Q4_K, GGML_TYPE_Q8_0} : std::vector{GGML_TYPE_Q4_K};
    }

    // A file appears when it is whole: an earlier run may have been ended.
    fs::path made(std::string const& name, std::function<void(fs::path const&)> const& write) const {
        auto const file = folder_ / name;
        if (!fs::exists(file)) {
            auto const growing = folder_ / ("growing-" + name);
            auto const begin = Clock::now();
            write(growing);
            fs::rename(growing, file);
            std::fprintf(stderr, "%s made in %.1f s\n", name.c_str(), ms_since(begin) / 1000);
        }
        return file;
    }
    fs::path network(std::string const& name, convert::WeightType type) const {
        return made(name + (type == convert::WeightType::f16 ? "-f16.gguf" : "-f32.gguf"),
                    [&](fs::path const& file) { write_network(file, name, type); });
    }
    fs::path language(std::string const& name, LlamaShape const& shape, ggml_type type) const {
        return made(name + "-" + size() + "-" + ggml_type_name(type) + ".gguf",
                    [&](fs::path const& file) { write_llama(file, shape, type); });
    }
    fs::path moondream_files() const {
        auto const folder = folder_ / ("moondream-" + size());
        auto const done = folder / "done", text = folder / "moondream.gguf";
        if (real_ && !fs::exists(done)) {
            fs::create_directories(folder);
            write_moondream(text, "q8_0");
            std::ofstream(done) << "done\n";
        }
        if (real_) {
            return text;
        }
        fs::create_directories(folder);
        return test::tiny_moondream(folder, test::MoondreamAge::may_2024);
    }

    PictureInput picture(int width, int height, float scale) const {
        PictureInput input{width, height, {}};
        auto const count = std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
        for (std::size_t i = 0; i < count; ++i) {
            input.values.push_back(scale * (2.0F * uniform(fnv1a64("input"), i) - 1.0F));
        }
        return input;
    }

    // The median; at real size after three that are not counted.
    void time_of(std::string const& what, std::string const& mark, std::function<void()> const& work) const {
        for (int i = 0; i < (real_ ? 3 : 0); ++i) {
            work();
        }
        std::vector<double> times;
        for (int i = 0; i < (real_ ? 11 : 1); ++i) {
            auto const begin = Clock::now();
            work();
            times.push_back(ms_since(begin));
        }
        std::sort(times.begin(), times.end());
        figure(what, times[times.size() / 2], "ms", mark);
    }

    // Milliseconds of so many tokens behind the first one, end tokens excluded.
    double generated(Llm& llm, std::vector<LlmToken> const& prompt, int tokens) const {
        std::optional<Clock::time_point> first;
        int count = 0;
        llm.generate(
            prompt, {.max_tokens = tokens + 1, .temperature = 0},
            [&](LlmToken) {
                first = first ? first : std::optional(Clock::now());
                ++count;
                return true;
            },
            {},
            [&](std::span<float> logits) {
                for (std::size_t i = 128'000; i < logits.size(); ++i) {
                    logits[i] = -INFINITY;
                }
            });
        if (count != tokens + 1) {
            throw Error("The language model wrote " + std::to_string(count) + " tokens.");
        }
        return ms_since(*first);
    }

    void speeds(Llm& llm, std::string const& name) const {
        std::vector<LlmToken> const prompt(real_ ? 512 : 64, llm.tokenize(" a").at(0));
        int const tokens = real_ ? 128 : 16;
        if (real_) {
            generated(llm, prompt, 8); // warm
            llm.forget();
        }
        auto const begin = Clock::now();
        llm.logits(prompt);
        figure(name + " reading", static_cast<double>(prompt.size()) * 1000 / ms_since(begin), "tokens/s");
        figure(name + " writing", tokens * 1000 / generated(llm, prompt, tokens), "tokens/s");
    }

    struct Spoken {
        double first_ms = 0, times_real_time = 0;
    };
    Spoken spoken(Speaker& speaker, bool first_only = false) const {
        Spoken heard;
        std::stop_source enough;
        std::size_t samples = 0;
        auto const begin = Clock::now();
        speaker.say(
            real_ ? "There is a cup on the table, straight ahead of you." : "Hi.", {},
            [&](AudioChunk&& chunk) {
                heard.first_ms = samples == 0 ? ms_since(begin) : heard.first_ms;
                samples += chunk.samples.size();
                if (first_only) {
                    enough.request_stop();
                }
            },
            enough.get_token());
        if (samples == 0) {
            throw Error("Orpheus made no sound.");
        }
        heard.times_real_time = static_cast<double>(samples) * 1000 / speaker.sample_rate() / ms_since(begin);
        return heard;
    }

    std::string device_;
    fs::path folder_;
    bool real_;
    bool make_only_ = false;
};

} // namespace

int main(int argc, char** argv) try {
    std::map<std::string, void (Bench::*)()> const steps{
        {"networks", &Bench::networks}, {"snac", &Bench::snac},       {"llama", &Bench::llama},
        {"orpheus", &Bench::orpheus},   {"whisper", &Bench::whisper}, {"moondream", &Bench::moondream},
        {"together", &Bench::together}, {"make", &Bench::make_only}};
    if (argc < 5) {
        throw UsageError("usage: DEVICE FOLDER real|tiny STEP…");
    }
    nn::gpu_handle(argv[1]); // a name that is none is told before models are made
    Bench bench(argv[1], argv[2], std::string(argv[3]) == "real");
    for (int i = 4; i < argc; ++i) {
        auto const step = steps.find(argv[i]);
        if (step == steps.end()) {
            throw UsageError(std::string("there is no step ") + argv[i]);
        }
        (bench.*step->second)();
    }
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
