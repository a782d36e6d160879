#include "listener/looks.h"

#include "listener/vad.h"

#include <algorithm>

namespace echollama {
namespace {

// Windows below 512 positions (10 s) make small models mishear; docs/performance.md tells what others gave.
constexpr int positions_a_second = 50;
constexpr int least_positions = 512, margin_positions = 128, round_to = 32;
constexpr int second_positions = 768;
constexpr float sure = 0.6F;

} // namespace

int first_window(std::size_t samples, int whole) {
    auto const sound = static_cast<int>(samples * positions_a_second / speech_rate);
    auto const wanted = std::max(least_positions, (sound + margin_positions + round_to - 1) / round_to * round_to);
    return wanted < whole ? wanted : 0;
}

std::optional<int> next_window(ListenerLook const& best, ListenerLook const& last, int looks, int whole) {
    bool const doubtful = best.is_lost || (looks == 1 && best.sureness < sure);
    if (last.window == 0 || !doubtful) {
        return std::nullopt;
    }
    return last.window < second_positions && second_positions < whole ? second_positions : 0;
}

bool is_better(ListenerLook const& later, ListenerLook const& best) {
    if (later.is_lost || best.is_lost) {
        return best.is_lost;
    }
    return later.sureness > best.sureness;
}

} // namespace echollama
