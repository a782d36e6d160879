#include "live/live_questions.h"

#include "questions/question.h"
#include "scene/english.h"
#include "wording/mentions.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace echollama {
namespace {

class Asked {
  public:
    explicit Asked(std::string const& text) : words_(split_words(text)) {}

    bool any(std::initializer_list<std::string_view> wanted) const {
        return std::any_of(words_.begin(), words_.end(),
                           [&](Word const& word) { return is_one_of(word.text, wanted); });
    }
    bool begins(std::initializer_list<std::string_view> wanted) const {
        return !words_.empty() && is_one_of(words_.front().text, wanted);
    }
    std::string second() const { return words_.size() > 1 ? words_[1].text : ""; }

  private:
    std::vector<Word> words_;
};

} // namespace

bool asks_to_stop(std::string const& line) {
    Asked const asked(line);
    bool const sign = asked.second().starts_with("sign"); // is a thing
    return !sign && asked.begins({"stop", "enough", "thank", "thanks"});
}

bool asks_what_changed(std::string const& question) {
    Asked const asked(question);
    bool const open = asked.any({"what", "what's", "whats", "anything", "something", "has", "did"});
    bool const things = !find_mentions(split_words(question)).empty(); // "is the new car different"
    return open && (asked.any({"changed", "change", "moved", "happened", "missed"}) ||
                    (!things && asked.any({"new", "different"})));
}

bool asks_for_camera_help(std::string const& question) {
    Asked const asked(question);
    if (asked.begins({"help"})) {
        return true;
    }
    auto const read = read_question(question);
    if (read.ask == Ask::quality && read.quality == Quality::any) {
        return true;
    }
    bool const lens = asked.any({"lens", "finger", "thumb"});
    bool const held = asked.any({"camera", "phone", "picture", "image", "it", "this"});
    bool const holds = asked.any({"aim", "aiming", "aimed", "hold", "holding", "point", "pointing", "tilt", "tilted",
                                  "straight", "level", "covered", "clean", "dirty"}) &&
                       (asked.any({"i", "my"}) || asked.any({"camera", "picture", "image"}));
    return lens || (held && holds && !asked.any({"front", "ahead"}));
}

} // namespace echollama
