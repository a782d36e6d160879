#include "media/device/jitter_buffer.h"

#include "base/error.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

namespace echollama {

JitterBuffer::JitterBuffer(int rate, int channels, double seconds)
    : channels_(static_cast<std::size_t>(channels)), stretch_(rate, 1, 1, channels) {
    if (rate < 1000 || rate > 768000 || channels < 1 || channels > 8 || !(seconds > 0 && seconds < 600)) {
        throw std::logic_error("JitterBuffer: impossible sample rate, channels or length");
    }
    lead_ = static_cast<std::size_t>(rate) * 6 / 100;
    ring_.resize(std::max(2 * lead_, static_cast<std::size_t>(seconds * rate)) * channels_);
}

std::vector<float> JitterBuffer::pop(std::size_t count) {
    std::vector<float> out(count);
    auto const first = std::min(count, ring_.size() - head_);
    std::copy_n(ring_.begin() + static_cast<std::ptrdiff_t>(head_), first, out.begin());
    std::copy_n(ring_.begin(), count - first, out.begin() + static_cast<std::ptrdiff_t>(first));
    head_ = (head_ + count) % ring_.size();
    size_ -= count;
    return out;
}

// Samples given.
std::size_t JitterBuffer::take(std::span<float> out) {
    auto append = [&](std::vector<float> const& more) {
        stretched_.insert(stretched_.end(), more.begin(), more.end());
    };
    while (stretched_.size() < out.size() && size_ > 0) {
        append(stretch_.push(pop(std::min(size_, out.size()))));
    }
    if (size_ == 0 && ending_ && stretched_.size() < out.size()) {
        append(stretch_.finish());
    }
    std::size_t const taken = std::min(out.size(), stretched_.size());
    std::copy_n(stretched_.begin(), taken, out.begin());
    stretched_.erase(stretched_.begin(), stretched_.begin() + static_cast<std::ptrdiff_t>(taken));
    return taken;
}

void JitterBuffer::pull(std::span<float> out) {
    std::lock_guard lock(mutex_);
    std::size_t const count = out.size() / channels_;
    if (paused_) {
        std::fill(out.begin(), out.end(), 0.0F);
        quiet_ += count;
        changed_.notify_all();
        return;
    }
    // What has waited for as long as the lead takes is played even when nothing follows it.
    held_ += size_ == 0 ? 0 : count;
    bool const enough = size_ >= lead_ * channels_ || (size_ > 0 && held_ >= lead_);
    if (enough || (ending_ && (size_ > 0 || stretch_.holds()))) {
        flowing_ = true;
    }
    std::size_t const taken = flowing_ ? take(out) / channels_ : 0;
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(taken * channels_), out.end(), 0.0F);
    if (flowing_ && taken < count) {
        underruns_ += ending_ ? 0 : 1;
        flowing_ = false; // counted once per gap
    }
    if (flowing_ || size_ == 0) {
        held_ = 0;
    }
    quiet_ = taken > 0 ? count - taken : quiet_ + count;
    played_ += static_cast<std::int64_t>(taken);
    changed_.notify_all();
}

// The device pulls every few milliseconds unless it is gone.
void JitterBuffer::wait(std::unique_lock<std::mutex>& lock, std::stop_token stop, std::function<bool()> const& done) {
    auto pulled = played_ + static_cast<std::int64_t>(quiet_);
    while (!changed_.wait_for(lock, stop, std::chrono::seconds(5), done) && !stop.stop_requested()) {
        auto const now = played_ + static_cast<std::int64_t>(quiet_);
        if (now == pulled) {
            throw Error("The sound device no longer accepts sound; check that it is still connected, or write the "
                        "speech to a file with --out speech.wav.");
        }
        pulled = now;
    }
}

void JitterBuffer::push(std::span<float const> samples, std::stop_token stop) {
    if (samples.size() % channels_ != 0) {
        throw std::logic_error("JitterBuffer: half a frame");
    }
    std::unique_lock lock(mutex_);
    while (!samples.empty()) {
        wait(lock, stop, [&] { return silent_ || size_ < ring_.size(); });
        if (silent_ || stop.stop_requested()) {
            return;
        }
        std::size_t const at = (head_ + size_) % ring_.size();
        std::size_t const count = std::min({samples.size(), ring_.size() - size_, ring_.size() - at});
        std::copy_n(samples.begin(), count, ring_.begin() + static_cast<std::ptrdiff_t>(at));
        size_ += count;
        accepted_ += static_cast<std::int64_t>(count);
        samples = samples.subspan(count);
        ending_ = false;
    }
}

void JitterBuffer::end() {
    std::lock_guard lock(mutex_);
    ending_ = true;
}

void JitterBuffer::drain(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    ending_ = true;
    if (played_ > 0 || size_ > 0) { // else no device may be running yet
        // The last sample is heard when the device has taken as much silence after it as it holds.
        wait(lock, stop, [&] { return size_ == 0 && !stretch_.holds() && stretched_.empty() && quiet_ >= latency_; });
    }
}

void JitterBuffer::silence() {
    std::lock_guard lock(mutex_);
    accepted_ = heard_samples();
    size_ = 0;
    stretch_.finish();
    stretched_.clear();
    flowing_ = false;
    ending_ = true;
    silent_ = true;
    paused_ = false;
    changed_.notify_all();
}

void JitterBuffer::resume() {
    std::lock_guard lock(mutex_);
    silent_ = false;
}

void JitterBuffer::pause(bool on) {
    std::lock_guard lock(mutex_);
    paused_ = on;
}

void JitterBuffer::set_speed(float speed) {
    std::lock_guard lock(mutex_);
    speed_ = speed;
    stretch_.set_speed(speed);
}

void JitterBuffer::set_latency(std::size_t frames) {
    std::lock_guard lock(mutex_);
    latency_ = frames;
}

std::size_t JitterBuffer::room() const {
    std::lock_guard lock(mutex_);
    return (ring_.size() - size_) / channels_;
}

std::int64_t JitterBuffer::underruns() const {
    std::lock_guard lock(mutex_);
    return underruns_;
}

// What was stretched and waits is counted at the speed it has now; what the stretching itself holds, a few
// milliseconds, counts as heard.
std::int64_t JitterBuffer::heard_samples() const {
    auto const waiting = static_cast<double>(stretched_.size()) * static_cast<double>(speed_);
    return std::max<std::int64_t>(0, accepted_ - static_cast<std::int64_t>(size_) - std::llround(waiting));
}

std::int64_t JitterBuffer::frames_accepted() const {
    std::lock_guard lock(mutex_);
    return accepted_ / static_cast<std::int64_t>(channels_);
}

std::int64_t JitterBuffer::frames_heard() const {
    std::lock_guard lock(mutex_);
    return heard_samples() / static_cast<std::int64_t>(channels_);
}

std::int64_t JitterBuffer::frames_played() const {
    std::lock_guard lock(mutex_);
    return played_;
}

} // namespace echollama
