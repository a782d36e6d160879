// What the answers to a question are made of.
#pragma once

#include "questions/question.h"
#include "questions/selection.h"
#include "wording/wording.h"

#include <string>
#include <vector>

namespace echollama {

// With one blank between them; either may be empty.
std::string with_more(std::string const& text, std::string const& more);
// One list after the other.
Indices joined(Indices first, Indices const& second);
// The first, and what it lacks of the second.
Indices united(Indices first, Indices const& second);

// One question about one scene; the scene must outlive it.
class AnswerWords {
  public:
    // Units and clock hours as they are asked for.
    AnswerWords(Scene const& scene, Question question, WordingOptions const& options);

  protected:
    SceneObject const& object(std::size_t index) const;
    bool sure(std::size_t index) const;
    bool all_sure(Indices const& objects) const;
    bool any_sure(Indices const& objects) const;
    Indices everything() const;
    // What is seen of the things asked about, wherever they are: "I see one cup, straight ahead."
    std::string what_is_seen() const;
    static std::string not_seen(Mention const& mention);
    // As it was called, but "person" for "anyone".
    static std::string name_of(Mention const& mention);
    std::string place_of(SceneObject const& object, bool far) const;
    // "one cup, straight ahead"; "an animal, perhaps a dog, slightly left"; "two chairs, the nearest on the right"
    std::vector<std::string> groups(Indices const& objects, bool far, bool counted) const;
    // "two chairs", "perhaps two chairs", "two chairs and perhaps one more"
    std::string number_of_them(Indices const& members, std::string const& label) const;
    std::string seen(Indices const& objects, bool far) const;
    std::string told(Indices const& objects) const;
    // "two bottles" of each label
    std::vector<std::string> names_of(Indices const& objects) const;
    // What the scene does not hold of what is asked; empty: nothing.
    std::string cannot_tell() const;
    // "I cannot tell whether it is a man."
    std::string cannot_tell_special() const;
    static std::string cannot_tell_attribute(AskedAttribute const& asked, AskedThing const& thing, bool many);
    // The thing is not named by any object: "I do not see any cup in this picture."; where one of its kind is in doubt,
    // "I see an animal, perhaps a dog, straight ahead. I cannot tell whether it is a cat."
    std::string not_found(AskedThing const& thing) const;
    // "I cannot tell whether it is a cat."
    static std::string cannot_tell_class(AskedThing const& thing);
    std::string landmark_name() const;
    // Says which thing of the question's relation is not seen; empty: all of them are.
    std::string landmark_missing() const;
    bool says_yes_or_no() const;
    // " on the left", " at 2 o'clock", " on the table": of all places of the question; empty where it names none.
    std::string where_words() const;

    Scene const& scene_;
    Question question_;
    WordingOptions options_;
};

} // namespace echollama
