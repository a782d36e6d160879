// What was seen where and when while watching: "where did you last see the cup?"
#pragma once

#include "scene/types.h"
#include "scene/wording.h"
#include "tracking/tracker.h"

#include <map>
#include <optional>
#include <string>

namespace echollama {

class SceneMemory {
  public:
    // The scene of the latest picture; only things that were seen in enough pictures are in it.
    void see(double seconds, Scene const& scene);

    // An answer to a question about where or when a thing was last seen; none where that is not asked. It says how long
    // ago it was, and that it may have been moved since; of what never was seen, that it was not, and of what the
    // program cannot know, that.
    std::optional<std::string> answer(std::string const& question, double seconds, WordingOptions const& options) const;

  private:
    struct Sighting {
        SceneObject object;
        double seconds = 0;
        std::string place; // "on the dining table"; empty: beside nothing known
    };
    std::map<std::string, Sighting> last_; // by label: the nearest one
};

// "just now", "20 seconds ago", "about 3 minutes ago", "about 2 hours ago"
std::string age_words(double seconds);

} // namespace echollama
