#include "voice/orpheus/orpheus.h"

#include "base/bounded_queue.h"
#include "base/error.h"
#include "base/log.h"
#include "media/sound/time_stretch.h"
#include "networks/snac.h"
#include "text/sentences.h"
#include "voice/orpheus/orpheus_edges.h"
#include "voice/orpheus/orpheus_sampler.h"
#include "voice/orpheus/orpheus_text.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <optional>
#include <thread>

namespace echollama {

namespace {

// A sentence longer than this is spoken in parts: beyond some twenty seconds the model loses its way.
constexpr std::size_t longest_part = 280; // bytes
constexpr std::size_t frames_ahead = 94;  // eight seconds

void check_voice(std::string const& voice) {
    if (voice.empty() || std::find(orpheus_voices.begin(), orpheus_voices.end(), voice) != orpheus_voices.end()) {
        return;
    }
    std::string names;
    for (auto name : orpheus_voices) {
        names += (names.empty() ? "" : ", ") + std::string(name);
    }
    throw UsageError("There is no Orpheus voice '" + voice + "'; choose one of " + names + ".");
}

// Sound of a growing list of frames, each piece decoded as soon as it is final.
class CodeStream {
  public:
    CodeStream(Snac& snac, SnacNoise noise, std::stop_token stop)
        : snac_(snac), noise_(std::move(noise)), stop_(std::move(stop)) {}

    // New samples, possibly none.
    std::vector<float> push(SnacFrame const& frame) {
        auto one = to_codes({&frame, 1});
        for (std::size_t i = 0; i < codes_.levels.size(); ++i) {
            codes_.levels[i].insert(codes_.levels[i].end(), one.levels[i].begin(), one.levels[i].end());
        }
        return next(false);
    }
    std::vector<float> finish() { return next(true); }

  private:
    std::vector<float> next(bool ended) {
        auto const& config = snac_.config();
        auto window = next_window(done_, static_cast<std::int64_t>(codes_.frames()), ended, config.reach,
                                  config.latents_per_frame);
        // Small pieces first, so that the voice is heard at once; larger ones later share the context's cost.
        if (!window || (!ended && window->last_latent - window->first_latent < piece_)) {
            return {};
        }
        piece_ = std::min<std::int64_t>(16, piece_ * 2);
        done_ = window->last_latent;
        return decode_window(snac_, codes_, *window, noise_, stop_);
    }

    Snac& snac_;
    SnacNoise noise_;
    std::stop_token stop_;
    SnacCodes codes_;
    std::int64_t done_ = 0;  // latent positions given out
    std::int64_t piece_ = 2; // least latent positions a piece
};

class OrpheusSpeaker : public Speaker {
  public:
    OrpheusSpeaker(std::filesystem::path const& llm, std::filesystem::path const& snac, OrpheusOptions const& options)
        : options_(options), snac_(snac, options.threads, options.device),
          llm_(llm, {options.threads, options.context, options.device, options.adapters}) {
        if (llm_.vocabulary_size() <= orpheus::last_audio) {
            throw Error("The model " + llm.string() +
                        " is not an Orpheus voice: it has no sound tokens; name another file.");
        }
    }

    int sample_rate() const override { return snac_.config().sample_rate; }

    void say(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
             std::stop_token stop) override {
        std::int64_t at = 0;
        TimeStretch stretch(sample_rate(), options.rate, options.pitch);
        auto deliver = [&](std::vector<float> samples, bool end) {
            if (!samples.empty() || end) {
                auto count = static_cast<std::int64_t>(samples.size());
                sink({std::move(samples), sample_rate(), at, end});
                at += count;
            }
        };
        try {
            decode(parts_of(sentence), stop,
                   [&](std::vector<float> const& samples) { deliver(stretch.push(samples), false); });
            deliver(stretch.finish(), false);
        } catch (Cancelled const&) { // what was given out is valid
        }
        deliver({}, true);
    }

  private:
    // A frame, or the end of a part.
    using Written = std::optional<SnacFrame>;

    // The texts of the prompts.
    std::vector<std::string> parts_of(std::string const& sentence) const {
        SentenceCutter cutter(longest_part);
        auto parts = cutter.push(orpheus_words(sentence));
        auto rest = cutter.finish();
        parts.insert(parts.end(), rest.begin(), rest.end());
        std::vector<std::string> texts;
        for (auto const& part : parts) {
            if (auto text = orpheus_text(part, options_.voice); !text.empty()) {
                texts.push_back(std::move(text));
            }
        }
        return texts;
    }

    // The model writes on a thread of its own, up to `frames_ahead` ahead of what is decoded and heard: while one part
    // is playing the next one's prompt is read and its first frames are written.
    void decode(std::vector<std::string> const& texts, std::stop_token const& stop,
                std::function<void(std::vector<float> const&)> const& out) {
        BoundedQueue<Written> written(frames_ahead);
        std::exception_ptr failure;
        {
            std::jthread writer([&](std::stop_token own) {
                try {
                    for (auto const& text : texts) {
                        write_part(text, own, written);
                        written.push(std::nullopt, own);
                    }
                } catch (...) {
                    failure = std::current_exception();
                }
                written.close();
            });
            std::stop_callback forward(stop, [&] { writer.request_stop(); });
            for (std::size_t part = 0; part < texts.size() && decode_part(written, stop, out); ++part) {
            }
        } // the writer has ended: stopped if the sound was
        if (failure) {
            std::rethrow_exception(failure);
        }
    }

    // False when nothing more comes.
    bool decode_part(BoundedQueue<Written>& written, std::stop_token const& stop,
                     std::function<void(std::vector<float> const&)> const& out) {
        SpeechEdges edges(sample_rate());
        SnacNoise noise;
        noise.on = options_.noise;
        noise.seed = options_.seed;
        CodeStream stream(snac_, noise, stop);
        while (auto item = written.pop(stop)) {
            if (!item->has_value()) {
                out(edges.push(stream.finish()));
                out(edges.finish());
                return true;
            }
            out(edges.push(stream.push(**item)));
        }
        return false;
    }

    void write_part(std::string const& text, std::stop_token const& stop, BoundedQueue<Written>& written) {
        LlmSampling sampling;
        sampling.max_tokens = static_cast<int>(most_frames(text)) * orpheus::slots;
        sampling.temperature = 0; // the mask has chosen
        sampling.repeat_penalty = 1;
        SpeechSampler sampler(options_.temperature, options_.top_p, options_.repeat_penalty, options_.seed);
        FrameReader reader;
        LoopDetector loops;
        std::size_t frames = 0;
        auto on_token = [&](LlmToken token) {
            if (token == orpheus::end_of_speech) {
                return false;
            }
            auto frame = reader.push(token);
            if (!frame) {
                return true;
            }
            ++frames;
            written.push(*frame, stop);
            if (loops.push(*frame)) {
                log::info("The voice repeated itself and was ended.");
                return false;
            }
            return true;
        };
        auto mask = [&](std::span<float> logits) {
            int const slot = reader.next_slot();
            keep_only(logits, sampler.choose(logits, slot, slot == 0 && frames > 0));
        };
        auto end = llm_.generate(orpheus_prompt(llm_.tokenize(text)), sampling, on_token, stop, mask);
        if (end == LlmEnd::stopped) {
            throw Cancelled();
        }
        if (end == LlmEnd::max_tokens || end == LlmEnd::context_full) {
            log::info("The voice did not end by itself and was ended.");
        }
    }

    OrpheusOptions options_;
    Snac snac_;
    Llm llm_;
};

} // namespace

std::unique_ptr<Speaker> make_orpheus_speaker(std::filesystem::path const& llm, std::filesystem::path const& snac,
                                              OrpheusOptions const& options) {
    check_voice(options.voice);
    return std::make_unique<OrpheusSpeaker>(llm, snac, options);
}

} // namespace echollama
