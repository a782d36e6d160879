// The words that questions are made of.
#pragma once

#include "questions/question_words.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace echollama {

struct Meaning {
    Mark mark;
    int value; // see Mark
};

struct QuestionGrammar {
    std::unordered_map<std::string, Meaning> phrases;         // in canonical words, without articles
    std::size_t longest = 1;                                  // words of the longest phrase
    std::unordered_map<std::string, std::string> canonical;   // "photo" → "picture"
    std::unordered_map<std::string, std::string> short_forms; // "isn't" → "is not"
    std::unordered_set<std::string> words;                    // all that occur in the above
};

QuestionGrammar const& question_grammar();

// "a,b" → "a", "b"; empty parts are left out.
std::vector<std::string_view> parts_of(std::string_view list, char separator);

} // namespace echollama
