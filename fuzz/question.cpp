// Any text as a question: it is read whole, and the answer neither promises nor repeats what the scene does not hold.
#include "questions/question.h"

#include "fuzz.h"
#include "questions/answers.h"
#include "questions/question_words.h"
#include "scene/build.h"

#include <stdexcept>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of("Where is my cup? How far is it, in feet?"),
            bytes_of("um could you tell me, please, how many bottels are to the left of the table"),
            bytes_of("Is the second chair at 2 o'clock closer than the dog or the cat? In one word."),
            bytes_of("What's behind me / in the next room / between the cup and the table?"),
            bytes_of("isn\xE2\x80\x99t there at least one red wooden thing within reach")};
}

void run(Input input) {
    static Scene const scene = build_scene({{"cup", -1, 0.9F, {280, 200, 360, 280}, {}},
                                            {"dining table", -1, 0.9F, {100, 260, 560, 460}, {}},
                                            {"dog", -1, 0.3F, {20, 300, 120, 400}, "cat"}},
                                           640, 480, Intrinsics{500, 500, 320, 240, false});
    std::string const text(text_of(input));
    std::size_t words = 0;
    for (auto const& marked : mark_words(text)) {
        words += split_words(marked.words).size();
    }
    if (words > 2 * most_question_words) {
        throw std::logic_error("more words are understood than were read");
    }
    std::vector<Turn> const history{{Turn::Role::user, "Where is the cup?"}, {Turn::Role::assistant, text}};
    auto const answer = answer_question(scene, text, {}, history);
    if (answer && (answer->text.empty() || answer->text.size() > 2000)) {
        throw std::logic_error("an answer is empty or endless");
    }
    bool const one = text.find_first_of(".?!\n") == std::string::npos;
    bool const promises = one && answer && (answer->text.starts_with("Yes") || answer->text.starts_with("No."));
    if (promises && !answer->complete) {
        throw std::logic_error("yes or no was said to a part of a question");
    }
}

} // namespace echollama::fuzz
