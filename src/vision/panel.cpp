#include "vision/panel.h"

#include "scene/boxes.h"
#include "scene/coco.h"
#include "vision/candidates.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace echollama {
namespace {

// A rival this close to the winner is said.
constexpr float rival_share = 0.5F;
// A box of which so much lies in another of the same label is a part of it.
constexpr float part_share = 0.9F;

float log_odds(float p) {
    p = std::clamp(p, 1e-4F, 1 - 1e-4F);
    return std::log(p / (1 - p));
}

// In tests/tools/fit_panel.py's order.
struct ShareWeights {
    float asked = 0, share = 0;
    float least = 0; // smaller shares tell no more
};
struct PanelWeights {
    float bias = 0, centernet = 0, nanodet = 0;
    ShareWeights thing, person;
};
constexpr PanelWeights weights{0.56F, 0.77F, 0.89F, {2.59F, 0.82F, 1e-3F}, {1.94F, 0.72F, 1e-2F}};

struct Candidate {
    std::size_t member = 0;
    Detection const* detection = nullptr;
    float strength = 0; // what the member's score says alone
};

struct Place {
    Kind kind{};
    Box box; // of its best candidate
    std::vector<std::size_t> finds;
};

std::vector<Candidate> strongest_first(std::array<std::vector<Detection>, panel_members> const& candidates) {
    std::vector<Candidate> all;
    for (std::size_t member = 0; member < panel_members; ++member) {
        float const weight = member == 0 ? weights.centernet : weights.nanodet;
        for (auto const& detection : candidates[member]) {
            if (detection.score > panel_least_score && find_class(detection.label)) {
                all.push_back({member, &detection, weight * log_odds(detection.score)});
            }
        }
    }
    std::stable_sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.strength > b.strength; });
    return all;
}

float area(Box const& box) {
    return std::max(box.width(), 0.0F) * std::max(box.height(), 0.0F);
}

// Share of `inner` that lies in `outer`.
float share_inside(Box const& inner, Box const& outer) {
    Box const shared{std::max(inner.x0, outer.x0), std::max(inner.y0, outer.y0), std::min(inner.x1, outer.x1),
                     std::min(inner.y1, outer.y1)};
    return shared.width() > 0 && shared.height() > 0 && area(inner) > 0 ? area(shared) / area(inner) : 0;
}

void take(PanelFind& find, Candidate const& candidate) {
    if (find.scores[candidate.member] > 0) {
        return; // its best box of this place was first
    }
    float before = 0;
    for (float score : find.scores) {
        before += score;
    }
    float const score = candidate.detection->score;
    auto mean = [&](float old, float added) { return (before * old + score * added) / (before + score); };
    auto const& box = candidate.detection->box;
    find.box = {mean(find.box.x0, box.x0), mean(find.box.y0, box.y0), mean(find.box.x1, box.x1),
                mean(find.box.y1, box.y1)};
    find.scores[candidate.member] = score;
}

std::vector<PanelFind> without_parts(std::vector<PanelFind> const& finds) {
    std::vector<PanelFind> whole;
    for (auto const& find : finds) {
        bool part = std::any_of(finds.begin(), finds.end(), [&](auto const& other) {
            return other.place != find.place && other.label == find.label && area(other.box) > area(find.box) &&
                   share_inside(find.box, other.box) >= part_share &&
                   panel_probability(other) >= panel_probability(find);
        });
        if (!part) {
            whole.push_back(find);
        }
    }
    return whole;
}

} // namespace

std::vector<PanelFind> panel_finds(std::array<std::vector<Detection>, panel_members> const& candidates) {
    std::vector<PanelFind> finds;
    std::vector<Place> places;
    for (auto const& candidate : strongest_first(candidates)) {
        auto const& detection = *candidate.detection;
        auto const kind = find_class(detection.label)->kind;
        auto place = std::find_if(places.begin(), places.end(), [&](Place const& p) {
            return p.kind == kind && overlap(p.box, detection.box) >= same_object_overlap;
        });
        if (place == places.end()) {
            places.push_back({kind, detection.box, {}});
            place = places.end() - 1;
        }
        auto known = std::find_if(place->finds.begin(), place->finds.end(),
                                  [&](std::size_t i) { return finds[i].label == detection.label; });
        if (known == place->finds.end()) {
            auto const index = static_cast<std::size_t>(place - places.begin());
            place->finds.push_back(finds.size());
            finds.push_back({detection.label, detection.label_id, index, {}, {}, {}});
            known = place->finds.end() - 1;
        }
        take(finds[*known], candidate);
    }
    return without_parts(finds);
}

float panel_probability(PanelFind const& find) {
    auto odds = [](float score) { return log_odds(std::max(score, panel_least_score)); };
    float z = weights.bias + weights.centernet * odds(find.scores[0]) + weights.nanodet * odds(find.scores[1]);
    if (find.share) {
        auto const& of = find.label == "person" ? weights.person : weights.thing;
        z += of.asked + of.share * std::log(std::max(*find.share, of.least));
    }
    return 1 / (1 + std::exp(-z));
}

std::vector<Detection> panel_objects(std::vector<PanelFind> const& finds, float threshold) {
    std::vector<PanelFind const*> order;
    std::map<std::size_t, float> of_place; // the labels of a place exclude each other
    for (auto const& find : finds) {
        order.push_back(&find);
        of_place[find.place] += panel_probability(find);
    }
    std::stable_sort(order.begin(), order.end(),
                     [](auto const* a, auto const* b) { return panel_probability(*a) > panel_probability(*b); });
    std::vector<std::pair<Detection, std::size_t>> objects; // with their places
    for (auto const* find : order) {
        float const probability = panel_probability(*find);
        auto same =
            std::find_if(objects.begin(), objects.end(), [&](auto const& o) { return o.second == find->place; });
        if (same == objects.end()) {
            bool const by_kind = is_told_as_kind(*find_class(find->label)) && of_place[find->place] > threshold;
            if (probability > threshold || by_kind) {
                objects.push_back({{find->label, find->label_id, probability, find->box, std::nullopt}, find->place});
            }
        } else if (!same->first.alternative && probability >= rival_share * same->first.score) {
            same->first.alternative = find->label;
        }
    }
    std::vector<Detection> found;
    for (auto& object : objects) {
        found.push_back(std::move(object.first));
    }
    return found;
}

} // namespace echollama
