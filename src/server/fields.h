// Fields of a request's body, of one kind each; private to this room.
#pragma once

#include "pipeline/json.h"
#include "server/api_error.h"

#include <optional>
#include <string>

namespace echollama::server {

// All throw ApiError 400 with the field's name where it is of another kind, and take null for one that is absent: what
// was sent and cannot be used is never passed over in silence.
inline std::string text_in(Json const& body, char const* key, std::string const& otherwise = "") {
    auto const found = body.find(key);
    if (found == body.end() || found->is_null()) {
        return otherwise;
    }
    if (!found->is_string()) {
        throw ApiError(400, std::string("'") + key + "' must be a text.", key, "invalid_value");
    }
    return found->get<std::string>();
}

inline bool flag_in(Json const& body, char const* key, bool otherwise) {
    auto const found = body.find(key);
    if (found == body.end() || found->is_null()) {
        return otherwise;
    }
    if (!found->is_boolean()) {
        throw ApiError(400, std::string("'") + key + "' must be true or false.", key, "invalid_value");
    }
    return found->get<bool>();
}

inline std::optional<double> number_in(Json const& body, char const* key) {
    auto const found = body.find(key);
    if (found == body.end() || found->is_null()) {
        return std::nullopt;
    }
    if (!found->is_number()) {
        throw ApiError(400, std::string("'") + key + "' must be a number.", key, "invalid_value");
    }
    return found->get<double>();
}

} // namespace echollama::server
