#include "media/depth/camera_file.h"

#include "base/error.h"
#include "base/input_file.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

namespace echollama {
namespace {

using Json = nlohmann::json;

constexpr float pixel_centre = 0.5F;

// A size in whole pixels; -1, which is_possible() refuses, for what no picture has.
int pixels_of(float value) {
    return value >= 0 && value <= 1e6F ? static_cast<int>(value) : -1;
}

Intrinsics from_matrix(float fx, float fy, float cx, float cy) {
    return {fx, fy, cx + pixel_centre, cy + pixel_centre, false};
}

// "up": away from the ground, or "gravity": towards it; of any length.
std::optional<Vector3> up_from(Json const& json) {
    for (auto const& [key, sign] : {std::pair("up", 1.0F), std::pair("gravity", -1.0F)}) {
        if (auto const found = json.find(key); found != json.end()) {
            auto const v = found->get<std::vector<float>>();
            return v.size() == 3 ? Vector3{sign * v[0], sign * v[1], sign * v[2]} : Vector3{}; // which is refused
        }
    }
    return std::nullopt;
}

CameraFile from_json(Json const& json) {
    CameraFile file;
    file.width = pixels_of(json.value("width", 0.0F));
    file.height = pixels_of(json.value("height", 0.0F));
    file.baseline_m = json.value("baseline_m", 0.0F);
    if (json.contains("intrinsic_matrix")) {
        auto const m = json.at("intrinsic_matrix").get<std::vector<float>>();
        if (m.size() == 9) {
            file.camera = from_matrix(m[0], m[4], m[6], m[7]);
        }
    } else {
        file.camera = from_matrix(json.at("fx").get<float>(), json.value("fy", json.at("fx").get<float>()),
                                  json.at("cx").get<float>(), json.at("cy").get<float>());
    }
    file.camera.up = up_from(json);
    return file;
}

// The numbers from `at` on, whatever stands between them, up to `end` or the first letter.
std::vector<float> numbers_from(std::string_view text, std::size_t at, std::size_t most) {
    std::vector<float> found;
    while (found.size() < most && at < text.size()) {
        char const c = text[at];
        float value = 0;
        auto const result = std::from_chars(text.data() + at, text.data() + text.size(), value);
        if (result.ec == std::errc()) {
            found.push_back(value);
            at = static_cast<std::size_t>(result.ptr - text.data());
        } else if (std::string_view(" \t\r\n,;:=[](){}-\"").find(c) != std::string_view::npos) {
            ++at;
        } else {
            break;
        }
    }
    return found;
}

// The numbers that follow a key at the beginning of a line (spaces before it do not count).
std::vector<float> numbers_after(std::string_view text, std::string_view key, std::size_t most) {
    for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
        auto const line = text.rfind('\n', at) == std::string_view::npos ? 0 : text.rfind('\n', at) + 1;
        bool const first = text.substr(line, at - line).find_first_not_of(" \t") == std::string_view::npos;
        auto const end = at + key.size();
        if (first && end < text.size() && std::string_view(" =:\t").find(text[end]) != std::string_view::npos) {
            return numbers_from(text, end, most);
        }
    }
    return {};
}

float one_after(std::string_view text, std::string_view key) {
    auto const found = numbers_after(text, key, 1);
    return found.empty() ? 0 : found[0];
}

std::optional<CameraFile> from_middlebury(std::string_view text) {
    auto const left = numbers_after(text, "cam0", 9);
    if (left.size() != 9) {
        return std::nullopt;
    }
    CameraFile file;
    file.camera = from_matrix(left[0], left[4], left[2], left[5]);
    file.width = pixels_of(one_after(text, "width"));
    file.height = pixels_of(one_after(text, "height"));
    file.baseline_m = one_after(text, "baseline") / 1000;
    file.disparity_offset = one_after(text, "doffs");
    return file;
}

std::optional<CameraFile> from_yaml(std::string_view text) {
    auto const at = text.find("camera_matrix");
    auto const data = at == std::string_view::npos ? at : text.find("data", at);
    auto const m = data == std::string_view::npos ? std::vector<float>{} : numbers_from(text, data + 4, 9);
    if (m.size() != 9) {
        return std::nullopt;
    }
    CameraFile file;
    file.camera = from_matrix(m[0], m[4], m[2], m[5]);
    file.width = pixels_of(one_after(text, "image_width"));
    file.height = pixels_of(one_after(text, "image_height"));
    return file;
}

bool is_possible(CameraFile const& file) {
    auto const& c = file.camera;
    auto const sane = [](float value) { return std::isfinite(value) && std::abs(value) < 1e6F; };
    bool const upright = !c.up || (norm(*c.up) > 1e-3F && norm(*c.up) < 1e6F); // NaN is neither
    return upright && c.fx > 0 && c.fy > 0 && sane(c.fx) && sane(c.fy) && sane(c.cx) && sane(c.cy) &&
           file.baseline_m >= 0 && sane(file.baseline_m) && sane(file.disparity_offset) && file.width >= 0 &&
           file.height >= 0 && (file.width > 0) == (file.height > 0);
}

} // namespace

CameraFile CameraFile::scaled_to(int new_width, int new_height) const {
    CameraFile scaled = *this;
    scaled.width = new_width;
    scaled.height = new_height;
    if (width > 0 && height > 0) {
        auto const sx = static_cast<float>(new_width) / static_cast<float>(width);
        auto const sy = static_cast<float>(new_height) / static_cast<float>(height);
        scaled.camera.fx *= sx, scaled.camera.cx *= sx;
        scaled.camera.fy *= sy, scaled.camera.cy *= sy;
        scaled.disparity_offset *= sx;
    }
    return scaled;
}

CameraFile parse_camera_file(std::string_view text, std::string const& name) {
    auto refuse = [&] {
        return Error("The camera file " + name +
                     " cannot be used; it must hold focal lengths and principal point as Open3D's JSON, Middlebury's "
                     "calib.txt or the YAML of ROS and OpenCV do, and as \"up\" or \"gravity\" three numbers that are "
                     "not all 0.");
    };
    std::optional<CameraFile> file;
    try {
        auto const json = Json::parse(text, nullptr, false);
        file = json.is_object() ? from_json(json) : from_middlebury(text);
        file = file ? file : from_yaml(text);
    } catch (Json::exception const&) {
        throw refuse();
    }
    if (!file || !is_possible(*file)) {
        throw refuse();
    }
    return *file;
}

CameraFile load_camera_file(std::filesystem::path const& path) {
    auto const bytes = read_input(path, {"camera file", 1 << 20});
    return parse_camera_file({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, input_name(path));
}

std::optional<CameraFile> chosen_camera(CameraChoice const& choice, int width, int height) {
    std::optional<CameraFile> chosen;
    if (!choice.file.empty()) {
        chosen = load_camera_file(choice.file).scaled_to(width, height);
    }
    if (choice.focal_px) {
        if (!chosen) {
            chosen.emplace();
            chosen->camera.cx = static_cast<float>(width) / 2;
            chosen->camera.cy = static_cast<float>(height) / 2;
        }
        chosen->camera.fx = chosen->camera.fy = *choice.focal_px;
        chosen->camera.assumed = false;
    }
    return chosen;
}

} // namespace echollama
