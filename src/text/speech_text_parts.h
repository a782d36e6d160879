// The steps of normalise_for_speech; private to this room.
#pragma once

#include "base/ascii.h"
#include "text/utf8.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace echollama::speech {

// HTML entities ("&euro;", "&#8364;") become their characters; unknown ones stay.
std::string decode_entities(std::string_view text);

// Markdown, HTML tags and entities, special tokens of language models ("<|…|>") removed; every block (heading, list
// item, table row, paragraph) ends with punctuation; characters without a sound dropped; invalid UTF-8 dropped. What
// stands in angle brackets and is no tag, such as a key's name, stays without its brackets.
std::string strip_markup(std::string_view text);

// Where the tag, comment or special token that begins with "<" at `at` ends; npos when none begins there.
std::size_t tag_end(std::string_view text, std::size_t at);

// Letters and digits in another dress (full width, circled, mathematical, ligatures, fractions and powers that are one
// character) become plain ones.
std::string plain_letters(std::string_view text);

// Letters and digits of any script, with their accents.
bool is_letter(char32_t code);
// What a character that is no letter, digit or ASCII sign is called: its name here, or else Unicode's; empty for what
// has no sound (spaces, quotation marks, joiners, lines of boxes).
std::string symbol_words(char32_t code);
// What a sign of ASCII is called when it is spelled; null for letters, digits and space.
char const* sign_name(char sign);

// A number as written: 1,234.50 or .5
struct Amount {
    std::string integer, fraction; // digits without separators
    bool grouped = false;
    std::size_t end = 0; // in the text

    bool is_one() const { return integer == "1" && fraction.empty(); }
    bool may_be_year() const {
        return fraction.empty() && !grouped && integer.size() == 4 && integer >= "1100" && integer < "2100";
    }
};
std::optional<Amount> amount_at(std::string_view text, std::size_t at);
std::string amount_words(Amount const& amount);
// Do these words behind a number count something ("people", "metres", any plural)?
bool counts_things(std::string_view rest);

// A unit of measure at the start of `text`, with at most one space before it; size 0: none. The longest one wins.
struct UnitMatch {
    std::string one, many;
    std::size_t size = 0;
    bool letters = false; // written with letters, so that a full stop may belong to it
};
UnitMatch unit_at(std::string_view text);

// "€", "EUR", "US$" … with the name of one, of several, and of the hundredth ("": has none).
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

// Months, 1..12; 0 when the word is none. Short forms ("Mar", "sept") count, in any case.
int month_number(std::string_view word);
char const* month_name(int number);
// "Mon", "tues", "Jan" → the whole name; empty when the word is neither a weekday nor a month.
std::string_view calendar_name(std::string_view word);

// The state of one pass from left to right.
struct Scan {
    std::string_view text;
    std::size_t at = 0;
    std::string out;
    std::string previous;                            // the last word in lower case; empty when punctuation came between
    bool previous_capital = false;                   // it began with a capital
    std::size_t sentence_words = 0;                  // words since the last punctuation
    std::size_t amount_end = std::string_view::npos; // where the last number ended, with its unit
    std::size_t name_end = std::string_view::npos;   // where the last weekday or month ended
    std::size_t address_end = 0;                     // a street's address goes on until here
    std::size_t said_end = std::string::npos;        // size of `out` after say()

    char peek(std::size_t ahead = 0) const { return at + ahead < text.size() ? text[at + ahead] : '\0'; }
    char before() const { return at > 0 ? text[at - 1] : '\0'; }
    std::string_view rest() const { return text.substr(at); }

    // Adds words with a space before them.
    void say(std::string_view words);
    // Adds text as it stands, but never glues a letter to words that say() added.
    void copy(std::string_view part);
    // Forgets the words before, as punctuation and numbers do.
    void forget_words();
};

// Each of these reads the form that begins at the scan's position, says it and moves on, or returns false.
bool read_number(Scan& scan); // anything that begins with a digit, a point before digits or a currency sign
bool read_money(Scan& scan);  // "$5.50", "€5-10"
bool read_money_behind(Scan& scan, Amount const& number);   // "1.50€"
bool read_date_or_time(Scan& scan);                         // "2025-03-04", "5 May 2020", "3:05 pm"
bool read_month_date(Scan& scan);                           // "May 5th, 2020"
bool read_telephone(Scan& scan);                            // "555-0123", "+44 20 7946 0958", "555.555.5555"
bool read_marked_measure(Scan& scan, Amount const& number); // 5'10", 24", 40°26'N
bool read_dotted(Scan& scan);                               // "192.168.0.1", "1.2.3"
bool read_serial(Scan& scan);                        // digits that letters touch, or that "PIN" and the like announce
bool read_house_number(Scan& scan);                  // "1428 Elm St."
bool read_address_word(Scan& scan);                  // the words of a street's address: "E", "St."
bool read_street(Scan& scan, std::string_view word); // "Main St.", "St. John"
bool read_electronic(Scan& scan);                    // addresses of web and mail, names of files
bool read_roman(Scan& scan, std::string_view word);  // "World War II", "Louis XIV"
bool read_abbreviation(Scan& scan, std::string_view word);
void read_word(Scan& scan);  // begins at a letter
void read_mark(Scan& scan);  // any other ASCII character
void read_other(Scan& scan); // any other character

// Bytes of a mark for feet or minutes (' or prime), with `twice` for inches or seconds, directly behind a number; 0
// where it closes a quotation.
std::size_t measure_mark_at(std::string_view text, std::size_t at, bool twice);
// " per kilogram" behind a number or unit at "/kg", "/day"; empty: none is there. Moves the scan.
std::string per_words(Scan& scan);
// "pm", " a.m." at the position: its size, 0 for none; `words` becomes "AM" or "PM".
std::size_t half_day_at(std::string_view text, std::size_t at, std::string& words);
// A dash between two numbers, with spaces on both sides or on none: its size, 0 for none.
std::size_t dash_at(std::string_view text, std::size_t at);
// Is the sign at `at` part of a calculation with "="?
bool in_equation(std::string_view text, std::size_t at);
// Runs of digits with hyphens between them: "978-3-16" has three; none where no digit stands.
std::vector<std::string_view> hyphened_digits(std::string_view text, std::size_t at);
// "words.and.parts" as "words dot and dot parts"; digits one by one, every sign by its name.
std::string spell_address(std::string_view address);
// After an abbreviation's full stop: does it end the sentence as well?
bool stop_ends_sentence(std::string_view rest);
// The same where a capital may go on with a name ("U.S. Army").
bool surely_ends_sentence(std::string_view rest);

inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
inline bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
inline bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
inline bool is_ascii_letter(char c) {
    return is_upper(c) || is_lower(c);
}
inline bool is_in(std::string_view set, char c) {
    return c != '\0' && set.find(c) != std::string_view::npos;
}
inline char char_at(std::string_view text, std::size_t at) {
    return at < text.size() ? text[at] : '\0';
}
inline std::string_view from(std::string_view text, std::size_t at) {
    return text.substr(at < text.size() ? at : text.size());
}
// A letter, or a byte of a character beyond ASCII that is one.
bool letter_at(std::string_view text, std::size_t at);
std::size_t digits_at(std::string_view text, std::size_t at);
// The run of ASCII letters there.
std::string_view letters_at(std::string_view text, std::size_t at);

template <std::size_t Count>
bool contains(std::string_view const (&list)[Count], std::string_view word) {
    for (auto const& one : list) {
        if (one == word) {
            return true;
        }
    }
    return false;
}

} // namespace echollama::speech
