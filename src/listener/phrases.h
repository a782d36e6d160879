// Speech written down while it comes, phrase by phrase.
#pragma once

#include "listener/vad.h"
#include "roles/roles.h"

#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

// The judge gets frames at the level that it was made for, whatever the microphone's is: raised by what the loudest
// frames lately lack to -20 dBFS, at most by 40 dB; never lowered. What is loud fades by half in five seconds.
FrameClassifier at_usual_level(FrameClassifier judge);

// A stream of sound as phrases. How the stream comes in pieces never changes what is written down. Not thread-safe.
class PhraseListener {
  public:
    PhraseListener(Listener& listener, FrameClassifier classifier, EndpointerOptions const& options = {});

    // Samples at 16 kHz; the phrases that ended in them, with times of the stream. Phrases in which nothing was said
    // are left out. Recognising takes its time: who reads a device reads it elsewhere.
    std::vector<Transcript> push(std::span<float const> samples, std::string const& hint, std::stop_token stop);
    // The stream ended: the phrase under way.
    std::vector<Transcript> finish(std::string const& hint, std::stop_token stop);

  private:
    std::vector<Transcript> hear(std::vector<SpeechEvent> const& events, std::string const& hint,
                                 std::stop_token const& stop);

    Listener& listener_;
    Endpointer endpointer_;
};

} // namespace echollama
