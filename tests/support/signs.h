// Pictures of signs with known words, made from a number: fonts, colours, turns to 20 degrees, perspective, blur,
// noise.
#pragma once

#include "media/picture/image.h"

#include <cstdint>
#include <string>
#include <vector>

namespace echollama::test {

struct Sign {
    Image image;                    // 640 x 480
    std::vector<std::string> words; // in reading order
    std::string font;
    float turn_deg = 0;
};

// Needs Debian's fonts-dejavu-core, fonts-liberation and fonts-urw-base35; fontconfig takes others where they are
// absent.
Sign make_sign(std::uint64_t seed);

// Text in a font on a plain ground, black on white; lines are separated by "\n". `turned`: upside down.
Image plain_text(std::string const& text, int width, int height, double font_size, double x, double y,
                 std::string const& font = "DejaVu Sans", bool turned = false);

// Draws onto a picture; `weight_bold` and `slant` as in cairo's toy text.
void draw_text(Image& image, std::string const& text, double x, double y, double font_size, std::string const& font,
               double angle_deg = 0);

} // namespace echollama::test
