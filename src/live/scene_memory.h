// What was seen where and when, while watching and before: "where did you last see the cup?"
#pragma once

#include "memory/sighting_store.h"
#include "scene/coco.h"
#include "scene/types.h"
#include "wording/wording.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

class SceneMemory {
  public:
    // The scene of the latest picture; only things that were seen in enough pictures are in it.
    void see(double seconds, Scene const& scene);
    // What is kept of earlier walks and films.
    void recall(std::vector<Sighting> const& earlier);

    // What was seen after `since`, to be kept; `clock`: the seconds since 1970 that it is at `now`.
    std::vector<Sighting> seen_after(double since, double now, std::int64_t clock) const;

    // An answer to a question about where or when a thing was last seen; none where that is not asked. It says how long
    // ago it was, and that it may have been moved since; of what never was seen, that it was not, and of what the
    // program cannot know, that. `now` and `clock` as above; `labels`: what the detector may call things.
    std::optional<std::string> answer(std::string const& question, double now, std::int64_t clock,
                                      WordingOptions const& options,
                                      std::vector<std::string> const& labels = coco_labels()) const;

  private:
    struct Place {
        std::optional<Relation> relation = {}; // none: beside nothing known
        std::string landmark = {};
    };
    struct Seen {
        SceneObject object;
        double seconds = 0;
        Place place;
    };
    static Place place_of(Scene const& scene, std::size_t index);
    static std::string words_of(Place const& place);
    std::string answer_about(std::vector<std::string> const& labels, std::string const& name, double now,
                             std::int64_t clock, WordingOptions const& options) const;

    std::map<std::string, Seen> last_; // by label: the nearest one
    std::map<std::string, Sighting> earlier_;
    bool recalled_ = false;
};

} // namespace echollama
