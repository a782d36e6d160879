// Multi-Picture Format: several JPEG pictures one after the other; an index in the first one's APP2 segment tells where
// and what they are (CIPA DC-007).
#include "media/depth/stereo.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace echollama {
namespace {

using Bytes = std::span<std::uint8_t const>;

constexpr std::uint16_t tag_entries = 0xB002, tag_convergence = 0xB205, tag_baseline = 0xB206;
constexpr std::uint32_t type_stereo = 0x020002; // "Multi-Frame Image, Disparity"
constexpr std::uint32_t type_primary = 0x030000;

// Numbers of a TIFF structure; 0 beyond its end.
struct Tiff {
    Bytes bytes;
    bool big = false;

    std::uint32_t number(std::size_t at, std::size_t width) const {
        if (at > bytes.size() || width > bytes.size() - at) {
            return 0;
        }
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < width; ++i) {
            value = value << 8 | bytes[at + (big ? i : width - 1 - i)];
        }
        return value;
    }
};

struct Field {
    std::uint32_t count = 0;
    std::size_t at = 0; // of its value
};

std::optional<Field> find_field(Tiff const& tiff, std::size_t directory, std::uint16_t wanted) {
    auto const entries = tiff.number(directory, 2);
    for (std::size_t i = 0; i < entries && directory + 2 + 12 * i + 12 <= tiff.bytes.size(); ++i) {
        auto const at = directory + 2 + 12 * i;
        if (tiff.number(at, 2) == wanted) {
            return Field{tiff.number(at + 4, 4), tiff.number(at + 8, 4)};
        }
    }
    return std::nullopt;
}

std::size_t next_directory(Tiff const& tiff, std::size_t directory) {
    return tiff.number(directory + 2 + 12 * static_cast<std::size_t>(tiff.number(directory, 2)), 4);
}

struct MpIndex {
    Tiff tiff;
    std::size_t start = 0; // of the TIFF structure in the file: offsets count from here
};

// Walks the segments of a JPEG file up to its pixels.
std::optional<MpIndex> find_index(Bytes jpeg) {
    for (std::size_t at = 2; at + 4 <= jpeg.size() && jpeg[at] == 0xFF && jpeg[at + 1] != 0xDA;) {
        std::size_t const length = static_cast<std::size_t>(jpeg[at + 2]) << 8 | jpeg[at + 3];
        if (length < 2 || length + 2 > jpeg.size() - at) {
            return std::nullopt;
        }
        auto const content = jpeg.subspan(at + 4, length - 2);
        if (jpeg[at + 1] == 0xE2 && content.size() > 12 && std::memcmp(content.data(), "MPF\0", 4) == 0) {
            Tiff const tiff{content.subspan(4), content[4] == 'M'};
            return MpIndex{tiff, at + 8};
        }
        at += 2 + length;
    }
    return std::nullopt;
}

std::optional<float> rational(Tiff const& tiff, std::size_t directory, std::uint16_t tag, bool with_sign) {
    auto const field = directory ? find_field(tiff, directory, tag) : std::nullopt;
    if (!field) {
        return std::nullopt;
    }
    auto const part = [&](std::size_t at) {
        auto const raw = tiff.number(at, 4);
        return with_sign ? static_cast<double>(static_cast<std::int32_t>(raw)) : static_cast<double>(raw);
    };
    double const below = part(field->at + 4);
    bool const told = below != 0 && tiff.number(field->at, 4) != 0xFFFFFFFF;
    return told ? std::optional(static_cast<float>(part(field->at) / below)) : std::nullopt;
}

// Baseline and convergence stand beside the picture they are true of, which is often the second one.
void read_geometry(Bytes picture, bool first, MpoPair& pair) {
    auto const index = find_index(picture);
    if (!index) {
        return;
    }
    auto const directory = index->tiff.number(4, 4);
    auto const attributes = first ? next_directory(index->tiff, directory) : directory;
    auto const baseline = rational(index->tiff, attributes, tag_baseline, false);
    if (baseline && *baseline > 0.001F && *baseline < 10) {
        pair.baseline_m = baseline;
    }
    if (auto const angle = rational(index->tiff, attributes, tag_convergence, true); angle && std::abs(*angle) < 45) {
        pair.convergence_deg = angle;
    }
}

} // namespace

std::optional<MpoPair> find_mpo_pair(Bytes bytes) {
    if (bytes.size() < 4 || bytes[0] != 0xFF || bytes[1] != 0xD8) {
        return std::nullopt;
    }
    auto const index = find_index(bytes);
    auto const entries = index ? find_field(index->tiff, index->tiff.number(4, 4), tag_entries) : std::nullopt;
    if (!entries) {
        return std::nullopt;
    }
    std::optional<Bytes> left, right;
    for (std::size_t i = 0; i < entries->count / 16 && i < 64 && !right; ++i) {
        auto const at = entries->at + 16 * i;
        auto const type = index->tiff.number(at, 4) & 0xFFFFFF;
        auto const size = index->tiff.number(at + 4, 4), offset = index->tiff.number(at + 8, 4);
        std::size_t const begin = offset == 0 ? 0 : index->start + offset;
        bool const first = !left && (type == type_stereo || type == type_primary);
        if ((type != type_stereo && !first) || size == 0) {
            continue;
        }
        // What lies beyond the end of the file is left to the decoder, which says that the file is cut short.
        auto const there = std::min(begin, bytes.size());
        (first ? left : right) = bytes.subspan(there, std::min<std::size_t>(size, bytes.size() - there));
    }
    if (!right) {
        return std::nullopt;
    }
    MpoPair pair{*left, *right, {}, {}};
    read_geometry(pair.left, true, pair);
    read_geometry(pair.right, false, pair);
    return pair;
}

} // namespace echollama
