#include "conversation/sounds_alike.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace echollama {
namespace {

// Spelling to sounds, the longest that fits first. Sounds: consonants as letters (S sh, C ch, T th, N ng, j as in
// "jam", y as in "yes"); vowels i (see) I (sit) e (bed) E (cat) a (my) A (day) o (hot) O (go) u (blue) U (book) V (cup)
// W (now) Y (boy) R (bird).
struct Rule {
    std::string_view letters, sounds;
};
constexpr Rule rules[] = {
    {"eigh", "A"}, {"ough", "O"}, {"augh", "o"}, {"tion", "SVn"}, {"tch", "C"},  {"dge", "j"},  {"igh", "a"},
    {"eau", "O"},  {"air", "er"}, {"are", "er"}, {"ear", "ir"},   {"eer", "ir"}, {"oor", "or"}, {"our", "or"},
    {"oar", "or"}, {"sch", "sk"}, {"all", "ol"}, {"alk", "ok"},   {"ck", "k"},   {"ch", "C"},   {"sh", "S"},
    {"th", "T"},   {"ph", "f"},   {"gh", ""},    {"kn", "n"},     {"wr", "r"},   {"wh", "w"},   {"qu", "kw"},
    {"ng", "N"},   {"nk", "Nk"},  {"ee", "i"},   {"ea", "i"},     {"ie", "i"},   {"ei", "A"},   {"ai", "A"},
    {"ay", "A"},   {"ey", "i"},   {"oa", "O"},   {"oo", "u"},     {"ou", "W"},   {"ow", "O"},   {"oi", "Y"},
    {"oy", "Y"},   {"au", "o"},   {"aw", "o"},   {"ew", "u"},     {"ue", "u"},   {"ui", "u"},   {"er", "R"},
    {"ir", "R"},   {"ur", "R"},   {"ar", "or"},  {"or", "or"},    {"ce", "s"},   {"ci", "sI"},  {"cy", "si"},
    {"ge", "j"},   {"gi", "jI"},  {"x", "ks"},   {"c", "k"},      {"q", "k"},    {"a", "E"},    {"e", "e"},
    {"i", "I"},    {"o", "o"},    {"u", "V"},
};

constexpr std::string_view letters_of_vowels = "aeiou";
constexpr std::string_view vowel_sounds = "iIeEaAoOuUVWYR";

bool is_vowel_letter(char c) {
    return letters_of_vowels.find(c) != std::string_view::npos;
}

bool is_vowel(char sound) {
    return vowel_sounds.find(sound) != std::string_view::npos;
}

// "cake", "knife", "phone": the last e is silent and the vowel before it long.
char long_vowel(char letter) {
    switch (letter) {
    case 'a':
        return 'A';
    case 'i':
    case 'y':
        return 'a';
    case 'o':
        return 'O';
    case 'u':
        return 'u';
    default:
        return 'i';
    }
}

// Sounds that one is easily taken for the other.
constexpr std::pair<char, char> near_sounds[] = {
    {'p', 'b'}, {'t', 'd'}, {'k', 'g'}, {'f', 'v'}, {'s', 'z'}, {'S', 'C'}, {'C', 'j'},
    {'m', 'n'}, {'n', 'N'}, {'T', 'f'}, {'T', 's'}, {'l', 'r'}, {'w', 'v'}, {'S', 's'},
    {'t', 'k'}, {'p', 't'}, {'h', 'f'}, {'T', 'd'}, {'j', 'y'}, {'l', 'w'},
};
constexpr std::pair<char, char> near_vowels[] = {
    {'V', 'o'}, {'V', 'U'}, {'V', 'E'}, {'I', 'i'}, {'I', 'e'}, {'e', 'E'}, {'u', 'U'},
    {'o', 'O'}, {'o', 'W'}, {'A', 'e'}, {'R', 'V'}, {'R', 'o'}, {'a', 'Y'}, {'O', 'U'},
    {'O', 'u'}, {'E', 'o'}, {'A', 'a'}, {'R', 'e'}, {'O', 'W'}, {'A', 'i'},
};

template <std::size_t Count>
bool is_pair(std::pair<char, char> const (&pairs)[Count], char a, char b) {
    return std::any_of(std::begin(pairs), std::end(pairs), [&](auto const& p) {
        return (p.first == a && p.second == b) || (p.first == b && p.second == a);
    });
}

float exchange_cost(char a, char b) {
    if (a == b) {
        return 0;
    }
    if (is_vowel(a) != is_vowel(b)) {
        return 1.5F;
    }
    if (is_vowel(a)) {
        return is_pair(near_vowels, a, b) ? 0.4F : 0.7F;
    }
    return is_pair(near_sounds, a, b) ? 0.5F : 1;
}

float lost_cost(char sound) {
    bool const weak = is_vowel(sound) || sound == 'h' || sound == 'y' || sound == 'w' || sound == 'r';
    return weak ? 0.6F : 0.8F;
}

} // namespace

std::string sounds_of(std::string_view word) {
    std::string sounds;
    auto const size = word.size();
    for (std::size_t i = 0; i < size;) {
        char const letter = word[i];
        bool const end = i + 1 == size;
        bool const silent_e =
            letter == 'e' && i >= 2 && !is_vowel_letter(word[i - 1]) && (end || (i + 2 == size && word[i + 1] == 's'));
        bool const long_here = i + 2 < size && !is_vowel_letter(word[i + 1]) && word[i + 2] == 'e' &&
                               (i + 3 == size || (i + 4 == size && word[i + 3] == 's')) &&
                               (is_vowel_letter(letter) || letter == 'y') && word[i + 1] != 'r' && word[i + 1] != 'w';
        if (silent_e) {
            ++i;
        } else if (long_here && (i == 0 || !is_vowel_letter(word[i - 1]))) {
            sounds += long_vowel(letter);
            ++i;
        } else if (letter == 'y') {
            sounds += i == 0 ? 'y' : 'i';
            ++i;
        } else {
            auto const rule = std::find_if(std::begin(rules), std::end(rules),
                                           [&](Rule const& r) { return word.substr(i).starts_with(r.letters); });
            bool const found = rule != std::end(rules);
            sounds += found ? std::string(rule->sounds) : std::string(1, letter);
            i += found ? rule->letters.size() : 1;
        }
        if (sounds.size() >= 2 && sounds.back() == sounds[sounds.size() - 2]) { // double letters sound once
            sounds.pop_back();
        }
    }
    return sounds;
}

float sound_distance(std::string_view a, std::string_view b) {
    auto const x = sounds_of(a), y = sounds_of(b);
    if (x.empty() || y.empty()) {
        return x == y ? 0 : 1;
    }
    std::vector<float> before(y.size() + 1, 0), now(y.size() + 1, 0);
    for (std::size_t j = 0; j < y.size(); ++j) {
        before[j + 1] = before[j] + lost_cost(y[j]);
    }
    for (char const sound : x) {
        now[0] = before[0] + lost_cost(sound);
        for (std::size_t j = 0; j < y.size(); ++j) {
            now[j + 1] = std::min(
                {before[j] + exchange_cost(sound, y[j]), before[j + 1] + lost_cost(sound), now[j] + lost_cost(y[j])});
        }
        std::swap(before, now);
    }
    return std::min(1.0F, before.back() / static_cast<float>(std::max(x.size(), y.size())));
}

} // namespace echollama
