#include "listen/sound_pieces.h"

#include "base/bounded_queue.h"
#include "base/error.h"
#include "base/log.h"
#include "listener/vad.h"
#include "media/device/steady_microphone.h"
#include "media/sound/audio_io.h"
#include "media/sound/resample.h"
#include "options/standard_input.h"

#include <array>
#include <exception>
#include <iostream>
#include <memory>
#include <thread>
#include <utility>

namespace echollama {
namespace {

constexpr std::size_t max_input_bytes = std::size_t{1} << 30;
constexpr int look_ms = 200;               // between two looks at the stop token
constexpr std::size_t pieces_ahead = 6000; // of 100 ms

// Bytes as they come; none: the end, or stop was requested.
std::vector<std::uint8_t> standard_input_bytes(std::stop_token const& stop) {
    std::array<char, 1 << 14> block{};
    while (!stop.stop_requested()) {
        if (auto const count = read_standard_input(block, look_ms, "sound")) {
            return {block.begin(), block.begin() + static_cast<std::ptrdiff_t>(*count)};
        }
    }
    return {};
}

std::vector<std::uint8_t> all_of_standard_input(std::stop_token const& stop) {
    std::vector<std::uint8_t> bytes;
    for (auto block = standard_input_bytes(stop); !block.empty(); block = standard_input_bytes(stop)) {
        bytes.insert(bytes.end(), block.begin(), block.end());
        if (bytes.size() > max_input_bytes) {
            throw Error("The recording on standard input is larger than 1 GiB; cut it into parts.");
        }
    }
    return bytes;
}

// Frames of raw samples, whatever pieces the bytes come in.
class RawStream {
  public:
    explicit RawStream(RawInput const& raw)
        : channels_(static_cast<std::size_t>(raw.channels)), samples_(raw.format), to_speech_(raw.rate, speech_rate) {}

    std::optional<std::vector<float>> next(std::stop_token const& stop) {
        if (ended_) {
            return std::nullopt;
        }
        auto const bytes = standard_input_bytes(stop);
        if (bytes.empty()) {
            ended_ = true;
            return stop.stop_requested() ? std::nullopt : std::optional(to_speech_.finish());
        }
        auto const samples = samples_.push(bytes);
        frames_.insert(frames_.end(), samples.begin(), samples.end());
        auto const mono = averaged(frames_, channels_);
        frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(mono.size() * channels_));
        return to_speech_.push(mono);
    }

  private:
    std::size_t channels_;
    RawSound samples_;
    Resampler to_speech_;
    std::vector<float> frames_; // interleaved; less than one whole
    bool ended_ = false;
};

} // namespace

AudioBuffer read_recording(std::string const& recording, std::optional<RawInput> const& raw, std::stop_token stop) {
    if (recording != "-") {
        return load_audio(recording);
    }
    auto const bytes = all_of_standard_input(stop);
    if (!raw) {
        return decode_audio(bytes, "The recording on standard input");
    }
    return decode_mono(
        [&](FrameSink const& take) { take(raw->rate, raw->channels, RawSound(raw->format).push(bytes)); },
        "The recording on standard input");
}

SoundPieces microphone_pieces(AppContext const& context) {
    auto microphone =
        std::make_shared<SteadyMicrophone>(speech_rate, [](std::string const& sentence) { log::warning(sentence); });
    microphone->open();
    if (!context.quiet) {
        std::cerr << "listening; Ctrl-C ends it\n";
    }
    return [microphone](std::stop_token stop) -> std::optional<std::vector<float>> {
        auto samples = microphone->read(stop);
        return stop.stop_requested() ? std::nullopt : std::optional(std::move(samples));
    };
}

SoundPieces raw_pieces(RawInput const& raw) {
    return [stream = std::make_shared<RawStream>(raw)](std::stop_token stop) { return stream->next(stop); };
}

SoundPieces recording_pieces(std::string const& recording, std::stop_token stop) {
    auto sound = resample(read_recording(recording, {}, stop), speech_rate, stop);
    return [samples = std::move(sound.samples),
            at = std::size_t{0}](std::stop_token) mutable -> std::optional<std::vector<float>> {
        if (at >= samples.size()) {
            return std::nullopt;
        }
        auto const end = std::min<std::size_t>(samples.size(), at + speech_rate / 10);
        std::vector<float> piece(samples.begin() + static_cast<std::ptrdiff_t>(at),
                                 samples.begin() + static_cast<std::ptrdiff_t>(end));
        at = end;
        return piece;
    };
}

SoundPieces read_ahead(SoundPieces source, std::stop_token stop) {
    struct Ahead {
        BoundedQueue<std::vector<float>> waiting{pieces_ahead};
        std::exception_ptr failure;
        std::jthread thread; // last: it uses the others
    };
    auto ahead = std::make_shared<Ahead>();
    ahead->thread = std::jthread([&there = *ahead, source = std::move(source), stop](std::stop_token const& own) {
        std::stop_source either;
        std::stop_callback const program(stop, [&] { either.request_stop(); });
        std::stop_callback const owner(own, [&] { either.request_stop(); });
        try {
            while (auto piece = source(either.get_token())) {
                if (!there.waiting.push(std::move(*piece), either.get_token())) {
                    break;
                }
            }
        } catch (...) {
            there.failure = std::current_exception();
        }
        there.waiting.close();
    });
    return [ahead](std::stop_token asked) -> std::optional<std::vector<float>> {
        auto piece = ahead->waiting.pop(asked);
        if (!piece && !asked.stop_requested() && ahead->failure) {
            std::rethrow_exception(ahead->failure);
        }
        return piece;
    };
}

} // namespace echollama
