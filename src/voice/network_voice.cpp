#include "media/sound/time_stretch.h"
#include "text/sentences.h"
#include "text/speech_text.h"
#include "voice/clauses.h"
#include "voice/espeak.h"
#include "voice/kokoro_phonemes.h"
#include "voice/pauses.h"
#include "voice/phoneme_ids.h"
#include "voice/told_words.h"
#include "voice/voice_network.h"
#include "voice/voices.h"

#include <algorithm>
#include <utility>

namespace echollama {
namespace fs = std::filesystem;
namespace {

// One sentence: its sound on the way from the network to the sink, and its words.
class Utterance {
  public:
    Utterance(int rate, SpeechOptions const& options, std::vector<PlacedWord> words, AudioSink const& sink,
              std::stop_token stop)
        : rate_(rate), sink_(sink), stop_(std::move(stop)), stretch_(rate, options.rate, options.pitch),
          words_(std::move(words), static_cast<double>(rate) * stretch_.speed()) {}

    // The next clause, which begins with the sentence's phoneme `first`.
    void speak(VoiceNetwork& network, std::size_t first, NumberedPhonemes const& clause) {
        PauseShortener pauses(rate_);
        auto const before = spoken_;
        auto const hand_out = [&](std::vector<float> const& samples) {
            spoken_ += static_cast<std::int64_t>(samples.size());
            deliver(samples, words_.due(pauses, before));
        };
        network.run(clause.ids,
                    {.begins = [&](auto samples) { words_.set_begins(first, clause.places, samples); },
                     .sound = [&](auto samples) { hand_out(pauses.push(samples)); }},
                    stop_);
        hand_out(pauses.finish());
    }

    void finish() {
        emit(stretch_.finish(), false);
        emit({}, true);
    }

  private:
    static constexpr std::size_t piece = 4096; // samples a chunk, so that stopping is quick

    void deliver(std::span<float const> samples, std::vector<SpokenWord> words) {
        for (std::size_t i = 0; i < samples.size() && !stop_.stop_requested(); i += piece) {
            auto const part = samples.subspan(i, std::min(piece, samples.size() - i));
            emit(stretch_.push(part), false, std::exchange(words, {}));
        }
    }

    void emit(std::vector<float> samples, bool end, std::vector<SpokenWord> words = {}) {
        auto const count = static_cast<std::int64_t>(samples.size());
        sink_({std::move(samples), rate_, given_, end, 1, std::move(words)});
        given_ += count;
    }

    int rate_;
    AudioSink const& sink_;
    std::stop_token stop_;
    TimeStretch stretch_;
    ToldWords words_;
    std::int64_t spoken_ = 0, given_ = 0; // samples before the stretch, and handed out
};

class NetworkVoice : public Speaker {
  public:
    NetworkVoice(VoiceFolder const& folder, int speaker, int threads)
        : kind_(folder.kind), rate_(folder.sample_rate), language_(speaker_language(folder, speaker)),
          ids_(read_phoneme_ids(folder.tokens, folder.kind)), network_(open_voice_network(folder, speaker, threads)) {
        espeak::sample_rate(); // fails here, not at the first sentence, where there is nothing to make phonemes
    }

    int sample_rate() const override { return rate_; }

    void say(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
             std::stop_token stop) override {
        auto const [codes, words] = read(spoken_text(sentence, language_));
        Utterance utterance(rate_, options, words, sink, stop);
        for (auto const& clause : clauses(codes, options.soon)) {
            if (stop.stop_requested()) {
                break;
            }
            auto const first = static_cast<std::size_t>(clause.data() - codes.data());
            utterance.speak(*network_, first, phoneme_ids(ids_, kind_, clause));
        }
        utterance.finish();
    }

  private:
    struct Reading {
        std::vector<std::int32_t> codes;
        std::vector<PlacedWord> words; // where the network knows when they are heard
    };

    Reading read(std::string const& text) const {
        if (network_->tells_begins()) {
            return read_words(text);
        }
        auto codes = espeak::phonemes(text, language_);
        return {kind_ == VoiceFolder::Kind::kokoro ? kokoro_phonemes(codes, language_) : codes, {}};
    }

    Reading read_words(std::string const& text) const {
        auto const words = written_words(text);
        std::vector<std::string> texts{text};
        texts.insert(texts.end(), words.begin(), words.end());
        auto phonemes = espeak::phonemes(texts, language_);
        auto placed = place_words(words, phonemes.front(), std::span(phonemes).subspan(1));
        return {std::move(phonemes.front()), std::move(placed)};
    }

    VoiceFolder::Kind kind_;
    int rate_;
    std::string language_; // espeak-ng voice of the phonemes
    PhonemeIds ids_;
    std::unique_ptr<VoiceNetwork> network_;
};

} // namespace

std::unique_ptr<Speaker> make_network_voice(fs::path const& path, std::string const& speaker, int threads) {
    constexpr int most_threads = 4;
    auto const folder = read_voice_folder(path);
    return std::make_unique<NetworkVoice>(folder, find_speaker(folder, speaker), std::clamp(threads, 1, most_threads));
}

} // namespace echollama
