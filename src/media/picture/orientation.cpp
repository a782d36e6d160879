// Pictures, depth maps and cameras turned upright as EXIF's orientation says.
#include "media/picture/image_io.h"

#include <cstring>
#include <utility>

namespace echollama {
namespace {

// Calls visit(x, y, from_x, from_y) for every pixel of the upright picture; from: in the stored one.
template <typename Visit>
void for_each_turned(int width, int height, int orientation, Visit visit) {
    bool const swapped = orientation >= 5;
    int const last_x = width - 1, last_y = height - 1;
    for (int y = 0; y < (swapped ? width : height); ++y) {
        for (int x = 0; x < (swapped ? height : width); ++x) {
            switch (orientation) {
            case 2: // mirrored
                visit(x, y, last_x - x, y);
                break;
            case 3: // upside down
                visit(x, y, last_x - x, last_y - y);
                break;
            case 4:
                visit(x, y, x, last_y - y);
                break;
            case 5: // transposed
                visit(x, y, y, x);
                break;
            case 6:
                visit(x, y, y, last_y - x);
                break;
            case 7:
                visit(x, y, last_x - y, last_y - x);
                break;
            default: // 8
                visit(x, y, last_x - y, x);
                break;
            }
        }
    }
}

bool is_turned(int orientation) {
    return orientation >= 2 && orientation <= 8;
}

} // namespace

int undone_orientation(int orientation) {
    return orientation == 6 ? 8 : orientation == 8 ? 6 : orientation;
}

Image apply_orientation(Image const& image, int orientation) {
    if (!is_turned(orientation)) {
        return image;
    }
    Image out{image.width, image.height, std::vector<std::uint8_t>(image.rgb.size())};
    if (orientation >= 5) {
        std::swap(out.width, out.height);
    }
    for_each_turned(image.width, image.height, orientation, [&](int x, int y, int from_x, int from_y) {
        std::memcpy(out.pixel(x, y), image.pixel(from_x, from_y), 3);
    });
    return out;
}

DepthMap apply_orientation(DepthMap const& depth, int orientation) {
    if (!is_turned(orientation)) {
        return depth;
    }
    DepthMap out = depth;
    if (orientation >= 5) {
        std::swap(out.width, out.height);
    }
    auto const at = [](DepthMap const& map, int x, int y) {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(map.width) + static_cast<std::size_t>(x);
    };
    for_each_turned(depth.width, depth.height, orientation, [&](int x, int y, int from_x, int from_y) {
        out.values[at(out, x, y)] = depth.values[at(depth, from_x, from_y)];
    });
    return out;
}

namespace {

Vector3 turned(Vector3 v, int orientation) {
    Vector3 const swapped{v.y, v.x, v.z};
    switch (orientation) {
    case 2:
        return {-v.x, v.y, v.z};
    case 3:
        return {-v.x, -v.y, v.z};
    case 4:
        return {v.x, -v.y, v.z};
    case 5:
        return swapped;
    case 6:
        return {-swapped.x, swapped.y, v.z};
    case 7:
        return {-swapped.x, -swapped.y, v.z};
    case 8:
        return {swapped.x, -swapped.y, v.z};
    default:
        return v;
    }
}

} // namespace

Intrinsics apply_orientation(Intrinsics const& camera, int width, int height, int orientation) {
    Intrinsics out = camera;
    float const right = static_cast<float>(width) - camera.cx, below = static_cast<float>(height) - camera.cy;
    switch (orientation) {
    case 2:
        out.cx = right;
        break;
    case 3:
        out.cx = right, out.cy = below;
        break;
    case 4:
        out.cy = below;
        break;
    case 5:
        out = {camera.fy, camera.fx, camera.cy, camera.cx, camera.assumed};
        break;
    case 6:
        out = {camera.fy, camera.fx, below, camera.cx, camera.assumed};
        break;
    case 7:
        out = {camera.fy, camera.fx, below, right, camera.assumed};
        break;
    case 8:
        out = {camera.fy, camera.fx, camera.cy, right, camera.assumed};
        break;
    default:
        break;
    }
    if (camera.up) {
        out.up = turned(*camera.up, orientation);
    }
    return out;
}

} // namespace echollama
