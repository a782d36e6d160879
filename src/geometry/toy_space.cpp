#include "geometry/toy_space.h"

#include "geometry/measures.h"
#include "geometry/toy_room.h"
#include "geometry/toy_sensor.h"
#include "geometry/way.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echollama {
namespace {

constexpr float degree = toy_degree, thick = toy_wall_thick;
constexpr float head_m = 2;           // what begins higher is in nobody's way
constexpr float least_shown = 0.001F; // share of the picture: what less of it shows cannot be told

using Kind = ToyBlock::Kind;
using Room = ToyRoom;

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

void tell_faces(Room const& room, ToySpace& out) {
    constexpr float somebody_m = 1.5F;
    float const yaw = room.yaw / degree;
    auto tell = [&](float distance, float bearing) {
        if (distance > 0) {
            out.faces.push_back({distance, bearing - yaw});
        }
    };
    for (auto const& block : room.blocks) {
        bool const upright = block.kind != Kind::ground && block.kind != Kind::ceiling;
        if (upright && block.box.z.high > somebody_m) {
            tell(block.box.x.low - room.camera.x, 90);
            tell(room.camera.x - block.box.x.high, -90);
            tell(block.box.y.low - room.camera.y, 0);
            tell(room.camera.y - block.box.y.high, 180);
        }
    }
}

void tell_blocks(Room const& room, Picture const& picture, ToySpace& out) {
    std::vector<std::size_t> pixels(room.blocks.size(), 0);
    for (std::size_t i = 0; i < picture.met.size(); ++i) {
        if (int const block = picture.met[i].block; block >= 0 && picture.read[i] > 0) {
            ++pixels[static_cast<std::size_t>(block)];
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

// What no reading shows cannot be told: of things that stand or hang in the room only the part that shows is left.
void forget_unseen(Room& room, Axes const& axes, Picture const& picture) {
    std::vector<GroundBox> seen(room.blocks.size(), {{1e9F, -1e9F}, {1e9F, -1e9F}, {}});
    std::vector<std::size_t> pixels(room.blocks.size(), 0);
    auto widen = [](Extent& extent, float at) { extent = {std::min(extent.low, at), std::max(extent.high, at)}; };
    for (std::size_t i = 0; i < picture.met.size(); ++i) {
        if (auto const& met = picture.met[i]; met.block >= 0 && picture.read[i] > 0) {
            ++pixels[static_cast<std::size_t>(met.block)];
            auto const p = room.camera + met.t * picture.ray(axes, i);
            widen(seen[static_cast<std::size_t>(met.block)].x, p.x);
            widen(seen[static_cast<std::size_t>(met.block)].y, p.y);
        }
    }
    for (std::size_t i = 0; i < room.blocks.size(); ++i) {
        auto& block = room.blocks[i];
        if (block.kind == Kind::overhang || block.kind == Kind::furniture) {
            bool const shown = static_cast<float>(pixels[i]) >= least_shown * static_cast<float>(picture.met.size());
            block.box.x = shown ? seen[i].x : Extent{1, 0}; // low > high: it holds no place
            block.box.y = seen[i].y;
        }
    }
}

// Does the picture show the place at one of these heights?
bool in_view(Room const& room, Axes const& axes, Picture const& picture, float x, float y, Extent heights) {
    float z = 0;
    constexpr int parts = 4;
    for (int i = 0; i <= parts; ++i) {
        float const height = heights.low + (heights.high - heights.low) * static_cast<float>(i) / parts;
        if (picture.pixel(room, axes, {x, y, height}, z) >= 0) {
            return true;
        }
    }
    return false;
}

// Can a person not walk on here, and would the picture show why?
bool is_blocked(Room const& room, Axes const& axes, Picture const& picture, float x, float y) {
    bool ground = false;
    for (auto const& b : room.blocks) {
        bool const here = x > b.box.x.low && x < b.box.x.high && y > b.box.y.low && y < b.box.y.high;
        if (!here) {
            continue;
        }
        Extent const heights{std::max(b.box.z.low, 0.0F), std::min(b.box.z.high, head_m)};
        if (b.kind == Kind::ground) {
            ground = ground || std::abs(b.box.z.high) < 0.05F;
        } else if (b.box.z.high > 0.05F && b.box.z.low < head_m && in_view(room, axes, picture, x, y, heights)) {
            return true;
        }
    }
    for (auto const& ramp : room.ramps) { // its beginning is nearly level; and up to 1 in 12 wheelchairs use it
        float const slope = (ramp.box.z.high - ramp.box.z.low) / (ramp.box.y.high - ramp.box.y.low);
        bool const gentle = std::abs(slope) < 1 / 12.0F || std::abs(slope * (y - ramp.box.y.low)) < 0.06F;
        ground = ground || (y > ramp.box.y.low && y < ramp.box.y.high && gentle);
    }
    return !ground && in_view(room, axes, picture, x, y, {0, 0.2F});
}

void tell_ways(Room const& room, Axes const& axes, Picture const& picture, ToySpace& out) {
    for (float bearing : {0.0F, -side_way_deg, side_way_deg}) {
        float const angle = bearing * degree + room.yaw, dx = std::sin(angle), dy = std::cos(angle);
        float free = 0;
        for (bool blocked = false; !blocked && free < 9; free += 0.02F) {
            // What reaches into the lane by less than half a square of the measured ground may be told either way.
            constexpr float half = walker_width_m / 2 - 0.025F;
            for (float k = -half; k <= half && !blocked; k += 0.05F) {
                float const x = room.camera.x + free * dx + k * dy, y = room.camera.y + free * dy - k * dx;
                blocked = is_blocked(room, axes, picture, x, y);
            }
        }
        out.free.push_back(free);
    }
}

} // namespace

ToySpace render_toy_space(std::uint64_t seed, DepthSensor sensor, bool noise) {
    auto room = make_toy_room(seed);
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
    tell_faces(room, out);
    tell_blocks(room, picture, out);
    tell_edges(room, axes, picture, out);
    tell_gaps(room, axes, picture, out);
    forget_unseen(room, axes, picture);
    tell_ways(room, axes, picture, out);
    return out;
}

} // namespace echollama
