#include "live/tone_player.h"

#include "base/error.h"
#include "base/log.h"

namespace echollama {
namespace {

constexpr int rate = 24000;
constexpr double ahead_s = 0.15; // of what is heard: a change of direction sounds no later
constexpr std::size_t piece = rate / 50;

} // namespace

TonePlayer::TonePlayer()
    : tone_(rate), player_(rate, {.channels = 2, .buffer_seconds = ahead_s}),
      thread_([this](std::stop_token const& stop) { run(stop); }) {}

void TonePlayer::lead(std::optional<Lead> const& lead) {
    std::lock_guard const lock(mutex_);
    tone_.lead(lead);
}

void TonePlayer::duck(bool on) {
    std::lock_guard const lock(mutex_);
    tone_.duck(on);
}

void TonePlayer::run(std::stop_token const& stop) {
    try {
        while (!stop.stop_requested()) {
            std::vector<float> samples;
            {
                std::lock_guard const lock(mutex_);
                samples = tone_.next(piece);
            }
            player_.push(samples, stop);
        }
    } catch (Error const& error) { // the words go on leading
        log::warning(std::string(error.what()) + " There are no tones any more.");
    }
    player_.silence();
}

} // namespace echollama
