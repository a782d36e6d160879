// Which part of a code stream to decode so that pieces equal one whole decode. SNAC's decoder looks both ways: the 512
// samples of a latent position depend on `reach` positions on either side (10 for the 24 kHz model; three frames hold
// 12). A sample is final once all of its reach has arrived, and a window gives it exactly when the window's borders are
// at least the reach away or are the true start and end.
#pragma once

#include <cstdint>
#include <optional>

namespace echollama {

// Frames [first_frame, last_frame) are decoded; of their latent positions (four a frame, 512 samples each) those of
// [first_latent, last_latent), counted in the whole stream, are final.
struct SnacWindow {
    std::int64_t first_frame = 0;
    std::int64_t last_frame = 0;
    std::int64_t first_latent = 0;
    std::int64_t last_latent = 0;
};

// The next piece after `done` latent positions were given out, when `frames` frames have arrived, at most
// `max_latents` positions long (0: no limit). Empty when nothing new is final. After the end (`ended`) everything that
// arrived is final.
std::optional<SnacWindow> next_window(std::int64_t done, std::int64_t frames, bool ended, int reach,
                                      int latents_per_frame, std::int64_t max_latents = 0);

} // namespace echollama
