// What a prompt tells of a scene, in pieces that answers are made of, and the faults that answers typically have.
#pragma once

#include "base/counter_rng.h"
#include "scene/types.h"
#include "wording/prompt.h"

#include <cstddef>
#include <string>
#include <vector>

namespace echollama::dataset {

// One thing, or all things of one class.
struct Fact {
    std::string label; // COCO name
    std::size_t count = 1;
    std::string name;     // "a cup", "probably a cup", "an animal, perhaps a dog", "two chairs"
    bool sure = true;     // the name says no doubt
    std::string place;    // "on the left"; of several, where the nearest is; empty: not told
    std::string distance; // "about 2 metres away"; likewise
    bool nearest = false; // place and distance are those of the nearest of several
    int side = 0;         // -1 left, 0 ahead, 1 right

    bool is_plural() const { return count > 1 || name.starts_with("some "); }
};

struct Facts {
    std::vector<Fact> things;           // in the order of speaking
    std::vector<std::string> relations; // "The cup is on the dining table."
    std::string caption;
};

// Only what the prompt of this style holds: the paper's matrix tells columns instead of bearings, no distances, and
// leaves out what scored too low.
Facts facts_of(Scene const& scene, PromptOptions const& options);

// A wrong side, a wrong number, a thing that is not there in the place of one that is, a wrong distance, doubt left
// out.
enum class Fault { side, count, object, distance, certainty };
inline constexpr Fault faults[] = {Fault::side, Fault::count, Fault::object, Fault::distance, Fault::certainty};
char const* fault_name(Fault fault);

// Makes the fault in one of the first `among` things. False: there is nothing it could be made in.
bool make_fault(Facts& facts, Fault fault, std::size_t among, Draws& draw);

} // namespace echollama::dataset
