#include "voice/told_words.h"

#include "voice/word_alignment.h"

#include <string_view>

namespace echollama {
namespace {

std::string without_marks(std::string_view word) {
    auto const is_mark = [](char c) { return std::string_view("()[]\"'.,;:!?").find(c) != std::string_view::npos; };
    while (!word.empty() && is_mark(word.front())) {
        word.remove_prefix(1);
    }
    while (!word.empty() && is_mark(word.back())) {
        word.remove_suffix(1);
    }
    return std::string(word);
}

} // namespace

std::vector<PlacedWord> place_words(std::span<std::string const> words, std::span<std::int32_t const> sentence,
                                    std::span<std::vector<std::int32_t> const> each) {
    std::vector<PlacedWord> placed;
    auto const begins = word_begins(sentence, each);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (begins[i]) {
            placed.push_back({without_marks(words[i]), *begins[i]});
        }
    }
    return placed;
}

void ToldWords::set_begins(std::size_t first, std::span<std::size_t const> places,
                           std::span<std::int64_t const> begins) {
    begins_.clear();
    while (next_ < words_.size() && words_[next_].phoneme < first) {
        ++next_; // of a clause that was given up
    }
    for (auto i = next_; i < words_.size() && words_[i].phoneme < first + places.size(); ++i) {
        begins_.push_back(begins[places[words_[i].phoneme - first]]);
    }
}

std::vector<SpokenWord> ToldWords::due(PauseShortener const& pauses, std::int64_t before) {
    std::vector<SpokenWord> told;
    while (told.size() < begins_.size()) {
        auto const place = pauses.place_of(begins_[told.size()]);
        if (!place) {
            break;
        }
        told.push_back({words_[next_++].text, static_cast<double>(before + *place) / speed_});
    }
    begins_.erase(begins_.begin(), begins_.begin() + static_cast<std::ptrdiff_t>(told.size()));
    return told;
}

} // namespace echollama
