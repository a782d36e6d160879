#include "scene/relations.h"

#include "scene/coco.h"
#include "scene/contacts.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

namespace echollama {
namespace {

bool supports_things(std::string const& label) {
    return label == "dining table" || label == "bench" || label == "bed" || label == "couch" || label == "chair";
}

// How readily a thing is believed to lie on furniture when its foot is seen inside the furniture's outline.
enum class Carried { never, seen, measured }; // `measured`: only when distances from one map agree

Carried carried(std::string const& label) {
    auto const* object = find_class(label);
    if (!object) {
        return Carried::never;
    }
    switch (object->kind) {
    case Kind::kitchen:
    case Kind::food:
        return Carried::seen;
    case Kind::electronic: // a television may as well stand behind
        return label == "tv" ? Carried::measured : Carried::seen;
    case Kind::indoor:
        return label == "book" || label == "vase" || label == "scissors" ? Carried::seen : Carried::measured;
    case Kind::accessory:
        return Carried::measured;
    default:
        return label == "cat" || label == "potted plant" || label == "toaster" || label == "microwave"
                   ? Carried::measured
                   : Carried::never;
    }
}

// One map measured both, so that their distances may be compared.
bool same_map(Distance const& a, Distance const& b) {
    return a.source == b.source && (a.source == DistanceSource::sensor || a.source == DistanceSource::calibrated_depth);
}

// From its front to its back, with the doubt of measuring.
float furniture_depth(float metres) {
    return 0.3F + 0.15F * metres;
}

// Over the furniture: not before its nearest part, and behind that by no more than tables and beds are deep. The rest
// of what is measured of furniture may be of what is seen between its legs.
bool is_over(Distance const& thing, Distance const& support) {
    float behind = std::min(support.low + 0.9F + 0.05F * support.low, support.high + 0.3F);
    return thing.high >= support.low && thing.metres <= behind;
}

bool is_within_reach(Distance const& thing, Distance const& support) {
    float nearer = std::min(thing.metres, support.metres);
    return is_over(thing, support) || std::abs(thing.metres - support.metres) <= furniture_depth(nearer);
}

// The bottom of `thing` rests inside the outline of `support`, most of its width is over it, and no measured depth
// speaks against it.
bool rests_on(SceneObject const& thing, SceneObject const& support) {
    auto belief = carried(thing.detection.label);
    auto const touches = stands_on(thing, support); // in metres, where that is known
    if (touches && !*touches) {
        return false;
    }
    bool measured = same_map(thing.distance, support.distance);
    if (belief == Carried::never || !supports_things(support.detection.label) ||
        (measured && !is_within_reach(thing.distance, support.distance))) {
        return false;
    }
    // Readings that lie far apart are of the thing and of something before or behind it.
    bool vague = thing.distance.high - thing.distance.low > furniture_depth(thing.distance.metres);
    if (belief == Carried::measured && !touches && (!measured || vague || !is_over(thing.distance, support.distance))) {
        return false;
    }
    auto const& a = thing.detection.box;
    auto const& b = support.detection.box;
    float shared = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
    return shared > 0.6F * a.width() && a.y1 > b.y0 - 0.05F * b.height() && a.y1 < b.y1 + 0.05F * b.height();
}

// The wide things that others may lie or stand beneath.
bool is_under(SceneObject const& thing, SceneObject const& over) {
    return supports_things(over.detection.label) && stands_under(thing, over).value_or(false);
}

bool apart_in_depth(Distance const& near, Distance const& far) {
    return near.source != DistanceSource::none && near.source == far.source && near.high < far.low;
}

// Evidence that two things stand at one distance: their distances agree, or their feet are seen at one height (they
// stand on one floor). Sizes alone say too little when they disagree.
bool at_one_distance(SceneObject const& a, SceneObject const& b) {
    auto const& first = a.detection.box;
    auto const& second = b.detection.box;
    if (a.distance.source != DistanceSource::none && a.distance.source == b.distance.source) {
        float nearer = std::min(a.distance.metres, b.distance.metres);
        return std::abs(a.distance.metres - b.distance.metres) <= std::max(0.4F, 0.25F * nearer);
    }
    return std::abs(first.y1 - second.y1) < 0.2F * std::min(first.height(), second.height());
}

// Pixels between the outlines sideways; negative: they share columns.
float gap_between(Box const& a, Box const& b) {
    return std::max(a.x0, b.x0) - std::min(a.x1, b.x1);
}

// One behind the other as seen from here, or nearly so: far to the side nobody says "in front of".
bool in_one_line(SceneObject const& a, SceneObject const& b) {
    auto const& first = a.detection.box;
    auto const& second = b.detection.box;
    return gap_between(first, second) < 0.5F * std::min(first.width(), second.width());
}

// Side by side, at one height and at one distance; loose outlines may overlap a little.
bool side_by_side(SceneObject const& a, SceneObject const& b, float farthest_gap) {
    auto const& first = a.detection.box;
    auto const& second = b.detection.box;
    float gap = gap_between(first, second);
    return gap > -0.2F * std::min(first.width(), second.width()) && gap < farthest_gap &&
           std::min(first.y1, second.y1) > std::max(first.y0, second.y0) && at_one_distance(a, b);
}

// Nothing of them is at one distance; boxes in metres say so better than distances of their middles.
bool is_behind(SceneObject const& far, SceneObject const& near) {
    return apart_in_depth(near.distance, far.distance) && stands_behind(far, near).value_or(true);
}

std::optional<Relation> relation_of(SceneObject const& a, SceneObject const& b) {
    auto const& first = a.detection.box;
    auto const& second = b.detection.box;
    if (rests_on(a, b) || rests_on(b, a)) {
        return std::nullopt; // seen over it, but it rests on something else
    }
    if (is_under(a, b)) {
        return Relation::under;
    }
    constexpr float farthest_beside_m = 0.8F;
    bool const near = gap_on_ground(a, b).value_or(0) < farthest_beside_m;
    if (near && side_by_side(a, b, 0.5F * std::min(first.width(), second.width()))) {
        return Relation::beside;
    }
    if (in_one_line(a, b) && is_behind(b, a)) {
        return Relation::in_front_of;
    }
    if (in_one_line(a, b) && is_behind(a, b)) {
        return Relation::behind;
    }
    if (gap_between(first, second) < 0) {
        return std::nullopt;
    }
    return first.center_x() < second.center_x() ? Relation::left_of : Relation::right_of;
}

bool in_one_row(SceneObject const& a, SceneObject const& b) {
    auto const& first = a.detection.box;
    auto const& second = b.detection.box;
    return std::min(first.y1, second.y1) > std::max(first.y0, second.y0) && !apart_in_depth(a.distance, b.distance) &&
           !apart_in_depth(b.distance, a.distance);
}

// A thing rests on one thing only: where the outlines allow several, on the one whose upper edge is nearest to its
// foot.
std::vector<std::optional<std::size_t>> find_supports(std::vector<SceneObject> const& objects) {
    std::vector<std::optional<std::size_t>> supports(objects.size());
    for (std::size_t i = 0; i < objects.size(); ++i) {
        auto misfit = [&](std::size_t j) {
            return std::abs(objects[i].detection.box.y1 - objects[j].detection.box.y0);
        };
        for (std::size_t j = 0; j < objects.size(); ++j) {
            if (i != j && rests_on(objects[i], objects[j]) && (!supports[i] || misfit(j) < misfit(*supports[i]))) {
                supports[i] = j;
            }
        }
    }
    return supports;
}

// Neighbours in the order from left to right whose boxes share no column, in one row and at one distance.
void add_between(std::vector<SceneObject> const& objects, std::vector<SceneRelation>& relations) {
    std::vector<std::size_t> order(objects.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return objects[a].x < objects[b].x; });
    for (std::size_t i = 1; i + 1 < order.size(); ++i) {
        auto const& left = objects[order[i - 1]];
        auto const& middle = objects[order[i]];
        auto const& right = objects[order[i + 1]];
        bool apart =
            left.detection.box.x1 <= middle.detection.box.x0 && middle.detection.box.x1 <= right.detection.box.x0;
        bool const seen = apart && in_one_row(left, middle) && in_one_row(middle, right) && in_one_row(left, right);
        if (stands_between(middle, left, right).value_or(seen)) {
            auto [first, second] =
                std::pair(std::min(order[i - 1], order[i + 1]), std::max(order[i - 1], order[i + 1]));
            relations.push_back({order[i], Relation::between, first, second});
        }
    }
}

} // namespace

std::vector<SceneRelation> find_relations(std::vector<SceneObject> const& objects) {
    std::vector<SceneRelation> relations;
    auto supports = find_supports(objects);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        for (std::size_t j = i + 1; j < objects.size(); ++j) {
            if (supports[j] == i) {
                relations.push_back({j, Relation::on, i, std::nullopt});
            } else if (supports[i] == j) {
                relations.push_back({i, Relation::on, j, std::nullopt});
            } else if (is_under(objects[j], objects[i])) {
                relations.push_back({j, Relation::under, i, std::nullopt});
            } else if (auto relation = relation_of(objects[i], objects[j])) {
                relations.push_back({i, *relation, j, std::nullopt});
            }
        }
    }
    add_between(objects, relations);
    return relations;
}

namespace {

std::optional<bool> stands_before(SceneObject const& near, SceneObject const& far) {
    if (apart_in_depth(near.distance, far.distance)) {
        return in_one_line(near, far) ? std::optional(true) : std::nullopt;
    }
    return apart_in_depth(far.distance, near.distance) ? std::optional(false) : std::nullopt;
}

// The outlines share neither a column nor a row of pixels, with some room for loose boxes.
bool outlines_apart(Box const& a, Box const& b, float slack) {
    return std::max(a.x0, b.x0) > std::min(a.x1, b.x1) + slack || std::max(a.y0, b.y0) > std::min(a.y1, b.y1) + slack;
}

std::optional<bool> is_on(std::vector<SceneObject> const& objects, std::size_t a, std::size_t b) {
    auto const& thing = objects[a];
    auto const& support = objects[b];
    if (rests_on(thing, support)) {
        return find_supports(objects)[a] == b ? std::optional(true) : std::nullopt;
    }
    float slack = 0.1F * std::min(thing.detection.box.height(), support.detection.box.height());
    bool refuted = !stands_on(thing, support).value_or(true) || rests_on(support, thing) ||
                   outlines_apart(thing.detection.box, support.detection.box, slack) ||
                   apart_in_depth(thing.distance, support.distance) || apart_in_depth(support.distance, thing.distance);
    return refuted ? std::optional(false) : std::nullopt;
}

std::optional<bool> is_beside(SceneObject const& a, SceneObject const& b) {
    auto const& first = a.detection.box;
    auto const& second = b.detection.box;
    float larger = std::max(first.width(), second.width());
    bool apart = apart_in_depth(a.distance, b.distance) || apart_in_depth(b.distance, a.distance);
    constexpr float far_m = 2;
    if (gap_between(first, second) > 1.5F * larger || (apart && !at_one_distance(a, b)) ||
        gap_on_ground(a, b).value_or(0) > far_m) {
        return false;
    }
    return side_by_side(a, b, 0.5F * larger) ? std::optional(true) : std::nullopt;
}

// What is seen higher up and is there, in the air or at a pole, however far behind it is.
bool is_up_in_the_air(std::string const& label) {
    return label == "kite" || label == "bird" || label == "airplane" || label == "traffic light" ||
           label == "frisbee" || label == "sports ball" || label == "clock";
}

// Over it, about in one column of the picture, and not so far behind that it is only seen higher up.
std::optional<bool> is_above(SceneObject const& a, SceneObject const& b) {
    auto const& upper = a.detection.box;
    auto const& lower = b.detection.box;
    float gap = gap_between(upper, lower);
    if (a.y >= b.y || gap > 0.5F * std::max(upper.width(), lower.width())) {
        return false;
    }
    bool behind = apart_in_depth(b.distance, a.distance) && !is_up_in_the_air(a.detection.label);
    bool clear = upper.y1 <= lower.center_y() && !behind;
    return clear ? std::optional(true) : std::nullopt;
}

} // namespace

std::optional<bool> holds(std::vector<SceneObject> const& objects, std::size_t a, Relation relation, std::size_t b) {
    auto const& first = objects[a];
    auto const& second = objects[b];
    switch (relation) {
    case Relation::left_of:
        return first.x < second.x;
    case Relation::right_of:
        return first.x > second.x;
    case Relation::above:
        return is_above(first, second);
    case Relation::below:
        return is_above(second, first);
    case Relation::in_front_of:
        return stands_before(first, second);
    case Relation::behind:
        return stands_before(second, first);
    case Relation::on:
        return is_on(objects, a, b);
    case Relation::under:
        return is_under(first, second) ? std::optional(true) : is_on(objects, b, a);
    case Relation::beside:
        return is_beside(first, second);
    case Relation::inside:
    case Relation::between:
        break;
    }
    return std::nullopt;
}

std::vector<SceneGroup> find_groups(std::vector<SceneObject> const& objects) {
    std::vector<SceneGroup> groups;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        auto const& label = objects[i].detection.label;
        auto known =
            std::find_if(groups.begin(), groups.end(), [&](auto const& group) { return group.label == label; });
        if (known == groups.end()) {
            groups.push_back({label, {i}});
        } else {
            known->members.push_back(i);
        }
    }
    std::erase_if(groups, [](auto const& group) { return group.members.size() < 2; });
    return groups;
}

} // namespace echollama
