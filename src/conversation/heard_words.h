// Which words of an answer were really played.
#pragma once

#include "media/sound/audio.h"

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace echollama {

// Follows the sentences of one answer and the sound made of them. The functions may be called from different threads.
class HeardWords {
  public:
    // Another answer begins.
    void reset();
    // The next sentence that is spoken.
    void expect(std::string const& sentence);
    // Its sound, in order; of any number of channels.
    void write(AudioChunk const& chunk);

    // The words that were played to their end when so many frames of the answer were played; sentences with one blank
    // between them. When a word ends is told by the voice, or estimated as for subtitles.
    std::string after(std::int64_t frames) const;
    // The sound of the sentence under way after so many frames of the answer, from its beginning to there; empty
    // between sentences.
    std::vector<float> sentence_until(std::int64_t frames) const;
    // All sentences that were expected.
    std::string all() const;

  private:
    struct Sentence {
        std::string text;
        std::int64_t first_frame = 0;
        AudioBuffer sound = {}; // mono, so far
        std::vector<SpokenWord> spoken = {};
        bool complete = false;
    };
    static std::string heard_of(Sentence const& sentence, std::int64_t frames);

    mutable std::mutex mutex_;
    std::vector<Sentence> sentences_;
    std::size_t speaking_ = 0; // the sentence whose sound comes
    std::int64_t frames_ = 0;
};

} // namespace echollama
