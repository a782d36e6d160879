#include "verify/word_errors.h"

#include "verify/comparable_words.h"

#include <algorithm>

namespace echollama {
namespace {

struct Cell {
    std::size_t errors = 0;
    WordMatch last; // what led here
};

} // namespace

WordErrors& WordErrors::operator+=(WordErrors const& other) {
    words += other.words;
    substituted += other.substituted;
    missing += other.missing;
    added += other.added;
    return *this;
}

std::vector<WordMatch> align_words(std::vector<std::string> const& said, std::vector<std::string> const& heard,
                                   SameWord const& same) {
    std::vector<std::vector<Cell>> best(said.size() + 1, std::vector<Cell>(heard.size() + 1));
    for (std::size_t i = 0; i <= said.size(); ++i) {
        for (std::size_t k = 0; k <= heard.size(); ++k) {
            auto& here = best[i][k];
            bool reached = i == 0 && k == 0;
            auto offer = [&](std::size_t said_count, std::size_t heard_count, bool equal) {
                auto const errors = best[i - said_count][k - heard_count].errors + (equal ? 0 : 1);
                if (!reached || errors < here.errors) {
                    here = {errors, {i - said_count, said_count, k - heard_count, heard_count, equal}};
                    reached = true;
                }
            };
            if (i > 0 && k > 0) {
                offer(1, 1, same(said[i - 1], heard[k - 1]));
            }
            if (i > 0 && k > 1 && said[i - 1] == heard[k - 2] + heard[k - 1]) {
                offer(1, 2, true);
            }
            if (i > 1 && k > 0 && said[i - 2] + said[i - 1] == heard[k - 1]) {
                offer(2, 1, true);
            }
            if (i > 0) {
                offer(1, 0, false);
            }
            if (k > 0) {
                offer(0, 1, false);
            }
        }
    }
    std::vector<WordMatch> matches;
    for (std::size_t i = said.size(), k = heard.size(); i > 0 || k > 0;) {
        matches.push_back(best[i][k].last);
        i = matches.back().said;
        k = matches.back().heard;
    }
    std::reverse(matches.begin(), matches.end());
    return matches;
}

WordErrors word_errors(std::string_view said_text, std::string_view heard_text) {
    auto const said = comparable_words(said_text);
    WordErrors errors;
    errors.words = said.size();
    for (auto const& match : align_words(said, comparable_words(heard_text))) {
        errors.missing += match.heard_count == 0 ? 1 : 0;
        errors.added += match.said_count == 0 ? 1 : 0;
        errors.substituted += !match.same && match.said_count > 0 && match.heard_count > 0 ? 1 : 0;
    }
    return errors;
}

} // namespace echollama
