#include "formats/json_file.h"

#include "base/error.h"
#include "formats/file_bytes.h"

#include <cmath>

namespace echollama::convert {
namespace {

// Absent and null are the same.
Json const* find(Json const& json, char const* key) {
    if (!json.is_object()) {
        return nullptr;
    }
    auto found = json.find(key);
    return found == json.end() || found->is_null() ? nullptr : &*found;
}

[[noreturn]] void fail(char const* key, std::string const& where) {
    throw Error("The file " + where + " has no usable '" + key + "'; it is another model or damaged.");
}

std::int64_t checked(Json const& value, char const* key, std::string const& where, std::int64_t most) {
    if (!value.is_number_integer()) {
        fail(key, where);
    }
    auto number = value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(most)
                      ? -1
                      : value.get<std::int64_t>();
    if (number < 0 || number > most) {
        fail(key, where);
    }
    return number;
}

} // namespace

Json read_json(std::filesystem::path const& path) {
    FileBytes file(path);
    if (file.size() > max_json_bytes) {
        file.fail("it is too large for a description of a model");
    }
    auto bytes = file.read(0, file.size(), "its text");
    auto json = Json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) {
        file.fail("it is not a JSON object");
    }
    return json;
}

Json read_json_if_there(std::filesystem::path const& path) {
    std::error_code none;
    return std::filesystem::is_regular_file(path, none) ? read_json(path) : Json::object();
}

std::int64_t integer_of(Json const& json, char const* key, std::string const& where, std::int64_t most) {
    auto const* value = find(json, key);
    if (!value) {
        fail(key, where);
    }
    return checked(*value, key, where, most);
}

std::int64_t integer_of(Json const& json, char const* key, std::string const& where, std::int64_t most,
                        std::int64_t fallback) {
    auto const* value = find(json, key);
    return value ? checked(*value, key, where, most) : fallback;
}

double number_of(Json const& json, char const* key, std::string const& where, double fallback) {
    auto const* value = find(json, key);
    if (!value) {
        return fallback;
    }
    if (!value->is_number() || !std::isfinite(value->get<double>())) {
        fail(key, where);
    }
    return value->get<double>();
}

std::string text_of(Json const& json, char const* key, std::string const& fallback) {
    auto const* value = find(json, key);
    return value && value->is_string() ? value->get<std::string>() : fallback;
}

bool flag_of(Json const& json, char const* key, bool fallback) {
    auto const* value = find(json, key);
    return value && value->is_boolean() ? value->get<bool>() : fallback;
}

} // namespace echollama::convert
