// Short forms with a full stop, for those who speak them and for those who look for the end of a sentence.
#pragma once

#include <string_view>

namespace echollama {

enum class ShortForm {
    title,  // before a name: "Dr."; never ends a sentence
    number, // before a number only: "No."
    word,   // inside a sentence: "approx."
    ending, // may be a sentence's last word as well: "etc."
};

struct Abbreviation {
    std::string_view written; // without its last full stop
    std::string_view spoken;
    ShortForm kind;
    bool needs_dot; // without a full stop it is another word
};

// The table's rows; a form that means two things has two.
struct Abbreviations {
    Abbreviation const *first, *last;
    Abbreviation const* begin() const { return first; }
    Abbreviation const* end() const { return last; }
};
Abbreviations abbreviations();

// Is it this form? Titles also in small letters ("dr.", "mrs.").
bool is_written_as(Abbreviation const& form, std::string_view word);

// Does a sentence often begin with this word, and hardly a name ("It", "The")?
bool begins_sentence(std::string_view word);

// A unit of measure that people shorten with a full stop: "in", "ft", "oz".
bool is_short_unit(std::string_view word);

} // namespace echollama
