#include "scene/contacts.h"

#include "scene/relations.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace echollama {
namespace {

constexpr float degree = std::numbers::pi_v<float> / 180;
constexpr float loose_m = 0.08F;      // of a box: what it is measured from is cut out of a picture
constexpr float seat_m = 0.3F;        // over its foot nothing of furniture carries things
constexpr float same_ground_m = 0.2F; // two feet on one floor
constexpr float at_wall_m = 0.2F;     // from the back of what stands against it
constexpr float large_m = 0.6F;       // of a thing on the ground: beyond that its middle is no place to walk to

float overlap(Extent a, Extent b) {
    return std::min(a.high, b.high) - std::max(a.low, b.low);
}

float length(Extent e) {
    return e.high - e.low;
}

float middle(Extent e) {
    return (e.low + e.high) / 2;
}

// Share of the thing's ground that lies on the other's, [0, 1].
float share_over(GroundBox const& thing, GroundBox const& other) {
    auto part = [](Extent a, Extent b) {
        Extent const wide{b.low - loose_m, b.high + loose_m};
        return std::clamp(overlap(a, wide) / std::max(length(a), 0.02F), 0.0F, 1.0F);
    };
    return part(thing.x, other.x) * part(thing.y, other.y);
}

// How far behind the plane of the wall the farthest corner of the box is (negative: before it), and whether the box is
// beside what is seen of it.
struct AtWall {
    float beyond = 0;
    bool beside = false;
};

AtWall at_wall(WallFacts const& wall, GroundBox const& box) {
    AtWall at;
    at.beyond = -1e9F;
    for (float x : {box.x.low, box.x.high}) {
        for (float y : {box.y.low, box.y.high}) {
            at.beyond = std::max(at.beyond, behind_wall(wall, {x, y}));
        }
    }
    float const bearing = wall.bearing_deg * degree, nx = std::sin(bearing), ny = std::cos(bearing);
    auto along = [&](float x, float y) { return -ny * x + nx * y; };
    float const a = along(wall.from.x, wall.from.y), b = along(wall.to.x, wall.to.y);
    float const t = along(middle(box.x), middle(box.y));
    at.beside = t > std::min(a, b) - loose_m && t < std::max(a, b) + loose_m;
    return at;
}

// By another object, by a surface like a table, or by something without a name that stands under it.
bool is_carried(Scene const& scene, SceneObject const& object) {
    auto const& box = *object.extent;
    auto under = [&](GroundBox const& other) { return share_over(box, other) > 0.5F; };
    auto const& around = *scene.around;
    return std::any_of(
               scene.objects.begin(), scene.objects.end(),
               [&](auto const& other) { return &other != &object && stands_on(object, other).value_or(false); }) ||
           std::any_of(around.tables.begin(), around.tables.end(),
                       [&](auto const& table) {
                           return under(table.box) && std::abs(table.height.metres - box.z.low) < 2 * loose_m;
                       }) ||
           std::any_of(around.obstacles.begin(), around.obstacles.end(), [&](auto const& o) {
               return o.kind != ObstacleKind::hanging && under(o.box) && o.box.z.low < box.z.low - loose_m &&
                      o.box.z.high > box.z.low - loose_m;
           });
}

} // namespace

std::optional<bool> stands_on(SceneObject const& thing, SceneObject const& support) {
    if (!thing.extent || !support.extent) {
        return std::nullopt;
    }
    auto const &a = *thing.extent, &b = *support.extent;
    return share_over(a, b) > 0.5F && a.z.low > b.z.low + seat_m - loose_m && a.z.low < b.z.high + loose_m;
}

std::optional<bool> stands_under(SceneObject const& thing, SceneObject const& over) {
    if (!thing.extent || !over.extent) {
        return std::nullopt;
    }
    auto const &a = *thing.extent, &b = *over.extent;
    return share_over(a, b) > 0.6F && std::abs(a.z.low - b.z.low) < same_ground_m && a.z.high < b.z.high - loose_m;
}

std::optional<float> gap_on_ground(SceneObject const& a, SceneObject const& b) {
    if (!a.extent || !b.extent) {
        return std::nullopt;
    }
    return std::hypot(std::max(0.0F, -overlap(a.extent->x, b.extent->x)),
                      std::max(0.0F, -overlap(a.extent->y, b.extent->y)));
}

std::optional<bool> stands_behind(SceneObject const& thing, SceneObject const& other) {
    if (!thing.extent || !other.extent) {
        return std::nullopt;
    }
    return thing.extent->y.low > other.extent->y.high;
}

std::optional<bool> stands_between(SceneObject const& thing, SceneObject const& first, SceneObject const& second) {
    if (!thing.extent || !first.extent || !second.extent) {
        return std::nullopt;
    }
    auto const &a = *first.extent, &b = *second.extent, &t = *thing.extent;
    float const dx = middle(b.x) - middle(a.x), dy = middle(b.y) - middle(a.y), whole = std::hypot(dx, dy);
    float const px = middle(t.x) - middle(a.x), py = middle(t.y) - middle(a.y);
    if (whole < 0.3F) {
        return false;
    }
    float const along = (px * dx + py * dy) / whole, aside = std::abs(px * dy - py * dx) / whole;
    float const beside = 0.25F + std::min(length(t.x), length(t.y)) / 2;
    return along > 0.15F * whole && along < 0.85F * whole && aside < std::min(beside, 0.3F * whole + 0.1F) &&
           overlap(t.z, a.z) > 0 && overlap(t.z, b.z) > 0;
}

float behind_wall(WallFacts const& wall, GroundPoint at) {
    float const bearing = wall.bearing_deg * degree;
    return std::sin(bearing) * at.x + std::cos(bearing) * at.y - wall.distance.metres;
}

Hold hold_of(Scene const& scene, std::size_t index) {
    if (!scene.around) {
        return Hold::unknown;
    }
    auto const& object = scene.objects[index];
    auto const& around = *scene.around;
    auto const obstacle = std::find_if(around.obstacles.begin(), around.obstacles.end(),
                                       [&](auto const& o) { return o.named && *o.named == index; });
    bool const is_obstacle = obstacle != around.obstacles.end();
    if (is_obstacle && obstacle->leans) {
        return Hold::leaning;
    }
    bool const at_back = is_obstacle && obstacle->against_wall && obstacle->kind != ObstacleKind::hanging;
    if (!object.extent) {
        return at_back ? Hold::against_wall : Hold::unknown;
    }
    auto const& box = *object.extent;
    bool const raised = around.floor && box.z.low > seat_m + loose_m && !is_carried(scene, object);
    bool const stands = around.floor && box.z.low < same_ground_m;
    for (auto const& wall : around.walls) {
        auto const at = at_wall(wall, box);
        if (at.beside && std::abs(at.beyond) < at_wall_m && (stands || raised)) {
            return stands ? Hold::against_wall : Hold::on_wall;
        }
    }
    if (at_back && stands) {
        return Hold::against_wall;
    }
    return raised && is_obstacle && obstacle->kind == ObstacleKind::hanging ? Hold::hanging : Hold::unknown;
}

std::optional<float> height_of(SceneObject const& object) {
    if (!object.extent || object.detection.box.y0 < 2 || std::abs(object.extent->z.low) > same_ground_m) {
        return std::nullopt;
    }
    float const height = length(object.extent->z);
    return height > 0.1F ? std::optional(height) : std::nullopt;
}

void settle_measured(Scene& scene) {
    for (auto& object : scene.objects) {
        if (!object.extent || object.distance.source != DistanceSource::sensor) {
            continue;
        }
        auto const& box = *object.extent;
        float const near = std::hypot(std::clamp(0.0F, box.x.low, box.x.high), std::max(0.0F, box.y.low));
        if (std::max(length(box.x), length(box.y)) > large_m && near > 0.1F && near < object.distance.metres) {
            auto& distance = object.distance;
            distance.metres = near;
            distance.low = std::min(distance.low, 0.97F * near - 0.03F);
            distance.high = std::max(1.03F * near + 0.03F, std::min(distance.high, 1.1F * near + 0.1F));
        }
    }
    std::vector<std::size_t> order(scene.objects.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        auto const &first = scene.objects[a].distance, &second = scene.objects[b].distance;
        bool const known = first.source != DistanceSource::none;
        return known != (second.source != DistanceSource::none) ? known : known && first.metres < second.metres;
    });
    std::vector<std::size_t> now(order.size());
    std::vector<SceneObject> objects;
    for (std::size_t i = 0; i < order.size(); ++i) {
        now[order[i]] = i;
        objects.push_back(std::move(scene.objects[order[i]]));
    }
    scene.objects = std::move(objects);
    if (scene.around) {
        for (auto& obstacle : scene.around->obstacles) {
            obstacle.named = obstacle.named ? std::optional(now[*obstacle.named]) : std::nullopt;
        }
    }
    scene.relations = find_relations(scene.objects);
    scene.groups = find_groups(scene.objects);
}

} // namespace echollama
