// From a language model's text to sentences that may be spoken: cut, cleaned of markup, checked against the scene.
#pragma once

#include "roles/roles.h"
#include "text/sentences.h"
#include "wording/grounding.h"
#include "wording/wording.h"

#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace echollama {

// Called with each sentence, trimmed and never empty.
using SentenceSink = std::function<void(std::string const& sentence)>;

inline constexpr std::size_t max_sentence_words = 40;

// Passes on the sentences that the scene supports. What the scene contradicts becomes what the scene itself says about
// that thing, or is dropped; what cannot be checked (a thing only the caption names, a relation the geometry leaves
// open) is said with doubt, and so is what the scene names with doubt. Denials (not to have found a thing is no proof),
// plumbing, sentences longer than 40 words or cut off at the end, words that the check does not know and what was said
// before are dropped. The scene must outlive it.
class GroundedStream {
  public:
    GroundedStream(Scene const& scene, SentenceSink sink, WordingOptions const& wording = {});

    // From now on only sentences that may answer this question are spoken: those with a word of it that is more than
    // the name of a thing, or with something that the scene does not say itself. What the scene says anyway answers
    // nothing that was asked, and neither does the correction of something wrong.
    void answer_to(std::string const& question);

    void push(std::string_view piece);
    void finish();
    // What a captioner answered when it was asked about the picture, which the scene's caption must hold, too. Checked
    // as the rest; what names nothing that can be checked ("Red.") is said with doubt when `vague`.
    void push_seen(std::string_view answer, bool vague);
    // The scene's own sentences about things that no sentence named, and what was measured ("The picture is very
    // dark.").
    void say_what_was_left_out();
    // Sentences spoken elsewhere, such as the headline: they are not said again.
    void mark_said(std::string const& sentence);
    std::size_t spoken() const { return spoken_; } // corrections included
    std::size_t corrected() const { return corrected_; }
    std::size_t dropped() const { return dropped_; }

  private:
    void consider(std::string const& raw);
    bool correct(std::string const& sentence);
    bool was_said(std::string const& sentence) const;
    bool uses_known_words(std::string const& sentence) const;
    using Facts = std::set<std::pair<std::string, Claim::Subject>>;
    Facts facts_of(std::string const& sentence) const;
    bool tells_something_new(std::string const& sentence) const;
    bool introduces_doubtful(std::string const& sentence) const;
    bool is_vague_answer(std::string const& sentence) const;
    bool may_answer(std::string const& sentence) const;
    void say(std::string const& sentence);

    Scene const& scene_;
    SentenceSink sink_;
    float sure_score_;
    SentenceCutter cutter_;
    std::vector<std::string> own_;  // what the scene says itself
    std::string own_words_;         // of own_, and those that only connect
    std::vector<std::string> said_; // as lower-case words
    std::set<std::string> named_;   // classes
    Facts told_;                    // of which class what kind of thing was said
    std::size_t spoken_ = 0, corrected_ = 0, dropped_ = 0;
    bool vague_ = false;                // in push_seen()
    std::optional<std::string> wanted_; // the question's words that an answer may repeat; none: a description
};

// "There is a lamp." → "There could be a lamp."
std::string with_doubt(std::string const& sentence);

// The describer's reply through the check. What a failed describer reported is logged as a warning; what it had written
// until then is kept.
void write_checked(Describer& describer, Prompt const& prompt, GroundedStream& stream, std::stop_token stop);

// The describer's reply, sentence by sentence, checked. When nothing of it may be said: without a question the scene's
// own words, with one that it cannot be told. The describer may be null. `seen`: what a captioner answered to the
// question; it is evidence like the scene's caption, and is spoken itself, checked, when the describer has nothing.
// `own`: what the scene knows of the question, said when neither has an answer.
void speak_reply(Describer* describer, Prompt const& prompt, Scene const& scene, std::string const& question,
                 WordingOptions const& wording, SentenceSink const& sink, std::stop_token stop,
                 std::string const& seen = {}, std::string const& own = {});

} // namespace echollama
