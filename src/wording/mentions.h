// Finding what a text talks about: words, and the object classes they name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace echollama {

// A lower-case word with its place in the text; apostrophes belong to words ("o'clock"), numbers may hold a point.
struct Word {
    std::string text;
    std::size_t begin = 0, end = 0;
};

std::vector<Word> split_words(std::string_view text);

// A class named in the text.
struct Mention {
    std::string label;     // COCO name; empty for a visible thing that is no COCO class ("window")
    std::string words;     // as written, lower case
    std::size_t first = 0; // index of its first word
    std::size_t count = 1; // number of words
    bool plural = false;
    bool exact = true;    // false for a wider word, such as "animal", that names several classes
    bool special = false; // a word that says more than the class: "man" for a person
};

// So many words from the first on, with a space between them.
std::string joined_words(std::vector<Word> const& words, std::size_t first, std::size_t count);

// The same words, where what stands beside one tells which of its things is meant: "my glasses", "reading glasses" and
// "a man with glasses" are eyeglasses, "my glass" and "my wine glasses" are not.
std::vector<Word> told_apart(std::vector<Word> words);

// Longest matches first: "teddy bear" is no bear, "coffee cup" no coffee, "dining table" no table apart.
std::vector<Mention> find_mentions(std::vector<Word> const& words);
// Words of things' names, each with whether a class of COCO is called so.
std::unordered_map<std::string, bool> const& thing_words();

// Is the word with this index part of one of them?
bool is_mentioned(std::vector<Mention> const& mentions, std::size_t word);

// True when `label` may be called by the words of the mention: its name, a synonym, or the noun of its kind.
bool names_class(Mention const& mention, std::string_view label);

} // namespace echollama
