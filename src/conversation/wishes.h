// What somebody wants of the conversation itself, understood without a model: "slower", "why?", "look at photo.jpg".
#pragma once

#include "wording/wording.h"

#include <functional>
#include <optional>
#include <string>

namespace echollama {

struct Wish {
    enum class Kind {
        none, // a question, or nothing at all
        repeat,
        stop,
        shorter,
        more,
        why,
        spell, // `words`: what is to be spelled; empty: what was named last
        go_back,
        speed,      // `factor` of the speed that is spoken with now
        rate,       // `factor` of the speed that was begun with
        volume,     // `factor` of the volume
        units,      // from now on
        directions, // from now on
        level,      // from now on
        look_at,    // `words`: the file
        help,
        end,
    };
    Kind kind = Kind::none;
    float factor = 1;
    Units units = Units::metres;
    Directions directions = Directions::sides;
    Level level = Level::full;
    std::string words = {};
};

// Whether a file of that name is there.
using FileThere = std::function<bool(std::string const& name)>;

// The whole line must be understood: a word too many, and it is no wish but a question ("why is it dark?", "stop
// sign"). Politeness does not count. An empty line is `repeat`. A line that is nothing but a file's name (dropped into
// a terminal: in quotes, with backslashes, or as file://…) is `look_at`, and so is "look at photo.jpg" when there is
// such a file or the name ends as a picture's does.
Wish read_wish(std::string const& line, FileThere const& there);

// The name of a file as terminals and desktops write a dropped one: without quotes, backslashes, file:// and %20.
std::string dropped_file_name(std::string const& text);

} // namespace echollama
