// bench_listen MODEL AUDIO [--vad MODEL] [--threads N] [--runs N] [--hint WORDS]: time to load, to recognise, and the
// time a stop takes.
#include "listener/whisper_listener.h"
#include "media/sound/audio_io.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double peak_megabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

int run(int argc, char** argv) {
    echollama::WhisperOptions options;
    options.threads = 2;
    int runs = 3;
    std::string hint;
    for (int i = 3; i + 1 < argc; i += 2) {
        if (std::strcmp(argv[i], "--vad") == 0) {
            options.vad_model = argv[i + 1];
        } else if (std::strcmp(argv[i], "--threads") == 0) {
            options.threads = std::atoi(argv[i + 1]);
        } else if (std::strcmp(argv[i], "--runs") == 0) {
            runs = std::atoi(argv[i + 1]);
        } else if (std::strcmp(argv[i], "--hint") == 0) {
            hint = argv[i + 1];
        }
    }
    auto const audio = echollama::load_audio(argv[2]);
    double const before = peak_megabytes();
    auto begin = Clock::now();
    auto const listener = echollama::make_whisper_listener(argv[1], options);
    std::printf("load %.0f ms\n", ms_since(begin));
    for (int i = 0; i < runs; ++i) {
        begin = Clock::now();
        auto const transcript = listener->hear(audio, hint, {});
        double const ms = ms_since(begin);
        std::printf("hear %.0f ms for %.1f s of sound (%.2f of real time): %s\n", ms, audio.seconds(),
                    ms / 1000 / audio.seconds(), transcript.text.c_str());
    }
    double worst = 0;
    for (int wait_ms : {10, 50, 150, 300}) {
        std::stop_source stop;
        Clock::time_point asked;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
            asked = Clock::now();
            stop.request_stop();
        });
        listener->hear(audio, hint, stop.get_token());
        auto const returned = Clock::now();
        stopper.join();
        worst = std::max(worst, std::chrono::duration<double, std::milli>(returned - asked).count());
    }
    std::printf("stop: returns after at most %.0f ms\n", worst);
    std::printf("peak memory %.0f MB, of which %.0f MB before loading\n", peak_megabytes(), before);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fputs("usage: bench_listen MODEL AUDIO [--vad MODEL] [--threads N] [--runs N] [--hint WORDS]\n", stderr);
        return 2;
    }
    try {
        return run(argc, argv);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
