#include "tracking/mot_metrics.h"

#include "scene/boxes.h"
#include "tracking/assignment.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

namespace echollama {
namespace {

constexpr float most_cost = 0.5F; // one minus the overlap

struct Pairing {
    std::map<int, int> told_of;                  // truth -> told, as last matched
    std::map<std::pair<int, int>, int> together; // frames in which the two overlapped enough
    std::map<int, int> truth_frames, told_frames;
};

void score_frame(MotFrame const& frame, Pairing& pairing, MotScore& score) {
    auto const cost = [&](std::size_t t, std::size_t o) { return 1 - overlap(frame.truth[t].box, frame.told[o].box); };
    std::vector<bool> truth_done(frame.truth.size()), told_done(frame.told.size());
    for (std::size_t t = 0; t < frame.truth.size(); ++t) {
        ++pairing.truth_frames[frame.truth[t].identity];
        for (std::size_t o = 0; o < frame.told.size(); ++o) {
            pairing.together[{frame.truth[t].identity, frame.told[o].identity}] += cost(t, o) <= most_cost;
        }
    }
    for (auto const& told : frame.told) {
        ++pairing.told_frames[told.identity];
    }
    for (std::size_t t = 0; t < frame.truth.size(); ++t) {
        auto const kept = pairing.told_of.find(frame.truth[t].identity);
        for (std::size_t o = 0; o < frame.told.size() && kept != pairing.told_of.end(); ++o) {
            if (!told_done[o] && !truth_done[t] && frame.told[o].identity == kept->second && cost(t, o) <= most_cost) {
                truth_done[t] = told_done[o] = true;
                ++score.matches;
            }
        }
    }
    std::vector<std::size_t> truths, tolds;
    for (std::size_t t = 0; t < truth_done.size(); ++t) {
        if (!truth_done[t]) {
            truths.push_back(t);
        }
    }
    for (std::size_t o = 0; o < told_done.size(); ++o) {
        if (!told_done[o]) {
            tolds.push_back(o);
        }
    }
    CostTable table(truths.size(), tolds.size());
    for (std::size_t t = 0; t < truths.size(); ++t) {
        for (std::size_t o = 0; o < tolds.size(); ++o) {
            table.at(t, o) = cost(truths[t], tolds[o]);
        }
    }
    auto const found = assign(table, most_cost);
    int pairs = 0;
    for (std::size_t t = 0; t < truths.size(); ++t) {
        if (found[t] < 0) {
            ++score.misses;
            continue;
        }
        ++pairs;
        int const truth = frame.truth[truths[t]].identity;
        int const told = frame.told[tolds[static_cast<std::size_t>(found[t])]].identity;
        auto const before = pairing.told_of.find(truth);
        bool const switched = before != pairing.told_of.end() && before->second != told;
        (switched ? score.switches : score.matches) += 1;
        pairing.told_of[truth] = told;
    }
    score.invented += static_cast<int>(tolds.size()) - pairs;
    ++score.frames;
    score.truths += static_cast<int>(frame.truth.size());
    score.told += static_cast<int>(frame.told.size());
}

// Each identity of the truth with at most one of those told, so that they agree in the most frames.
int most_id_matches(Pairing const& pairing) {
    std::vector<int> truths, tolds;
    for (auto const& [identity, frames] : pairing.truth_frames) {
        truths.push_back(identity);
    }
    for (auto const& [identity, frames] : pairing.told_frames) {
        tolds.push_back(identity);
    }
    CostTable table(truths.size(), tolds.size());
    for (std::size_t t = 0; t < truths.size(); ++t) {
        for (std::size_t o = 0; o < tolds.size(); ++o) {
            auto const found = pairing.together.find({truths[t], tolds[o]});
            table.at(t, o) = found == pairing.together.end() ? 0 : -static_cast<float>(found->second);
        }
    }
    int matches = 0;
    auto const columns = assign(table, 0);
    for (std::size_t t = 0; t < truths.size(); ++t) {
        matches += columns[t] < 0 ? 0 : static_cast<int>(-table.at(t, static_cast<std::size_t>(columns[t])));
    }
    return matches;
}

} // namespace

double MotScore::mota() const {
    return truths == 0 ? 0 : 1 - static_cast<double>(misses + invented + switches) / truths;
}

double MotScore::idf1() const {
    return truths + told == 0 ? 0 : 2.0 * id_matches / (truths + told);
}

MotScore mot_score(std::vector<MotFrame> const& frames) {
    MotScore score;
    Pairing pairing;
    for (auto const& frame : frames) {
        score_frame(frame, pairing, score);
    }
    score.id_matches = most_id_matches(pairing);
    return score;
}

MotScore& operator+=(MotScore& sum, MotScore const& one) {
    sum.frames += one.frames, sum.truths += one.truths, sum.told += one.told;
    sum.matches += one.matches, sum.misses += one.misses, sum.invented += one.invented, sum.switches += one.switches;
    sum.id_matches += one.id_matches;
    return sum;
}

std::string mot_lines(std::vector<MotFrame> const& frames, MotSide side) {
    std::string lines;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        for (auto const& [identity, box] : side == MotSide::truth ? frames[i].truth : frames[i].told) {
            std::array<char, 160> line{};
            std::snprintf(line.data(), line.size(), "%zu,%d,%.3f,%.3f,%.3f,%.3f,1,-1,-1,-1\n", i + 1, identity,
                          static_cast<double>(box.x0), static_cast<double>(box.y0), static_cast<double>(box.width()),
                          static_cast<double>(box.height()));
            lines += line.data();
        }
    }
    return lines;
}

} // namespace echollama
