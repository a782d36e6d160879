// What the built program sees in a file.
#pragma once

#include "run_program.h"
#include "support/support.h"

#include <nlohmann/json.hpp>

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

} // namespace echollama::test
