// Names of things that were misheard, mended against what the scene holds.
#pragma once

#include "scene/types.h"

#include <optional>
#include <string>

namespace echollama {

struct Mended {
    std::string question; // with the name that was probably meant
    std::string heard;    // "cop"
    std::string taken;    // "cup"

    // "I heard cop; I take it as cup."
    std::string told() const;
};

// A word of a spoken question that means nothing there, and sounds nearly like a thing that the scene holds (or like
// two of its words: "bye cycle"), becomes that thing. One that is a word for a thing by itself stays, however near; so
// does one that is as near to two things. None: there is nothing to mend.
std::optional<Mended> mend_names(std::string const& question, Scene const& scene);

} // namespace echollama
