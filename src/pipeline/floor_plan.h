// The ground as one would feel it on a tactile print: a plan from above with the viewer at the bottom, things as
// letters and a key.
#pragma once

#include "geometry/surroundings.h"
#include "media/picture/image.h"
#include "scene/types.h"
#include "wording/wording.h"

#include <filesystem>
#include <string>
#include <vector>

namespace echollama {

// What a letter on the plan means.
struct PlanKey {
    char letter = 'A';
    std::string words; // "chair, 1.5 metres, slightly left"
    GroundPoint at;
};

struct FloorPlan {
    GroundPlan squares;        // cut to what is seen, the viewer in the middle of the lowest row
    std::vector<PlanKey> keys; // nearest first
};

// Things with names and without, steps and openings, at most 20 letters. Throws Error where there is no metric depth or
// no floor.
FloorPlan floor_plan(Scene const& scene, WordingOptions const& options);

// In characters: # wall, o thing, ^ step, ! drop, ~ over the head, . floor, blank: not seen; V the viewer. Squares of
// 20 cm by 10 cm to the right, as characters are twice as high as wide.
std::string plan_text(FloorPlan const& plan);

// For a braille embosser: the same in dots, 40 cells wide, 2 dots of 15 cm a cell, in North American braille ASCII; the
// key in uncontracted letters below, lines ended by carriage return and line feed.
std::string plan_brf(FloorPlan const& plan);

// As swell paper and magnifiers need it, black on white: walls full, things hatched, steps in lines, drops in a thick
// frame, what hangs in rings, seen floor white, unseen ground with sparse dots; letters, and the key below.
std::string plan_svg(FloorPlan const& plan);
Image plan_picture(FloorPlan const& plan);

// By the file's ending: .txt, .brf, .svg or .png. Throws UsageError for others.
void write_plan(std::filesystem::path const& path, FloorPlan const& plan);

} // namespace echollama
