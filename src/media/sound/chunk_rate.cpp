#include "media/sound/chunk_rate.h"

#include "media/sound/resample.h"

#include <memory>
#include <optional>

namespace echollama {

std::function<void(AudioChunk&&)> at_rate(int rate, std::function<void(AudioChunk&&)> sink) {
    struct Stream {
        std::optional<Resampler> resampler;
        std::int64_t given = 0;
    };
    return [rate, sink = std::move(sink), stream = std::make_shared<Stream>()](AudioChunk&& chunk) {
        if (chunk.rate == rate) {
            return sink(std::move(chunk));
        }
        if (!stream->resampler) {
            *stream = {Resampler(chunk.rate, rate), 0};
        }
        auto samples = stream->resampler->push(chunk.samples);
        if (chunk.end) {
            auto const rest = stream->resampler->finish();
            samples.insert(samples.end(), rest.begin(), rest.end());
            stream->resampler.reset();
        }
        auto const first = stream->given;
        stream->given += static_cast<std::int64_t>(samples.size());
        sink({std::move(samples), rate, first, chunk.end, 1, std::move(chunk.words)});
    };
}

} // namespace echollama
