#include "verify/comparable_words.h"

#include "text/speech_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace echollama {
namespace {

// As heard or written → as compared; several words on the right replace one.
constexpr std::array<std::pair<std::string_view, std::string_view>, 46> same_words{{
    {"metre", "meter"},
    {"metres", "meters"},
    {"litre", "liter"},
    {"litres", "liters"},
    {"centimetre", "centimeter"},
    {"centimetres", "centimeters"},
    {"millilitre", "milliliter"},
    {"millilitres", "milliliters"},
    {"kilometre", "kilometer"},
    {"kilometres", "kilometers"},
    {"colour", "color"},
    {"colours", "colors"},
    {"grey", "gray"},
    {"centre", "center"},
    {"towards", "toward"},
    {"okay", "ok"},
    {"alright", "all right"},
    {"cannot", "can not"},
    {"can't", "can not"},
    {"don't", "do not"},
    {"doesn't", "does not"},
    {"isn't", "is not"},
    {"aren't", "are not"},
    {"it's", "it is"},
    {"that's", "that is"},
    {"there's", "there is"},
    {"here's", "here is"},
    {"i'm", "i am"},
    {"you're", "you are"},
    {"they're", "they are"},
    {"won't", "will not"},
    {"didn't", "did not"},
    {"kerb", "curb"},
    {"tyre", "tire"},
    {"tyres", "tires"},
    {"storey", "story"},
    {"plough", "plow"},
    {"cheque", "check"},
    {"pyjamas", "pajamas"},
    {"percent", "per cent"},
    {"kilogrammes", "kilograms"},
    {"grammes", "grams"},
    {"kph", "kilometers per hour"},
    {"oh", "zero"},
    {"o", "zero"},
    {"o'clock", "oclock"},
}};

constexpr std::array<std::string_view, 20> small_numbers{
    "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
    "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<std::string_view, 10> round_numbers{"",      "",      "twenty",  "thirty", "forty",
                                                         "fifty", "sixty", "seventy", "eighty", "ninety"};

template <std::size_t N>
int index_in(std::array<std::string_view, N> const& names, std::string_view word) {
    auto const found = std::find(names.begin(), names.end(), word);
    return found == names.end() || word.empty() ? -1 : static_cast<int>(found - names.begin());
}

// Number words become figures, and figures beside each other one: 10:45, 10.45 and 1045 are one thing that was heard,
// as are 4 7 1 1 and 4711.
class Figures {
  public:
    // False: not a number; what was gathered is then complete.
    bool take(std::string_view word) {
        int const small = index_in(small_numbers, word), ten = index_in(round_numbers, word);
        if (small >= 0) {
            bool const fits = (small < 10 && small > 0 && last_ == Last::tens) || last_ == Last::scale;
            add(small, fits, Last::small);
        } else if (ten >= 0) {
            add(10 * ten, last_ == Last::scale, Last::tens);
        } else if (word == "hundred" && open_ && group_ % 1000 < 100) {
            scale(100);
        } else if (word == "thousand" && open_ && group_ < 1000) {
            scale(1000);
        } else if (word != "point" || !open_) {
            return false;
        }
        return true;
    }

    std::string finish() {
        close();
        return std::exchange(digits_, {});
    }

  private:
    enum class Last { none, small, tens, scale };

    void add(long value, bool fits, Last kind) {
        if (!fits) {
            close();
        }
        group_ += value;
        open_ = true;
        last_ = kind;
    }
    void scale(long by) {
        long const scaled = by == 100 ? group_ % 1000 : group_; // "two thousand eight hundred": the eight
        group_ += scaled * (by - 1);
        last_ = Last::scale;
    }
    void close() {
        if (open_) {
            digits_ += std::to_string(group_);
        }
        group_ = 0;
        open_ = false;
        last_ = Last::none;
    }

    std::string digits_;
    long group_ = 0;
    bool open_ = false;
    Last last_ = Last::none;
};

void add_words(std::string_view text, std::vector<std::string>& out) {
    for (std::size_t i = 0; i < text.size();) {
        auto const end = std::min(text.find(' ', i), text.size());
        if (end > i) {
            out.emplace_back(text.substr(i, end - i));
        }
        i = end + 1;
    }
}

} // namespace

std::vector<std::string> comparable_words(std::string_view text) {
    std::string plain;
    auto const spoken = normalise_for_speech(text);
    for (std::size_t i = 0; i < spoken.size(); ++i) {
        auto const c = static_cast<unsigned char>(spoken[i]);
        bool const inside = i > 0 && i + 1 < spoken.size() && std::isalpha(static_cast<unsigned char>(spoken[i - 1])) &&
                            std::isalpha(static_cast<unsigned char>(spoken[i + 1]));
        bool const kept = std::isalnum(c) || c >= 0x80 || (c == '\'' && inside);
        plain += kept ? static_cast<char>(std::tolower(c)) : ' ';
    }
    std::vector<std::string> words, same, out;
    add_words(plain, words);
    for (auto const& word : words) {
        auto const* found =
            std::find_if(same_words.begin(), same_words.end(), [&](auto const& s) { return s.first == word; });
        add_words(found == same_words.end() ? std::string_view(word) : found->second, same);
    }
    Figures figures;
    for (auto& word : same) {
        if (figures.take(word)) {
            continue;
        }
        add_words(figures.finish(), out);
        out.push_back(std::move(word));
    }
    add_words(figures.finish(), out);
    return out;
}

} // namespace echollama
