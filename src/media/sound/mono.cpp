#include "media/sound/mono.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr double max_audio_samples = max_audio_seconds * 48000; // so that an odd rate does not take all memory

// The average is given up where its power is below this share of the loudest channel's. Sound that is equal in all
// channels keeps all of its power, sound in one of two a quarter of it.
constexpr double least_share = 0.2;

// Power of the changes around the mean.
class Variance {
  public:
    void add(double value) {
        sum_ += value;
        squares_ += value * value;
    }
    double of(std::size_t count) const {
        double const n = static_cast<double>(std::max<std::size_t>(count, 1));
        return std::max(0.0, squares_ / n - sum_ / n * (sum_ / n));
    }

  private:
    double sum_ = 0, squares_ = 0;
};

float finite(float value) {
    return std::isfinite(value) ? value : 0.0F;
}

// Gathers one run of the decoder as the average, or as one channel of it.
class Gathering {
  public:
    Gathering(std::string const& name, std::optional<std::size_t> channel) : name_(name), channel_(channel) {}

    void add(int rate, int channels, std::span<float const> interleaved) {
        if (rate_ == 0) {
            start(rate, channels);
        }
        for (std::size_t i = 0; i + channels_ <= interleaved.size(); i += channels_) {
            take(interleaved.subspan(i, channels_));
        }
        if (samples_.size() > limit_) {
            throw Error(name_ + " is too long (at most two hours at 48 kHz); cut it into parts.");
        }
    }

    // The channel that should be taken instead of the average.
    std::optional<std::size_t> better_channel() const {
        if (channels_ < 2) {
            return std::nullopt;
        }
        std::size_t loudest = 0;
        for (std::size_t c = 1; c < channels_; ++c) {
            if (variances_[c].of(samples_.size()) > variances_[loudest].of(samples_.size())) {
                loudest = c;
            }
        }
        double const alone = variances_[loudest].of(samples_.size());
        return mix_.of(samples_.size()) < least_share * alone ? std::optional(loudest) : std::nullopt;
    }

    AudioBuffer take_all() {
        if (samples_.empty()) {
            throw Error(name_ + " holds no sound; it may be damaged or cut short.");
        }
        return {rate_, std::move(samples_)};
    }

  private:
    void start(int rate, int channels) {
        if (channels < 1 || channels > 64 || rate < 1000 || rate > 768000) {
            throw Error(name_ + " has an impossible sample rate or number of channels; it may be damaged.");
        }
        rate_ = rate;
        channels_ = static_cast<std::size_t>(channels);
        limit_ = static_cast<std::size_t>(std::min(max_audio_seconds * rate, max_audio_samples));
        variances_.resize(channels_);
    }

    void take(std::span<float const> frame) {
        float sum = 0;
        for (std::size_t c = 0; c < channels_; ++c) {
            float const value = finite(frame[c]);
            variances_[c].add(value);
            sum += value;
        }
        float const average = sum / static_cast<float>(channels_);
        mix_.add(average);
        samples_.push_back(channel_ ? finite(frame[std::min(*channel_, channels_ - 1)]) : finite(average));
    }

    std::string const& name_;
    std::optional<std::size_t> channel_;
    int rate_ = 0;
    std::size_t channels_ = 0, limit_ = 0;
    std::vector<Variance> variances_;
    Variance mix_;
    std::vector<float> samples_;
};

void gather(Decoder const& decode, Gathering& into) {
    decode([&](int rate, int channels, std::span<float const> frames) { into.add(rate, channels, frames); });
}

} // namespace

AudioBuffer decode_mono(Decoder const& decode, std::string const& name) {
    Gathering average(name, std::nullopt);
    gather(decode, average);
    auto const channel = average.better_channel();
    if (!channel) {
        return average.take_all();
    }
    Gathering alone(name, channel);
    gather(decode, alone);
    return alone.take_all();
}

} // namespace echollama
