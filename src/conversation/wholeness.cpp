#include "conversation/wholeness.h"

#include "conversation/wishes.h"
#include "questions/question.h"
#include "scene/english.h"
#include "wording/mentions.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace echollama {
namespace {

using Words = std::vector<Word>;

constexpr std::string_view leading[] = {
    "a",     "an",    "the",     "my",    "your", "his",    "her",    "our",   "their",  "some",    "any",  "of",
    "to",    "than",  "or",      "and",   "at",   "by",     "for",    "from",  "with",   "next",    "into", "onto",
    "near",  "under", "between", "about", "like", "beside", "behind", "below", "within", "against", "in",   "front",
    "what",  "which", "where",   "who",   "how",  "many",   "much",   "far",   "do",     "does",    "did",  "can",
    "could", "would", "will",    "was",   "were", "i",      "you",    "we",    "only",   "tell",    "find", "very",
};

// "Is there": nothing yet; "what else is there", "is anybody there": all of it.
bool ends_with_open_there(Words const& words) {
    return words.size() <= 2 || (words.size() == 3 && words[0].text == "what");
}

// "is" ends "tell me where the cup is" and begins what "where is" asks about.
bool leads_on(Words const& words) {
    auto const& last = words.back().text;
    if (last == "there") {
        return ends_with_open_there(words);
    }
    if (last == "is" || last == "are") {
        static constexpr std::string_view askers[] = {"where", "how", "far"};
        auto const asks =
            std::find_if(words.begin(), words.end(), [](auto const& w) { return is_one_of(w.text, askers); });
        return asks == words.begin() || words.end() - asks < 4;
    }
    static constexpr std::string_view before_numbers[] = {"at", "within", "than", "about"};
    bool const number = number_of(last) >= 0 && words.size() >= 2 &&
                        is_one_of(words[words.size() - 2].text, before_numbers); // "within two"
    return number || is_one_of(last, leading);
}

bool names_something(Question const& question) {
    return !question.things.empty() || question.all_things || question.relation ||
           question.reference != Reference::none;
}

bool has_place(Question const& question) {
    return !question.places.empty() || question.relation || question.extreme != Extreme::none || question.measured;
}

// "Is the cup", "Is it": of something that is known already, something is asked.
bool is_of_known_thing(Words const& words) {
    static constexpr std::string_view verbs[] = {"is", "are"};
    static constexpr std::string_view known[] = {"the", "my", "your", "that", "this", "it", "they", "these", "those"};
    return words.size() >= 2 && is_one_of(words[0].text, verbs) && is_one_of(words[1].text, known);
}

bool asks_enough(Question const& question, Words const& words) {
    switch (question.ask) {
    case Ask::unknown:
        return false;
    case Ask::compare:
        return question.things.size() + (question.reference != Reference::none ? 1 : 0) >= 2 || question.relation;
    case Ask::where:
    case Ask::distance:
    case Ask::count:
        return names_something(question);
    case Ask::presence:
        if (question.all_things) { // "is there anything", "can you see anything"
            return has_place(question);
        }
        if (is_of_known_thing(words)) {
            return has_place(question) || question.count || (words[1].text == "it" && !question.things.empty());
        }
        return names_something(question);
    case Ask::what:
        return names_something(question) || has_place(question);
    default:
        return true;
    }
}

} // namespace

bool is_whole(std::string const& text) {
    auto const words = split_words(text);
    if (words.empty() || leads_on(words)) { // "What" may be a wish and more often begins a question
        return false;
    }
    if (read_wish(text, [](auto const&) { return false; }).kind != Wish::Kind::none) {
        return true;
    }
    auto const question = read_question(text);
    return question.is_understood() && asks_enough(question, words);
}

bool is_interjection(std::string const& text) {
    static constexpr std::string_view interjections[] = {"oh",   "ooh", "ah",  "aah", "uh", "um", "umm", "hm", "hmm",
                                                         "hmmm", "mm",  "mmm", "mhm", "eh", "er", "erm", "ow", "oops"};
    auto const words = split_words(text);
    return std::all_of(words.begin(), words.end(),
                       [](auto const& word) { return is_one_of(word.text, interjections); });
}

} // namespace echollama
