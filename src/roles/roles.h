// The seven roles. Each has one method that must be written; tests use fakes, users swap models. Implementations are
// not thread-safe unless they say so: one object serves one piece of work at a time. All of them throw Error on failure
// and return early, without an exception, when `stop` is requested; what was delivered until then is valid.
#pragma once

#include "media/picture/image.h"
#include "media/sound/audio.h"
#include "scene/coco.h"
#include "scene/types.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace echollama {

class Detector {
  public:
    virtual ~Detector() = default;
    // Objects whose score is above the threshold, best first. A negative threshold means the detector's own default.
    virtual std::vector<Detection> detect(Image const& image, float threshold = -1, std::stop_token stop = {}) = 0;
    // What it may call the things that it finds.
    virtual std::vector<std::string> labels() const { return coco_labels(); }
    // Finds with this score or more are said without doubt.
    virtual float sure_score() const { return 0.5F; }
    // What the whole picture seems to show, for where no object is certain; none: it cannot tell.
    virtual std::optional<Gist> gist(Image const& image, std::stop_token stop = {}) {
        static_cast<void>(image);
        static_cast<void>(stop);
        return std::nullopt;
    }
};

class DepthEstimator {
  public:
    virtual ~DepthEstimator() = default;
    // Depth of the size of the image.
    virtual DepthMap depth(Image const& image, std::stop_token stop = {}) = 0;
};

class Reader {
  public:
    virtual ~Reader() = default;
    // The lines that are printed in the picture, blocks and lines in reading order; none: there is nothing to read.
    virtual std::vector<TextLine> read(Image const& image, std::stop_token stop = {}) = 0;
};

enum class CaptionLength { brief, normal, detailed };

struct CaptionRequest {
    std::string question = {};                    // empty: a description
    CaptionLength length = CaptionLength::normal; // of a description
};

class Captioner {
  public:
    virtual ~Captioner() = default;
    // Says what the picture shows, or answers the question about it. Plain text of one or several sentences.
    virtual std::string caption(Image const& image, CaptionRequest const& request, std::stop_token stop = {}) = 0;
};

// A piece of text as the language model writes it: whole UTF-8 characters, concatenation gives the whole text.
using TextSink = std::function<void(std::string_view piece)>;

class Describer {
  public:
    virtual ~Describer() = default;
    virtual void reply(Prompt const& prompt, TextSink const& sink, std::stop_token stop) = 0;
    // So many replies may be made at a time, from as many threads.
    virtual int at_once() const { return 1; }
};

// Pieces of speech in order; first_sample counts from 0 within one call of say().
using AudioSink = std::function<void(AudioChunk&& chunk)>;

struct SpeechOptions {
    float rate = 1;           // 0.5..4, relative to the voice's normal speed; pitch is kept
    float pitch = 1;          // 0.5..2
    std::uint64_t answer = 0; // sentences of one answer have one number, and one voice
    bool soon = false;        // nothing sounds yet: the first clause may be made by itself, to be heard sooner
};

class Speaker {
  public:
    virtual ~Speaker() = default;
    // Samples a second of every chunk this speaker makes.
    virtual int sample_rate() const = 0;
    // Speaks one sentence as it is written: numbers, units, addresses, Markdown and so on become words here. The last
    // chunk has end == true (also when the sentence holds nothing to say).
    virtual void say(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
                     std::stop_token stop) = 0;
};

struct TranscriptWord {
    std::string text; // with the marks that belong to it: "country."
    double start_s = 0, end_s = 0;
    float probability = 0;
};

struct TranscriptSegment {
    double start_s = 0, end_s = 0;
    std::string text;
    float no_speech = 0;                    // probability that nothing was said
    std::vector<TranscriptWord> words = {}; // in order, where the listener was made to tell them
};

struct Transcript {
    std::string text; // trimmed; empty: nothing was said
    std::vector<TranscriptSegment> segments;
};

class Listener {
  public:
    virtual ~Listener() = default;
    // Any sample rate; `hint` are words to expect.
    virtual Transcript hear(AudioBuffer const& audio, std::string const& hint, std::stop_token stop) = 0;
};

} // namespace echollama
