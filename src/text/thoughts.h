// Models that think before they answer write their thoughts into the answer, between tags. People hear the answer only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace echollama {

struct ThoughtTags {
    std::string open; // empty: it is not known how they begin
    std::string close;
};

// Takes the thoughts out of text that arrives in pieces; what is left does not depend on the pieces. Known are the tags
// of the models in use ("<think>", "[THINK]", "<|channel|>analysis" …), every other pair in angle brackets whose name
// holds "think", "thought" or "reason", and those that are declared. Thoughts that never end are no answer.
class ThoughtFilter {
  public:
    enum class Start {
        answer,
        thought, // the prompt has opened the thoughts
        unknown, // it may have: the text is held back until a closing tag, or the end, tells
    };
    explicit ThoughtFilter(std::vector<ThoughtTags> declared = {}, Start start = Start::answer);

    // What of it is certain to be answer.
    std::string push(std::string_view piece);
    // The rest of the answer.
    std::string finish();

    // A special token of the model: is it part of a tag, so that push() must see its text?
    bool knows(std::string_view token) const;
    // Thoughts were closed that nothing had opened: the server's prompt does that, and will do it again.
    bool closed_unopened() const { return closed_unopened_; }

  private:
    struct Found {
        std::size_t at = std::string::npos, size = 0;
        std::string close; // of an opening tag; empty for a closing tag
    };
    Found next_tag(bool closing_too) const;
    std::size_t certain() const;

    std::vector<ThoughtTags> tags_;
    std::string text_;  // not yet decided
    std::string close_; // what ends the thoughts; empty outside them
    Start start_;
    bool closed_unopened_ = false, after_thought_ = false;
};

// The tags of a chat template, by what it makes of an answer with thoughts: `with_thought` is the conversation with the
// answer `answer` and the thought `thought`, `without` the same with the answer alone. Empty tags: it shows none.
ThoughtTags thought_tags_in(std::string_view with_thought, std::string_view without, std::string_view thought,
                            std::string_view answer);

// Has the prompt opened thoughts at its end that it does not close?
bool opens_thought(std::string_view prompt, std::vector<ThoughtTags> const& declared);

} // namespace echollama
