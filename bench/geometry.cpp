// How long measuring the surroundings takes, and how far off the floor is: bench_geometry FOLDER [FRAMES]. Writes toy
// rooms as a structured-light camera sees them into the folder (16-bit PNG, millimetres) with frames.jsonl, which holds
// the truth and this program's figures, one thread; bench/geometry_peer.py reads them.
#include "geometry/measure.h"
#include "geometry/toy_space.h"
#include "media/picture/png16.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace echollama;

namespace {

constexpr int repeats = 5;

double best_ms(DepthFrame const& frame, Surroundings& told) {
    double best = 1e9;
    for (int i = 0; i < repeats; ++i) {
        auto const begin = std::chrono::steady_clock::now();
        told = measure_surroundings(frame);
        best =
            std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    return best;
}

std::vector<std::uint16_t> millimetres(DepthFrame& frame) {
    std::vector<std::uint16_t> values;
    for (auto& z : frame.metres) {
        values.push_back(static_cast<std::uint16_t>(std::clamp(std::lround(1000 * z), 0L, 65534L)));
        z = static_cast<float>(values.back()) / 1000; // the peer reads no more than that
    }
    return values;
}

} // namespace

int main(int argc, char** argv) try {
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_geometry FOLDER [FRAMES]\n");
        return 2;
    }
    std::filesystem::path const folder(argv[1]);
    std::filesystem::create_directories(folder);
    std::ofstream list(folder / "frames.jsonl");
    int const frames = argc > 2 ? std::stoi(argv[2]) : 30;
    std::vector<double> times;
    for (int i = 0; i < frames; ++i) {
        auto room = render_toy_space((std::uint64_t{31337} << 20) + static_cast<std::uint64_t>(i),
                                     DepthSensor::structured_light);
        auto const name = "frame-" + std::to_string(i) + ".png";
        save_png16(folder / name, room.depth.width, room.depth.height, millimetres(room.depth));
        Surroundings told;
        times.push_back(best_ms(room.depth, told));
        nlohmann::json line{{"file", name},
                            {"focal", room.depth.fx},
                            {"camera_height", room.camera_height},
                            {"up", {room.up.x, room.up.y, room.up.z}},
                            {"ms", times.back()},
                            {"walls", nlohmann::json::array()}};
        if (told.floor) {
            line["floor"] = told.floor->below_camera.metres;
        }
        for (auto const& wall : room.walls) {
            if (static_cast<double>(wall.pixels) > 0.03 * static_cast<double>(room.depth.metres.size())) {
                line["walls"].push_back(wall.distance);
            }
        }
        list << line.dump() << '\n';
    }
    std::sort(times.begin(), times.end());
    std::printf("%d frames: median %.1f ms, %.1f to %.1f\n", frames, times[times.size() / 2], times.front(),
                times.back());
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
