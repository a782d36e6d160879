// What the built program sees in a file.
#pragma once

#include "media/picture/image.h"
#include "run_program.h"
#include "scene/types.h"
#include "support/support.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <string>

#define NEEDS_DETECTOR() SKIP_WITHOUT(test::models_dir() / "centernet.gguf")

namespace echollama::test {

using Json = nlohmann::json;

inline std::filesystem::path photo(std::string const& name) {
    return models_dir().parent_path() / "photos" / name;
}

// As 'scene' prints it with one detector alone, which finds much and is often wrong: these tests are about where things
// are. Without objects when that fails, which the test then tells. `before`: stands before the command.
inline Json scene_of(std::string const& arguments, std::string const& before = "") {
    auto const model = " --model " + (models_dir() / "centernet.gguf").string();
    auto const result = echollama("scene " + arguments + " --json" + model, before);
    EXPECT_EQ(result.code, 0) << arguments << "\n" << result.err;
    return result.code == 0 ? Json::parse(result.out) : Json{{"objects", Json::array()}};
}

// The picture without what is in the box: each row goes over evenly from its left side to its right one.
inline Image taken_away(Image image, Box const& box) {
    auto const inside = [](float place, int size) { return std::clamp(static_cast<int>(place), 0, size - 1); };
    int const x0 = inside(box.x0, image.width), x1 = inside(box.x1, image.width);
    for (int y = inside(box.y0, image.height); y <= inside(box.y1, image.height); ++y) {
        for (int x = x0; x <= x1; ++x) {
            float const share = static_cast<float>(x - x0) / static_cast<float>(std::max(1, x1 - x0));
            for (int channel = 0; channel < 3; ++channel) {
                auto const left = static_cast<float>(image.pixel(x0, y)[channel]),
                           right = static_cast<float>(image.pixel(x1, y)[channel]);
                image.pixel(x, y)[channel] = static_cast<std::uint8_t>(left + share * (right - left));
            }
        }
    }
    return image;
}

// Where the installed detectors see the first thing of this label.
inline Box box_of(std::filesystem::path const& picture, std::string const& label) {
    auto const result = echollama("detect --json " + picture.string());
    EXPECT_EQ(result.code, 0) << result.err;
    auto const found = Json::parse(result.out);
    for (auto const& one : found["detections"]) {
        if (one["label"] == label) {
            auto const& box = one["box"];
            return {box[0].get<float>(), box[1].get<float>(), box[2].get<float>(), box[3].get<float>()};
        }
    }
    ADD_FAILURE() << "no " << label << " in " << picture;
    return {};
}

} // namespace echollama::test
