// Is a sentence true of the scene? Used to filter what is spoken, and as a measure of texts.
#pragma once

#include "scene/types.h"

#include <string>
#include <vector>

namespace echollama {

enum class Verdict { supported, contradicted, unknown };

struct Claim {
    enum class Subject { object, count, side, clock, distance, relation };
    Subject subject = Subject::object;
    std::string words; // what was claimed, as found in the text
    Verdict verdict = Verdict::unknown;
};

// Every claim about objects, counts, left/right/ahead, clock hours, distances and left/right relations that is found in
// the text, in order. Objects that COCO does not know are `unknown`; COCO objects that are not in the scene are
// contradicted.
std::vector<Claim> check_claims(std::string const& text, Scene const& scene);

// Text that talks about the machinery instead of the place: matrices, coordinates, prompts, "as an AI", markup.
bool is_meta_talk(std::string const& text);

// May the sentence be spoken: no plumbing, nothing contradicted, nothing unknown, and at least one supported claim or
// no claim at all with `allow_empty`.
bool is_speakable(std::string const& sentence, Scene const& scene, bool allow_empty = false);

} // namespace echollama
