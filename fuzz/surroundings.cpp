// Depth maps of any numbers: what is told of them is finite, and no index leads outside.
#include "fuzz.h"
#include "geometry/measure.h"
#include "geometry/toy_space.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace echollama::fuzz {
namespace {

constexpr std::size_t head = 4;
constexpr int most_wide = 96; // pixels; larger maps take longer and find no more

void expect(bool holds, char const* what) {
    if (!holds) {
        throw std::logic_error(what);
    }
}

void check(Measure const& measure) {
    expect(std::isfinite(measure.metres) && measure.low <= measure.metres && measure.metres <= measure.high,
           "a measure is no number in its interval");
}

void check(Surroundings const& around) {
    expect(std::isfinite(around.reach) && std::isfinite(around.pitch_deg), "reach or pitch is no number");
    for (auto const& wall : around.walls) {
        check(wall.distance);
    }
    for (auto const& opening : around.openings) {
        check(opening.width);
        expect(opening.wall < around.walls.size(), "an opening has no wall");
    }
    for (auto const& step : around.steps) {
        check(step.distance);
        expect(step.count >= 1, "a flight without steps");
    }
    for (auto const& obstacle : around.obstacles) {
        check(obstacle.distance);
        expect(obstacle.box.x.low <= obstacle.box.x.high && obstacle.box.z.low <= obstacle.box.z.high,
               "a box inside out");
    }
    for (auto const& way : around.ways) {
        expect(way.free >= 0 && way.free < 10, "a way without end");
        bool const obstacle = way.end == WayEnd::obstacle && way.which;
        expect(!obstacle || *way.which < around.obstacles.size(), "a way ends at no obstacle");
    }
    expect(around.plan.cells.size() ==
               static_cast<std::size_t>(around.plan.columns) * static_cast<std::size_t>(around.plan.rows),
           "the plan has other squares than it says");
}

} // namespace

// Width, focal length, noise, whether up is told; then the readings as floats.
std::vector<Bytes> seeds() {
    std::vector<Bytes> all;
    for (std::uint64_t seed : {3ULL, 4ULL, 5ULL, 9ULL}) {
        auto const room = render_toy_space(seed, DepthSensor::phone, seed != 4);
        Bytes bytes{64, 53, static_cast<std::uint8_t>(seed % 3), static_cast<std::uint8_t>(seed % 2)};
        for (int y = 0; y < room.depth.height; y += 4) {
            for (int x = 0; x < room.depth.width; x += 4) {
                float const z = room.depth.metres[static_cast<std::size_t>(y * room.depth.width + x)];
                std::uint8_t raw[sizeof z];
                std::memcpy(raw, &z, sizeof z);
                bytes.insert(bytes.end(), raw, raw + sizeof z);
            }
        }
        all.push_back(std::move(bytes));
    }
    return all;
}

void run(Input input) {
    if (input.size() < head + sizeof(float)) {
        return;
    }
    DepthFrame frame;
    frame.width = 1 + input[0] % most_wide;
    auto const floats = (input.size() - head) / sizeof(float);
    frame.height = static_cast<int>(std::min<std::size_t>(floats / static_cast<std::size_t>(frame.width), most_wide));
    frame.fx = frame.fy = static_cast<float>(input[1]);
    frame.cx = static_cast<float>(frame.width) / 2, frame.cy = static_cast<float>(frame.height) / 2;
    frame.noise = noise_of(static_cast<DepthSensor>(input[2] % 3));
    if (input[3] % 4 == 3) {
        frame.up = Vector3{0, -1, static_cast<float>(input[3]) / 128};
    }
    frame.metres.resize(static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height));
    if (frame.metres.empty()) {
        return;
    }
    std::memcpy(frame.metres.data(), input.data() + head, frame.metres.size() * sizeof(float));
    check(measure_surroundings(frame));
}

} // namespace echollama::fuzz
