#include "listener/whisper_listener.h"

#include "base/abandonable_task.h"
#include "base/error.h"
#include "base/log.h"
#include "listener/looks.h"
#include "listener/speech_level.h"
#include "listener/vad_silero.h"
#include "listener/whisper_file.h"
#include "listener/whisper_log.h"
#include "listener/whisper_text.h"
#include "media/sound/resample.h"
#include "nn/backend.h"

#include <whisper.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace echollama {
namespace {

struct FreeWhisper {
    void operator()(whisper_context* context) const { whisper_free(context); }
};
using Context = std::unique_ptr<whisper_context, FreeWhisper>;
using Segments = std::vector<TranscriptSegment>;

struct SegmentTimes {
    double start_s, end_s;
};

// whisper.cpp refuses very short sound.
constexpr std::size_t least_samples = speech_rate + speech_rate / 10;

Context load(std::filesystem::path const& model, std::string const& device) {
    check_whisper_file(model);
    route_whisper_logs();
    auto params = whisper_context_default_params(); // which would take the first GPU
    params.gpu_device = std::max(0, nn::gpu_number(device));
    params.use_gpu = nn::gpu_number(device) >= 0;
    Context context;
    try {
        context.reset(whisper_init_from_file_with_params(model.c_str(), params));
    } catch (std::exception const& error) {
        log::debug(error.what());
    }
    if (!context) {
        throw Error("The speech recognition model " + model.string() +
                    " cannot be loaded; install it again, or free some memory.");
    }
    return context;
}

std::string language_of(whisper_context* context, std::string const& wanted, std::filesystem::path const& model) {
    if (wanted != "auto" && whisper_lang_id(wanted.c_str()) < 0) {
        throw Error("'" + wanted +
                    "' is not a language that the speech recogniser knows; use a code such as en or de.");
    }
    if (!whisper_is_multilingual(context)) {
        if (wanted != "auto" && whisper_lang_id(wanted.c_str()) != whisper_lang_id("en")) {
            throw Error("The speech recognition model " + model.string() +
                        " knows only English; use a multilingual model for other languages.");
        }
        return "en";
    }
    return wanted;
}

float mean_probability(whisper_context* context, int segment) {
    double sum = 0;
    int const count = whisper_full_n_tokens(context, segment);
    for (int i = 0; i < count; ++i) {
        sum += whisper_full_get_token_p(context, segment, i);
    }
    return count > 0 ? static_cast<float>(sum / count) : 0;
}

// More than anybody says in so long a sound.
int most_tokens(std::size_t samples) {
    return 16 + static_cast<int>(samples * 10 / speech_rate);
}

// The text tokens of a segment joined to words: a blank begins the next one. whisper.cpp finds the times from the
// probabilities of its time tokens and from where the sound is loud; here they never fall and lie in the segment.
std::vector<TranscriptWord> words_of(whisper_context* context, int segment, double offset_s,
                                     SegmentTimes const& times) {
    std::vector<TranscriptWord> words;
    std::vector<int> tokens; // of each word
    int const count = whisper_full_n_tokens(context, segment);
    for (int i = 0; i < count; ++i) {
        auto const token = whisper_full_get_token_data(context, segment, i);
        std::string const text = whisper_full_get_token_text(context, segment, i);
        if (token.id >= whisper_token_eot(context) || text.empty()) {
            continue;
        }
        double const start_s = offset_s + static_cast<double>(token.t0) / 100;
        double const end_s = offset_s + static_cast<double>(token.t1) / 100;
        if (words.empty() || text.front() == ' ') {
            words.push_back({text.substr(text.front() == ' ' ? 1 : 0), start_s, end_s, token.p});
            tokens.push_back(1);
        } else {
            auto& word = words.back();
            word.text += text;
            word.end_s = end_s;
            word.probability += token.p;
            ++tokens.back();
        }
    }
    double last_s = times.start_s;
    for (std::size_t i = 0; i < words.size(); ++i) {
        auto& word = words[i];
        word.probability /= static_cast<float>(tokens[i]);
        word.start_s = std::clamp(word.start_s, last_s, std::max(last_s, times.end_s));
        word.end_s = std::clamp(word.end_s, word.start_s, std::max(word.start_s, times.end_s));
        last_s = word.start_s;
    }
    std::erase_if(words, [](auto const& word) { return without_annotations(word.text).empty(); });
    return words;
}

// What one run needs until it ends, also when nobody waits for it any more.
struct Job {
    std::vector<float> samples;
    std::string hint;
    std::string language;
    std::stop_token stop;
    int threads = 1;
    int window = 0; // as in ListenerLook
    bool first = true;
    bool word_times = false;
};

whisper_full_params parameters(Job& job) {
    auto params = whisper_full_default_params(WHISPER_SAMPLING_GREEDY);
    params.n_threads = job.threads;
    params.language = job.language.c_str();
    params.initial_prompt = job.hint.empty() ? nullptr : job.hint.c_str();
    params.print_progress = params.print_realtime = params.print_timestamps = params.print_special = false;
    params.token_timestamps = job.word_times;
    params.no_context = true;
    params.suppress_blank = true;
    params.suppress_nst = true;    // no "(", "[", "♪" and the like
    params.temperature_inc = 0.4F; // at most three tries, so that answers come in bounded time
    params.greedy.best_of = 2;
    params.audio_ctx = job.window;
    if (job.window > 0) { // a decoder that runs in circles is ended soon
        params.max_tokens = most_tokens(job.samples.size());
        params.temperature_inc = job.first ? 0 : params.temperature_inc; // a wider window comes next
    }
    auto const stopped = [](void* data) { return static_cast<Job*>(data)->stop.stop_requested(); };
    params.abort_callback = stopped;
    params.abort_callback_user_data = &job;
    params.encoder_begin_callback = [](whisper_context*, whisper_state*, void* data) {
        return !static_cast<Job*>(data)->stop.stop_requested();
    };
    params.encoder_begin_callback_user_data = &job;
    return params;
}

class WhisperListener final : public Listener {
  public:
    WhisperListener(std::filesystem::path const& model, WhisperOptions const& options)
        : context_(load(model, options.device)), language_(language_of(context_.get(), options.language, model)),
          threads_(std::max(1, options.threads)), word_times_(options.word_times) {
        if (!options.vad_model.empty()) {
            vad_ = std::make_unique<SileroVad>(options.vad_model);
        }
    }

    Transcript hear(AudioBuffer const& audio, std::string const& hint, std::stop_token stop) override {
        Transcript transcript;
        if (audio.samples.empty()) {
            return transcript;
        }
        auto const sound = prepare(audio, stop);
        if (stop.stop_requested()) {
            return transcript;
        }
        auto const spans = speech_spans(speech_probabilities(sound, stop), static_cast<std::int64_t>(sound.size()));
        for (auto const& piece : recognition_pieces(spans, sound)) {
            auto const heard = recognise(sound, piece, hint, stop);
            if (!heard) {
                break;
            }
            transcript.segments.insert(transcript.segments.end(), heard->begin(), heard->end());
        }
        for (auto const& segment : transcript.segments) {
            transcript.text += (transcript.text.empty() ? "" : " ") + segment.text;
        }
        return transcript;
    }

  private:
    static std::vector<float> prepare(AudioBuffer const& audio, std::stop_token const& stop) {
        if (audio.rate <= 0) {
            throw Error("The recording has no sample rate; use another recording.");
        }
        return levelled_speech(resample(audio, speech_rate, stop).samples, speech_rate);
    }

    std::vector<float> speech_probabilities(std::span<float const> sound, std::stop_token const& stop) {
        return vad_ ? vad_->probabilities(sound, stop) : energy_probabilities(sound);
    }

    // One piece, looked at as often as it takes. Nothing when stop was requested first.
    std::optional<Segments> recognise(std::span<float const> sound, SampleSpan piece, std::string const& hint,
                                      std::stop_token stop) {
        auto job = std::make_shared<Job>();
        auto const samples =
            sound.subspan(static_cast<std::size_t>(piece.begin), static_cast<std::size_t>(piece.end - piece.begin));
        job->samples.assign(samples.begin(), samples.end());
        job->samples.resize(std::max(job->samples.size(), least_samples));
        job->hint = hint_prompt(hint, language_);
        job->language = language_;
        job->stop = stop;
        job->threads = threads_;
        job->word_times = word_times_;
        int const whole = whisper_n_audio_ctx(context_.get());
        job->window = first_window(job->samples.size(), whole);
        ListenerLook best;
        Segments heard;
        for (int looks = 1; compute(job); ++looks) {
            auto const last = judge(*job);
            if (looks == 1 || is_better(last, best)) {
                best = last;
                heard = collect(static_cast<double>(piece.begin) / speech_rate);
            }
            auto const wider = next_window(best, last, looks, whole);
            if (!wider) {
                return heard;
            }
            job->window = *wider;
            job->first = false;
        }
        return std::nullopt;
    }

    // What is in context_.
    ListenerLook judge(Job const& job) const {
        ListenerLook look{job.window, 1, false};
        std::string text;
        int const count = whisper_full_n_segments(context_.get());
        for (int i = 0; i < count; ++i) {
            look.sureness = std::min(look.sureness, mean_probability(context_.get(), i));
            text += whisper_full_get_segment_text(context_.get(), i);
        }
        look.is_lost = count == 0 || runs_in_circles(text, static_cast<double>(job.samples.size()) / speech_rate);
        return look;
    }

    // One run of the network. False when stop was requested first.
    bool compute(std::shared_ptr<Job> const& job) {
        auto const& stop = job->stop;
        // whisper.cpp looks at its abort callback only between passes of the network, which may be half a second apart
        auto const code = work_.run(
            [this, job] {
                return whisper_full(context_.get(), parameters(*job), job->samples.data(),
                                    static_cast<int>(job->samples.size()));
            },
            stop);
        if (code != 0) {
            if (stop.stop_requested()) {
                return false;
            }
            throw Error("The speech recogniser stopped working; there is probably too little memory.");
        }
        return !stop.stop_requested();
    }

    Segments collect(double offset_s) const {
        Segments segments;
        std::vector<std::string> before;
        int const count = whisper_full_n_segments(context_.get());
        for (int i = 0; i < count; ++i) {
            TranscriptSegment segment;
            segment.text = without_annotations(whisper_full_get_segment_text(context_.get(), i));
            segment.start_s = offset_s + static_cast<double>(whisper_full_get_segment_t0(context_.get(), i)) / 100;
            segment.end_s = offset_s + static_cast<double>(whisper_full_get_segment_t1(context_.get(), i)) / 100;
            segment.no_speech = whisper_full_get_segment_no_speech_prob(context_.get(), i);
            auto const confidence = mean_probability(context_.get(), i);
            if (segment.text.empty() || is_made_up(segment.text, segment.no_speech, confidence) ||
                repeats(before, segment.text)) {
                continue;
            }
            if (word_times_) {
                segment.words = words_of(context_.get(), i, offset_s, {segment.start_s, segment.end_s});
            }
            before.push_back(segment.text);
            segments.push_back(std::move(segment));
        }
        return segments;
    }

    Context context_;
    std::unique_ptr<SileroVad> vad_;
    std::string language_;
    int threads_;
    bool word_times_;
    AbandonableTask<int> work_; // last: its destructor waits for the run, which uses context_
};

} // namespace

std::unique_ptr<Listener> make_whisper_listener(std::filesystem::path const& model, WhisperOptions const& options) {
    return std::make_unique<WhisperListener>(model, options);
}

} // namespace echollama
