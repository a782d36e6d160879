#include "text/abbreviations.h"
#include "text/speech_text_parts.h"

#include <algorithm>
#include <iterator>

namespace echollama {
namespace {

using enum ShortForm;

// clang-format off
constexpr Abbreviation table[] = {
    {"Mr", "Mister", title, false}, {"Mrs", "Misses", title, false}, {"Ms", "Miz", title, true}, {"Dr", "Doctor", title, false},
    {"Drs", "Doctors", title, true}, {"Prof", "Professor", title, false}, {"Rev", "Reverend", title, true}, {"Hon", "Honorable", title, true},
    {"Sen", "Senator", title, true}, {"Rep", "Representative", title, true}, {"Gov", "Governor", title, true}, {"Pres", "President", title, true},
    {"Lt", "Lieutenant", title, false}, {"Col", "Colonel", title, true}, {"Capt", "Captain", title, false}, {"Cpt", "Captain", title, true},
    {"Cmdr", "Commander", title, true}, {"Maj", "Major", title, true}, {"Gen", "General", title, true}, {"Sgt", "Sergeant", title, false},
    {"Cpl", "Corporal", title, true}, {"Pvt", "Private", title, true}, {"Adm", "Admiral", title, true}, {"Fr", "Father", title, true},
    {"Supt", "Superintendent", title, true}, {"Messrs", "Messieurs", title, true}, {"Mt", "Mount", title, true}, {"Ft", "Fort", title, true},
    {"Jr", "Junior", ending, true}, {"Sr", "Senior", ending, true}, {"Esq", "Esquire", ending, true}, {"Inc", "Incorporated", ending, true},
    {"Ltd", "Limited", ending, true}, {"Corp", "Corporation", ending, true}, {"Co", "Company", ending, true}, {"Bros", "Brothers", ending, true},
    {"Univ", "University", ending, true}, {"Dept", "Department", word, true}, {"dept", "department", word, true}, {"Assn", "Association", word, true},
    {"Bldg", "Building", ending, true}, {"Govt", "Government", ending, true}, {"govt", "government", ending, true}, {"mgmt", "management", ending, true},
    {"Ph.D", "PhD", ending, true}, {"ph.d", "PhD", ending, true}, {"M.D", "MD", ending, true}, {"B.A", "BA", ending, true}, {"M.A", "MA", ending, true},
    {"Apt", "Apartment", number, false}, {"apt", "apartment", number, true}, {"Fig", "Figure", number, false}, {"fig", "figure", number, true},
    {"Figs", "Figures", number, true}, {"No", "number", number, true}, {"no", "number", number, true}, {"Nos", "numbers", number, true},
    {"nos", "numbers", number, true}, {"Nr", "number", number, true}, {"nr", "number", number, true}, {"pp", "pages", number, true},
    {"p", "page", number, true}, {"pg", "page", number, true}, {"vol", "volume", number, true}, {"Vol", "Volume", number, false},
    {"ch", "chapter", number, true}, {"Ch", "Chapter", number, true}, {"chap", "chapter", number, true}, {"sec", "section", number, true},
    {"Sec", "Section", number, true}, {"Art", "Article", number, true}, {"art", "article", number, true}, {"eq", "equation", number, true},
    {"Eq", "Equation", number, true}, {"tab", "table", number, true}, {"Tab", "Table", number, true}, {"par", "paragraph", number, true},
    {"Par", "Paragraph", number, true}, {"para", "paragraph", number, true}, {"ed", "edition", number, true}, {"col", "column", number, true},
    {"Rm", "Room", number, true}, {"rm", "room", number, true}, {"Ste", "Suite", number, true}, {"ext", "extension", number, false},
    {"Ext", "Extension", number, true}, {"ca", "about", number, true}, {"tel", "telephone", number, true}, {"Tel", "Telephone", number, true},
    {"temp", "temperature", ending, true}, {"Temp", "Temperature", ending, true}, {"Ver", "Version", number, true}, {"ver", "version", number, true},
    {"approx", "approximately", word, true}, {"Approx", "Approximately", word, true}, {"incl", "including", word, true}, {"excl", "excluding", word, true},
    {"est", "estimated", word, true}, {"Est", "Established", number, true}, {"min", "minimum", word, true}, {"max", "maximum", word, true},
    {"avg", "average", word, true}, {"Avg", "Average", word, true}, {"cf", "compare", word, true}, {"viz", "namely", word, true},
    {"esp", "especially", word, true}, {"orig", "originally", word, true}, {"resp", "respectively", ending, true}, {"misc", "miscellaneous", word, true},
    {"qty", "quantity", word, true}, {"Qty", "Quantity", word, true}, {"vs", "versus", word, false}, {"Vs", "versus", word, true},
    {"etc", "et cetera", ending, false}, {"e.g", "for example", word, true}, {"E.g", "For example", word, true}, {"i.e", "that is", word, true},
    {"I.e", "That is", word, true}, {"eg", "for example", word, true}, {"ie", "that is", word, true}, {"et al", "and others", ending, true},
    {"a.m", "AM", ending, true}, {"p.m", "PM", ending, true}, {"A.M", "AM", ending, true}, {"P.M", "PM", ending, true}, {"aka", "also known as", word, false}, {"a.k.a", "also known as", word, true},
    {"w.r.t", "with respect to", word, true}, {"wrt", "with respect to", word, false}, {"P.S", "PS", word, true}, {"p.s", "PS", word, true},
    {"Jan", "January", ending, true}, {"Feb", "February", ending, true}, {"Mar", "March", number, true}, {"Apr", "April", ending, true},
    {"Jun", "June", number, true}, {"Jul", "July", ending, true}, {"Aug", "August", ending, true}, {"Sep", "September", ending, true},
    {"Sept", "September", ending, true}, {"Oct", "October", ending, true}, {"Nov", "November", ending, true}, {"Dec", "December", ending, true},
    {"Mon", "Monday", ending, true}, {"Tue", "Tuesday", ending, true}, {"Tues", "Tuesday", ending, true}, {"Wed", "Wednesday", ending, true},
    {"Thu", "Thursday", ending, true}, {"Thur", "Thursday", ending, true}, {"Thurs", "Thursday", ending, true}, {"Fri", "Friday", ending, true},
    {"Ctrl", "Control", ending, false}, {"ctrl", "control", ending, false},
};
// clang-format on

} // namespace

Abbreviations abbreviations() {
    return {std::begin(table), std::end(table)};
}

bool is_written_as(Abbreviation const& form, std::string_view word) {
    bool const loud = form.kind == title && lower_case(form.written) == lower_case(word) && // "MR. SMITH"
                      std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    return word == form.written || loud ||
           (form.kind == title && word.size() == form.written.size() && word != "gen" && word != "rep" &&
            word != "col" && word != "ft" && word == lower_case(form.written));
}

bool begins_sentence(std::string_view word) {
    static constexpr std::string_view words[] = {
        "It",    "He",    "She",   "They",   "We",   "You",   "I",     "The",    "A",   "An",   "This",  "That",
        "These", "Those", "There", "Then",   "In",   "On",    "At",    "But",    "And", "So",   "If",    "When",
        "His",   "Her",   "My",    "Our",    "Your", "Their", "Its",   "Turn",   "Go",  "What", "Where", "Is",
        "Are",   "No",    "Yes",   "To",     "For",  "As",    "After", "Before", "Not", "Mind", "Watch", "Stop",
        "One",   "Two",   "Some",  "Please", "Do",   "Who",   "Why",   "How"};
    return speech::contains(words, word);
}

bool is_short_unit(std::string_view word) {
    static constexpr std::string_view words[] = {"in", "ft",  "yd",   "mi", "lb",  "lbs", "oz",   "gal", "qt",
                                                 "pt", "tsp", "tbsp", "sq", "cu",  "min", "mins", "sec", "secs",
                                                 "hr", "hrs", "km",   "cm", "mm",  "m",   "kg",   "g",   "ml",
                                                 "l",  "wk",  "wks",  "mo", "mos", "yr",  "yrs",  "fl",  "mph"};
    return speech::contains(words, word);
}

} // namespace echollama
