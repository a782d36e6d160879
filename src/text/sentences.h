// Cuts text that arrives in pieces into sentences that can be spoken. What they hold is still as it was written, markup
// included; plain_text() and normalise_for_speech() (speech_text.h) take it from there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace echollama {

// The cut depends on the text only, never on how it arrived in pieces, and no character is lost: all sentences (finish
// included) joined are the text. White space after a sentence stays at its end. A sentence ends after . ! ? … (with
// closing quotes and brackets behind it) before white space, or at a line break; a long line that goes on with a small
// letter was only wrapped there. Abbreviations, initials, decimals, list numbers and an ellipsis before a small letter
// do not end one, nor does anything inside a Markdown link, code, a tag or a table's row that closes on its line. A
// sentence longer than `limit` bytes is cut at its last space, or between characters when it has none.
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

    static constexpr std::size_t none = std::string::npos; // no sentence ends here
    static constexpr std::size_t wait = none - 1;          // it may: the text that follows decides
    struct End {
        std::size_t end; // after the mark
        std::size_t cut; // after the white space behind it, none or wait
    };
    End sentence_end(std::size_t i) const;
    std::size_t cut_at_limit(std::size_t first) const;

    std::size_t limit_;
    std::string text_;
};

// What white space separates, with its marks.
std::vector<std::string> written_words(std::string_view text);

// Without white space at both ends.
std::string trimmed(std::string_view text);

} // namespace echollama
