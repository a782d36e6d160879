// From a language model's text to sentences that may be spoken: cut, cleaned of markup, checked against the scene.
#pragma once

#include "scene/wording.h"
#include "stages/roles.h"
#include "stages/sentences.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace echollama {

// Markdown marks, emoji and control characters removed, white space made single; for text that will be spoken.
std::string without_markup(std::string_view text);

// Called with each sentence, trimmed and never empty.
using SentenceSink = std::function<void(std::string const& sentence)>;

inline constexpr std::size_t max_sentence_words = 40;

// Passes on the sentences that the scene supports (is_speakable); drops what is contradicted, unknown, longer than 40
// words, cut off at the end, or already said. The scene must outlive it.
class GroundedStream {
  public:
    GroundedStream(Scene const& scene, SentenceSink sink) : scene_(scene), sink_(std::move(sink)) {}

    void push(std::string_view piece);
    void finish();
    // Sentences spoken elsewhere, such as the headline: they are not said again.
    void mark_said(std::string const& sentence);
    std::size_t spoken() const { return spoken_; }
    std::size_t dropped() const { return dropped_; }

  private:
    void consider(std::string const& raw);

    Scene const& scene_;
    SentenceSink sink_;
    SentenceCutter cutter_;
    std::vector<std::string> said_; // as lower-case words
    std::size_t spoken_ = 0, dropped_ = 0;
};

// The describer's reply, sentence by sentence, checked; when nothing of it may be said (or it fails before anything
// was said), the scene's own words. An answer that the scene itself can give is given without the describer, which may
// be null. What a failed describer reported is logged as a warning.
void speak_reply(Describer* describer, Prompt const& prompt, Scene const& scene, std::string const& question,
                 WordingOptions const& wording, SentenceSink const& sink, std::stop_token stop);

} // namespace echollama
