// How large things usually are as they are seen: in which poses, from which sides, and how far one thing may differ.
#pragma once

#include <string_view>
#include <vector>

namespace echollama {

// One way in which a thing is often seen: standing or sitting, from the side or from the front, upright or lying.
struct SeenPose {
    float share = 1;                         // how often, of all poses of the class
    float height = 0, width = 0;             // metres, of its outline
    float height_doubt = 0, width_doubt = 0; // standard deviations of their logarithms apart from the thing's scale
};

struct SizePrior {
    std::vector<SeenPose> poses; // empty: nothing is known; their shares need not sum to 1
    float scale_doubt = 0;       // standard deviation of the logarithm of how large the whole thing is
    // The longest extent alone is known (a knife, a pizza), in `width`; it is seen in any direction, and foreshortened.
    bool length_only = false;
    bool round = false;           // then the longer side shows the length, else the diagonal of the box does
    bool stands_on_floor = false; // where its foot is seen, the floor is
};

// Sizes of the class from scene/coco.h; the poses of people, animals, vehicles and of what lies about are listed in
// size_prior.cpp. Empty for an unknown label.
SizePrior size_prior(std::string_view label);

} // namespace echollama
