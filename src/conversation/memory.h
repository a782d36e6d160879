// What was asked, what was said, and what of it was really heard.
#pragma once

#include "scene/types.h"

#include <cstddef>
#include <string>
#include <vector>

namespace echollama {

// One question and what was said to it.
struct SpokenTurn {
    std::string question;               // as it was understood; empty: the picture was described
    std::vector<std::string> sentences; // all that was to be said
    std::string heard;                  // of these, what was played, to the word
    bool interrupted = false;           // not all of it was played
    std::vector<std::string> labels;    // classes named in `heard`, in the order of speech, each time they are named
};

// Bounded: the oldest turns are forgotten. Not thread-safe.
class Memory {
  public:
    explicit Memory(std::size_t most_turns = 64) : most_(most_turns) {}

    void begin(std::string question);
    // A sentence of the turn under way is going to be spoken.
    void say(std::string const& sentence);
    // The turn ended: what of it was played. Whole when it is all that was to be said.
    void heard(std::string const& words);
    void heard_all();

    // Null: nothing was said so far, or `go_back` went behind it.
    SpokenTurn const* last() const;
    // The turn before the last one becomes the last; false: there is none.
    bool go_back();
    // Another picture: earlier turns stay in what was said, but nothing of them is meant by "it".
    void forget_things();

    // For answers and for language models: what was heard, and the thing that was named last. Oldest first.
    std::vector<Turn> history() const;
    // The class named last in what was heard; empty: none.
    std::string last_thing() const;
    std::size_t turns() const { return turns_.size(); }

  private:
    std::vector<SpokenTurn> turns_;
    std::size_t first_ = 0; // turns before it are about other pictures
    std::size_t most_;
};

// Classes that the text names, in order, each time they are named.
std::vector<std::string> named_labels(std::string const& text);

} // namespace echollama
