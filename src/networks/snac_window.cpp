#include "networks/snac_window.h"

#include <algorithm>

namespace echollama {

std::optional<SnacWindow> next_window(std::int64_t done, std::int64_t frames, bool ended, int reach,
                                      int latents_per_frame, std::int64_t max_latents) {
    std::int64_t arrived = frames * latents_per_frame;
    std::int64_t last = ended ? arrived : arrived - reach;
    if (max_latents > 0) {
        last = std::min(last, done + max_latents);
    }
    if (last <= done) {
        return std::nullopt;
    }
    SnacWindow window;
    window.first_latent = done;
    window.last_latent = last;
    window.first_frame = std::max<std::int64_t>(0, done - reach) / latents_per_frame;
    window.last_frame = std::min(frames, (last + reach + latents_per_frame - 1) / latents_per_frame);
    return window;
}

} // namespace echollama
