#include "media/sound/sound_encoder.h"

#include "base/error.h"
#include "base/output_file.h"
#include "media/sound/audio_io.h"
#include "media/sound/resample.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstring>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace echollama {
namespace fs = std::filesystem;
namespace {

constexpr char const* known_formats = "wav, flac, opus, mp3 and raw";

std::optional<SoundFormat> format_named(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    static constexpr std::array<std::pair<std::string_view, SoundFormat>, 8> names{{{"wav", SoundFormat::wav},
                                                                                    {"flac", SoundFormat::flac},
                                                                                    {"opus", SoundFormat::opus},
                                                                                    {"ogg", SoundFormat::opus},
                                                                                    {"oga", SoundFormat::opus},
                                                                                    {"mp3", SoundFormat::mp3},
                                                                                    {"raw", SoundFormat::raw},
                                                                                    {"pcm", SoundFormat::raw}}};
    for (auto const& [known, format] : names) {
        if (name == known) {
            return format;
        }
    }
    return std::nullopt;
}

// Little-endian on every machine.
std::vector<std::uint8_t> pcm16(std::span<float const> samples) {
    std::vector<std::uint8_t> bytes(2 * samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        auto const value = static_cast<std::uint16_t>(to_pcm16(samples[i]));
        bytes[2 * i] = static_cast<std::uint8_t>(value & 0xFF);
        bytes[2 * i + 1] = static_cast<std::uint8_t>(value >> 8);
    }
    return bytes;
}

class RawEncoder : public SoundEncoder {
  public:
    explicit RawEncoder(ByteTarget target) : target_(std::move(target)) {}
    void write(std::span<float const> samples) override { target_.append(pcm16(samples)); }
    void finish() override {}

  private:
    ByteTarget target_;
};

// 16-bit PCM. Longer than 4 GiB, or written where nothing can be changed any more: the header says "unknown length" as
// players of pipes expect.
class WavEncoder : public SoundEncoder {
  public:
    WavEncoder(int rate, int channels, ByteTarget target)
        : rate_(static_cast<std::uint32_t>(rate)), channels_(static_cast<std::uint32_t>(channels)),
          target_(std::move(target)) {
        target_.append(header(target_.rewrite ? 0 : 0xFFFFFFFFU));
    }
    void write(std::span<float const> samples) override {
        target_.append(pcm16(samples));
        bytes_ += 2 * samples.size();
    }
    void finish() override {
        if (target_.rewrite) {
            target_.rewrite(0, header(static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes_, 0xFFFFFFFF))));
        }
    }

  private:
    std::array<std::uint8_t, 44> header(std::uint32_t data_bytes) const {
        std::array<std::uint8_t, 44> out{};
        auto text = [&](std::size_t at, char const* value) { std::memcpy(out.data() + at, value, 4); };
        auto number = [&](std::size_t at, std::uint32_t value, int bytes) {
            for (int i = 0; i < bytes; ++i) {
                out[at + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * i));
            }
        };
        text(0, "RIFF");
        number(4, data_bytes > 0xFFFFFFFFU - 36 ? 0xFFFFFFFFU : data_bytes + 36, 4);
        text(8, "WAVE");
        text(12, "fmt ");
        number(16, 16, 4); // size of this part
        number(20, 1, 2);  // PCM
        number(22, channels_, 2);
        number(24, rate_, 4);
        number(28, rate_ * channels_ * 2, 4); // bytes a second
        number(32, channels_ * 2, 2);         // bytes a frame
        number(34, 16, 2);                    // bits a sample
        text(36, "data");
        number(40, data_bytes, 4);
        return out;
    }

    std::uint32_t rate_, channels_;
    ByteTarget target_;
    std::uint64_t bytes_ = 0;
};

// What libsndfile encodes.
struct Codec {
    int format;
    std::span<int const> rates; // ascending; empty: any
    char const* name;
};

Codec codec_of(SoundFormat format) {
    static constexpr std::array opus_rates{8000, 12000, 16000, 24000, 48000};
    static constexpr std::array mp3_rates{8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};
    switch (format) {
    case SoundFormat::opus:
        return {SF_FORMAT_OGG | SF_FORMAT_OPUS, opus_rates, "Opus"};
    case SoundFormat::mp3:
        return {SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, mp3_rates, "MP3"};
    default:
        return {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, {}, "FLAC"};
    }
}

// The nearest rate that keeps all frequencies; the largest when none does.
int rate_for(Codec const& codec, int rate) {
    if (codec.rates.empty()) {
        return rate;
    }
    auto at = std::lower_bound(codec.rates.begin(), codec.rates.end(), rate);
    return at == codec.rates.end() ? codec.rates.back() : *at;
}

class LibraryEncoder : public SoundEncoder {
  public:
    LibraryEncoder(SoundFormat format, int rate, int channels, ByteTarget target)
        : target_(std::move(target)), channels_(static_cast<std::size_t>(channels)) {
        auto const codec = codec_of(format);
        SF_INFO info{};
        info.format = codec.format;
        info.channels = channels;
        info.samplerate = rate_for(codec, rate);
        if (info.samplerate != rate) {
            for (int c = 0; c < channels; ++c) {
                resamplers_.emplace_back(rate, info.samplerate);
            }
        }
        SF_VIRTUAL_IO io{
            [](void* self) { return as_self(self).length_; },
            [](sf_count_t offset, int whence, void* self) { return as_self(self).seek(offset, whence); },
            [](void*, sf_count_t, void*) { return sf_count_t{0}; },
            [](void const* bytes, sf_count_t count, void* self) {
                return as_self(self).put({static_cast<std::uint8_t const*>(bytes), static_cast<std::size_t>(count)});
            },
            [](void* self) { return as_self(self).at_; }};
        file_.reset(sf_open_virtual(&io, SFM_WRITE, &info, this));
        if (!file_) {
            throw Error(std::string("This computer's libsndfile cannot write ") + codec.name + " (" +
                        sf_strerror(nullptr) + "); use --format wav.");
        }
        sf_command(file_.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
        double page_ms = 100; // libopus' own 20 ms and one page are all that is kept back
        sf_command(file_.get(), SFC_SET_OGG_PAGE_LATENCY_MS, &page_ms, sizeof page_ms);
    }

    void write(std::span<float const> samples) override {
        put_samples(resamplers_.empty() ? std::vector<float>(samples.begin(), samples.end()) : resampled(samples));
    }
    void finish() override {
        if (!resamplers_.empty()) {
            put_samples(resampled({}, true));
        }
        file_.reset(); // writes what is kept back, and the header again
        rethrow();
    }

  private:
    static LibraryEncoder& as_self(void* self) { return *static_cast<LibraryEncoder*>(self); }

    std::vector<float> resampled(std::span<float const> interleaved, bool end = false) {
        std::vector<std::vector<float>> parts;
        std::size_t frames = 0;
        for (std::size_t c = 0; c < channels_; ++c) {
            std::vector<float> one;
            for (std::size_t i = c; i < interleaved.size(); i += channels_) {
                one.push_back(interleaved[i]);
            }
            parts.push_back(end ? resamplers_[c].finish() : resamplers_[c].push(one));
            frames = parts.back().size(); // the same for all
        }
        std::vector<float> out;
        out.reserve(frames * channels_);
        for (std::size_t i = 0; i < frames; ++i) {
            for (auto const& part : parts) {
                out.push_back(part[i]);
            }
        }
        return out;
    }

    void put_samples(std::vector<float> samples) {
        for (auto& sample : samples) {
            sample = std::isfinite(sample) ? std::clamp(sample, -1.0F, 1.0F) : 0;
        }
        auto const frames = static_cast<sf_count_t>(samples.size() / channels_);
        auto const written = sf_writef_float(file_.get(), samples.data(), frames);
        rethrow();
        if (written != frames) {
            throw Error(std::string("The speech could not be encoded: ") + sf_strerror(file_.get()));
        }
    }

    // libsndfile is C: exceptions wait until it has returned.
    sf_count_t put(std::span<std::uint8_t const> bytes) {
        try {
            auto const count = static_cast<sf_count_t>(bytes.size());
            if (at_ == length_) {
                target_.append(bytes);
            } else if (target_.rewrite) {
                target_.rewrite(at_, bytes);
            } // else: a header that can no longer be changed
            at_ += count;
            length_ = std::max(length_, at_);
            return count;
        } catch (...) {
            failure_ = std::current_exception();
            return 0;
        }
    }

    sf_count_t seek(sf_count_t offset, int whence) {
        at_ = (whence == SEEK_CUR ? at_ : whence == SEEK_END ? length_ : 0) + offset;
        return at_;
    }

    void rethrow() {
        if (failure_) {
            std::rethrow_exception(std::exchange(failure_, nullptr));
        }
    }

    ByteTarget target_;
    std::size_t channels_;
    std::vector<Resampler> resamplers_; // one a channel; empty: the codec takes the rate as it is
    sf_count_t at_ = 0, length_ = 0;
    std::exception_ptr failure_;
    std::unique_ptr<SNDFILE, decltype([](SNDFILE* file) { sf_close(file); })> file_; // last: it uses everything above
};

} // namespace

SoundFormat parse_sound_format(std::string_view name) {
    if (auto format = format_named(std::string(name))) {
        return *format;
    }
    throw UsageError("There is no sound format '" + std::string(name) + "'; there are " + known_formats + ".");
}

SoundFormat sound_format_of(fs::path const& path) {
    auto const ending = path.extension().string();
    if (ending.size() < 2 || is_written_in_place(path)) {
        return SoundFormat::wav;
    }
    if (auto format = format_named(ending.substr(1))) {
        return *format;
    }
    throw UsageError("Speech cannot be written as " + ending + "; name a file that ends in one of " + known_formats +
                     ", or add --format.");
}

std::unique_ptr<SoundEncoder> make_sound_encoder(SoundFormat format, int rate, int channels, ByteTarget target) {
    if (rate < 1000 || rate > 768000 || channels < 1 || channels > 2) {
        throw std::logic_error("sound encoder: impossible sample rate or channels");
    }
    switch (format) {
    case SoundFormat::wav:
        return std::make_unique<WavEncoder>(rate, channels, std::move(target));
    case SoundFormat::raw:
        return std::make_unique<RawEncoder>(std::move(target));
    default:
        return std::make_unique<LibraryEncoder>(format, rate, channels, std::move(target));
    }
}

} // namespace echollama
