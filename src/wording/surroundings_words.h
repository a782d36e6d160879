// What was measured around the viewer (geometry/surroundings.h) in words: dangers first, then the room, then things
// without a name. Nothing is ever called safe; what was not seen is said to be unknown.
#pragma once

#include "geometry/surroundings.h"
#include "scene/types.h"
#include "wording/wording.h"

#include <string>
#include <vector>

namespace echollama {

// A sensor's distance with the measure's interval.
Distance distance_from(Measure const& measure);
// "straight ahead", as of an object with that bearing; a grid of the picture means nothing here, sides are said.
std::string direction_at(float bearing_deg, Directions directions);
// "2.5 metres", as for objects.
std::string away(Measure const& measure, Units units);
// Sizes of things are wanted finer than distances: "17 centimetres", "1.2 metres", "7 inches". Steps are no unit of
// them.
std::string size_words(float metres, Units units);
// "74 centimetres high, give or take 2 centimetres", where `dimension` is "high"; the interval is left out where it is
// below what is said.
std::string size_with_doubt(Measure const& measure, Units units, std::string const& dimension = "");

// Steps, drops, what hangs at head or chest height, and what is close in the way: a sentence each, the nearest first.
// Empty without metric depth, as everything here.
std::vector<std::string> hazard_sentences(Scene const& scene, WordingOptions const& options);

// Walls, openings, the way, ramps, tables; how much of it is not known.
std::vector<std::string> room_sentences(Scene const& scene, WordingOptions const& options);

// "Against the wall: a couch and a chair.", "Leaning at the wall: a skateboard.", one sentence for each way of being
// held that occurs.
std::vector<std::string> hold_sentences(Scene const& scene, float sure_score);

// How far the floor is seen to be free in this direction, and what ends it.
std::string way_sentence(Scene const& scene, WayFacts const& way, WordingOptions const& options);
// One step, drop or flight.
std::string step_sentence(StepFacts const& step, WordingOptions const& options);
// "Something low", by its size.
std::string obstacle_name(ObstacleFacts const& obstacle);
std::string obstacle_sentence(ObstacleFacts const& obstacle, WordingOptions const& options);

// The scene with walls, floor, ceiling, stairs, doorways and ramps as further objects at the end, so that what is said
// of them can be checked as of objects. They have no box.
Scene with_measured_things(Scene const& scene);

// Where something is that is told of the surroundings, and the words it is told with.
struct ToldPlace {
    std::string name; // in small letters: "wall", "doorway", "stairs", "something low"
    float bearing_deg = 0;
    float metres = 0;
};

// All of them, the nearest of each kind first.
std::vector<ToldPlace> told_places(Scene const& scene);

// Obstacles that no object of the scene is, at most `most`, the nearest first.
std::vector<std::string> nameless_sentences(Scene const& scene, WordingOptions const& options, std::size_t most);

} // namespace echollama
