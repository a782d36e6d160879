#include "pipeline/placed_voice.h"

#include "text/sentences.h"
#include "wording/placing.h"

#include <utility>

namespace echollama {
namespace {

class PlacedVoice : public Speaker {
  public:
    PlacedVoice(Loading<Speaker> voice, Loading<Head> head, Placing placing)
        : voice_(std::move(voice)), head_(std::move(head)), placing_(std::move(placing)) {}

    int sample_rate() const override { return voice_.get()->sample_rate(); }

    void say(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
             std::stop_token stop) override {
        std::int64_t at = 0;
        int rate = 0;
        auto deliver = [&](std::vector<float> frames, bool end, std::vector<SpokenWord> words = {}) {
            AudioChunk chunk{std::move(frames), rate, at, end, 2, std::move(words)};
            at += chunk.frames();
            sink(std::move(chunk));
        };
        for (auto const& part : placing_(sentence)) {
            std::optional<SpatialStream> stream;
            double before_s = 0; // earlier parts of the sentence
            auto place = [&](AudioChunk&& chunk) {
                rate = chunk.rate;
                if (!stream) {
                    stream.emplace(part.place ? SpatialStream(*head_.get(), *part.place, rate) : SpatialStream(rate));
                    before_s = static_cast<double>(at) / rate;
                }
                for (auto& word : chunk.words) {
                    word.start_s += before_s;
                }
                deliver(stream->push(chunk.samples), false, std::move(chunk.words));
            };
            if (!trimmed(part.text).empty() && !stop.stop_requested()) {
                voice_.get()->say(trimmed(part.text), options, place, stop);
            }
            if (stream && !stop.stop_requested()) {
                deliver(stream->finish(), false);
            }
        }
        rate = rate > 0 ? rate : sample_rate();
        deliver({}, true);
    }

  private:
    Loading<Speaker> voice_;
    Loading<Head> head_;
    Placing placing_;
};

} // namespace

Placing at_objects(Scene scene) {
    return [scene = std::move(scene)](std::string const& sentence) {
        std::vector<PlacedSound> sounds;
        for (auto& part : place_text(sentence, scene)) {
            auto const place =
                part.place ? std::optional(SoundPlace{part.place->bearing_deg, part.place->metres}) : std::nullopt;
            sounds.push_back({std::move(part.text), place});
        }
        return sounds;
    };
}

Placing at_place(SoundPlace const& place) {
    return [place](std::string const& sentence) { return std::vector<PlacedSound>{{sentence, place}}; };
}

std::unique_ptr<Speaker> make_placed_voice(Loading<Speaker> voice, Loading<Head> head, Placing placing) {
    return std::make_unique<PlacedVoice>(std::move(voice), std::move(head), std::move(placing));
}

} // namespace echollama
