// What is to be done about a line that somebody typed or said, without devices, threads or models.
#pragma once

#include "conversation/memory.h"
#include "conversation/wishes.h"
#include "scene/types.h"
#include "wording/wording.h"

#include <string>
#include <vector>

namespace echollama {

struct Response {
    enum class Act {
        say,     // `sentences`, which the conversation knows by itself
        answer,  // `question`, by the scene and the models; `sentences` are said before it
        look_at, // the picture in the file `words`
        stop,    // what is being said or made
        speed,   // by `factor` of the speed that is spoken with now
        rate,    // `factor` of the speed that was begun with
        volume,  // by `factor`
        end,     // of the conversation
    };
    Act act = Act::say;
    std::vector<std::string> sentences = {};
    std::string question = {};      // empty: the picture is described
    std::vector<Turn> history = {}; // `answer`: the turns before it
    float factor = 1;
    std::string words = {};
    bool again = false; // `say`: was said before, and is no turn of its own
};

struct ConversationLine {
    std::string text;
    bool spoken = false;   // and so perhaps misheard
    bool describe = false; // nobody asked: the picture is described
};

// Knows the picture, what was said of it, and how things are to be told. Begins a turn in its memory for every response
// that says something new; who speaks it tells the memory what was heard. Not thread-safe.
class Dialogue {
  public:
    Dialogue(WordingOptions const& wording, FileThere there);

    // Another picture is talked about; `sure_score` as in WordingOptions.
    void look(Scene scene, float sure_score);
    bool has_picture() const { return has_picture_; }
    Scene const& scene() const { return scene_; }

    Response hear(ConversationLine const& line);
    // A turn that nobody asked for: the picture's description.
    void begin_turn();

    Memory& memory() { return memory_; }
    WordingOptions const& wording() const { return wording_; }

  private:
    Response repeat() const;
    Response shorter(std::string const& line);
    Response more(std::string const& line);
    Response why(std::string const& line);
    Response spell(std::string const& line, std::string const& words);
    Response go_back();
    Response set(Wish const& wish);
    Response answer(ConversationLine const& line);
    Response say(std::string const& line, std::vector<std::string> sentences);

    Scene scene_;
    bool has_picture_ = false;
    WordingOptions wording_;
    FileThere there_;
    Memory memory_;
    bool briefly_ = false; // every answer, from now on
};

// What can be said and typed.
extern char const* const conversation_help;

} // namespace echollama
