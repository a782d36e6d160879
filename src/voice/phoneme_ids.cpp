#include "voice/phoneme_ids.h"

#include "base/error.h"
#include "text/utf8.h"

#include <charconv>
#include <fstream>
#include <string>

namespace echollama {
namespace fs = std::filesystem;
namespace {

constexpr std::int32_t start_of_sentence = '^', end_of_sentence = '$', blank = '_';

[[noreturn]] void fail(fs::path const& file, std::string const& why) {
    throw Error("The voice in " + file.parent_path().string() + " cannot be used: its file " +
                file.filename().string() + " " + why + "; install the voice again.");
}

} // namespace

PhonemeIds read_phoneme_ids(fs::path const& file, VoiceFolder::Kind kind) {
    std::ifstream in(file);
    PhonemeIds ids;
    for (std::string line; std::getline(in, line);) {
        if (!line.empty() && line.back() == '\r') {
            line.pop_back();
        }
        auto const space = line.rfind(' ');
        std::int64_t id = 0;
        auto const* end = line.data() + line.size();
        if (line.empty()) {
            continue;
        }
        if (space == std::string::npos || space == 0 ||
            std::from_chars(line.data() + space + 1, end, id) != std::from_chars_result{end, std::errc()} || id < 0) {
            fail(file, "holds a line that names no phoneme and number");
        }
        if (auto const symbol = character_at(line, 0); symbol.length == space) {
            ids[static_cast<std::int32_t>(symbol.code)] = id;
        }
    }
    for (auto const code : {start_of_sentence, end_of_sentence, blank}) {
        if (kind == VoiceFolder::Kind::piper && !ids.contains(code)) {
            fail(file, std::string("lacks the sign ") + static_cast<char>(code));
        }
    }
    return ids;
}

NumberedPhonemes phoneme_ids(PhonemeIds const& ids, VoiceFolder::Kind kind, std::span<std::int32_t const> phonemes) {
    bool const piper = kind == VoiceFolder::Kind::piper;
    NumberedPhonemes made;
    auto& sentence = made.ids;
    sentence.push_back(piper ? ids.at(start_of_sentence) : 0);
    if (piper) {
        sentence.push_back(ids.at(blank));
    }
    for (auto const phoneme : phonemes) {
        made.places.push_back(sentence.size());
        auto const found = ids.find(phoneme);
        if (found == ids.end()) {
            continue;
        }
        sentence.push_back(found->second);
        if (piper) {
            sentence.push_back(ids.at(blank));
        }
    }
    sentence.push_back(piper ? ids.at(end_of_sentence) : 0);
    return made;
}

} // namespace echollama
