#include "stages/grounded_stream.h"

#include "base/error.h"
#include "base/log.h"
#include "scene/grounding.h"
#include "scene/mentions.h"

#include <algorithm>

namespace echollama {
namespace {

// The code point at `at` and its length in bytes; broken bytes count as one byte without meaning (0).
std::pair<char32_t, std::size_t> code_point(std::string_view text, std::size_t at) {
    auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    auto lead = byte(0);
    std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
    if (length == 0 || at + length > text.size()) {
        return {0, 1};
    }
    char32_t value = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) {
            return {0, 1};
        }
        value = (value << 6) | (byte(i) & 0x3FU);
    }
    return {value, length};
}

bool is_unspeakable(char32_t c) {
    bool markup = c == '*' || c == '_' || c == '#' || c == '`' || c == '~' || c == '|' || c == '<' || c == '>';
    bool control = c < 0x20 || c == 0x7F || c == 0xFFFD || c == 0xFEFF || (c >= 0x200B && c <= 0x200F);
    bool pictogram = (c >= 0x2190 && c <= 0x2BFF) || (c >= 0xFE00 && c <= 0xFE0F) || c >= 0x1F000;
    return markup || control || pictogram;
}

// "- item", "1. item", "• item"
std::string_view without_list_mark(std::string_view line) {
    auto digits = line.find_first_not_of("0123456789");
    if (digits != std::string_view::npos && digits > 0 && digits <= 2 && (line[digits] == '.' || line[digits] == ')') &&
        line.substr(digits + 1).starts_with(' ')) {
        return line.substr(digits + 2);
    }
    for (std::string_view mark : {"- ", "+ ", "\u2022 ", "\u2022"}) {
        if (line.starts_with(mark)) {
            return line.substr(mark.size());
        }
    }
    return line;
}

std::string joined_words(std::string const& sentence) {
    std::string joined;
    for (auto const& word : split_words(sentence)) {
        joined += word.text + " ";
    }
    return joined;
}

bool is_complete(std::string const& sentence) {
    static constexpr std::string_view marks[] = {".", "!", "?", "\u2026", ".\"", "!\"", "?\"", ".)", ".\u201D"};
    return std::any_of(std::begin(marks), std::end(marks), [&](auto mark) { return sentence.ends_with(mark); });
}

// The check knows objects and places, not actions or moods ("is trying to hide"): other words than the scene's own and
// those that only connect them are not spoken.
bool uses_known_words(std::string const& sentence, Scene const& scene) {
    std::string known = " a an the there is are i see you can be this that it its and or of to in on at with from by "
                        "also one two both other picture shows front behind left right ahead above below under near "
                        "next beside between side middle center top bottom about away metres meters close far "
                        "straight slightly your yes no not any could may probably perhaps located ";
    for (auto const& own : describe_scene(scene, {.level = Level::full})) {
        known += joined_words(own);
    }
    known += joined_words(scene.caption);
    auto mentions = find_mentions(split_words(sentence)); // their truth is checked elsewhere
    auto words = split_words(sentence);
    for (std::size_t i = 0; i < words.size(); ++i) {
        bool mentioned = std::any_of(mentions.begin(), mentions.end(),
                                     [&](auto const& m) { return m.first <= i && i < m.first + m.count; });
        if (!mentioned && known.find(" " + words[i].text + " ") == std::string::npos) {
            return false;
        }
    }
    return true;
}

} // namespace

std::string without_markup(std::string_view text) {
    std::string out;
    bool space = false;
    for (std::size_t at = 0; at < text.size();) {
        auto [c, length] = code_point(text, at);
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            space = true;
        } else if (!is_unspeakable(c)) {
            if (space && !out.empty()) {
                out += ' ';
            }
            space = false;
            out.append(text, at, length);
        }
        at += length;
    }
    return std::string(without_list_mark(out));
}

void GroundedStream::push(std::string_view piece) {
    for (auto const& sentence : cutter_.push(piece)) {
        consider(sentence);
    }
}

void GroundedStream::finish() {
    for (auto const& sentence : cutter_.finish()) {
        consider(sentence);
    }
}

void GroundedStream::mark_said(std::string const& sentence) {
    said_.push_back(joined_words(sentence));
}

void GroundedStream::consider(std::string const& raw) {
    auto sentence = without_markup(raw);
    auto words = joined_words(sentence);
    if (words.empty()) {
        return;
    }
    bool good = is_complete(sentence) && split_words(sentence).size() <= max_sentence_words &&
                std::find(said_.begin(), said_.end(), words) == said_.end() && is_speakable(sentence, scene_) &&
                uses_known_words(sentence, scene_) && raw.find("<|") == std::string::npos &&
                raw.find("|>") == std::string::npos;
    if (!good) {
        log::debug("not spoken: " + sentence);
        ++dropped_;
        return;
    }
    said_.push_back(words);
    ++spoken_;
    sink_(sentence);
}

void speak_reply(Describer* describer, Prompt const& prompt, Scene const& scene, std::string const& question,
                 WordingOptions const& wording, SentenceSink const& sink, std::stop_token stop) {
    if (!question.empty()) {
        if (auto answer = answer_question(scene, question, wording)) {
            sink(*answer);
            return;
        }
    }
    GroundedStream stream(scene, sink);
    if (describer) {
        try {
            describer->reply(
                prompt, [&](std::string_view piece) { stream.push(piece); }, stop);
            if (!stop.stop_requested()) {
                stream.finish();
            }
        } catch (Error const& error) {
            log::warning(error.what());
        }
    }
    if (stream.spoken() > 0 || stop.stop_requested()) {
        return;
    }
    for (auto const& sentence : describe_scene(scene, wording)) {
        sink(sentence);
    }
}

} // namespace echollama
