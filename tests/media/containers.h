// What test pictures carry beside their pixels, in every container, and pictures of more kinds.
#pragma once

#include "media/encode.h"

#include <tiffio.h>
#include <webp/encode.h>
#include <webp/mux.h>
#include <zlib.h>

#include <string_view>

namespace echollama::test {

inline Bytes bytes_from(std::string_view text) {
    return {text.begin(), text.end()};
}

// The TIFF structure of EXIF alone.
inline Bytes exif_block(ExifSpec const& spec) {
    auto const jpeg = with_exif(Bytes{0xFF, 0xD8}, spec);
    return {jpeg.begin() + 12, jpeg.end()}; // behind the marker, its length and "Exif\0\0"
}

inline void put_number(Bytes& to, std::size_t value, int bytes, bool big) {
    for (int i = 0; i < bytes; ++i) {
        to.push_back(static_cast<std::uint8_t>(value >> (8 * (big ? bytes - 1 - i : i))));
    }
}

// A PNG with one more chunk; before its pixels or, as some programs write it, behind them.
inline Bytes with_png_chunk(Bytes const& png, std::string_view kind, Bytes const& content, bool behind = false) {
    Bytes chunk;
    put_number(chunk, content.size(), 4, true);
    chunk.insert(chunk.end(), kind.begin(), kind.end());
    chunk.insert(chunk.end(), content.begin(), content.end());
    put_number(chunk, crc32(0, chunk.data() + 4, static_cast<uInt>(chunk.size() - 4)), 4, true);
    auto out = png;
    out.insert(behind ? out.end() - 12 : out.begin() + 33, chunk.begin(), chunk.end());
    return out;
}

inline Bytes deflated(Bytes const& bytes) {
    Bytes out(compressBound(static_cast<uLong>(bytes.size())));
    auto size = static_cast<uLongf>(out.size());
    compress(out.data(), &size, bytes.data(), static_cast<uLong>(bytes.size()));
    out.resize(size);
    return out;
}

// ImageMagick's way: hexadecimal text.
inline Bytes raw_profile(std::string_view name, Bytes const& profile, bool packed) {
    std::string text = "\n" + std::string(name) + "\n    " + std::to_string(profile.size()) + "\n";
    for (std::size_t i = 0; i < profile.size(); ++i) {
        char const* const digits = "0123456789abcdef";
        text += {digits[profile[i] >> 4], digits[profile[i] & 15]};
        text += i % 36 == 35 ? "\n" : "";
    }
    auto content = bytes_from("Raw profile type " + std::string(name));
    content.push_back(0);
    auto const rest = packed ? deflated(bytes_from(text)) : bytes_from(text);
    if (packed) {
        content.push_back(0);
    }
    content.insert(content.end(), rest.begin(), rest.end());
    return content;
}

// Without loss.
inline Bytes encode_webp(Image const& image) {
    std::uint8_t* data = nullptr;
    auto const size = WebPEncodeLosslessRGB(image.rgb.data(), image.width, image.height, 3 * image.width, &data);
    Bytes out(data, data + size);
    WebPFree(data);
    return out;
}

inline Bytes with_webp_chunk(Bytes const& webp, char const* kind, Bytes const& content) {
    WebPData const whole{webp.data(), webp.size()}, part{content.data(), content.size()};
    auto* mux = WebPMuxCreate(&whole, 1);
    WebPMuxSetChunk(mux, kind, &part, 1);
    WebPData assembled{};
    WebPMuxAssemble(mux, &assembled);
    Bytes out(assembled.bytes, assembled.bytes + assembled.size);
    WebPDataClear(&assembled);
    WebPMuxDelete(mux);
    return out;
}

inline Bytes animated_webp(std::vector<Image> const& frames) {
    WebPAnimEncoderOptions options;
    WebPAnimEncoderOptionsInit(&options);
    auto* encoder = WebPAnimEncoderNew(frames[0].width, frames[0].height, &options);
    WebPConfig config;
    WebPConfigInit(&config);
    config.lossless = 1;
    int ms = 0;
    for (auto const& frame : frames) {
        WebPPicture picture;
        WebPPictureInit(&picture);
        picture.use_argb = 1;
        picture.width = frame.width;
        picture.height = frame.height;
        WebPPictureImportRGB(&picture, frame.rgb.data(), 3 * frame.width);
        WebPAnimEncoderAdd(encoder, &picture, ms, &config);
        WebPPictureFree(&picture);
        ms += 100;
    }
    WebPAnimEncoderAdd(encoder, nullptr, ms, nullptr);
    WebPData assembled{};
    WebPAnimEncoderAssemble(encoder, &assembled);
    Bytes out(assembled.bytes, assembled.bytes + assembled.size);
    WebPDataClear(&assembled);
    WebPAnimEncoderDelete(encoder);
    return out;
}

struct TiffSpec {
    int width = 0, height = 0;
    int channels = 3, bits = 8;
    int format = SAMPLEFORMAT_UINT;
    int compression = COMPRESSION_NONE;
    int orientation = 0; // 0: not told
    bool tiled = false;
    bool big_endian = false;
    int pages = 1;
};

struct TiffMemory {
    Bytes bytes;
    std::size_t at = 0;
};

// `rows`: samples as the machine has them, row after row.
inline Bytes encode_tiff(TiffSpec const& spec, Bytes const& rows) {
    TiffMemory memory;
    auto* tiff = TIFFClientOpen(
        "out", spec.big_endian ? "wb" : "wl", &memory,
        [](thandle_t h, void* to, tmsize_t count) {
            auto& m = *static_cast<TiffMemory*>(h);
            auto const given =
                std::min(m.bytes.size() - std::min(m.at, m.bytes.size()), static_cast<std::size_t>(count));
            std::memcpy(to, m.bytes.data() + m.at, given);
            m.at += given;
            return static_cast<tmsize_t>(given);
        },
        [](thandle_t h, void* from, tmsize_t count) {
            auto& m = *static_cast<TiffMemory*>(h);
            auto const size = static_cast<std::size_t>(count);
            m.bytes.resize(std::max(m.bytes.size(), m.at + size));
            std::memcpy(m.bytes.data() + m.at, from, size);
            m.at += size;
            return count;
        },
        [](thandle_t h, toff_t offset, int from) {
            auto& m = *static_cast<TiffMemory*>(h);
            m.at = static_cast<std::size_t>(offset) + (from == SEEK_CUR ? m.at : from == SEEK_END ? m.bytes.size() : 0);
            return static_cast<toff_t>(m.at);
        },
        [](thandle_t) { return 0; },
        [](thandle_t h) { return static_cast<toff_t>(static_cast<TiffMemory*>(h)->bytes.size()); }, nullptr, nullptr);
    for (int page = 0; page < spec.pages; ++page) {
        TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, spec.width);
        TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, spec.height);
        TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, spec.channels);
        TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, spec.bits);
        TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, spec.format);
        TIFFSetField(tiff, TIFFTAG_COMPRESSION, spec.compression);
        TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
        TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, spec.channels >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
        if (spec.orientation) {
            TIFFSetField(tiff, TIFFTAG_ORIENTATION, spec.orientation);
        }
        auto const pixel = static_cast<std::size_t>(spec.channels * spec.bits / 8);
        auto const row = pixel * static_cast<std::size_t>(spec.width);
        auto data = rows;
        if (spec.tiled) {
            constexpr int side = 16;
            TIFFSetField(tiff, TIFFTAG_TILEWIDTH, side);
            TIFFSetField(tiff, TIFFTAG_TILELENGTH, side);
            for (int top = 0; top < spec.height; top += side) {
                for (int left = 0; left < spec.width; left += side) {
                    Bytes tile(pixel * side * side);
                    for (int y = 0; y < std::min(side, spec.height - top); ++y) {
                        auto const count = pixel * static_cast<std::size_t>(std::min(side, spec.width - left));
                        std::memcpy(tile.data() + pixel * static_cast<std::size_t>(side * y),
                                    data.data() + row * static_cast<std::size_t>(top + y) +
                                        pixel * static_cast<std::size_t>(left),
                                    count);
                    }
                    TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(top),
                                  0, 0);
                }
            }
        } else {
            TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 8);
            for (int y = 0; y < spec.height; ++y) {
                TIFFWriteScanline(tiff, data.data() + row * static_cast<std::size_t>(y), static_cast<std::uint32_t>(y),
                                  0);
            }
        }
        TIFFWriteDirectory(tiff);
    }
    TIFFClose(tiff);
    return memory.bytes;
}

// A JPEG with an XMP packet.
inline Bytes with_jpeg_xmp(Bytes const& jpeg, std::string const& packet) {
    auto content = bytes_from(std::string_view("http://ns.adobe.com/xap/1.0/\0", 29));
    content.insert(content.end(), packet.begin(), packet.end());
    Bytes segment{0xFF, 0xE1};
    put_number(segment, content.size() + 2, 2, true);
    segment.insert(segment.end(), content.begin(), content.end());
    auto out = jpeg;
    out.insert(out.begin() + 2, segment.begin(), segment.end());
    return out;
}

// XMP of a panorama: attributes, or elements.
inline std::string gpano(std::vector<std::pair<std::string, std::string>> const& values, bool elements = false) {
    std::string inside;
    for (auto const& [key, value] : values) {
        inside +=
            elements ? "<GPano:" + key + ">" + value + "</GPano:" + key + ">" : " GPano:" + key + "=\"" + value + "\"";
    }
    return "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF><rdf:Description rdf:about=\"\"" +
           (elements ? ">" + inside : inside + ">") + "</rdf:Description></rdf:RDF></x:xmpmeta>";
}

} // namespace echollama::test
