// Options that describe, scene and others share.
#pragma once

#include "scene/wording.h"

#include <CLI/CLI.hpp>

#include <map>
#include <string>

namespace echollama {

inline void add_wording_options(CLI::App& app, WordingOptions& wording) {
    static std::map<std::string, Level> const levels{
        {"headline", Level::headline}, {"short", Level::brief}, {"full", Level::full}};
    static std::map<std::string, Directions> const directions{{"clock", Directions::clock},
                                                              {"degrees", Directions::degrees},
                                                              {"sides", Directions::sides},
                                                              {"grid", Directions::grid}};
    static std::map<std::string, Units> const units{{"m", Units::metres}, {"ft", Units::feet}, {"steps", Units::steps}};
    app.add_option("--level", wording.level, "headline, short or full")
        ->transform(CLI::CheckedTransformer(levels))
        ->type_name("LEVEL");
    app.add_option("--directions", wording.directions, "clock, degrees, sides or grid")
        ->transform(CLI::CheckedTransformer(directions))
        ->type_name("HOW");
    app.add_option("--units", wording.units, "m, ft or steps")
        ->transform(CLI::CheckedTransformer(units))
        ->type_name("UNIT");
}

} // namespace echollama
