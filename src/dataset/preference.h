// A row of preference data: what a language model is asked about a place, the answer that is wanted and the one that is
// not. The columns are those of DPO trainers and of the public Spatial-DPO data set: prompt, chosen, rejected.
#pragma once

#include "scene/types.h"

#include <string>
#include <string_view>

namespace echollama::dataset {

inline constexpr std::size_t longest_row = std::size_t{16} << 20; // bytes of one line

// What the check against the scene says of an answer (wording/grounding.h).
struct ClaimTally {
    int supported = 0, contradicted = 0, unknown = 0;

    bool operator==(ClaimTally const&) const = default;
};
ClaimTally tally_claims(std::string const& text, Scene const& scene);

struct Preference {
    std::string system, prompt, chosen, rejected;
    // Where it comes from; empty in rows that others made.
    std::string image;         // as it is called in the folder it was taken from
    std::string teacher, base; // who wrote the chosen and the rejected answer
    bool has_claims = false;
    ClaimTally chosen_claims = {}, rejected_claims = {};

    bool operator==(Preference const&) const = default;
};

// One line of JSON without its end; invalid UTF-8 is replaced.
std::string to_json_line(Preference const& row);

// Keys that are not known are passed over. Throws Error with the reason, to be read behind the row's number: it is no
// JSON object, a column is missing, is no text or is empty.
Preference parse_preference(std::string_view line);

} // namespace echollama::dataset
