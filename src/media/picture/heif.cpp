// HEIC and AVIF by libheif.
#include "base/error.h"
#include "media/picture/codecs.h"
#include "media/picture/metadata.h"

#include <libheif/heif.h>

#include <cstring>
#include <memory>

namespace echollama::codecs {
namespace {

template <auto release>
struct Release {
    template <typename T>
    void operator()(T* object) const {
        release(object);
    }
};
using Context = std::unique_ptr<heif_context, Release<heif_context_free>>;
using Handle = std::unique_ptr<heif_image_handle const, Release<heif_image_handle_release>>;
using Picture = std::unique_ptr<heif_image const, Release<heif_image_release>>;

void check(heif_error const& error, std::string const& name) {
    if (error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature) {
        throw Error(name + " is of a kind of HEIC, AVIF or video that cannot be read; convert it to JPEG or PNG.");
    }
    if (error.code != heif_error_Ok) {
        throw Error("The HEIC picture " + name + " is damaged or cut short; get it again.");
    }
}

struct Opened {
    Context context;
    Handle primary;
};

Opened open(std::span<std::uint8_t const> bytes, std::string const& name) {
    Opened opened;
    opened.context.reset(heif_context_alloc());
    auto* context = opened.context.get();
    check(heif_context_read_from_memory_without_copy(context, bytes.data(), bytes.size(), nullptr), name);
    heif_image_handle* handle = nullptr;
    check(heif_context_get_primary_image_handle(context, &handle), name);
    opened.primary.reset(handle);
    check_size(heif_image_handle_get_width(handle), heif_image_handle_get_height(handle), name);
    return opened;
}

Picture decode(heif_image_handle const* handle, heif_colorspace space, heif_chroma chroma, std::string const& name) {
    heif_image* image = nullptr;
    check(heif_decode_image(handle, &image, space, chroma, nullptr), name);
    return Picture(image);
}

} // namespace

bool is_heif(std::span<std::uint8_t const> bytes) {
    return bytes.size() >= 12 && std::memcmp(bytes.data() + 4, "ftyp", 4) == 0;
}

Image decode_heif(std::span<std::uint8_t const> bytes, std::string const& name) {
    auto const opened = open(bytes, name);
    auto const picture = decode(opened.primary.get(), heif_colorspace_RGB, heif_chroma_interleaved_RGB, name);
    int stride = 0;
    auto const* plane = heif_image_get_plane_readonly(picture.get(), heif_channel_interleaved, &stride);
    int const width = heif_image_get_width(picture.get(), heif_channel_interleaved);
    int const height = heif_image_get_height(picture.get(), heif_channel_interleaved);
    check_size(width, height, name);
    if (!plane) {
        throw Error("The HEIC picture " + name + " holds no pixels; get it again.");
    }
    auto const row = 3 * static_cast<std::size_t>(width);
    Image image{width, height, std::vector<std::uint8_t>(row * static_cast<std::size_t>(height))};
    for (int y = 0; y < height; ++y) {
        std::memcpy(image.pixel(0, y), plane + static_cast<std::ptrdiff_t>(y) * stride, row);
    }
    return image;
}

namespace {

// The first block of metadata of this type; empty: none.
std::vector<std::uint8_t> metadata_block(heif_image_handle const* handle, char const* type) {
    heif_item_id id = 0;
    if (heif_image_handle_get_list_of_metadata_block_IDs(handle, type, &id, 1) < 1) {
        return {};
    }
    std::vector<std::uint8_t> block(heif_image_handle_get_metadata_size(handle, id));
    if (block.empty() || heif_image_handle_get_metadata(handle, id, block.data()).code != heif_error_Ok) {
        return {};
    }
    return block;
}

} // namespace

void heif_metadata(std::span<std::uint8_t const> bytes, PictureMetadata& found) {
    auto const opened = open(bytes, "");
    auto const xmp = metadata_block(opened.primary.get(), "mime");
    found.xmp.assign(xmp.begin(), xmp.end());
    auto const block = metadata_block(opened.primary.get(), "Exif");
    if (block.size() < 8) {
        return;
    }
    // Four bytes say how far behind them the TIFF structure begins.
    std::size_t const skip =
        std::size_t{block[0]} << 24 | std::size_t{block[1]} << 16 | std::size_t{block[2]} << 8 | block[3];
    if (skip <= block.size() - 4) {
        found.exif = {'E', 'x', 'i', 'f', 0, 0};
        found.exif.insert(found.exif.end(), block.begin() + 4 + static_cast<std::ptrdiff_t>(skip), block.end());
    }
}

std::optional<DepthMap> heif_depth(std::span<std::uint8_t const> bytes, std::string const& name) {
    auto const opened = open(bytes, name);
    heif_item_id id = 0;
    if (heif_image_handle_get_list_of_depth_image_IDs(opened.primary.get(), &id, 1) != 1) {
        return std::nullopt;
    }
    heif_depth_representation_info const* info = nullptr;
    if (heif_image_handle_get_depth_image_representation_info(opened.primary.get(), id, &info) && info) {
        bool const linear = info->depth_representation_type == heif_depth_representation_type_uniform_Z;
        heif_depth_representation_info_free(info);
        if (linear) {
            return std::nullopt; // phones store disparity; what is near in this kind is not told
        }
    }
    heif_image_handle* handle = nullptr;
    check(heif_image_handle_get_depth_image_handle(opened.primary.get(), id, &handle), name);
    Handle const depth(handle);
    check_size(heif_image_handle_get_width(handle), heif_image_handle_get_height(handle), name);
    auto const picture = decode(handle, heif_colorspace_monochrome, heif_chroma_monochrome, name);
    int stride = 0;
    auto const* plane = heif_image_get_plane_readonly(picture.get(), heif_channel_Y, &stride);
    int const width = heif_image_get_width(picture.get(), heif_channel_Y);
    int const height = heif_image_get_height(picture.get(), heif_channel_Y);
    bool const wide = heif_image_get_bits_per_pixel_range(picture.get(), heif_channel_Y) > 8;
    if (!plane || width <= 0 || height <= 0) {
        return std::nullopt;
    }
    // Disparity: larger is nearer. Its unit is not told.
    DepthMap map{width, height, DepthKind::relative_inverse, {}};
    for (int y = 0; y < height; ++y) {
        auto const* row = plane + static_cast<std::ptrdiff_t>(y) * stride;
        for (int x = 0; x < width; ++x) {
            map.values.push_back(wide ? static_cast<float>(row[2 * x] | row[2 * x + 1] << 8)
                                      : static_cast<float>(row[x]));
        }
    }
    return map;
}

} // namespace echollama::codecs
