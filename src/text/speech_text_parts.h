// The steps of normalise_for_speech; private to speech_text*.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace echollama::speech {

// Markdown, HTML tags and entities, special tokens of language models ("<|…|>") removed; every block (heading, list
// item, table row, paragraph) ends with punctuation; characters without a sound dropped; invalid UTF-8 dropped.
std::string strip_markup(std::string_view text);

// Letters and digits in another dress (full width, circled, mathematical, ligatures, Roman numerals that are one
// character) become plain ones.
std::string plain_letters(std::string_view text);

// One UTF-8 character at the position; invalid bytes give length 0.
struct Character {
    char32_t code = 0;
    std::size_t length = 0;
};
Character character_at(std::string_view text, std::size_t at);

// What a character that is no letter, digit or ASCII sign is called: null for letters, "" for what is left out.
char const* symbol_words(char32_t code);

// A unit of measure at the start of `text`, with at most one space before it; size 0: none. The longest one wins.
struct Unit {
    char const* symbol = "";
    char const* one = "";
    char const* many = "";
};
struct UnitMatch {
    Unit const* unit = nullptr;
    std::size_t size = 0;
};
UnitMatch unit_at(std::string_view text);
// "€", "EUR", "USD" … with the name of one, of several, and of the hundredth.
struct Currency {
    char const* symbol;
    char const* one;
    char const* many;
    char const* cent;
    char const* cents;
};
Currency const* currency_at(std::string_view text);

// "call", "dial", "phone" …: what follows is a telephone number.
bool announces_telephone(std::string_view word);

// Names of the months, 1..12; 0 when the word is none. "Mar" counts as well as "March"; the first letter is a capital.
int month_number(std::string_view word);
char const* month_name(int number);

// The state of one pass from left to right.
struct Scan {
    std::string_view text;
    std::size_t at = 0;
    std::string out;
    std::string previous; // the last word in lower case; empty when punctuation came between
    bool after_date = false;

    char peek(std::size_t ahead = 0) const { return at + ahead < text.size() ? text[at + ahead] : '\0'; }
    std::string_view rest() const { return text.substr(at); }
    std::size_t said_end = std::string::npos; // size of `out` after say()

    // Adds words with a space before them.
    void say(std::string_view words);
    // Adds text as it stands, but never glues a letter to words that say() added.
    void copy(std::string_view part);
};

// Reads the number, date, time, amount or other form that begins at a digit or currency sign. False: there is none.
bool read_number(Scan& scan);
// Those of them that are dates, clock times and telephone numbers.
bool read_calendar(Scan& scan);
// Abbreviations, web addresses, file names and plain words that begin at a letter.
void read_word(Scan& scan);

inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
inline bool is_ascii_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
inline bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
// A letter, or a byte of a character beyond ASCII that is one.
bool letter_at(std::string_view text, std::size_t at);
std::size_t digits_at(std::string_view text, std::size_t at);
std::string lower_case(std::string_view text);

} // namespace echollama::speech
