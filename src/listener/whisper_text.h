// What whisper writes that nobody said: annotations, repeated text, and the closing phrases of videos that it learned
// to put where there is silence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace echollama {

// Without "[BLANK_AUDIO]", "(music)", "*coughs*" and note signs; spaces single, none at the ends. Text that holds
// nothing but punctuation becomes empty.
std::string without_annotations(std::string_view text);

// True for a segment that whisper most probably made up. `no_speech` and `confidence` (mean token probability) are in
// [0, 1].
bool is_made_up(std::string_view text, float no_speech, float confidence);

// True when `text` says again what the last two entries of `before` said.
bool repeats(std::vector<std::string> const& before, std::string_view text);

// True when the text is said twice, when words of it come again and again ("the cup the cup the cup"), or when there
// are more of them than anybody says in so many seconds: the decoder ran in a circle.
bool runs_in_circles(std::string_view text, double seconds);

// The hint as whisper understands it best. A bare list of words ("cup, dining table") becomes a question that holds
// them: tiny.en then spells and punctuates better than after a list. Text with an end mark stays as it is, and so do
// hints in other languages than English.
std::string hint_prompt(std::string_view hint, std::string_view language);

// At most `bytes` of the hint, cut between words: whisper.cpp splits it with a recursive regular expression, which long
// text would overflow, and uses only the last 224 tokens anyway.
std::string bounded_hint(std::string_view hint, std::size_t bytes = 800);

} // namespace echollama
