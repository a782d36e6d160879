// Voices. bench_speak MODELS [THREADS] [ORPHEUS.gguf SNAC.gguf]: time to the first sample and real-time factor of each
// voice, warm, medians. bench_speak voice FOLDER[@SPEAKER] [THREADS]: the same of one Piper or Kokoro voice.
// bench_speak hour MODELS VOICE [SECONDS] [THREADS] [ORPHEUS.gguf SNAC.gguf]: continuous speech into a simulated
// device: gaps, lost samples and memory.
#include "base/error.h"
#include "named_voice.h"
#include "support/simulated_device.h"
#include "voice/orpheus/orpheus.h"
#include "voice/voices.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

using namespace echollama;
using Clock = std::chrono::steady_clock;

namespace {

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

std::vector<std::string> const ten_words{
    "There is a red cup on the table before you.", "A brown dog is sitting beside the chair on the left.",
    "Two people are walking behind the car on your right.", "The door is open and nobody stands in the way.",
    "You can see three bottles next to the old sink."};

// 25 to 30 words
std::vector<std::string> const long_sentences{
    "There is a large wooden table in the middle of the room, with four chairs around it, two white cups on it and a "
    "brown dog lying under it.",
    "On your left, about two metres away, there is an open door to the garden, and behind it a bicycle leans against "
    "the wall of the old house.",
    "Straight ahead the street goes down to the river, where several people are sitting on benches in the sun while "
    "children play with a red ball between the trees.",
    "The kitchen has a stove with a hot pan on the right side and a sink full of plates next to the window, through "
    "which you can see the yard."};

void measure(char const* name, Speaker& voice, int rounds, std::vector<std::string> const& sentences = ten_words) {
    std::vector<double> first, factor;
    for (int round = 0; round <= rounds; ++round) { // the first one warms up
        for (auto const& sentence : sentences) {
            auto const begin = Clock::now();
            double first_ms = 0;
            std::int64_t frames = 0;
            voice.say(sentence, {},
                      [&](AudioChunk&& chunk) {
                          first_ms = frames == 0 && !chunk.samples.empty() ? ms_since(begin) : first_ms;
                          frames += chunk.frames();
                      },
                      {});
            if (round > 0) {
                first.push_back(first_ms);
                factor.push_back(ms_since(begin) / 1000 * voice.sample_rate() / static_cast<double>(frames));
            }
        }
    }
    std::printf(
        "%-8s first sample %.1f ms (worst %.1f), real-time factor %.3f (worst %.3f), %zu sentences of %s words\n", name,
        median(first), *std::max_element(first.begin(), first.end()), median(factor),
        *std::max_element(factor.begin(), factor.end()), first.size(), &sentences == &ten_words ? "ten" : "25 to 30");
}

void all_voices(std::filesystem::path const& models, int threads, char** orpheus) {
    auto fast = make_fast_voice();
    measure("fast", *fast, 20);
    auto begin = Clock::now();
    auto natural = bench::named_voice("natural", models, threads);
    std::printf("natural  loaded in %.0f ms\n", ms_since(begin));
    measure("natural", *natural, 4);
    measure("natural", *natural, 4, long_sentences);
    if (orpheus) {
        begin = Clock::now();
        auto voice = make_orpheus_speaker(orpheus[0], orpheus[1], {.threads = threads});
        std::printf("orpheus  loaded in %.0f ms\n", ms_since(begin));
        measure("orpheus", *voice, 1);
    }
}

void hour(std::filesystem::path const& models, VoiceChoice const& choice, double seconds, int threads) {
    auto voice = make_speaker(choice, models, threads);
    int const rate = voice->sample_rate();
    test::SimulatedDevice device(rate, 8);
    std::size_t warm = 0;
    for (std::uint64_t i = 0; static_cast<double>(device.pushed()) < seconds * rate; ++i) {
        auto const& sentence = ten_words[i % ten_words.size()];
        voice->say(sentence + " Sentence " + std::to_string(i) + ".", {},
                   [&](AudioChunk&& chunk) { device.push(chunk.samples); }, {});
        double const minutes = static_cast<double>(device.pushed()) / rate / 60;
        if (i % 50 == 0 || minutes * 60 >= seconds) {
            warm = warm == 0 && minutes > seconds / 60 / 20 ? test::resident_bytes() : warm;
            std::printf("%6.1f min of sound, %zu KiB, %lld gaps\n", minutes, test::resident_bytes() / 1024,
                        static_cast<long long>(device.underruns()));
            std::fflush(stdout);
        }
    }
    device.drain();
    std::printf(
        "%s: %.1f s of sound, %lld samples lost or doubled, %.2f s of silence, %lld gaps, memory %+lld KiB since "
        "a twentieth of it\n",
        choice.name.c_str(), static_cast<double>(device.pushed()) / rate,
        static_cast<long long>(device.pushed() - device.played()), device.silence_seconds(),
        static_cast<long long>(device.underruns()),
        (static_cast<long long>(test::resident_bytes()) - static_cast<long long>(warm)) / 1024);
}

} // namespace

int main(int argc, char** argv) try {
    if (argc > 3 && std::string(argv[1]) == "hour") {
        VoiceChoice choice{.name = argv[3]};
        choice.model = argc > 7 ? argv[6] : "";
        choice.snac = argc > 7 ? argv[7] : "";
        hour(argv[2], choice, argc > 4 ? std::stod(argv[4]) : 3600, argc > 5 ? std::stoi(argv[5]) : 2);
    } else if (argc > 2 && std::string(argv[1]) == "voice") {
        auto voice = bench::named_voice(argv[2], {}, argc > 3 ? std::stoi(argv[3]) : 2);
        measure("voice", *voice, 2);
    } else if (argc > 1) {
        all_voices(argv[1], argc > 2 ? std::stoi(argv[2]) : 2, argc > 4 ? argv + 3 : nullptr);
    } else {
        throw UsageError(
            "usage: bench_speak MODELS [THREADS] [ORPHEUS.gguf SNAC.gguf] | hour MODELS VOICE [SECONDS] [THREADS] "
            "[ORPHEUS.gguf SNAC.gguf] | voice FOLDER[@SPEAKER] [THREADS]");
    }
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
