// Letters of ASCII, whatever the user's language settings are; bytes of other characters stay as they are.
#pragma once

#include <string>
#include <string_view>

namespace echollama {

inline std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return lower;
}

} // namespace echollama
