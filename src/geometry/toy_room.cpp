#include "geometry/toy_room.h"

#include "base/counter_rng.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

namespace echollama {
namespace {

constexpr float degree = toy_degree, thick = toy_wall_thick, deep = toy_floor_deep;

class Draw {
  public:
    explicit Draw(std::uint64_t seed) : seed_(seed) {}
    float between(float low, float high) { return low + (high - low) * uniform(seed_, next_++); }
    int below(int n) { return static_cast<int>(splitmix64(seed_, next_++) % static_cast<std::uint64_t>(n)); }
    bool chance(float share) { return uniform(seed_, next_++) < share; }

  private:
    std::uint64_t seed_, next_ = 0;
};

using Kind = ToyBlock::Kind;

void add(ToyRoom& room, Kind kind, Extent x, Extent y, Extent z) {
    room.blocks.push_back({kind, {x, y, z}});
}

// A wall along x (or, side, along y) with at most one doorway in it.
void add_wall(ToyRoom& room, bool side, float at, Extent along, std::optional<Extent> door, float lintel) {
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
void add_outside(ToyRoom& room) {
    add(room, Kind::ground, {room.left - 4, room.left}, {-2, room.front + 4}, {-deep, 0});
    add(room, Kind::ground, {room.right, room.right + 4}, {-2, room.front + 4}, {-deep, 0});
    add(room, Kind::ground, {room.left, room.right}, {room.front, room.front + 4}, {-deep, 0});
    add(room, Kind::wall, {room.left - 4, room.right + 4}, {room.front + 3, room.front + 3.2F}, {0, room.ceiling});
    add(room, Kind::wall, {room.left - 3.2F, room.left - 3}, {-2, room.front + 4}, {0, room.ceiling});
    add(room, Kind::wall, {room.right + 3, room.right + 3.2F}, {-2, room.front + 4}, {0, room.ceiling});
}

enum class Theme { plain, platform, stairs_up, step_down, stairs_down, drop, pit, ramp, glass, count };

// The floor between the camera and the front wall, and what it does; where furniture may stand on it up to y.
float add_floor(ToyRoom& room, Theme theme, Draw& draw) {
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

void add_furniture(ToyRoom& room, float up_to, Draw& draw) {
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
void add_overhang(ToyRoom& room, float up_to, Draw& draw) {
    float const y = draw.between(1.2F, std::min(2.6F, up_to - 0.3F)), wide = draw.between(0.4F, 1.6F);
    float const x = draw.between(-0.4F, 0.4F), low = draw.between(1.15F, 1.75F), high = draw.between(0.05F, 0.4F);
    float const length = draw.between(0.05F, 0.4F);
    add(room, Kind::overhang, {x - wide / 2, x + wide / 2}, {y, y + length}, {low, low + high});
}

} // namespace

ToyRoom make_toy_room(std::uint64_t seed) {
    Draw draw(seed);
    ToyRoom room;
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

} // namespace echollama
