// From "the camera shows it" to "the first sound about it", stage by stage: a film's frames through reading, following
// and telling, and the first sound of each sentence from a voice. Medians in milliseconds. The last lines are over
// everything that is told of changes, from the picture that first showed the oldest of what the sentence tells.
// bench_live FILM MODELS_FOLDER [SECONDS] [VOICE]
#include "live/narrator.h"
#include "media/video/film.h"
#include "named_voice.h"
#include "pipeline/follower.h"
#include "run_bench.h"
#include "vision/detectors.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace echollama {
namespace {

using Clock = std::chrono::steady_clock;

double since_ms(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double quantile(std::vector<double> values, double share) {
    if (values.empty()) {
        return 0;
    }
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

// Milliseconds to the first sound of a sentence.
double first_sound_ms(Speaker& voice, std::string const& sentence) {
    auto const begin = Clock::now();
    double first = -1;
    std::stop_source stop;
    auto const take = [&](AudioChunk const& chunk) {
        if (first < 0 && !chunk.samples.empty()) {
            first = since_ms(begin);
            stop.request_stop();
        }
    };
    voice.say(sentence, {}, take, stop.get_token());
    return first;
}

void run(int argc, char** argv) {
    if (argc < 3) {
        throw UsageError("usage: bench_live FILM MODELS_FOLDER [SECONDS] [VOICE]");
    }
    std::filesystem::path const models = argv[2];
    double const seconds = argc > 3 ? std::atof(argv[3]) : 20;
    auto voice = bench::named_voice(argc > 4 ? argv[4] : "fast", models, 2);
    auto detector = make_detector(models / "nanodet.gguf", 2, "cpu");
    Film film(std::filesystem::path{argv[1]});
    Follower follower(*detector);
    Narrator narrator(NarratorOptions{});
    std::map<std::string, std::vector<double>> stages;
    double worked_until = 0, ends = 0; // on the film's clock
    std::vector<double> whole, dangers, news, states;
    while (true) {
        auto begin = Clock::now();
        auto const frame = film.next({});
        double const read_ms = since_ms(begin);
        if (!frame || frame->seconds > seconds) {
            break;
        }
        stages["1 decode"].push_back(read_ms);
        if (frame->seconds < worked_until) {
            continue; // a newer one has come while the last was looked at
        }
        begin = Clock::now();
        auto const followed = follower.look(frame->view, frame->seconds, {});
        double const looked_ms = since_ms(begin);
        stages["2 camera motion"].push_back(followed.motion_ms);
        stages["3 detect"].push_back(followed.detect_ms);
        stages["4 follow"].push_back(looked_ms - followed.motion_ms - followed.detect_ms);
        begin = Clock::now();
        narrator.see(frame->seconds, followed.scene, followed.things);
        double const at = frame->seconds + looked_ms / 1000;
        if (narrator.is_speaking() && at >= ends) {
            narrator.ended(at);
        }
        auto const announcement = narrator.next(at);
        stages["5 choose words"].push_back(since_ms(begin));
        worked_until = at;
        if (announcement) {
            double const sound_ms = first_sound_ms(*voice, announcement->text);
            stages["6 first sound"].push_back(sound_ms);
            ends = at + spoken_seconds(announcement->text);
            double const all_ms = 1000 * (at - announcement->shown_at) + sound_ms;
            if (announcement->kind) {
                whole.push_back(all_ms);
                (announcement->is_state                  ? states
                 : announcement->urgency == Urgency::now ? dangers
                                                         : news)
                    .push_back(all_ms);
            }
        }
    }
    for (auto const& [stage, times] : stages) {
        std::printf("%s: median %.1f ms, 95 of 100 within %.1f ms, %zu times\n", stage.c_str(), quantile(times, 0.5),
                    quantile(times, 0.95), times.size());
    }
    auto const print = [](char const* name, std::vector<double> const& all_ms) {
        std::printf("from the picture that shows it to the first sound, %s: median %.0f ms, 95 of 100 within %.0f ms, "
                    "%zu announcements\n",
                    name, quantile(all_ms, 0.5), quantile(all_ms, 0.95), all_ms.size());
    };
    print("dangers", dangers);
    print("other news", news);
    print("what is no news", states);
    print("everything told", whole);
}

} // namespace
} // namespace echollama

int main(int argc, char** argv) {
    return echollama::bench::run_bench(echollama::run, argc, argv);
}
