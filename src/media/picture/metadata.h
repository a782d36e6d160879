// What is written beside the pixels, found in every container alike: EXIF, XMP, how many pictures there are.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace echollama {

struct PictureMetadata {
    std::vector<std::uint8_t> exif; // "Exif\0\0" and a TIFF structure; empty: none
    std::string xmp;                // the packet
    std::string extended_xmp;       // of JPEG, where a packet holds more than 64 KiB
    int pictures = 1;               // frames of an animation, pages of a TIFF; 2 may stand for more
    bool paged = false;             // they are pages
};

// EXIF from JPEG (APP1), PNG (eXIf, and the text chunks of ImageMagick), WebP, TIFF, HEIC and AVIF; XMP from all of
// these; the number of pictures of GIF, APNG, WebP and TIFF. What is damaged is left away. Never throws.
PictureMetadata read_metadata(std::span<std::uint8_t const> bytes);

// The properties of XMP packets, "GPano:ProjectionType" for one; attributes and elements alike, as writers choose
// freely.
struct XmpProperties {
    std::map<std::string, std::string> values;
    // Of a container (Google's Dynamic Depth): pictures that are appended to the photo.
    struct Item {
        std::string semantic, uri;
        std::size_t length = 0;
    };
    std::vector<Item> items;

    std::string text(std::string const& key) const; // "": none
    double number(std::string const& key, double otherwise) const;
};
XmpProperties read_xmp(PictureMetadata const& metadata);

} // namespace echollama
