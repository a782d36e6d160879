// From a scene to sentences and speech.
#pragma once

#include "base/timing.h"
#include "pipeline/loading.h"
#include "roles/roles.h"
#include "wording/prompt.h"

#include <functional>
#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

// Looks at the picture again with a question; gives what was seen, or "".
using VisualQuestions = std::function<std::string(std::string const& question, std::stop_token stop)>;

// The lines that are read in the picture while something else goes on; none: the reader failed or was stopped.
using Reading = std::shared_future<std::optional<std::vector<TextLine>>>;

struct TellingModels {
    Loading<Describer> describer; // not valid: the scene's own words only
    Loading<Speaker> speaker;     // not valid: text only
    VisualQuestions look = {};    // empty: nobody looks at the picture again
    Reading text = {};            // not valid: what the scene holds of text is all
    // What was seen where and when, of earlier pictures; none: that is not asked, or nothing is kept.
    std::function<std::optional<std::string>(std::string const& question)> remembered = {};
    bool voice_waits = false; // the voice begins when all is written: there is no room for both models
    // What follows the first sentence of a description waits until all of its sound is made: on a small processor it
    // would take the voice's place. Then `first_said` is called: the time to begin what is needed next.
    bool voice_first = !has_cores_to_spare();
    std::function<void()> first_said = {};
};

struct TellingRequest {
    std::string question;                // empty: describe
    std::vector<Turn> history;           // earlier turns of the conversation, oldest first
    std::vector<std::string> first = {}; // sentences that are said before the answer
    PromptOptions prompts;
    SpeechOptions speech;
};

// Called in order, each from one thread.
struct TellingOutput {
    std::function<void(std::string const& sentence)> sentence;
    AudioSink audio; // first_sample counts over the whole answer
};

struct Telling {
    Prompt prompt;
    std::string seen; // what a look at the picture with the question gave
    std::vector<std::string> sentences;
};

// Says the headline at once from the scene itself, then what is written in the picture, then what the language model
// adds and the scene supports; or answers the question: from the scene where that can, else the picture is looked at
// again and the language model writes from both. Text is waited for after the headline, where nothing else was found,
// and for questions about it; it is told by the scene's own words only. Speech runs beside the writing, which begins
// when the headline sounds where the voice comes first. A describer that fails costs a warning and what it would have
// added. Throws what the speaker or the output throws. Returns early when stop is requested.
Telling tell(Scene const& scene, TellingModels const& models, TellingRequest const& request,
             TellingOutput const& output, Timings& timings, std::stop_token stop);

// Says these sentences as tell() says its own, without adding a turn.
void say_again(std::vector<std::string> const& sentences, TellingModels const& models, TellingRequest const& request,
               TellingOutput const& output, Timings& timings, std::stop_token stop);

// One turn of a conversation: told as above, then added to the request's history.
Telling tell_turn(Scene const& scene, TellingModels const& models, TellingRequest& request, TellingOutput const& output,
                  Timings& timings, std::stop_token stop);

} // namespace echollama
