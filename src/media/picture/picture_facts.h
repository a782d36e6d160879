// What can be told from the pixels alone about a picture as a whole.
#pragma once

#include "media/picture/image.h"

#include <string>
#include <vector>

namespace echollama {

// True sentences about what makes a picture hard to see or special, most important first, mostly none: one plain
// colour, very dark, very bright, blurred, black and white. Nothing is said where it is not plain: the limits are set
// so that ordinary photos stay silent. The picture is looked at reduced to 512 pixels over its longer side.
std::vector<std::string> picture_facts(Image const& image);

// Share of its detail that a picture has already lost, 0 (sharp) to 1: how little another blur changes it
// (Crete, Dolmiere, Ladret, Nicolas: The blur effect, SPIE 6492, 2007; 11 pixels wide). Grey levels row by row; at
// least 16 x 16 pixels.
double blur_effect(std::vector<float> const& grey, int width, int height);

} // namespace echollama
