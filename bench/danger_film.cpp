// Makes a film with real dangers, for measuring the first sound about them: before a made-up street a photographed cat
// appears at the side, and while that is told somebody comes at the camera, from changing sides and at changing speeds.
// bench_danger_film FILM.avi PHOTOS_FOLDER [TIMES]; prints when each becomes a danger and when it would be here.
#include "base/counter_rng.h"
#include "base/error.h"
#include "media/picture/image_io.h"
#include "media/picture/resize.h"
#include "run_bench.h"
#include "scene/camera.h"
#include "scene/types.h"
#include "support/film_pictures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <numbers>

namespace echollama {
namespace {

constexpr int width = 640, height = 480, rate = 15;
constexpr float every_s = 12, cat_s = 3, comes_s = 4.2F; // a scene, and when in it what appears
constexpr float from_m = 11, to_m = 1.1F;
constexpr float danger_s = 3.5F; // until contact: as the toy world that moves has it (tracking/moving_world.h)

// A part of a photo that shows one thing, in pixels of the photo.
Image part(Image const& photo, int x0, int y0, int x1, int y1) {
    Image image{x1 - x0, y1 - y0, {}};
    for (int y = y0; y < y1; ++y) {
        auto const* row = photo.pixel(x0, y);
        image.rgb.insert(image.rgb.end(), row, row + static_cast<std::ptrdiff_t>(3) * image.width);
    }
    return image;
}

Image street() {
    Image image{width, height, std::vector<std::uint8_t>(3 * static_cast<std::size_t>(width) * height)};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            auto const cell = static_cast<std::uint64_t>(y / 6 * 1000 + x / 6);
            float const grain = 24 * uniform(7, cell);
            bool const ground = y > height / 2;
            float const light = (ground ? 90.0F : 150.0F - static_cast<float>(y) / 8) + grain;
            std::fill_n(image.pixel(x, y), 3, static_cast<std::uint8_t>(light));
        }
    }
    return image;
}

void paste(Image& image, Image const& thing, float x, float bottom, float high) {
    float const wide = high * static_cast<float>(thing.width) / static_cast<float>(thing.height);
    auto const scaled =
        resize_bilinear(thing, std::max(2, static_cast<int>(wide)), std::max(2, static_cast<int>(high)));
    int const left = static_cast<int>(x - wide / 2), top = static_cast<int>(bottom - high);
    for (int py = std::max(0, top); py < std::min(height, top + scaled.height); ++py) {
        for (int px = std::max(0, left); px < std::min(width, left + scaled.width); ++px) {
            std::copy_n(scaled.pixel(px - left, py - top), 3, image.pixel(px, py));
        }
    }
}

struct Approach {
    float bearing_deg, m_s;
    float metres(float since) const { return from_m - m_s * since; }
};

Approach approach_of(int scene) {
    constexpr float speeds[] = {1.6F, 2.4F, 2.0F, 2.8F};
    constexpr float bearings[] = {0, -4, 5, -2, 3};
    return {bearings[scene % 5], speeds[scene % 4]};
}

void run(int argc, char** argv) {
    if (argc < 3) {
        throw UsageError("usage: bench_danger_film FILM.avi PHOTOS_FOLDER [TIMES]");
    }
    std::filesystem::path const photos = argv[2];
    int const times = argc > 3 ? std::atoi(argv[3]) : 8;
    auto const person = part(load_image(photos / "astronaut.png").image, 20, 5, 370, 512);
    auto const photo = load_image(photos / "chelsea.png").image;
    auto const cat = part(photo, 40, 0, photo.width - 40, photo.height);
    auto const empty = street();
    auto const lens = guess_camera(width, height, std::nullopt);
    auto const picture = [&](int frame) {
        float const t = static_cast<float>(frame) / rate, within = std::fmod(t, every_s);
        auto const approach = approach_of(static_cast<int>(t / every_s));
        auto image = empty;
        if (within > cat_s) {
            paste(image, cat, 560, 330, 110);
        }
        float const metres = approach.metres(within - comes_s);
        if (within > comes_s && metres > to_m) {
            float const x = lens.cx + lens.fx * std::tan(approach.bearing_deg * std::numbers::pi_v<float> / 180);
            paste(image, person, x, lens.cy + lens.fy * 1.3F / metres, lens.fy * 1.7F / metres);
        }
        return image;
    };
    test::write_film(argv[1], {.width = width,
                               .height = height,
                               .frames = static_cast<int>(every_s) * rate * times,
                               .rate = rate,
                               .picture = picture});
    for (int scene = 0; scene < times; ++scene) {
        auto const approach = approach_of(scene);
        float const here = static_cast<float>(scene) * every_s + comes_s + from_m / approach.m_s;
        std::printf("a danger from %.2f s, here at %.2f s\n",
                    static_cast<double>(std::max(here - danger_s, here - from_m / approach.m_s)),
                    static_cast<double>(here));
    }
}

} // namespace
} // namespace echollama

int main(int argc, char** argv) {
    return echollama::bench::run_bench(echollama::run, argc, argv);
}
