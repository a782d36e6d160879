#include "voice/clauses.h"

#include <cstddef>
#include <string_view>

namespace echollama {
namespace {

constexpr std::size_t longest_whole = 80, shortest_piece = 20, shortest_first = 10, longest_piece = 250;

bool is_border(std::int32_t code) {
    return code > 0 && code < 128 && std::string_view(",;:.!?").find(static_cast<char>(code)) != std::string_view::npos;
}

} // namespace

std::vector<std::span<std::int32_t const>> clauses(std::span<std::int32_t const> phonemes, bool soon) {
    std::vector<std::span<std::int32_t const>> pieces;
    auto cut = [&](std::size_t count) {
        pieces.push_back(phonemes.first(count));
        phonemes = phonemes.subspan(count);
        while (!phonemes.empty() && phonemes.front() == ' ') {
            phonemes = phonemes.subspan(1);
        }
    };
    auto last_space = [&](std::size_t end) {
        while (end > shortest_piece && phonemes[end] != ' ') {
            --end;
        }
        return end > shortest_piece ? end : longest_piece;
    };
    auto next_border = [&](std::size_t shortest) {
        for (std::size_t i = shortest; i + shortest < phonemes.size(); ++i) {
            if (is_border(phonemes[i - 1]) && !is_border(phonemes[i])) {
                return i;
            }
        }
        return phonemes.size();
    };
    auto end_of_piece = [&](std::size_t shortest) {
        auto const border = next_border(shortest);
        return border > longest_piece ? last_space(longest_piece) : border;
    };
    if (soon && !phonemes.empty()) {
        cut(end_of_piece(shortest_first));
    }
    while (phonemes.size() > longest_whole) {
        cut(end_of_piece(shortest_piece));
    }
    if (!phonemes.empty()) {
        cut(phonemes.size());
    }
    return pieces;
}

} // namespace echollama
