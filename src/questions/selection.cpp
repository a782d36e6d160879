#include "questions/selection.h"

#include "scene/coco.h"
#include "scene/relations.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

// The borders between the parts of a picture are soft: up to so far from one, neither word is wrong.
constexpr float soft_border_deg = 4;
constexpr float soft_rows = 0.1F;

// As the words of directions have it: from here on something is behind, and neither left nor right.
constexpr float behind_deg = 110, fully_behind_deg = 160;
constexpr int behind_place = 0; // AskedPlace::value of "behind you"

constexpr float near_m = 2, not_near_m = 4;
constexpr float reach_m = 0.75F, not_reach_m = 1.0F; // of an arm

Fit fits_side(float bearing, int side) {
    if (side == 0) {
        return is_nearly_ahead(bearing) ? Fit::yes : is_nearly_ahead(bearing * 0.85F) ? Fit::unsure : Fit::no;
    }
    float const aside = static_cast<float>(side) * bearing;
    if (aside > fully_behind_deg) {
        return Fit::no;
    }
    bool const clear = side_of(bearing) == side;
    return clear ? Fit::yes : aside > soft_border_deg ? Fit::unsure : Fit::no;
}

Fit fits_clock(SceneObject const& object, int hour) {
    if (object.clock_hour == hour) {
        return Fit::yes;
    }
    float const off = std::remainder(object.bearing_deg - static_cast<float>(hour) * 30, 360.0F);
    return std::abs(off) <= 15 + soft_border_deg ? Fit::unsure : Fit::no;
}

Fit fits_row(Scene const& scene, SceneObject const& object, int row) {
    float const y = object.y / static_cast<float>(std::max(scene.height, 1));
    bool const soft = std::abs(y - 0.5F) < soft_rows;
    return soft ? Fit::unsure : (y > 0.5F) == (row == 1) ? Fit::yes : Fit::no;
}

Fit fits_distance(Distance const& distance, float within_m, float beyond_m) {
    if (distance.source == DistanceSource::none) {
        return Fit::unsure;
    }
    return distance.high <= within_m ? Fit::yes : distance.low > beyond_m ? Fit::no : Fit::unsure;
}

Fit fit_of(std::optional<bool> holds) {
    return !holds ? Fit::unsure : *holds ? Fit::yes : Fit::no;
}

Fit fits_between(Scene const& scene, std::size_t object, Indices const& first, Indices const& second) {
    auto fit = Fit::no;
    for (auto a : first) {
        for (auto b : second) {
            if (a == b || a == object || b == object) {
                continue;
            }
            auto const [low, high] = std::minmax(a, b);
            for (auto const& r : scene.relations) {
                if (r.relation == Relation::between && r.subject == object && r.object == low && r.object2 == high) {
                    return Fit::yes;
                }
            }
            auto const [left, right] = std::minmax(scene.objects[a].x, scene.objects[b].x);
            if (left < scene.objects[object].x && scene.objects[object].x < right) {
                fit = Fit::unsure; // between in the picture, but perhaps before or behind
            }
        }
    }
    return fit;
}

} // namespace

Indices objects_named(Scene const& scene, Mention const& mention) {
    Indices found;
    for (std::size_t i = 0; i < scene.objects.size(); ++i) {
        auto const& detection = scene.objects[i].detection;
        if (names_class(mention, detection.label) ||
            (detection.alternative && names_class(mention, *detection.alternative))) {
            found.push_back(i);
        }
    }
    return found;
}

Indices objects_possibly_named(Scene const& scene, Mention const& mention, float sure_score) {
    Indices found;
    auto const* asked = find_class(mention.label);
    for (std::size_t i = 0; asked && i < scene.objects.size(); ++i) {
        auto const& detection = scene.objects[i].detection;
        auto const* object = find_class(detection.label);
        if (object && is_told_as_kind(*object) && object->kind == asked->kind && !is_sure(detection, sure_score)) {
            found.push_back(i);
        }
    }
    return found;
}

Fit fits_place(Scene const& scene, SceneObject const& object, AskedPlace const& place) {
    switch (place.kind) {
    case AskedPlace::Kind::side:
        return fits_side(object.bearing_deg, place.value);
    case AskedPlace::Kind::clock:
        return fits_clock(object, place.value);
    case AskedPlace::Kind::row:
        return fits_row(scene, object, place.value);
    case AskedPlace::Kind::near:
        return fits_distance(object.distance, near_m, not_near_m);
    case AskedPlace::Kind::reach:
        return fits_distance(object.distance, reach_m, not_reach_m);
    case AskedPlace::Kind::outside: // of a picture all around
        return place.value == behind_place && std::abs(object.bearing_deg) > behind_deg ? Fit::yes : Fit::no;
    }
    return Fit::no;
}

Fit fits_relation(Scene const& scene, std::size_t object, AskedRelation const& relation) {
    auto const landmarks = objects_named(scene, relation.object.mention);
    if (!relation.object.is_known() || landmarks.empty()) {
        return Fit::unsure;
    }
    if (relation.relation == Relation::between) {
        auto const others = relation.object2 ? objects_named(scene, relation.object2->mention) : Indices{};
        return others.empty() ? Fit::unsure : fits_between(scene, object, landmarks, others);
    }
    auto best = Fit::no;
    for (auto landmark : landmarks) {
        if (landmark != object) {
            best = std::max(best, fit_of(holds(scene.objects, object, relation.relation, landmark)));
        }
    }
    return best;
}

bool is_out_of_view(Scene const& scene, AskedPlace const& place) {
    bool const behind = place.kind == AskedPlace::Kind::outside && place.value == behind_place;
    if ((place.kind != AskedPlace::Kind::clock && !behind) || !(scene.camera.fx > 0)) {
        return place.kind == AskedPlace::Kind::outside;
    }
    constexpr float degrees = 180.0F / std::numbers::pi_v<float>;
    auto const angle = [&](float x) {
        float const off = (x - scene.camera.cx) / scene.camera.fx;
        return (scene.camera.projection == Projection::flat ? std::atan(off) : off) * degrees;
    };
    float const left = angle(0), right = angle(static_cast<float>(scene.width));
    if (behind) {
        return right < behind_deg && left > -behind_deg;
    }
    float const centre = static_cast<float>(place.value > 6 ? place.value - 12 : place.value) * 30;
    bool const seen = centre - 15 <= right && centre + 15 >= left;
    bool const seen_from_behind = centre == 180 && left <= -165; // 6 o'clock is at both edges
    return !seen && !seen_from_behind;
}

Placed sort_by_place(Scene const& scene, Indices const& objects, Question const& question) {
    Placed placed;
    for (auto index : objects) {
        auto fit = Fit::yes;
        for (auto const& place : question.places) {
            fit = std::min(fit, fits_place(scene, scene.objects[index], place));
        }
        if (question.relation) {
            fit = std::min(fit, fits_relation(scene, index, *question.relation));
        }
        auto& group = fit == Fit::yes ? placed.there : fit == Fit::unsure ? placed.perhaps : placed.elsewhere;
        group.push_back(index);
    }
    return placed;
}

Indices extreme_of(Scene const& scene, Indices const& objects, Extreme extreme) {
    if (extreme == Extreme::none || objects.empty()) {
        return objects;
    }
    auto const& all = scene.objects;
    if (extreme == Extreme::leftmost || extreme == Extreme::rightmost) {
        auto const by_bearing = [&](auto a, auto b) { return all[a].bearing_deg < all[b].bearing_deg; };
        auto const [left, right] = std::minmax_element(objects.begin(), objects.end(), by_bearing);
        return {extreme == Extreme::leftmost ? *left : *right};
    }
    Indices known;
    std::copy_if(objects.begin(), objects.end(), std::back_inserter(known),
                 [&](auto i) { return all[i].distance.source != DistanceSource::none; });
    if (known.empty()) {
        return objects.size() == 1 ? objects : Indices{};
    }
    auto const by_distance = [&](auto a, auto b) { return all[a].distance.metres < all[b].distance.metres; };
    auto const [nearest, farthest] = std::minmax_element(known.begin(), known.end(), by_distance);
    return {extreme == Extreme::nearest ? *nearest : *farthest};
}

} // namespace echollama
