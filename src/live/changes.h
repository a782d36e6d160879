// What matters of how things change: who is new, gone, nearer, crossing, stopped, and what comes at the viewer. A pure
// state machine on times that are given to it.
#pragma once

#include "tracking/tracker.h"

#include <map>
#include <string>
#include <vector>

namespace echollama {

enum class ChangeKind {
    danger,   // it will be here within a few seconds, or is suddenly close by
    nearer,   // it came clearly nearer than when it was last told
    crossing, // it moves across
    appeared, // it was not there before
    stopped,  // it crossed or came nearer, and stands now
    gone,     // it was told, and has not been seen for some time
};

struct Change {
    ChangeKind kind = ChangeKind::appeared;
    int identity = 0;
    std::string label;
    double seconds = 0;    // when the picture was taken that showed it first
    float bearing_deg = 0; // where it was then
    int direction = 0;     // of crossing: 1 to the right, -1 to the left
};

class ChangeFinder {
  public:
    // Things of the latest picture, in the order of their identities. What is there when the first pictures are taken
    // is not new: it is what the first description tells.
    std::vector<Change> see(double seconds, std::vector<Thing> const& things, bool described);
    // Another scene begins.
    void clear() { known_.clear(), left_.clear(); }

  private:
    struct Known {
        std::string label;
        double first = 0, last = 0;                 // present
        double came = 0;                            // into view, at first or again
        float metres = 0;                           // when it was last seen; 0: unknown
        double danger_since = -1;                   // -1: it is none
        int danger_pictures = 0, safe_pictures = 0; // the second: since the last in which it was one
        double danger_at = -1e9;                    // told
        float near_m = 0;                           // distance when it was last told or first measured; 0: unknown
        float bearing_deg = 0;
        int crossing = 0;        // direction that was told; 0: none
        bool moving = false;     // told as crossing or nearer, so that stopping matters
        double still_since = -1; // -1: it moves
        bool told = false;       // as new, or in a description
        bool passing = false;    // it moved out of the way when that was last known
        bool sudden = false;     // it may be close all at once, and nothing tells yet how it moves
    };
    struct Left {
        std::string label;
        float bearing_deg = 0;
        double seconds = 0;
    };

    void see_thing(double seconds, Thing const& thing, bool described, std::vector<Change>& changes);
    bool was_here(Thing const& thing, double seconds, double within_s) const;

    std::map<int, Known> known_;
    std::vector<Left> left_; // those that went lately, so that who flickers is not new each time
};

// Which way it surely moves across: 1 to the right, -1 to the left, 0 neither.
int crossing_direction(Movement const& movement);
// Would it be here within a few seconds? Its way leads to the viewer, as surely as that is known.
bool is_danger(Thing const& thing);
// Within three metres, or perhaps within one and a half, and less than 1.6 metres to the side, as far as that is known.
bool is_close_ahead(Thing const& thing);
// Seconds until it is here: 0 for what is close ahead; infinite where nothing is known of it, or it is no thing.
float left_s(Thing const* thing);

} // namespace echollama
