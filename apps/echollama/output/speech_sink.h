// Where speech goes: a file or pipe, the sound device, or both.
#pragma once

#include "media/device/playback.h"
#include "media/sound/sound_file.h"
#include "media/sound/time_stretch.h"
#include "roles/roles.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

namespace echollama {

struct SpeechTarget {
    std::filesystem::path out; // empty: no file; "-": standard output
    bool play = false;
    std::optional<SoundFormat> format; // none: as the file's name says

    bool wanted() const { return play || !out.empty(); }
};

// One thread writes; set_speed(), drop() and resume() may be called from any thread.
class SpeechSink {
  public:
    // Tells at once when the place cannot be written; the targets open with the first sound, whose rate and channels
    // they take. When stop is requested the device falls silent within its own latency.
    SpeechSink(SpeechTarget const& target, std::stop_token stop);
    // Throws ReaderGone when the place is a pipe that nobody reads any more; what follows is played only.
    void write(AudioChunk const& chunk);
    bool plays() const { return target_.play; }
    // Waits for the device and completes the file; when stop was requested there will be none. Gaps in what was heard
    // are told as a warning.
    void finish();

    // How much faster than it was spoken the sound shall be from now on: 0.5 to 4, pitch kept. What already waits for
    // the device is heard at the new speed too.
    void set_speed(float speed);
    // Silence at once: the device drops what it has not played yet, and all that comes until resume().
    void drop();
    void resume();
    // Nothing more is to come for now: silence that follows is no gap.
    void pause();
    // Gaps in the sound so far because the voice was slower than the device.
    std::int64_t underruns() const;
    // Frames of what was written, without what drop() dropped: all, and those that the device has played (without a
    // device: all).
    std::int64_t frames() const;
    std::int64_t frames_heard() const;
    // The file cannot be written any more: nothing more goes there, and there will be none.
    void give_up_file();

  private:
    void open(AudioChunk const& first);
    // False: nobody reads the file any more, and it is left.
    template <class Work>
    bool to_file(Work const& work);

    SpeechTarget target_;
    bool open_ = false;
    std::atomic<float> speed_ = 1;
    std::unique_ptr<SoundFile> file_;
    std::unique_ptr<TimeStretch> file_stretch_;
    mutable std::mutex mutex_; // over the making of player_, which other threads use
    std::unique_ptr<Player> player_;
    std::atomic<std::int64_t> written_ = 0; // frames, without a player
    std::stop_token stop_;
    std::stop_callback<std::function<void()>> on_stop_; // a voice at work does not delay the silence
};

} // namespace echollama
