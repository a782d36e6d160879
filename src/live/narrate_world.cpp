#include "live/narrate_world.h"

#include "live/hazard_sight.h"
#include "scene/boxes.h"
#include "scene/build.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace echollama {
namespace {

constexpr double in_time_s = 0.5, told_before_s = 5; // what was told shortly before counts as told
constexpr int least_pictures = 3;
constexpr float comes_s = 8, comes_m = 3, near_m = 2.5F; // what a warning may be about
constexpr float touching = 0.25F;                        // overlap from which a told thing may be the true one

MovingTruth const* nearest_truth(MovingMoment const& moment, Box const& box) {
    MovingTruth const* best = nullptr;
    float most = touching;
    for (auto const& truth : moment.truth) {
        if (float const alike = overlap(truth.box, box); alike > most) {
            most = alike;
            best = &truth;
        }
    }
    return best;
}

// Comes near within some seconds, or is near.
bool is_worth_a_warning(MovingTruth const& truth) {
    bool const comes = truth.contact_s && *truth.contact_s < comes_s && truth.passes_m < comes_m;
    return comes || truth.metres < near_m;
}

// Which true things each followed one was, and in how many pictures up to each moment it was any.
struct Identities {
    std::map<int, std::map<int, int>> truths; // followed -> true -> pictures

    void see(FollowedMoment const& followed) {
        for (auto const& thing : followed.things) {
            if (thing.visible) {
                if (auto const* truth = nearest_truth(*followed.moment, thing.detection.box)) {
                    ++truths[thing.identity()][truth->identity];
                }
            }
        }
    }
    int pictures(int identity) const {
        int sum = 0;
        if (auto const found = truths.find(identity); found != truths.end()) {
            for (auto const& [truth, count] : found->second) {
                sum += count;
            }
        }
        return sum;
    }
    bool is(int identity, int truth) const {
        auto const found = truths.find(identity);
        return found != truths.end() && found->second.count(truth) > 0;
    }
};

std::string at(double seconds) {
    return std::to_string(seconds).substr(0, 5) + " s";
}

void score_hazards(NarratedWorld const& narrated, Identities const& identities, NarrationScore& score) {
    double const end = narrated.moments.back().moment->seconds;
    for (auto const& [truth, seen_at] : narrated.hazards) {
        if (seen_at > end - in_time_s) {
            continue;
        }
        double told = 1e9;
        for (auto const& said : narrated.said) {
            bool const names = std::any_of(said.announcement.identities.begin(), said.announcement.identities.end(),
                                           [&, id = truth](int one) { return identities.is(one, id); });
            bool const warns =
                said.announcement.kind == ChangeKind::danger || said.announcement.kind == ChangeKind::nearer;
            if (names && warns && said.seconds > seen_at - told_before_s) {
                told = std::min(told, said.seconds);
            }
        }
        ++score.hazards.all;
        if (told <= seen_at + in_time_s + 1e-6) {
            ++score.hazards.good;
        } else {
            score.faults.push_back("thing " + std::to_string(truth) + ", a danger from " + at(seen_at) + ", told " +
                                   (told > 1e8 ? "never" : "at " + at(told)));
        }
        if (told < 1e8 && told >= seen_at) {
            score.delays_s.push_back(told - seen_at);
        }
    }
}

void score_warning(SaidAt const& said, FollowedMoment const& followed, NarrationScore& score) {
    auto const& named = said.announcement.identities;
    auto const thing = std::find_if(followed.things.begin(), followed.things.end(), [&](Thing const& one) {
        return std::find(named.begin(), named.end(), one.identity()) != named.end();
    });
    auto const* truth =
        thing == followed.things.end() ? nullptr : nearest_truth(*followed.moment, thing->detection.box);
    bool const right = truth && is_worth_a_warning(*truth);
    ++score.warnings.all;
    score.warnings.good += right;
    if (!right) {
        score.faults.push_back("warned at " + at(said.seconds) + " of what does not come: " + said.announcement.text);
    }
}

} // namespace

NarratedWorld narrate(MovingWorld const& world, NarratorOptions const& options) {
    NarratedWorld narrated;
    narrated.moments = follow(world);
    narrated.hazards = hazards_seen(world);
    Narrator narrator(options);
    double ends = 0;
    for (auto const& followed : narrated.moments) {
        double const now = followed.moment->seconds;
        std::vector<Detection> present;
        for (auto const& thing : followed.things) {
            if (thing.present) {
                present.push_back(thing.detection);
            }
        }
        narrator.see(now, build_scene(present, world.options.width, world.options.height, world.camera),
                     followed.things);
        if (narrator.is_speaking() && now >= ends) {
            narrator.ended(now);
        }
        if (auto announcement = narrator.next(now)) {
            if (now < ends && !narrated.said.empty()) {
                auto& cut = narrated.said.back();
                cut.heard = now - cut.seconds > spoken_seconds(cut.announcement.text) / 2;
            }
            ends = now + spoken_seconds(announcement->text);
            narrated.said.push_back({now, std::move(*announcement)});
        }
    }
    return narrated;
}

NarrationScore narration_score(NarratedWorld const& narrated) {
    NarrationScore score;
    if (narrated.moments.empty()) {
        return score;
    }
    Identities identities;
    std::size_t next = 0;
    std::map<std::string, double> said_at;
    for (auto const& said : narrated.said) {
        while (next < narrated.moments.size() && narrated.moments[next].moment->seconds <= said.seconds) {
            identities.see(narrated.moments[next++]);
        }
        if (said.announcement.kind == ChangeKind::danger && next > 0) {
            score_warning(said, narrated.moments[next - 1], score);
        }
        for (int identity : said.announcement.identities) {
            ++score.there.all;
            bool const there = identities.pictures(identity) >= least_pictures;
            score.there.good += there;
            if (!there) {
                score.faults.push_back("told at " + at(said.seconds) +
                                       " without being there: " + said.announcement.text);
            }
        }
        double const expiry = said.announcement.urgency == Urgency::now ? 5 : 30;
        auto const before = said_at.find(said.announcement.text);
        if (before != said_at.end() && said.seconds - before->second < expiry) {
            ++score.repeated;
            score.faults.push_back("repeated at " + at(said.seconds) + ": " + said.announcement.text);
        }
        if (said.heard) {
            said_at[said.announcement.text] = said.seconds;
        }
    }
    while (next < narrated.moments.size()) {
        identities.see(narrated.moments[next++]);
    }
    score.sentences = static_cast<int>(narrated.said.size());
    score.seconds = narrated.moments.back().moment->seconds;
    score_hazards(narrated, identities, score);
    return score;
}

NarrationScore& operator+=(NarrationScore& sum, NarrationScore const& one) {
    sum.hazards.good += one.hazards.good, sum.hazards.all += one.hazards.all;
    sum.there.good += one.there.good, sum.there.all += one.there.all;
    sum.warnings.good += one.warnings.good, sum.warnings.all += one.warnings.all;
    sum.repeated += one.repeated;
    sum.sentences += one.sentences;
    sum.seconds += one.seconds;
    sum.delays_s.insert(sum.delays_s.end(), one.delays_s.begin(), one.delays_s.end());
    sum.faults.insert(sum.faults.end(), one.faults.begin(), one.faults.end());
    return sum;
}

} // namespace echollama
