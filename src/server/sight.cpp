#include "server/sight.h"

#include "base/error.h"
#include "base/memory_file.h"
#include "pipeline/input.h"
#include "server/api_error.h"
#include "server/base64.h"

#include <cctype>
#include <memory>
#include <string_view>

namespace echollama::server {
namespace {

constexpr std::size_t longest_units = 32; // letters

std::vector<std::uint8_t> bytes_field(Json const& body, char const* key) {
    auto const found = body.find(key);
    if (found == body.end() || found->is_null()) {
        return {};
    }
    return bytes_of_data_url(found->is_string() ? found->get<std::string>() : std::string(), key);
}

std::string units_field(Json const& body, char const* key) {
    auto const found = body.find(key);
    if (found == body.end() || found->is_null()) {
        return "";
    }
    if (!found->is_string() || found->get_ref<std::string const&>().size() > longest_units) {
        throw ApiError(400, std::string("'") + key + "' must be the name of a unit, such as mm, or a number as text.",
                       key);
    }
    return found->get<std::string>();
}

std::optional<float> number_field(Json const& body, char const* key) {
    auto const found = body.find(key);
    if (found == body.end() || found->is_null()) {
        return std::nullopt;
    }
    if (!found->is_number() || !(found->get<double>() > 0 && found->get<double>() < 1e6)) {
        throw ApiError(400, std::string("'") + key + "' must be a number above 0.", key);
    }
    return found->get<float>();
}

// A file for those that take only paths; its name in messages is what the client calls it.
class SentFile {
  public:
    SentFile(std::span<std::uint8_t const> bytes, std::string name) : name_(std::move(name)) {
        if (!bytes.empty()) {
            file_ = std::make_unique<MemoryFile>(bytes);
        }
    }
    std::filesystem::path path() const { return file_ ? file_->path() : std::filesystem::path(); }
    void put_name_into(std::string& text) const {
        if (!file_) {
            return;
        }
        auto const path = file_->path().string();
        for (std::size_t at = 0; (at = text.find(path, at)) != std::string::npos; at += name_.size()) {
            text.replace(at, path.size(), name_);
        }
    }

  private:
    std::string name_;
    std::unique_ptr<MemoryFile> file_;
};

} // namespace

Sight read_sight(Json const& body, char const* picture_key) {
    Sight sight;
    if (auto const picture = body.find(picture_key); picture != body.end() && !picture->is_null()) {
        sight = sight_of(picture->is_string() ? picture->get<std::string>() : std::string(), picture_key);
    } else {
        throw ApiError(400, std::string("A picture is missing; send its bytes as base64 in '") + picture_key + "'.",
                       picture_key, "missing_field");
    }
    sight.depth = bytes_field(body, "depth");
    sight.right = bytes_field(body, "right");
    sight.depth_units = units_field(body, "depth_units");
    sight.cloud_units = units_field(body, "cloud_units");
    sight.focal_px = number_field(body, "focal_px");
    sight.baseline_m = number_field(body, "baseline_m");
    if (auto const camera = body.find("camera"); camera != body.end() && !camera->is_null()) {
        if (!camera->is_object()) {
            throw ApiError(400, "'camera' must be an object with fx, fy, cx and cy.", "camera");
        }
        sight.camera = camera->dump();
    }
    return sight;
}

View view_of(Sight const& sight) {
    SentFile const depth(sight.depth, "the depth that was sent"), right(sight.right, "the right picture that was sent");
    auto const* camera_text = reinterpret_cast<std::uint8_t const*>(sight.camera.data());
    SentFile const camera({camera_text, sight.camera.size()}, "the camera that was sent");
    InputOptions input;
    input.picture = "the picture that was sent";
    input.depth_picture = depth.path();
    input.right = right.path();
    input.camera.file = camera.path();
    input.camera.focal_px = sight.focal_px;
    input.baseline_m = sight.baseline_m;
    input.depth_units = sight.depth_units;
    input.cloud_units = sight.cloud_units;
    try {
        return echollama::view_of(sight.picture, input);
    } catch (Error const& error) {
        std::string text = error.what();
        for (auto const* file : {&depth, &right, &camera}) {
            file->put_name_into(text);
        }
        // "The PNG picture NAME is damaged", "The camera file NAME cannot be used": a name that says it again is one
        // too many.
        for (auto const& [said, name] :
             {std::pair("picture ", "the picture that"), std::pair("picture ", "the depth that"),
              std::pair("file ", "the camera that")}) {
            if (auto const at = text.find(std::string(said) + name); at != std::string::npos) {
                text.replace(at, std::string(said).size() + std::string_view(name).size(), std::string(said) + "that");
            }
        }
        text.front() =
            static_cast<char>(std::toupper(static_cast<unsigned char>(text.front()))); // it may begin with a name
        throw ApiError(400, text, "image", "invalid_image");
    }
}

} // namespace echollama::server
