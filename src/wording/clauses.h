// A text cut into clauses, and which words of a clause speak of which thing.
#pragma once

#include "wording/phrases.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace echollama {

// Words between separators: "a cup on the left, a chair on the right" has two clauses. Word indices, `last` exclusive.
struct Clause {
    std::size_t first = 0, last = 0;
};

// Every word is in one clause, in order.
std::vector<Clause> clauses_of(ReadText const& read);

// Words of the clause that belong to the mention inside[position]: from it to the next mention or the clause's end; the
// first mention also owns what stands before it ("On the left is a cup"). `inside`: the clause's mentions, in order, as
// indices into read.mentions.
Clause region_of(ReadText const& read, Clause const& clause, std::vector<std::size_t> const& inside,
                 std::size_t position);

// The number said before the thing, with up to three words between: "three wooden chairs", "a pair of cups"
std::optional<std::size_t> number_before(ReadText const& read, Clause const& clause, Mention const& mention);

// Does a negation stand between the thing and the word with this index? "is not on the left"
bool negated_at(ReadText const& read, Mention const& mention, std::size_t word);

bool is_clock_word(std::string_view word);

} // namespace echollama
