#include "conversation/wishes.h"

#include "wording/mentions.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <vector>

namespace echollama {
namespace {

using Kind = Wish::Kind;

constexpr float speed_step = 1.25F, volume_step = 1.5F;

struct Row {
    Kind kind;
    float factor;
    std::string_view texts; // separated by commas; "*" stands for the words that Wish::words takes
};

constexpr Row rows[] = {
    {Kind::repeat, 1,
     "repeat,repeat it,repeat that,again,say again,say it again,say that again,once more,one more time,what,pardon,"
     "pardon me,sorry,come again,what did you say,what was that,i did not hear,i did not hear you,i did not hear that,"
     "i did not catch that,i did not get that,i did not understand,repeat the last answer,repeat your answer"},
    {Kind::stop, 1,
     "stop,stop it,stop that,stop talking,stop speaking,quiet,be quiet,silence,enough,that is enough,shut up,shush,"
     "hush,be silent,stop reading,cancel,halt,wait,hold on,pause,no more"},
    {Kind::shorter, 1,
     "shorter,make it shorter,say it shorter,a shorter answer,shorter answer,too long,that is too long,that was too "
     "long,in short,briefly,more briefly,be brief,keep it short,less,less detail,fewer words,in one sentence"},
    {Kind::more, 1,
     "more,longer,tell more,tell me more,more detail,more details,in more detail,in detail,go on,continue,carry on,and "
     "then,what else,anything else,say more,a longer answer,more information,tell me everything,"
     "what more,is there more,is there anything else,is that all"},
    {Kind::why, 1,
     "why,why is that,why so,why do you say that,why do you say so,why do you think so,why do you think that,how do "
     "you "
     "know,how do you know that,are you sure,are you sure about that,are you certain,is that sure,is that certain,is "
     "that true,is that right,is that correct,really,how sure are you,how certain are you,how do you come to that,what "
     "makes you think that,what makes you say that,you sure,what makes you so sure,how can you tell,how can you tell "
     "that,how confident are you"},
    {Kind::spell, 1,
     "spell it,spell that,spell,spell that word,spell the word,spell it out,how is that spelled,how is it spelled,how "
     "do you spell that,how do you spell it,spell *,spell the word *,how do you spell *,how is * spelled"},
    {Kind::go_back, 1,
     "go back,back,previous,the previous one,previous answer,the previous answer,the one before,the answer before,go "
     "back to the previous answer,go back one,the last but one,what was before that,go to the previous answer"},
    {Kind::speed, 1 / speed_step,
     "slower,speak slower,talk slower,speak more slowly,more slowly,slowly,slow down,speak slowly,read slower,too "
     "fast,that is too fast,you speak too fast,not so fast,go slower,slower speech"},
    {Kind::speed, speed_step,
     "faster,speak faster,talk faster,speak more quickly,quicker,speed up,speak quickly,read faster,too slow,that is "
     "too slow,you speak too slowly,hurry up,hurry,go faster,faster speech,speak quicker"},
    {Kind::volume, volume_step,
     "louder,speak louder,speak up,talk louder,turn it up,volume up,too quiet,that is too quiet,more volume,raise the "
     "volume,turn up the volume,turn the volume up"},
    {Kind::volume, 1 / volume_step,
     "quieter,speak quieter,softer,speak softer,more quietly,speak more quietly,turn it down,volume down,too loud,that "
     "is too loud,less volume,lower the volume,turn down the volume,not so loud,turn the volume down,less loud"},
    {Kind::help, 1,
     "help,help me,what can i ask,what can i say,what can you do,what can i do,how does this work,commands,what are "
     "the commands,which commands are there,instructions"},
    {Kind::end, 1,
     "quit,exit,bye,bye bye,goodbye,good bye,end,end the conversation,i am done,we are done,"
     "see you"},
};

struct UnitName {
    Units units;
    std::string_view names;
};
constexpr UnitName unit_names[] = {
    {Units::metres, "metres,meters,metric,metre,meter"},
    {Units::feet, "feet,foot,imperial"},
    {Units::steps, "steps,paces"},
    {Units::centimetres, "centimetres,centimeters"},
    {Units::inches, "inches"},
    {Units::yards, "yards"},
};
// "#" stands for the unit. "in feet" alone asks the last question again; these last.
constexpr std::string_view unit_texts =
    "in # from now on,# from now on,from now on in #,from now on #,use #,always in #,always use #,speak in #,talk in "
    "#,say it in # from now on,give distances in #,distances in #,switch to #,change to #,use # from now on,from now "
    "on "
    "use #,set units to #,units #,give me #,measure in #,tell me distances in #,i prefer #";

struct DirectionName {
    Directions directions;
    std::string_view names;
};
constexpr DirectionName direction_names[] = {
    {Directions::clock, "clock,the clock,clock directions,clock hours,o'clock,clock face,the clock face"},
    {Directions::degrees, "degrees"},
    {Directions::sides, "sides,left and right"},
};
constexpr std::string_view direction_texts =
    "# from now on,from now on #,use #,use # from now on,from now on use #,"
    "directions by #,directions in #,switch to #,always use #,by # from now on";

struct LevelName {
    Level level;
    std::string_view texts;
};
constexpr LevelName level_texts[] = {
    {Level::brief, "shorter from now on,from now on shorter,always shorter,short answers,short answers from now on,"
                   "always briefly,briefly from now on,be brief from now on,shorter answers,keep it short from now on,"
                   "give short answers,less detail from now on"},
    {Level::full, "longer from now on,from now on longer,always longer,long answers,long answers from now on,longer "
                  "answers,more detail from now on,always in detail,in detail from now on,give long answers"},
};

constexpr std::string_view picture_endings[] = {".jpg",  ".jpeg", ".png",  ".webp", ".heic", ".heif", ".tif",
                                                ".tiff", ".bmp",  ".gif",  ".mpo",  ".ply",  ".pcd",  ".obj",
                                                ".stl",  ".glb",  ".gltf", ".avif", ".pnm",  ".ppm",  ".pgm"};

// Calls `visit` with every text of the list until it says that it has enough.
template <class Visit>
bool any_text(std::string_view list, Visit const& visit) {
    while (!list.empty()) {
        auto const comma = std::min(list.find(','), list.size());
        if (visit(list.substr(0, comma))) {
            return true;
        }
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

// "*" or "#" in the pattern stands for some words, which are given back; nothing: the text is another one.
std::optional<std::string> matched(std::string_view pattern, char sign, std::string_view text) {
    auto const at = pattern.find(sign);
    if (at == std::string_view::npos) {
        return pattern == text ? std::optional<std::string>("") : std::nullopt;
    }
    auto const before = pattern.substr(0, at), behind = pattern.substr(at + 1);
    if (text.size() <= before.size() + behind.size() || !text.starts_with(before) || !text.ends_with(behind)) {
        return std::nullopt;
    }
    return std::string(text.substr(before.size(), text.size() - before.size() - behind.size()));
}

// Words that make a wish polite and change nothing of it, before and behind it.
constexpr std::string_view polite_before[] = {
    "please",
    "could you",
    "can you",
    "would you",
    "will you",
    "i said",
    "now",
    "ok",
    "okay",
    "hey",
    "well",
    "um",
    "uh",
    "and",
    "but",
    "can i have",
    "i want",
    "i would like",
    "would you mind",
    "could you please",
    "just",
    "so",
    "no",
    "let us",
    "i want you to",
    "i would like you to",
    "computer",
    "echollama",
    "try to",
    "oh",
    "excuse me",
};
constexpr std::string_view polite_behind[] = {
    "please",     "now",         "for me",    "thanks",      "thank you", "then",      "ok",        "okay",
    "if you can", "if possible", "right now", "immediately", "will you",  "would you", "echollama", "computer",
};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

// Lower-case words with single spaces; short forms are written out, and words that only soften are left out.
std::string plain_words(std::string text) {
    static constexpr std::pair<std::string_view, std::string_view> forms[] = {
        {"\u2019", "'"},      {"that's", "that is"}, {"it's", "it is"},      {"what's", "what is"},
        {"let's", "let us"},  {"didn't", "did not"}, {"didnt ", "did not "}, {"thats ", "that is "},
        {"i'd ", "i would "}, {"i'm ", "i am "},     {"we're ", "we are "},
    };
    static constexpr std::string_view softening[] = {" a little bit ", " a bit ", " a little ", " much ", " even "};
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    for (auto const& [form, meant] : forms) {
        replace_all(text, form, meant);
    }
    std::string plain = " ";
    for (auto const& word : split_words(text)) {
        plain += word.text + " ";
    }
    for (auto const word : softening) {
        replace_all(plain, word, " ");
    }
    return plain.size() > 2 ? plain.substr(1, plain.size() - 2) : "";
}

// One polite word or phrase less at that end; empty: there is none, or nothing but that.
std::optional<std::string> less_polite(std::string const& text, bool front) {
    std::string_view longest;
    auto consider = [&](std::string_view phrase) {
        bool const longer = phrase.size() > longest.size() && text.size() > phrase.size() + 1;
        bool const there =
            front ? text.starts_with(std::string(phrase) + " ") : text.ends_with(" " + std::string(phrase));
        longest = longer && there ? phrase : longest;
    };
    if (front) {
        std::for_each(std::begin(polite_before), std::end(polite_before), consider);
    } else {
        std::for_each(std::begin(polite_behind), std::end(polite_behind), consider);
    }
    if (longest.empty()) {
        return std::nullopt;
    }
    return front ? text.substr(longest.size() + 1) : text.substr(0, text.size() - longest.size() - 1);
}

Wish of_words(std::string const& words) {
    Wish wish;
    for (auto const& row : rows) {
        bool const is = any_text(row.texts, [&](auto pattern) {
            auto const rest = matched(pattern, '*', words);
            wish.words = rest.value_or("");
            return rest && std::count(rest->begin(), rest->end(), ' ') < 3; // names of things are not longer
        });
        if (is) {
            wish.kind = row.kind;
            wish.factor = row.factor;
            return wish;
        }
    }
    wish.words.clear();
    auto is_named = [&](std::string_view texts, std::string_view names) {
        return any_text(texts, [&](auto pattern) {
            auto const name = matched(pattern, '#', words);
            return name && any_text(names, [&](auto known) { return known == *name; });
        });
    };
    for (auto const& unit : unit_names) {
        if (is_named(unit_texts, unit.names)) {
            wish.kind = Kind::units;
            wish.units = unit.units;
        }
    }
    for (auto const& direction : direction_names) {
        if (is_named(direction_texts, direction.names)) {
            wish.kind = Kind::directions;
            wish.directions = direction.directions;
        }
    }
    for (auto const& level : level_texts) {
        if (any_text(level.texts, [&](auto text) { return text == words; })) {
            wish.kind = Kind::level;
            wish.level = level.level;
        }
    }
    return wish;
}

// "rate 1.5"
std::optional<float> rate_of(std::vector<Word> const& words) {
    if (words.size() != 2 || (words[0].text != "rate" && words[0].text != "speed")) {
        return std::nullopt;
    }
    char* end = nullptr;
    float const rate = std::strtof(words[1].text.c_str(), &end);
    return *end == '\0' && rate >= 0.5F && rate <= 4 ? std::optional(rate) : std::nullopt;
}

std::string trimmed_line(std::string_view text) {
    auto const blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
    while (!text.empty() && blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && blank(text.back())) {
        text.remove_suffix(1);
    }
    return std::string(text);
}

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

bool ends_as_a_picture(std::string const& name) {
    auto const lower = lower_case(name);
    return std::any_of(std::begin(picture_endings), std::end(picture_endings),
                       [&](auto ending) { return lower.size() > ending.size() && lower.ends_with(ending); });
}

// What may stand before the name of a file that is to be looked at.
constexpr std::string_view looks[] = {"look at the picture",
                                      "look at the photo",
                                      "look at",
                                      "open the picture",
                                      "open the photo",
                                      "open",
                                      "show me",
                                      "show",
                                      "load",
                                      "describe",
                                      "take",
                                      "see",
                                      "picture",
                                      "what is in",
                                      "what's in"};

Wish look_at(std::string const& line, FileThere const& there) {
    auto const found = [&](std::string_view rest) -> Wish {
        auto name = dropped_file_name(trimmed_line(rest));
        bool const one = name.find_first_of("?\n") == std::string::npos;
        if (one && !name.empty() && there(name)) {
            return {.kind = Kind::look_at, .words = name};
        }
        while (name.ends_with('.') || name.ends_with('!') || name.ends_with('?')) { // speech recognition ends sentences
            name.pop_back();
        }
        bool const named = !name.empty() && name.size() < 4096 && (ends_as_a_picture(name) || there(name));
        return named ? Wish{.kind = Kind::look_at, .words = name} : Wish{};
    };
    auto const lower = lower_case(line);
    for (auto const look : looks) {
        for (std::string const polite : {"", "please ", "now ", "can you "}) {
            auto const lead = polite + std::string(look) + " ";
            if (lower.starts_with(lead)) {
                auto const wish = found(std::string_view(line).substr(lead.size()));
                if (wish.kind != Kind::none) {
                    return wish;
                }
            }
        }
    }
    bool const alone = line.find(' ') == std::string::npos || there(dropped_file_name(line)) || line.starts_with('/') ||
                       line.starts_with('\'') || line.starts_with('"') || line.starts_with("file:");
    return alone ? found(line) : Wish{};
}

int hex_of(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0 ? c - '0'
                                                            : std::tolower(static_cast<unsigned char>(c)) - 'a' + 10;
}

std::string without_percents(std::string const& text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool const coded = text[i] == '%' && i + 2 < text.size() &&
                           std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0 &&
                           std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0;
        if (coded) {
            plain += static_cast<char>(hex_of(text[i + 1]) * 16 + hex_of(text[i + 2]));
            i += 2;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

} // namespace

std::string dropped_file_name(std::string const& text) {
    auto name = trimmed_line(text);
    if (name.size() >= 2 && (name.front() == '\'' || name.front() == '"') && name.back() == name.front()) {
        name = name.substr(1, name.size() - 2);
    } else {
        std::string plain;
        for (std::size_t i = 0; i < name.size(); ++i) {
            i += name[i] == '\\' && i + 1 < name.size() ? 1 : 0;
            plain += name[i];
        }
        name = plain;
    }
    constexpr std::string_view scheme = "file://";
    if (name.starts_with(scheme)) {
        auto const path = name.find('/', scheme.size()); // a host's name may stand between
        name = path == std::string::npos ? "" : without_percents(name.substr(path));
    }
    return name;
}

Wish read_wish(std::string const& line, FileThere const& there) {
    auto const text = trimmed_line(line);
    auto words = plain_words(text);
    if (words.empty()) {
        bool const mark_only = !text.empty() && text.find_first_not_of("?!. ") != std::string::npos;
        return mark_only ? Wish{} : Wish{.kind = Kind::repeat};
    }
    if (auto const file = look_at(text, there); file.kind != Kind::none) {
        return file;
    }
    if (auto const rate = rate_of(split_words(text))) {
        return {.kind = Kind::rate, .factor = *rate};
    }
    for (;;) { // as it is said, then with less politeness at its ends
        if (auto wish = of_words(words); wish.kind != Kind::none) {
            return wish;
        }
        auto less = less_polite(words, true);
        less = less ? less : less_polite(words, false);
        if (!less) {
            return {};
        }
        words = *less;
    }
}

} // namespace echollama
