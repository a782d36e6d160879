// A scene in words without a language model: short, true, nearest and dangerous things first.
#pragma once

#include "scene/types.h"

#include <string>
#include <vector>

namespace echollama {

enum class Level { headline, brief, full };
enum class Directions { clock, degrees, sides, grid, none };
enum class Units { metres, feet, steps, centimetres, inches, yards };

struct WordingOptions {
    Level level = Level::full;
    Directions directions = Directions::sides;
    Units units = Units::metres;
    // Scores from here on are said without doubt; it depends on the detector.
    float sure_score = 0.5F;
};

inline constexpr std::size_t headline_words = 12;

// May the thing be called by its name without doubt?
bool is_sure(Detection const& detection, float sure_score);

// "a cup"; "an animal, perhaps a dog" where a class of the same kind competes or the score is low; "probably a cup".
std::string careful_name(Detection const& detection, float sure_score);

// "straight ahead", "slightly left", "on the right"; "at 2 o'clock"; "30 degrees right"; "top left". Empty for none.
std::string direction_words(SceneObject const& object, Directions directions);

// What can be said of a distance in any case: its whole interval lies within 3 metres; between 0.9 and 20 metres;
// beyond 5 metres.
enum class RoughDistance { none, close, some, far };
RoughDistance rough_distance(Distance const& distance);

// "about 2 metres"; a sensor's distance is said without "about". A guess that is too uncertain for a number
// (is_tellable) is "close by", "some metres away", "far away", or empty as an unknown distance is.
std::string length_words(Distance const& distance, Units units);
// "about 2 metres away"; else as above.
std::string distance_words(Distance const& distance, Units units);

// Indices of objects as they should be named: urgent ones first, then the scene's order.
std::vector<std::size_t> speaking_order(Scene const& scene);

// Which way a bearing lies: -1 left, 0 ahead (within 8 degrees), 1 right.
int side_of(float bearing_deg);
// Straight ahead or slightly beside (within 25 degrees): what somebody who walks on must know of.
bool is_nearly_ahead(float bearing_deg);

// "to the left of", "on" …
char const* relation_words(Relation relation);

// "a cup, slightly left, about 40 centimetres away"
std::string object_clause(SceneObject const& object, WordingOptions const& options);

// "This may be a picture of a monkey, perhaps a baboon."; none where there is no gist, or an object says as much.
std::optional<std::string> gist_sentence(Scene const& scene);

// Sentences in the order they should be heard. headline: one sentence of at most 12 words; brief: the most important
// three objects; full: everything, relations, measured facts and how sure the distances are.
std::vector<std::string> describe_scene(Scene const& scene, WordingOptions const& options);

// What is heard before the objects: dangers of what was measured around the viewer, in full also the room and the way;
// for a headline at most one. Empty without metric depth.
std::vector<std::string> surroundings_first(Scene const& scene, WordingOptions const& options);

// Which unit the measured distances rest on, where that was guessed, and what to do where it stays open; empty: nothing
// is to be said.
std::string unit_sentence(Scene const& scene);

} // namespace echollama
