// How soon a captioner returns when it is told to stop: bench_caption_stop [STOPS] [THREADS] [TYPE] [FOLDER].
// Moondream2 of 2025 (which reads 730 rows at once) at its real size with weights made from their names; the files
// (TYPE: q8_0, bf16, f16) are written into FOLDER once and used again. Stops come at random places of a caption;
// printed for each part of it are the times from the request to the return.
#include "base/counter_rng.h"
#include "base/openmp_spin.h"
#include "captioner/captioner.h"
#include "captioner/moondream.h"
#include "convert/published.h"
#include "stand_ins.h"
#include "support/moondream.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

using namespace echollama;
using Clock = std::chrono::steady_clock;

namespace {

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

std::filesystem::path real_size_model(std::filesystem::path const& folder, std::string const& type) {
    auto const model = folder / ("moondream-" + type + ".gguf");
    if (std::filesystem::exists(model)) {
        return model;
    }
    std::filesystem::create_directories(folder);
    bench::write_moondream(model, type);
    return model;
}

void report(char const* what, std::vector<double> times) {
    std::sort(times.begin(), times.end());
    if (!times.empty()) {
        std::printf("%s: %zu stops, median %.1f ms, worst %.1f ms\n", what, times.size(), times[times.size() / 2],
                    times.back());
    }
}

// A stop at each tenth or so of the time that a caption takes, and the time until the captioner has returned.
void stops(char const* name, Captioner& captioner, int count) {
    auto picture = [](int i) { return test::moondream_picture(400 + i, 300); }; // another every time: nothing is warm
    auto begin = Clock::now();
    captioner.caption(picture(0), {.length = CaptionLength::brief});
    double const whole_ms = ms_since(begin);
    std::printf("%s: a caption takes %.0f ms\n", name, whole_ms);
    std::vector<double> early, middle, late;
    for (int i = 0; i < count; ++i) {
        double const share = uniform(99, static_cast<std::uint64_t>(i));
        std::stop_source stop;
        Clock::time_point asked;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(share * whole_ms));
            asked = Clock::now();
            stop.request_stop();
        });
        captioner.caption(picture(i + 1), {.length = CaptionLength::brief}, stop.get_token());
        auto const returned = Clock::now();
        stopper.join();
        double const latency = std::chrono::duration<double, std::milli>(returned - asked).count();
        if (latency >= 0) { // else it had ended by itself
            (share < 0.34 ? early : share < 0.67 ? middle : late).push_back(latency);
        }
    }
    report("  first third", early);
    report("  second third", middle);
    report("  last third", late);
}

} // namespace

int main(int argc, char** argv) try {
    limit_openmp_spinning(argv);
    std::setvbuf(stdout, nullptr, _IOLBF, 0); // what was measured is seen at once
    auto const text = [&](int i, char const* otherwise) { return std::string(argc > i ? argv[i] : otherwise); };
    int const count = std::stoi(text(1, "30"));
    int const threads = std::stoi(text(2, "2"));
    auto const model = real_size_model(text(4, "/tmp/echollama-caption-stop"), text(3, "q8_0"));
    if (count == 0) { // only write the files
        return 0;
    }
    {
        auto bare = make_moondream_captioner(model, convert::moondream_vision_path(model),
                                             {.threads = threads, .max_tokens = 16});
        stops("networks alone", *bare, count);
    }
    auto captioner = make_captioner({model, {}}, threads);
    stops("captioner", *captioner, count);
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
