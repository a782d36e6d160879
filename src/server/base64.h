// Bytes in JSON (RFC 4648, section 4).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace echollama::server {

std::string to_base64(std::span<std::uint8_t const> bytes);

// Line breaks and spaces between the letters are skipped, the padding may be missing, and the letters of web addresses
// (RFC 4648, section 5) are taken. nullopt: it is no base64.
std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

// The bytes of "data:image/png;base64,…", or of base64 alone. Throws ApiError for addresses of other kinds: nothing is
// fetched here. `param`: the field, for the message.
std::vector<std::uint8_t> bytes_of_data_url(std::string_view text, std::string const& param);

// Throws the ApiError for a picture behind an address that is not fetched.
[[noreturn]] void refuse_address(std::string const& param);

} // namespace echollama::server
