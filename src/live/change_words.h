// How changes are said: short sentences in the present tense, of the scene as it is when they are said.
#pragma once

#include "live/changes.h"
#include "scene/types.h"
#include "wording/wording.h"

#include <string>
#include <vector>

namespace echollama {

// A thing of the present scene, and which way it moves across: -1 left, 1 right, 0 neither.
struct Mover {
    SceneObject const* seen = nullptr;
    int direction = 0;
};

// "Careful, another person, straight ahead, about 4 metres away, getting nearer."
std::string danger_sentence(SceneObject const& seen, bool another, bool comes, WordingOptions const& options);

// "The person is nearer, slightly left, about 3 metres away." One who is not the only one of that label is "a person".
std::string nearer_sentence(SceneObject const& seen, bool only, WordingOptions const& options);
std::string moved_sentence(SceneObject const& seen, bool only, WordingOptions const& options);
std::string stopped_sentence(SceneObject const& seen, bool only, WordingOptions const& options);

// "A chair, slightly left, about 2 metres away."; "A person on the left goes right, about 4 metres away."; "Three
// people, two going left, the nearest slightly right, about 4 metres away." One or more of one label, the nearest
// first.
std::string there_sentence(std::vector<Mover> const& movers, WordingOptions const& options);

// "The person is gone."; "A person is gone." where others of that label are still there; "Two people are gone."
std::string gone_sentence(std::string const& label, std::size_t count, bool others);

} // namespace echollama
