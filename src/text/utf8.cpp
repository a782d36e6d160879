#include "text/utf8.h"

#include <utility>

namespace echollama {
namespace {

constexpr char const* replacement = "\uFFFD";

// Bytes of the character that starts with this byte; 0: none does.
std::size_t length_from(unsigned char lead) {
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead < 0xE0) {
        return 2;
    }
    if (lead >= 0xE0 && lead < 0xF0) {
        return 3;
    }
    return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

// The second byte is restricted after some leads: no overlong forms, no surrogates, nothing above U+10FFFF.
bool fits(unsigned char lead, std::size_t index, unsigned char byte) {
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (index == 1) {
        low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    }
    return byte >= low && byte <= high;
}

} // namespace

Character character_at(std::string_view text, std::size_t at) {
    if (at >= text.size()) {
        return {};
    }
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto const lead = byte(at);
    std::size_t const length = lead < 0x80 ? 1 : lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 ? 3 : 2;
    if ((lead >= 0x80 && lead < 0xC2) || lead >= 0xF5 || at + length > text.size()) {
        return {};
    }
    char32_t code = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) {
            return {};
        }
        code = code << 6 | (byte(at + i) & 0x3F);
    }
    bool const overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    bool const surrogate = code >= 0xD800 && code < 0xE000;
    return overlong || surrogate || code > 0x10FFFF ? Character{} : Character{code, length};
}

std::string Utf8Joiner::push(std::string_view bytes) {
    pending_ += bytes;
    std::string out;
    std::size_t at = 0;
    while (at < pending_.size()) {
        auto lead = static_cast<unsigned char>(pending_[at]);
        auto length = length_from(lead);
        std::size_t good = 1;
        while (good < length && at + good < pending_.size() &&
               fits(lead, good, static_cast<unsigned char>(pending_[at + good]))) {
            ++good;
        }
        if (length > 0 && good == length) {
            out.append(pending_, at, length);
        } else if (length > 0 && at + good == pending_.size()) {
            break; // more may come
        } else {
            out += replacement;
        }
        at += good;
    }
    pending_.erase(0, at);
    return out;
}

std::string Utf8Joiner::finish() {
    return std::exchange(pending_, {}).empty() ? std::string() : std::string(replacement);
}

} // namespace echollama
