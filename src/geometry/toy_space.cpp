#include "geometry/toy_space.h"

#include "base/counter_rng.h"
#include "geometry/measures.h"
#include "geometry/toy_sensor.h"
#include "geometry/way.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace echollama {
namespace {

constexpr float degree = std::numbers::pi_v<float> / 180;
constexpr float thick = 0.12F, deep = 0.3F; // of walls and of floors

class Draw {
  public:
    explicit Draw(std::uint64_t seed) : seed_(seed) {}
    float between(float low, float high) { return low + (high - low) * uniform(seed_, next_++); }
    int below(int n) { return static_cast<int>(splitmix64(seed_, next_++) % static_cast<std::uint64_t>(n)); }
    bool chance(float share) { return uniform(seed_, next_++) < share; }

  private:
    std::uint64_t seed_, next_ = 0;
};

struct ToyEdge { // along x, in the room's coordinates
    StepKind kind;
    float x0, x1, y, height;
    int count;
    std::vector<float> levels;
};

struct ToyGap { // in the wall across the room at y, or in a side wall at x
    bool side = false;
    float at = 0, low = 0, high = 0;
};

struct Room {
    std::vector<ToyBlock> blocks;
    std::vector<ToyRamp> ramps;
    std::vector<ToyEdge> edges;
    std::vector<ToyGap> gaps;
    float left = -2, right = 2, front = 5, ceiling = 2.6F;
    Vector3 camera;                     // in the room's coordinates
    float yaw = 0, pitch = 0, roll = 0; // radians; yaw to the right, pitch down
};

using Kind = ToyBlock::Kind;

void add(Room& room, Kind kind, Extent x, Extent y, Extent z) {
    room.blocks.push_back({kind, {x, y, z}});
}

// A wall along x (or, side, along y) with at most one doorway in it.
void add_wall(Room& room, bool side, float at, Extent along, std::optional<Extent> door, float lintel) {
    float const outside = side && at < 0 ? -thick : thick;
    Extent const across{std::min(at, at + outside), std::max(at, at + outside)};
    auto piece = [&](Extent part, Extent z) {
        side ? add(room, Kind::wall, across, part, z) : add(room, Kind::wall, part, across, z);
    };
    Extent const whole{-1.5F, room.ceiling};
    if (!door) {
        piece(along, whole);
        return;
    }
    piece({along.low, door->low}, whole);
    piece({door->high, along.high}, whole);
    piece(*door, {lintel, room.ceiling});
    piece(*door, {-1.5F, 0}); // what the floor lies on
    room.gaps.push_back({side, at, door->low, door->high});
}

// What lies behind a doorway: more floor and a wall.
void add_outside(Room& room) {
    add(room, Kind::ground, {room.left - 4, room.left}, {-2, room.front + 4}, {-deep, 0});
    add(room, Kind::ground, {room.right, room.right + 4}, {-2, room.front + 4}, {-deep, 0});
    add(room, Kind::ground, {room.left, room.right}, {room.front, room.front + 4}, {-deep, 0});
    add(room, Kind::wall, {room.left - 4, room.right + 4}, {room.front + 3, room.front + 3.2F}, {0, room.ceiling});
    add(room, Kind::wall, {room.left - 3.2F, room.left - 3}, {-2, room.front + 4}, {0, room.ceiling});
    add(room, Kind::wall, {room.right + 3, room.right + 3.2F}, {-2, room.front + 4}, {0, room.ceiling});
}

enum class Theme { plain, platform, stairs_up, step_down, stairs_down, drop, pit, ramp, glass, count };

// The floor between the camera and the front wall, and what it does; where furniture may stand on it up to y.
float add_floor(Room& room, Theme theme, Draw& draw) {
    Extent const x{room.left, room.right};
    constexpr float half_view = 24.4F * degree;                           // of the steeper sensors, up and down
    float const blind = room.camera.z / std::tan(room.pitch + half_view); // the floor is not seen before
    float const edge = std::max(draw.between(1.5F, 3.0F), blind + 0.5F);
    auto ground = [&](Extent along, float height) {
        add(room, Kind::ground, x, along, {std::min(height, 0.0F) - deep, height});
    };
    auto flight = [&](float rise, float tread, int count) {
        std::vector<float> levels;
        for (int i = 1; i <= count; ++i) {
            bool const last = i == count;
            float const from = edge + static_cast<float>(i - 1) * tread;
            ground({from, last ? room.front : from + tread}, static_cast<float>(i) * rise);
            levels.push_back(static_cast<float>(i) * rise);
        }
        room.edges.push_back(
            {rise > 0 ? StepKind::up : StepKind::down, x.low, x.high, edge, std::abs(rise), count, levels});
    };
    switch (theme) {
    case Theme::platform:
        ground({-2, edge}, 0);
        flight(draw.between(0.10F, 0.22F), 1, 1);
        return edge;
    case Theme::stairs_up:
        ground({-2, edge}, 0);
        flight(draw.between(0.14F, 0.20F), draw.between(0.25F, 0.32F), 3 + draw.below(5));
        return edge;
    case Theme::step_down:
        ground({-2, edge}, 0);
        flight(-draw.between(0.15F, 0.24F), 1, 1);
        return edge;
    case Theme::stairs_down:
        ground({-2, edge}, 0);
        flight(-draw.between(0.15F, 0.20F), draw.between(0.25F, 0.32F), 3 + draw.below(4));
        return edge;
    case Theme::drop: {
        float const height = draw.between(0.35F, 1.2F);
        ground({-2, edge}, 0);
        ground({edge, room.front}, -height);
        room.edges.push_back({StepKind::drop, x.low, x.high, edge, height, 1, {-height}});
        return edge;
    }
    case Theme::pit: { // a hole in the floor, such as an open hatch
        float const height = draw.between(0.4F, 1.2F), wide = draw.between(0.8F, 1.5F),
                    length = draw.between(0.8F, 1.5F);
        float const middle = draw.between(-0.6F, 0.6F);
        Extent const hole{middle - wide / 2, middle + wide / 2};
        ground({-2, edge}, 0);
        add(room, Kind::ground, {x.low, hole.low}, {edge, edge + length}, {-1.5F, 0});
        add(room, Kind::ground, {hole.high, x.high}, {edge, edge + length}, {-1.5F, 0});
        ground({edge + length, room.front}, 0);
        add(room, Kind::ground, hole, {edge, edge + length}, {-height - deep, -height});
        room.edges.push_back({StepKind::drop, hole.low, hole.high, edge, height, 1, {-height}});
        return edge;
    }
    case Theme::ramp: {
        float const rise = draw.between(4, 9) * degree * (draw.chance(0.5F) ? 1.0F : -1.0F);
        float const length = room.front - edge, high = std::tan(rise) * length;
        ground({-2, edge}, 0);
        room.ramps.push_back({{x, {edge, room.front}, {0, high}}});
        return edge;
    }
    default:
        ground({-2, room.front}, 0);
        return room.front;
    }
}

void add_furniture(Room& room, float up_to, Draw& draw) {
    struct Shape {
        float width, length, height;
        bool table;
    };
    static constexpr Shape shapes[] = {{0.45F, 0.45F, 0.45F, false}, {1.2F, 0.7F, 0.74F, true},
                                       {0.6F, 0.6F, 1.7F, false},    {0.35F, 0.3F, 0.25F, false},
                                       {1.6F, 0.8F, 0.8F, false},    {0.3F, 0.3F, 1.0F, false},
                                       {0.9F, 0.9F, 0.72F, true},    {0.2F, 0.35F, 0.15F, false}};
    int const wanted = draw.below(4);
    for (int i = 0; i < wanted; ++i) {
        auto const& s = shapes[draw.below(static_cast<int>(std::size(shapes)))];
        float const y = draw.between(1.3F, 4.5F), x = draw.between(room.left + s.width / 2, room.right - s.width / 2);
        Extent const across{x - s.width / 2, x + s.width / 2}, along{y, y + s.length};
        bool const free = std::none_of(room.blocks.begin(), room.blocks.end(), [&](ToyBlock const& b) {
            bool const thing = b.kind == Kind::furniture || b.kind == Kind::glass;
            return thing && across.low < b.box.x.high + 0.2F && across.high > b.box.x.low - 0.2F &&
                   along.low < b.box.y.high + 0.2F && along.high > b.box.y.low - 0.2F;
        });
        if (!free || along.high > up_to - 0.3F) {
            continue;
        }
        if (!s.table) {
            add(room, Kind::furniture, across, along, {0, s.height});
            continue;
        }
        add(room, Kind::furniture, across, along, {s.height - 0.04F, s.height});
        for (float lx : {across.low, across.high - 0.06F}) {
            for (float ly : {along.low, along.high - 0.06F}) {
                add(room, Kind::furniture, {lx, lx + 0.06F}, {ly, ly + 0.06F}, {0, s.height - 0.04F});
            }
        }
    }
}

// A bar, a branch, an open cupboard: from 5 cm thick, at chest or head height.
void add_overhang(Room& room, float up_to, Draw& draw) {
    float const y = draw.between(1.2F, std::min(2.6F, up_to - 0.3F)), wide = draw.between(0.4F, 1.6F);
    float const x = draw.between(-0.4F, 0.4F), low = draw.between(1.15F, 1.75F), high = draw.between(0.05F, 0.4F);
    float const length = draw.between(0.05F, 0.4F);
    add(room, Kind::overhang, {x - wide / 2, x + wide / 2}, {y, y + length}, {low, low + high});
}

Room make_room(std::uint64_t seed) {
    Draw draw(seed);
    Room room;
    auto const theme =
        draw.chance(0.3F) ? Theme::plain : static_cast<Theme>(draw.below(static_cast<int>(Theme::count)));
    room.left = -draw.between(1.4F, 3);
    room.right = draw.between(1.4F, 3);
    room.front = draw.between(3.2F, 6);
    room.ceiling = draw.between(2.4F, 3);
    room.camera = {draw.between(-0.4F, 0.4F), 0, draw.between(1.15F, 1.65F)};
    room.yaw = draw.between(-20, 20) * degree;
    room.pitch = draw.between(8, 32) * degree;
    room.roll = draw.between(-6, 6) * degree;
    float const up_to = add_floor(room, theme, draw);
    bool const level = theme == Theme::plain || theme == Theme::glass;
    float const lintel = draw.between(1.95F, 2.15F);
    auto door = [&](float low, float high) -> std::optional<Extent> {
        float const width = draw.between(0.7F, 1.3F);
        float const from = draw.between(low + 0.3F, high - width - 0.3F);
        return high - low > width + 0.6F ? std::optional(Extent{from, from + width}) : std::nullopt;
    };
    bool const in_front = draw.chance(0.5F), left = draw.chance(0.25F), right = draw.chance(0.25F);
    add_wall(room, false, room.front, {room.left - thick, room.right + thick},
             level && in_front ? door(room.left, room.right) : std::nullopt, lintel);
    add_wall(room, true, room.left, {-2, room.front}, level && left ? door(1.2F, room.front) : std::nullopt, lintel);
    add_wall(room, true, room.right, {-2, room.front}, level && right ? door(1.2F, room.front) : std::nullopt, lintel);
    add(room, Kind::wall, {room.left, room.right}, {-2.2F, -2}, {-1.5F, room.ceiling});
    add(room, Kind::ceiling, {room.left - 4, room.right + 4}, {-2, room.front + 4},
        {room.ceiling, room.ceiling + deep});
    add_outside(room);
    if (theme == Theme::glass) {
        float const y = draw.between(1.8F, room.front - 0.6F);
        add(room, Kind::glass, {room.left, draw.between(-0.2F, room.right)}, {y, y + 0.01F}, {0, room.ceiling});
    }
    add_furniture(room, up_to, draw);
    if (draw.chance(0.35F)) {
        add_overhang(room, up_to, draw);
    }
    return room;
}

// The camera's axes in the room's coordinates.
struct Axes {
    Vector3 right, down, forward;

    explicit Axes(Room const& room) {
        float const cy = std::cos(room.yaw), sy = std::sin(room.yaw), cp = std::cos(room.pitch),
                    sp = std::sin(room.pitch);
        forward = {sy * cp, cy * cp, -sp};
        Vector3 const level{cy, -sy, 0};
        Vector3 const up = cross(level, forward);
        float const cr = std::cos(room.roll), sr = std::sin(room.roll);
        right = cr * level + sr * up;
        down = sr * level - cr * up;
    }
};

struct Met {
    float t = std::numeric_limits<float>::infinity(); // z along the axis, as the ray's part along it is 1
    int block = -1;                                   // -1: a ramp or nothing
    int axis = 2;                                     // across which face: 0 x, 1 y, 2 z
    float slant = 1;                                  // cosine between ray and face
};

void meet_box(GroundBox const& box, Vector3 from, Vector3 ray, int index, Met& best) {
    float enter = 0.02F, leave = best.t;
    int axis = -1;
    auto slab = [&](float low, float high, float origin, float direction, int which) {
        float const inverse = 1 / direction; // infinite is right: then both ends are infinite or the ray misses
        float near = (low - origin) * inverse, far = (high - origin) * inverse;
        if (near > far) {
            std::swap(near, far);
        }
        if (near > enter) {
            enter = near, axis = which;
        }
        leave = std::min(leave, far);
        return enter <= leave;
    };
    if (slab(box.x.low, box.x.high, from.x, ray.x, 0) && slab(box.y.low, box.y.high, from.y, ray.y, 1) &&
        slab(box.z.low, box.z.high, from.z, ray.z, 2) && axis >= 0 && enter < best.t) {
        float const part = axis == 0 ? ray.x : axis == 1 ? ray.y : ray.z;
        best = {enter, index, axis, std::abs(part) / norm(ray)};
    }
}

void meet_ramp(ToyRamp const& ramp, Vector3 from, Vector3 ray, Met& best) {
    float const slope = (ramp.box.z.high - ramp.box.z.low) / (ramp.box.y.high - ramp.box.y.low);
    float const facing = ray.z - slope * ray.y;
    float const t = (ramp.box.z.low + slope * (from.y - ramp.box.y.low) - from.z) / facing;
    float const x = from.x + t * ray.x, y = from.y + t * ray.y;
    if (t > 0.02F && t < best.t && x > ramp.box.x.low && x < ramp.box.x.high && y > ramp.box.y.low &&
        y < ramp.box.y.high) {
        best = {t, -1, 2, std::abs(facing) / norm(ray) / std::sqrt(1 + slope * slope)};
    }
}

Met cast(Room const& room, Vector3 ray) {
    Met best;
    for (std::size_t i = 0; i < room.blocks.size(); ++i) {
        meet_box(room.blocks[i].box, room.camera, ray, static_cast<int>(i), best);
    }
    for (auto const& ramp : room.ramps) {
        meet_ramp(ramp, room.camera, ray, best);
    }
    return best;
}

// From the room's coordinates to the viewer's.
GroundPoint seen_from(Room const& room, float x, float y) {
    float const dx = x - room.camera.x, dy = y - room.camera.y, c = std::cos(room.yaw), s = std::sin(room.yaw);
    return {c * dx - s * dy, s * dx + c * dy};
}

struct Picture {
    int width = 640, height = 480;
    float focal = 525;
    std::vector<Met> met;
    std::vector<float> read; // what the sensor made of it, 0: nothing

    Vector3 ray(Axes const& axes, std::size_t pixel) const {
        auto const w = static_cast<std::size_t>(width);
        float const x = (static_cast<float>(pixel % w) + 0.5F - static_cast<float>(width) / 2) / focal;
        float const y = (static_cast<float>(pixel / w) + 0.5F - static_cast<float>(height) / 2) / focal;
        return axes.forward + x * axes.right + y * axes.down;
    }

    // The pixel that shows a point of the room, if it is in view; its true depth in `z`.
    int pixel(Room const& room, Axes const& axes, Vector3 p, float& z) const {
        auto const d = p - room.camera;
        z = dot(d, axes.forward);
        if (z < 0.1F) {
            return -1;
        }
        float const u = focal * dot(d, axes.right) / z + static_cast<float>(width) / 2;
        float const v = focal * dot(d, axes.down) / z + static_cast<float>(height) / 2;
        bool const inside = u >= 0 && v >= 0 && u < static_cast<float>(width) && v < static_cast<float>(height);
        return inside ? static_cast<int>(v) * width + static_cast<int>(u) : -1;
    }
    // Nothing is before the point, and the sensor says something there.
    bool shows(Room const& room, Axes const& axes, Vector3 p, bool reading = true) const {
        float z = 0;
        int const at = pixel(room, axes, p, z);
        auto const i = static_cast<std::size_t>(at);
        return at >= 0 && met[i].t > z - 0.05F && (!reading || read[i] > 0);
    }
};

// The inner faces of the room's own walls.
void tell_walls(Room const& room, Axes const& axes, Picture const& picture, ToySpace& out) {
    struct Plane {
        float distance, bearing;
        bool side;
        float at;
    };
    Plane const planes[] = {{room.front - room.camera.y, 0, false, room.front},
                            {room.camera.x - room.left, -90, true, room.left},
                            {room.right - room.camera.x, 90, true, room.right}};
    for (auto const& plane : planes) {
        ToyWall wall{plane.distance, plane.bearing - room.yaw / degree, 0, 0, 0};
        Extent along{1e9F, -1e9F}, high{1e9F, -1e9F};
        for (std::size_t i = 0; i < picture.met.size(); ++i) {
            auto const& met = picture.met[i];
            bool const on_wall = met.block >= 0 && picture.read[i] > 0 && met.axis == (plane.side ? 0 : 1) &&
                                 room.blocks[static_cast<std::size_t>(met.block)].kind == Kind::wall;
            if (!on_wall) {
                continue;
            }
            auto const p = room.camera + met.t * picture.ray(axes, i);
            if (std::abs((plane.side ? p.x : p.y) - plane.at) < 1e-2F) {
                float const t = plane.side ? p.y : p.x;
                ++wall.pixels;
                along = {std::min(along.low, t), std::max(along.high, t)};
                high = {std::min(high.low, p.z), std::max(high.high, p.z)};
            }
        }
        wall.wide = along.high - along.low, wall.tall = high.high - high.low;
        out.walls.push_back(wall);
    }
}

void tell_blocks(Room const& room, Picture const& picture, ToySpace& out) {
    std::vector<std::size_t> pixels(room.blocks.size(), 0);
    for (auto const& met : picture.met) {
        if (met.block >= 0) {
            ++pixels[static_cast<std::size_t>(met.block)];
        }
    }
    for (std::size_t i = 0; i < room.blocks.size(); ++i) {
        auto const& b = room.blocks[i];
        if (b.kind == Kind::overhang) {
            ToyOverhang overhang;
            overhang.z = b.box.z;
            overhang.pixels = pixels[i];
            overhang.nearest = seen_from(room, std::clamp(room.camera.x, b.box.x.low, b.box.x.high), b.box.y.low);
            overhang.distance = distance_to(overhang.nearest);
            out.overhangs.push_back(overhang);
        }
        bool const top = b.kind == Kind::furniture && b.box.z.low > 0.5F;
        if (top && pixels[i] > 600) {
            out.tables.push_back(b.box.z.high);
        }
    }
}

// Steps on which a hand's breadth shows.
int visible_treads(Room const& room, Picture const& picture, ToyEdge const& edge) {
    int count = 0;
    for (float level : edge.levels) {
        std::size_t pixels = 0;
        for (auto const& met : picture.met) {
            if (met.block >= 0 && met.axis == 2) {
                auto const& b = room.blocks[static_cast<std::size_t>(met.block)];
                pixels += b.kind == Kind::ground && std::abs(b.box.z.high - level) < 1e-4F;
            }
        }
        count += pixels > picture.met.size() / 400;
    }
    return count;
}

void tell_edges(Room const& room, Axes const& axes, Picture const& picture, ToySpace& out) {
    constexpr float step = 0.05F;
    for (auto const& edge : room.edges) {
        ToyStep truth;
        truth.kind = edge.kind;
        truth.height = edge.height;
        truth.count = visible_treads(room, picture, edge);
        truth.levels = edge.levels;
        truth.from = seen_from(room, edge.x0, edge.y);
        truth.to = seen_from(room, edge.x1, edge.y);
        truth.distance = 1e9F;
        for (float x = edge.x0 + step; x < edge.x1; x += step) {
            if (picture.shows(room, axes, {x, edge.y - 0.03F, 0.005F})) {
                truth.visible_m += step;
                truth.distance = std::min(truth.distance, distance_to(seen_from(room, x, edge.y)));
            }
        }
        out.steps.push_back(truth);
    }
}

void tell_gaps(Room const& room, Axes const& axes, Picture const& picture, ToySpace& out) {
    for (auto const& gap : room.gaps) {
        auto side_visible = [&](float along, float outwards) {
            constexpr float beside = 0.12F;
            int seen = 0, through = 0;
            for (int i = 0; i < 10; ++i) {
                float const z = 0.3F + 0.15F * static_cast<float>(i);
                auto at = [&](float t) { return gap.side ? Vector3{gap.at, t, z} : Vector3{t, gap.at, z}; };
                bool const inside = picture.shows(room, axes, at(along - outwards * beside), false);
                seen += inside && picture.shows(room, axes, at(along + outwards * beside));
                through += inside && picture.shows(room, axes, at(along - outwards * beside));
            }
            return seen >= 5 && through >= 3;
        };
        float const middle = (gap.low + gap.high) / 2;
        ToyOpening opening;
        opening.width = gap.high - gap.low;
        opening.middle = gap.side ? seen_from(room, gap.at, middle) : seen_from(room, middle, gap.at);
        opening.both_sides_visible = side_visible(gap.low, -1) && side_visible(gap.high, 1);
        out.openings.push_back(opening);
    }
}

// Can a person not walk on here?
bool is_blocked(Room const& room, float x, float y) {
    bool ground = false;
    for (auto const& b : room.blocks) {
        bool const here = x > b.box.x.low && x < b.box.x.high && y > b.box.y.low && y < b.box.y.high;
        if (!here) {
            continue;
        }
        if (b.kind == Kind::ground) {
            ground = ground || std::abs(b.box.z.high) < 0.05F;
        } else if (b.box.z.high > 0.05F && b.box.z.low < 2) {
            return true;
        }
    }
    for (auto const& ramp : room.ramps) { // its beginning is nearly level
        float const slope = (ramp.box.z.high - ramp.box.z.low) / (ramp.box.y.high - ramp.box.y.low);
        ground = ground || (y > ramp.box.y.low && std::abs(slope * (y - ramp.box.y.low)) < 0.06F);
    }
    return !ground;
}

// What no pixel shows cannot be told.
void forget_unseen(Room& room, Picture const& picture) {
    std::vector<bool> seen(room.blocks.size(), false);
    for (auto const& met : picture.met) {
        if (met.block >= 0) {
            seen[static_cast<std::size_t>(met.block)] = true;
        }
    }
    for (std::size_t i = 0; i < room.blocks.size(); ++i) {
        bool const thing = room.blocks[i].kind == Kind::overhang || room.blocks[i].kind == Kind::furniture;
        if (thing && !seen[i]) {
            room.blocks[i].box = {};
        }
    }
}

void tell_ways(Room const& room, ToySpace& out) {
    for (float bearing : {0.0F, -side_way_deg, side_way_deg}) {
        float const angle = bearing * degree + room.yaw, dx = std::sin(angle), dy = std::cos(angle);
        float free = 0;
        for (bool blocked = false; !blocked && free < 9; free += 0.02F) {
            for (float k = -walker_width_m / 2; k <= walker_width_m / 2 && !blocked; k += 0.05F) {
                blocked = is_blocked(room, room.camera.x + free * dx + k * dy, room.camera.y + free * dy - k * dx);
            }
        }
        out.free.push_back(free);
    }
}

} // namespace

ToySpace render_toy_space(std::uint64_t seed, DepthSensor sensor, bool noise) {
    auto room = make_room(seed);
    Axes const axes(room);
    Picture picture;
    if (sensor == DepthSensor::phone) {
        picture.width = 256, picture.height = 192, picture.focal = 212;
    }
    ToySpace out;
    out.camera_height = room.camera.z;
    out.up = {axes.right.z, axes.down.z, axes.forward.z};
    out.has_ramp = !room.ramps.empty();
    std::vector<ToyPixel> pixels;
    for (std::size_t i = 0; i < static_cast<std::size_t>(picture.width * picture.height); ++i) {
        auto const met = cast(room, picture.ray(axes, i));
        picture.met.push_back(met);
        bool const glass = met.block >= 0 && room.blocks[static_cast<std::size_t>(met.block)].kind == Kind::glass;
        out.has_glass = out.has_glass || glass;
        pixels.push_back({std::isfinite(met.t) && !glass ? met.t : 0, met.slant});
    }
    out.depth.width = picture.width, out.depth.height = picture.height;
    out.depth.fx = out.depth.fy = picture.focal;
    out.depth.cx = static_cast<float>(picture.width) / 2, out.depth.cy = static_cast<float>(picture.height) / 2;
    out.depth.noise = noise_of(sensor, toy_stereo_scale);
    picture.read = out.depth.metres =
        noise ? sense(pixels, picture.width, picture.height, sensor, seed) : exact(pixels);
    tell_walls(room, axes, picture, out);
    tell_blocks(room, picture, out);
    tell_edges(room, axes, picture, out);
    tell_gaps(room, axes, picture, out);
    forget_unseen(room, picture);
    tell_ways(room, out);
    return out;
}

} // namespace echollama
