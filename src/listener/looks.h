// How wide a window the recogniser computes, when it looks again at a wider one, and which of its looks is kept.
#pragma once

#include <cstddef>
#include <optional>

namespace echollama {

// What one look at the sound gave.
struct ListenerLook {
    int window = 0;      // positions of the encoder, 20 ms each; 0: all
    float sureness = 0;  // mean probability of the tokens in the least sure segment, [0, 1]
    bool is_lost = true; // nothing was written, or the text runs in circles
};

// The window of the first look at so many samples at 16 kHz: the sound there is and a margin, for whisper hears the end
// of a phrase in the silence after it. `whole` is the number of positions that the network has; 0 means all of them.
int first_window(std::size_t samples, int whole);

// The window of the next look, wider than that of the last one; none where the best look is good enough, or nothing
// wider is left. `looks` were done. What is unsure after two looks stays so: only a lost one is looked at a third time.
std::optional<int> next_window(ListenerLook const& best, ListenerLook const& last, int looks, int whole);

// Is the later look to be kept? The surer one is, but whatever it says is better than being lost.
bool is_better(ListenerLook const& later, ListenerLook const& best);

} // namespace echollama
