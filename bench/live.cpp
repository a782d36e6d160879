// From "the camera shows it" to "the first sound about it", stage by stage: a film's frames through reading, following
// and telling, and the first sound of each sentence from a voice. Medians in milliseconds.
// bench_live FILM MODELS_FOLDER [SECONDS] [VOICE]
#include "live/narrate_world.h"
#include "live/narrator.h"
#include "media/video/film.h"
#include "named_voice.h"
#include "pipeline/follower.h"
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
    double worked_until = 0, ends = 0;  // on the film's clock
    std::vector<double> whole, at_once; // all but those that wait by their kind; those that found nothing being said
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
        double const now = frame->seconds + looked_ms / 1000;
        if (narrator.is_speaking() && now >= ends) {
            narrator.ended(now);
        }
        auto const announcement = narrator.next(now);
        stages["5 choose words"].push_back(since_ms(begin));
        worked_until = now;
        if (announcement) {
            double const sound_ms = first_sound_ms(*voice, announcement->text);
            bool const silent = announcement->shown_at >= ends + NarratorOptions().pause_s;
            stages["6 first sound"].push_back(sound_ms);
            ends = now + spoken_seconds(announcement->text);
            double const all_ms = 1000 * (now - announcement->shown_at) + sound_ms;
            if (announcement->urgency != Urgency::later && announcement->kind) {
                whole.push_back(all_ms);
            }
            if (silent && announcement->kind) {
                at_once.push_back(all_ms);
            }
        }
    }
    for (auto const& [stage, times] : stages) {
        std::printf("%s: median %.1f ms, 95 of 100 within %.1f ms, %zu times\n", stage.c_str(), quantile(times, 0.5),
                    quantile(times, 0.95), times.size());
    }
    std::printf("from the picture that shows it to the first sound: median %.0f ms, 95 of 100 within %.0f ms, %zu "
                "announcements that do not wait\n",
                quantile(whole, 0.5), quantile(whole, 0.95), whole.size());
    std::printf("where nothing was being said when the picture came: median %.0f ms, 95 of 100 within %.0f ms, %zu "
                "announcements\n",
                quantile(at_once, 0.5), quantile(at_once, 0.95), at_once.size());
}

} // namespace
} // namespace echollama

int main(int argc, char** argv) {
    try {
        echollama::run(argc, argv);
        return 0;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
