#include "evaluation/toyworld.h"

#include "base/counter_rng.h"
#include "base/error.h"
#include "scene/camera.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

namespace echollama {
namespace {

// Metres; x to the right, y down, z ahead; the camera is at the origin, the floor at floor_y.
struct Vec {
    float x = 0, y = 0, z = 0;
};

constexpr float floor_y = 1.4F; // eye height
constexpr float ceiling_y = -1.2F;
constexpr float wall_x = 4.0F;
constexpr float wall_z = 9.0F;
constexpr std::size_t fewest_pixels = 12; // smaller things are not counted as seen

// An upright box that belongs to a thing.
struct Block {
    Vec low, high;
    int object = -1;
};

struct Solid {
    std::string label;
    Vec middle;
    int rests_on = -1;
    std::array<float, 3> colour{};
};

struct Room {
    std::vector<Solid> solids;
    std::vector<Block> blocks;
};

// Footprint and height of the furniture, near the typical sizes of scene/coco.h: width, height, length.
struct Shape {
    char const* label;
    float width, height, length;
};
constexpr Shape floor_things[] = {{"chair", 0.5F, 0.9F, 0.5F},      {"dining table", 1.5F, 0.75F, 0.8F},
                                  {"couch", 1.9F, 0.85F, 0.9F},     {"person", 0.5F, 1.68F, 0.3F},
                                  {"dog", 0.7F, 0.5F, 0.25F},       {"refrigerator", 0.7F, 1.7F, 0.65F},
                                  {"suitcase", 0.45F, 0.62F, 0.25F}};
constexpr Shape table_things[] = {{"cup", 0.10F, 0.09F, 0.10F},
                                  {"bottle", 0.07F, 0.25F, 0.07F},
                                  {"laptop", 0.34F, 0.24F, 0.20F},
                                  {"potted plant", 0.35F, 0.5F, 0.35F}};

void add_block(Room& room, Vec centre, float width, float height, float length) {
    room.blocks.push_back({{centre.x - width / 2, centre.y - height / 2, centre.z - length / 2},
                           {centre.x + width / 2, centre.y + height / 2, centre.z + length / 2},
                           static_cast<int>(room.solids.size()) - 1});
}

// A thing whose foot is at (x, foot_y, z); chairs and tables are made of parts, the others are one block.
void add_solid(Room& room, Shape const& shape, float x, float foot_y, float z, int rests_on, Draws& draw) {
    room.solids.push_back({shape.label,
                           {x, foot_y - shape.height / 2, z},
                           rests_on,
                           {draw.between(0.2F, 1), draw.between(0.2F, 1), draw.between(0.2F, 1)}});
    std::string_view label = shape.label;
    if (label == "dining table") {
        constexpr float top = 0.06F;
        add_block(room, {x, foot_y - shape.height + top / 2, z}, shape.width, top, shape.length);
        for (float side : {-1.0F, 1.0F}) {
            float leg_x = x + side * (shape.width / 2 - 0.06F);
            add_block(room, {leg_x, foot_y - (shape.height - top) / 2, z}, 0.12F, shape.height - top, shape.length);
        }
        return;
    }
    if (label == "chair") {
        add_block(room, {x, foot_y - 0.22F, z}, shape.width, 0.44F, shape.length);
        add_block(room, {x, foot_y - shape.height / 2, z + shape.length / 2 - 0.03F}, shape.width, shape.height, 0.06F);
        return;
    }
    add_block(room, {x, foot_y - shape.height / 2, z}, shape.width, shape.height, shape.length);
}

bool is_free(Room const& room, float x, float z, Shape const& shape) {
    return std::none_of(room.blocks.begin(), room.blocks.end(), [&](Block const& block) {
        return x + shape.width / 2 + 0.1F > block.low.x && x - shape.width / 2 - 0.1F < block.high.x &&
               z + shape.length / 2 + 0.1F > block.low.z && z - shape.length / 2 - 0.1F < block.high.z;
    });
}

Room make_room(std::uint64_t seed) {
    Draws draw(seed);
    Room room;
    int wanted = 2 + draw.below(5);
    for (int tries = 0; tries < 60 && static_cast<int>(room.solids.size()) < wanted; ++tries) {
        auto const& shape = floor_things[draw.below(static_cast<int>(std::size(floor_things)))];
        float z = draw.between(1.8F, 7.5F);
        float x = draw.between(-0.6F, 0.6F) * z;
        if (std::abs(x) + shape.width / 2 < wall_x && is_free(room, x, z, shape)) {
            add_solid(room, shape, x, floor_y, z, -1, draw);
        }
    }
    for (int i = 0, n = static_cast<int>(room.solids.size()); i < n; ++i) {
        auto const middle = room.solids[static_cast<std::size_t>(i)].middle;
        if (room.solids[static_cast<std::size_t>(i)].label == "dining table") {
            auto const& shape = table_things[draw.below(static_cast<int>(std::size(table_things)))];
            add_solid(room, shape, middle.x + draw.between(-0.5F, 0.5F), floor_y - 0.75F,
                      middle.z + draw.between(-0.2F, 0.2F), i, draw);
        }
    }
    return room;
}

struct Hit {
    float z = std::numeric_limits<float>::infinity(); // the ray is scaled so that its z part is 1: depth
    int object = -1;
    float light = 1;
};

// Distance along the ray to an upright box (slabs), and the light of the face that is met.
std::optional<std::pair<float, float>> meet(Block const& block, Vec ray) {
    float enter = 0.05F;
    float leave = std::numeric_limits<float>::infinity();
    float light = 1;
    auto slab = [&](float low, float high, float direction, float face_light) {
        if (direction == 0) {
            return low <= 0 && high >= 0;
        }
        float near = std::min(low / direction, high / direction);
        float far = std::max(low / direction, high / direction);
        if (near > enter) {
            enter = near;
            light = face_light;
        }
        leave = std::min(leave, far);
        return enter <= leave;
    };
    bool met = slab(block.low.x, block.high.x, ray.x, 0.7F) && slab(block.low.y, block.high.y, ray.y, 1.0F) &&
               slab(block.low.z, block.high.z, ray.z, 0.85F);
    return met ? std::optional(std::pair(enter, light)) : std::nullopt;
}

// Only the given thing (or, with -1, everything and the room).
Hit cast(Room const& room, Vec ray, int only) {
    Hit hit;
    for (auto const& block : room.blocks) {
        if (only >= 0 && block.object != only) {
            continue;
        }
        auto met = meet(block, ray);
        if (met && met->first < hit.z) {
            hit = {met->first, block.object, met->second};
        }
    }
    if (only < 0) {
        float walls = std::min({wall_z,
                                ray.y > 0   ? floor_y / ray.y
                                : ray.y < 0 ? ceiling_y / ray.y
                                            : wall_z,
                                ray.x != 0 ? wall_x / std::abs(ray.x) : wall_z});
        if (walls < hit.z) {
            hit = {walls, -1, ray.y > 0 && walls == floor_y / ray.y ? 0.5F : 0.9F};
        }
    }
    return hit;
}

std::array<float, 3> colour_of(Room const& room, Hit const& hit) {
    std::array<float, 3> colour{0.75F, 0.72F, 0.68F};
    if (hit.object >= 0) {
        colour = room.solids[static_cast<std::size_t>(hit.object)].colour;
    }
    float shade = hit.light * (1 - hit.z / 20);
    for (auto& value : colour) {
        value *= shade;
    }
    return colour;
}

// Where a pixel of the variant's picture lies in the plain picture.
struct View {
    int width, height;
    ToyVariant variant;

    int out_width() const {
        return variant == ToyVariant::rotated ? height : variant == ToyVariant::cropped ? width * 6 / 10 : width;
    }
    int out_height() const { return variant == ToyVariant::rotated ? width : height; }
    std::pair<int, int> plain(int x, int y) const {
        switch (variant) {
        case ToyVariant::mirrored:
            return {width - 1 - x, y};
        case ToyVariant::rotated:
            return {y, height - 1 - x};
        default:
            return {x, y};
        }
    }
    Intrinsics camera(Intrinsics plain_camera) const {
        if (variant == ToyVariant::mirrored) {
            return echollama::mirrored(plain_camera, width);
        }
        if (variant == ToyVariant::rotated) {
            return {plain_camera.fy, plain_camera.fx, static_cast<float>(height) - plain_camera.cy, plain_camera.cx,
                    plain_camera.assumed};
        }
        return plain_camera;
    }
    // The same for a point between pixels, counted from the outer edge of the first one
    std::pair<float, float> plain_point(float x, float y) const {
        switch (variant) {
        case ToyVariant::mirrored:
            return {static_cast<float>(width) - x, y};
        case ToyVariant::rotated:
            return {y, static_cast<float>(height) - x};
        default:
            return {x, y};
        }
    }
    // The bearing of a point of the plain camera's space in this picture
    float bearing(Vec p) const {
        float right = variant == ToyVariant::mirrored ? -p.x : variant == ToyVariant::rotated ? -p.y : p.x;
        return std::atan2(right, p.z) * 180 / std::numbers::pi_v<float>;
    }
};

Vec ray_through(float x, float y, Intrinsics const& camera) {
    return {(x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy, 1};
}

Vec ray_of(int x, int y, Intrinsics const& camera) {
    return ray_through(static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F, camera);
}

// All pixels of a thing on a picture three times as wide and high with nothing before it, on the plain picture's grid.
std::size_t whole_size(Room const& room, int object, Intrinsics const& camera, View const& view) {
    int x0 = 2 * view.width, x1 = -view.width, y0 = 2 * view.height, y1 = -view.height;
    for (auto const& block : room.blocks) {
        for (int corner = 0; block.object == object && corner < 8; ++corner) {
            float z = corner & 4 ? block.high.z : block.low.z;
            float x = (corner & 1 ? block.high.x : block.low.x) / z * camera.fx + camera.cx;
            float y = (corner & 2 ? block.high.y : block.low.y) / z * camera.fy + camera.cy;
            x0 = std::min(x0, static_cast<int>(x) - 1), x1 = std::max(x1, static_cast<int>(x) + 2);
            y0 = std::min(y0, static_cast<int>(y) - 1), y1 = std::max(y1, static_cast<int>(y) + 2);
        }
    }
    std::size_t pixels = 0;
    for (int y = std::max(y0, -view.height); y < std::min(y1, 2 * view.height); ++y) {
        for (int x = std::max(x0, -view.width); x < std::min(x1, 2 * view.width); ++x) {
            pixels += cast(room, ray_of(x, y, camera), object).object == object;
        }
    }
    return pixels;
}

std::pair<std::array<float, 3>, std::array<float, 3>> corners_of(Room const& room, int object) {
    constexpr float far = 1e9F;
    std::array<float, 3> low{far, far, far}, high{-far, -far, -far};
    for (auto const& block : room.blocks) {
        if (block.object == object) {
            low = {std::min(low[0], block.low.x), std::min(low[1], block.low.y), std::min(low[2], block.low.z)};
            high = {std::max(high[0], block.high.x), std::max(high[1], block.high.y), std::max(high[2], block.high.z)};
        }
    }
    return {low, high};
}

void paint_without_scene(ToyPicture& picture, std::uint64_t seed, bool noise) {
    auto count = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
    picture.mask.assign(count, -1);
    picture.depth.values.assign(count, 0);
    picture.rgb.resize(3 * count);
    for (std::size_t i = 0; i < picture.rgb.size(); ++i) {
        picture.rgb[i] = static_cast<std::uint8_t>(splitmix64(seed, noise ? i : i % 3));
    }
}

void describe_objects(ToyPicture& picture, Room const& room, View const& view, Intrinsics const& plain_camera) {
    std::vector<int> kept(room.solids.size(), -1); // index of a solid among the visible things
    std::vector<std::vector<float>> depths(room.solids.size());
    std::vector<Box> boxes(room.solids.size(), {1e9F, 1e9F, 0, 0});
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
            auto at =
                static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) + static_cast<std::size_t>(x);
            if (picture.mask[at] < 0) {
                continue;
            }
            auto solid = static_cast<std::size_t>(picture.mask[at]);
            auto& box = boxes[solid];
            box = {std::min(box.x0, static_cast<float>(x)), std::min(box.y0, static_cast<float>(y)),
                   std::max(box.x1, static_cast<float>(x + 1)), std::max(box.y1, static_cast<float>(y + 1))};
            depths[solid].push_back(picture.depth.values[at]);
        }
    }
    for (std::size_t i = 0; i < room.solids.size(); ++i) {
        if (depths[i].size() < fewest_pixels) {
            continue;
        }
        auto middle = depths[i].begin() + static_cast<std::ptrdiff_t>(depths[i].size() / 2);
        std::nth_element(depths[i].begin(), middle, depths[i].end());
        auto whole = whole_size(room, static_cast<int>(i), plain_camera, view);
        auto [seen_x, seen_y] = view.plain_point(boxes[i].center_x(), boxes[i].center_y());
        auto [low, high] = corners_of(room, static_cast<int>(i));
        kept[i] = static_cast<int>(picture.objects.size());
        picture.objects.push_back(
            {room.solids[i].label, boxes[i], view.bearing(room.solids[i].middle),
             view.bearing(ray_through(seen_x, seen_y, plain_camera)), low, high, *middle,
             static_cast<float>(depths[i].size()) / static_cast<float>(std::max<std::size_t>(whole, 1)),
             room.solids[i].rests_on, depths[i].size()});
    }
    for (auto& object : picture.objects) {
        object.rests_on = object.rests_on < 0 ? -1 : kept[static_cast<std::size_t>(object.rests_on)];
    }
    for (auto& value : picture.mask) {
        value = value < 0 ? -1 : kept[static_cast<std::size_t>(value)];
    }
}

} // namespace

ToyPicture render_toy_room(std::uint64_t seed, ToyVariant variant, int width, int height) {
    if (width < 16 || height < 16 || width > 4096 || height > 4096) {
        throw Error("A toy room is rendered between 16 and 4096 pixels a side; choose another size.");
    }
    View view{width, height, variant};
    auto plain_camera = guess_camera(width, height, std::nullopt);
    plain_camera.assumed = false;
    ToyPicture picture;
    picture.width = view.out_width();
    picture.height = view.out_height();
    picture.camera = view.camera(plain_camera);
    picture.depth.width = picture.width;
    picture.depth.height = picture.height;
    picture.depth.kind = DepthKind::metres;
    if (variant == ToyVariant::blank || variant == ToyVariant::junk) {
        paint_without_scene(picture, seed, variant == ToyVariant::junk);
        return picture;
    }
    auto room = make_room(seed);
    float light = variant == ToyVariant::dark ? 0.04F : 1.0F;
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
            auto [plain_x, plain_y] = view.plain(x, y);
            auto hit = cast(room, ray_of(plain_x, plain_y, plain_camera), -1);
            picture.mask.push_back(hit.object);
            picture.depth.values.push_back(hit.z);
            for (float value : colour_of(room, hit)) {
                picture.rgb.push_back(static_cast<std::uint8_t>(std::clamp(255 * light * value, 0.0F, 255.0F)));
            }
        }
    }
    describe_objects(picture, room, view, plain_camera);
    return picture;
}

std::vector<Detection> toy_detections(ToyPicture const& picture) {
    std::vector<Detection> found;
    for (auto const& object : picture.objects) {
        found.push_back({object.label, -1, 1, object.box, {}});
    }
    return found;
}

} // namespace echollama
