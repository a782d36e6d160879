// Cuts text that arrives in pieces into sentences that can be spoken.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace echollama {

// The cut depends on the text only, never on how it arrived in pieces, and no character is lost: all sentences (finish
// included) joined are the text. White space after a sentence stays at its end. A sentence ends after . ! ? … (with
// closing quotes and brackets behind it) before white space, or at a line break. Abbreviations, initials, decimals,
// list numbers and an ellipsis before a small letter do not end one. A sentence longer than `limit` bytes is cut at
// its last space, or between characters when it has none.
class SentenceCutter {
  public:
    explicit SentenceCutter(std::size_t limit = 600) : limit_(limit < 8 ? 8 : limit) {}

    // The sentences that are certain to be complete now.
    std::vector<std::string> push(std::string_view piece);
    // The rest, one sentence or more; the cutter is then empty and can be used again.
    std::vector<std::string> finish();

  private:
    std::vector<std::string> take(bool at_end);
    std::size_t next_cut(bool at_end) const;

    std::size_t limit_;
    std::string text_;
};

// Without white space at both ends.
std::string trimmed(std::string_view text);

} // namespace echollama
