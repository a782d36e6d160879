#include "voice/word_alignment.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace echollama {
namespace {

constexpr std::size_t most_pairs = std::size_t{1} << 22; // of sounds: bytes of the table, a millisecond each million

// Costs of the alignment. Weak words change their vowel ("a" is "eɪ" by itself and "ə" in speech), hardly ever their
// consonants; and a word rather begins behind a space.
constexpr int alike_costs = 2, other_costs = 4, unlike_costs = 6, gap_costs = 3, space_helps = 1;

// A sound that is heard by itself: no space, mark of stress, length, tone or clause, and no part of the letter before.
struct Sound {
    std::int32_t code;
    bool vowel;
    std::size_t owner; // its phoneme in the sentence, or its word
    bool first;        // behind a space, or of its word
};

bool is_sound(std::int32_t code) {
    if (code < 0x80) {
        return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
    }
    bool const modifier = code >= 0x2B0 && code < 0x370, punctuation = code >= 0x2000 && code < 0x2070;
    return code >= 0xC0 && !modifier && !punctuation;
}

bool is_vowel(std::int32_t code) {
    constexpr std::u32string_view vowels = U"aeiouyæøœɐɑɒɔəɘɚɛɜɝɞɤɨɪɯɵɶʉʊʌʏᵻ";
    return vowels.find(static_cast<char32_t>(code)) != std::u32string_view::npos;
}

std::vector<Sound> sounds_of_sentence(std::span<std::int32_t const> phonemes) {
    std::vector<Sound> sounds;
    bool first = true;
    for (std::size_t i = 0; i < phonemes.size(); ++i) {
        if (is_sound(phonemes[i])) {
            sounds.push_back({phonemes[i], is_vowel(phonemes[i]), i, std::exchange(first, false)});
        }
        first = first || phonemes[i] == ' ';
    }
    return sounds;
}

std::vector<Sound> sounds_of_words(std::span<std::vector<std::int32_t> const> words) {
    std::vector<Sound> sounds;
    for (std::size_t word = 0; word < words.size(); ++word) {
        bool first = true;
        for (auto const code : words[word]) {
            if (is_sound(code)) {
                sounds.push_back({code, is_vowel(code), word, std::exchange(first, false)});
            }
        }
    }
    return sounds;
}

bool are_alike(Sound const& a, Sound const& b) {
    return a.code == b.code || (a.vowel && b.vowel);
}

int pair_costs(Sound const& said, Sound const& word) {
    int const help = said.first && word.first ? space_helps : 0;
    if (said.code == word.code) {
        return -help;
    }
    return (said.vowel != word.vowel ? unlike_costs : said.vowel ? alike_costs : other_costs) - help;
}

struct Pair {
    std::size_t said, word; // indices of sounds
};

// The cheapest alignment (Needleman and Wunsch 1970), which leaves sounds out on either side: its pairs, in order.
std::vector<Pair> aligned(std::vector<Sound> const& said, std::vector<Sound> const& words) {
    enum Step : unsigned char { both, skip_said, skip_word };
    auto const width = words.size() + 1;
    std::vector<Step> steps((said.size() + 1) * width, skip_word); // the last one of the best way to there
    std::vector<int> costs(width), before(width);
    for (std::size_t k = 0; k < width; ++k) {
        costs[k] = gap_costs * static_cast<int>(k);
    }
    for (std::size_t i = 1; i <= said.size(); ++i) {
        std::swap(costs, before);
        costs[0] = before[0] + gap_costs;
        steps[i * width] = skip_said;
        for (std::size_t k = 1; k < width; ++k) {
            int const pair = before[k - 1] + pair_costs(said[i - 1], words[k - 1]);
            int const without_said = before[k] + gap_costs, without_word = costs[k - 1] + gap_costs;
            costs[k] = std::min({pair, without_said, without_word});
            steps[i * width + k] = costs[k] == pair ? both : costs[k] == without_said ? skip_said : skip_word;
        }
    }
    std::vector<Pair> pairs;
    for (std::size_t i = said.size(), k = words.size(); i > 0 || k > 0;) {
        auto const step = steps[i * width + k];
        if (step == both) {
            pairs.push_back({i - 1, k - 1});
        }
        i -= step != skip_word ? 1 : 0;
        k -= step != skip_said ? 1 : 0;
    }
    std::reverse(pairs.begin(), pairs.end());
    return pairs;
}

// Of one word.
struct Found {
    std::size_t sounds = 0, alike = 0;
    std::optional<std::size_t> first; // phoneme of the sentence
};

std::size_t with_stress(std::span<std::int32_t const> sentence, std::size_t at) {
    constexpr std::int32_t primary = 0x2C8, secondary = 0x2CC;
    while (at > 0 && (sentence[at - 1] == primary || sentence[at - 1] == secondary)) {
        --at;
    }
    return at;
}

} // namespace

std::vector<std::optional<std::size_t>> word_begins(std::span<std::int32_t const> sentence,
                                                    std::span<std::vector<std::int32_t> const> words) {
    std::vector<std::optional<std::size_t>> begins(words.size());
    auto const said = sounds_of_sentence(sentence), spoken = sounds_of_words(words);
    if (said.empty() || spoken.size() > most_pairs / said.size()) {
        return begins;
    }
    std::vector<Found> found(words.size());
    for (auto const& sound : spoken) {
        ++found[sound.owner].sounds;
    }
    std::size_t same = 0;
    for (auto const& pair : aligned(said, spoken)) {
        auto& word = found[spoken[pair.word].owner];
        word.first = word.first ? word.first : said[pair.said].owner;
        word.alike += are_alike(said[pair.said], spoken[pair.word]) ? 1 : 0;
        same += said[pair.said].code == spoken[pair.word].code ? 1 : 0;
    }
    if (2 * same < std::max(said.size(), spoken.size())) {
        return begins;
    }
    for (std::size_t word = 0; word < words.size(); ++word) {
        if (found[word].first && 2 * found[word].alike >= found[word].sounds) {
            begins[word] = with_stress(sentence, *found[word].first);
        }
    }
    return begins;
}

} // namespace echollama
