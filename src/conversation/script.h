// A conversation written down: what is said, typed and pressed, and when.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace echollama {

struct ScriptStep {
    enum class Kind { text, sound, key };
    Kind kind = Kind::text;
    double seconds = 0;
    bool after_quiet = false; // `seconds` after the last answer has ended, else after the beginning
    std::string value;        // the line; the sound file, as it is written; "stop" or "talk"
};

// A JSON object a line: {"at": 1.5, "text": "where is the cup?"}, {"after": 0.5, "sound": "why.wav"}, {"at": 3, "key":
// "stop"}. Empty lines are left out. Throws Error with the line's number for anything else, for times that go back, and
// for more than 100,000 lines or a day.
std::vector<ScriptStep> parse_script(std::string_view text);

std::vector<ScriptStep> read_script(std::filesystem::path const& file);

} // namespace echollama
