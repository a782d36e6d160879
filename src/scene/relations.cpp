#include "scene/relations.h"

#include "scene/coco.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace echollama {
namespace {

bool supports_things(std::string const& label) {
    return label == "dining table" || label == "bench" || label == "bed" || label == "couch" || label == "chair";
}

bool can_be_carried(std::string const& label) {
    auto const* object = find_class(label);
    if (!object) {
        return false;
    }
    switch (object->kind) {
    case Kind::kitchen:
    case Kind::food:
    case Kind::electronic:
    case Kind::accessory:
    case Kind::indoor:
        return true;
    default:
        return label == "cat" || label == "potted plant" || label == "toaster" || label == "microwave";
    }
}

// The bottom of `thing` rests inside the outline of `support`, and most of its width is over it.
bool rests_on(SceneObject const& thing, SceneObject const& support) {
    if (!can_be_carried(thing.detection.label) || !supports_things(support.detection.label)) {
        return false;
    }
    auto const& a = thing.detection.box;
    auto const& b = support.detection.box;
    float shared = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
    return shared > 0.6F * a.width() && a.y1 > b.y0 - 0.05F * b.height() && a.y1 < b.y1 + 0.05F * b.height();
}

bool apart_in_depth(Distance const& near, Distance const& far) {
    return near.source != DistanceSource::none && near.source == far.source && near.high < far.low;
}

std::optional<Relation> relation_of(SceneObject const& a, SceneObject const& b) {
    auto const& first = a.detection.box;
    auto const& second = b.detection.box;
    if (rests_on(a, b)) {
        return Relation::on;
    }
    if (apart_in_depth(a.distance, b.distance)) {
        return Relation::in_front_of;
    }
    if (apart_in_depth(b.distance, a.distance)) {
        return Relation::behind;
    }
    float gap = std::max(first.x0, second.x0) - std::min(first.x1, second.x1); // positive: nothing shared sideways
    if (gap < 0) {
        return std::nullopt;
    }
    if (gap < 0.5F * std::min(first.width(), second.width()) &&
        std::min(first.y1, second.y1) > std::max(first.y0, second.y0)) {
        return Relation::beside;
    }
    return first.center_x() < second.center_x() ? Relation::left_of : Relation::right_of;
}

} // namespace

namespace {

bool in_one_row(SceneObject const& a, SceneObject const& b) {
    auto const& first = a.detection.box;
    auto const& second = b.detection.box;
    return std::min(first.y1, second.y1) > std::max(first.y0, second.y0) && !apart_in_depth(a.distance, b.distance) &&
           !apart_in_depth(b.distance, a.distance);
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
        if (apart && in_one_row(left, middle) && in_one_row(middle, right) && in_one_row(left, right)) {
            auto [first, second] =
                std::pair(std::min(order[i - 1], order[i + 1]), std::max(order[i - 1], order[i + 1]));
            relations.push_back({order[i], Relation::between, first, second});
        }
    }
}

} // namespace

std::vector<SceneRelation> find_relations(std::vector<SceneObject> const& objects) {
    std::vector<SceneRelation> relations;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        for (std::size_t j = i + 1; j < objects.size(); ++j) {
            if (rests_on(objects[j], objects[i])) {
                relations.push_back({j, Relation::on, i, std::nullopt});
            } else if (auto relation = relation_of(objects[i], objects[j])) {
                relations.push_back({i, *relation, j, std::nullopt});
            }
        }
    }
    add_between(objects, relations);
    return relations;
}

namespace {

std::optional<bool> stands_before(Distance const& near, Distance const& far) {
    if (apart_in_depth(near, far)) {
        return true;
    }
    return apart_in_depth(far, near) ? std::optional(false) : std::nullopt;
}

// The outlines share neither a column nor a row of pixels, with some room for loose boxes.
bool outlines_apart(Box const& a, Box const& b, float slack) {
    return std::max(a.x0, b.x0) > std::min(a.x1, b.x1) + slack || std::max(a.y0, b.y0) > std::min(a.y1, b.y1) + slack;
}

std::optional<bool> is_on(SceneObject const& thing, SceneObject const& support) {
    if (rests_on(thing, support)) {
        return true;
    }
    float slack = 0.1F * std::min(thing.detection.box.height(), support.detection.box.height());
    bool refuted = rests_on(support, thing) || outlines_apart(thing.detection.box, support.detection.box, slack) ||
                   apart_in_depth(thing.distance, support.distance) || apart_in_depth(support.distance, thing.distance);
    return refuted ? std::optional(false) : std::nullopt;
}

std::optional<bool> is_beside(SceneObject const& a, SceneObject const& b) {
    if (apart_in_depth(a.distance, b.distance) || apart_in_depth(b.distance, a.distance)) {
        return false;
    }
    auto const& first = a.detection.box;
    auto const& second = b.detection.box;
    float gap = std::max(first.x0, second.x0) - std::min(first.x1, second.x1);
    float larger = std::max(first.width(), second.width());
    if (gap > 1.5F * larger) {
        return false;
    }
    return gap < 0.5F * larger ? std::optional(true) : std::nullopt;
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
        return first.y < second.y;
    case Relation::below:
        return first.y > second.y;
    case Relation::in_front_of:
        return stands_before(first.distance, second.distance);
    case Relation::behind:
        return stands_before(second.distance, first.distance);
    case Relation::on:
        return is_on(first, second);
    case Relation::under:
        return is_on(second, first);
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
