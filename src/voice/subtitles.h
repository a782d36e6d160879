// Subtitles from speech while it is made.
#pragma once

#include "media/sound/audio.h"
#include "media/sound/webvtt.h"

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

// When each word of the text is heard, in seconds after the beginning of the sound. `spoken`: what the voice knows;
// words between two that it told share the time between them. Where it knows nothing the times are estimated: the
// longest pauses lie at the punctuation, and between them words last as long as they have letters when written out.
// Words are what white space separates, in order; times never fall.
std::vector<SubtitleWord> word_times(std::string const& text, AudioBuffer const& sound,
                                     std::vector<SpokenWord> const& spoken);

// How many of the text's words, from the first one on, have times from `spoken`: up to the last one that is among them.
std::size_t told_words(std::string const& text, std::vector<SpokenWord> const& spoken);

// Follows sentences and the speech made from them; each becomes a subtitle when its last chunk has come. Times are
// those of the sound itself: silence before and behind the words is left out, whatever rate or place it was spoken
// with. The two functions may be called from different threads.
class SpeechSubtitles {
  public:
    explicit SpeechSubtitles(std::function<void(Subtitle const&)> sink) : sink_(std::move(sink)) {}

    // The next sentence that is spoken.
    void expect(std::string const& sentence);
    // In order; of any number of channels.
    void write(AudioChunk const& chunk);
    // A sentence that was cut off becomes a subtitle too; those that were expected after it do not come. More may
    // follow.
    void finish();

  private:
    void complete();

    std::function<void(Subtitle const&)> sink_;
    std::mutex mutex_; // over sentences_
    std::deque<std::string> sentences_;
    AudioBuffer sound_;              // of the sentence so far, mono
    std::vector<SpokenWord> spoken_; // of the sentence
    double before_s_ = 0;            // all earlier sentences
};

} // namespace echollama
