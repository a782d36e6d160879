// Speech that is listened to before it is given out.
#pragma once

#include "roles/roles.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace echollama {

// How one sentence was checked.
struct SpeechCheck {
    std::string sentence;
    std::string heard;                // of what was given out
    std::vector<std::string> missing; // key words (missing_key_words); empty: it was understood
    int attempts = 1;                 // how often it was spoken
    bool fast = false;                // the fast voice had to say it
};

// Each sentence is spoken, transcribed by the listener, and spoken again when key words are missing; when they still
// are, the fast voice says it, and the attempt with the fewest missing words is given out. Once the fast voice had to
// say one, it speaks to the answer's end. A listener that fails checks nothing: the sentence is given out and a warning
// says so once. `told` gets every check.
std::unique_ptr<Speaker> make_checked_voice(std::unique_ptr<Speaker> voice, std::unique_ptr<Speaker> fast,
                                            std::shared_ptr<Listener> listener,
                                            std::function<void(SpeechCheck const&)> told);

} // namespace echollama
