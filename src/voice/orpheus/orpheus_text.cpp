#include "voice/orpheus/orpheus_text.h"

#include "text/speech_text.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

namespace echollama {

namespace {

constexpr double frames_per_second = 24000.0 / 2048;

bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

bool is_mark(char c) {
    return std::string_view(".,;:!?").find(c) != std::string_view::npos;
}

// "<laugh>" at the beginning of the text; 0: none.
std::size_t emotion_length(std::string_view text) {
    for (auto name : orpheus_emotions) {
        if (text.size() > name.size() + 1 && text[0] == '<' && text.substr(1, name.size()) == name &&
            text[name.size() + 1] == '>') {
            return name.size() + 2;
        }
    }
    return 0;
}

} // namespace

std::string orpheus_words(std::string_view text) {
    std::string words;
    auto add = [&](std::string_view more) {
        words += words.empty() || more.empty() || is_mark(more[0]) ? "" : " ";
        words += more;
    };
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
        auto const length = emotion_length(text.substr(at));
        if (length == 0 && at < text.size()) {
            continue;
        }
        auto const part = text.substr(begin, at - begin);
        auto spoken = normalise_for_speech(part);
        if (!part.empty() && is_mark(part[0]) && !spoken.empty() && spoken[0] != part[0]) {
            spoken.insert(0, {part[0], ' '}); // the pause after an emotion
        }
        add(spoken);
        add(text.substr(at, length));
        at += length > 0 ? length - 1 : 0;
        begin = at + 1;
    }
    return words;
}

std::string orpheus_text(std::string_view sentence, std::string_view voice) {
    std::string text;
    for (char c : sentence) {
        if (!is_space(c)) {
            text += c;
        } else if (!text.empty() && text.back() != ' ') {
            text += ' ';
        }
    }
    while (text.ends_with(' ')) {
        text.pop_back();
    }
    if (text.empty()) {
        return {};
    }
    bool const marked = std::string_view(".!?>").find(text.back()) != std::string_view::npos || text.ends_with("…") ||
                        text.ends_with(".\"") || text.ends_with("!\"") || text.ends_with("?\"");
    if (!marked) {
        if (text.back() == ',' || text.back() == ';' || text.back() == ':') {
            text.pop_back();
        }
        text += '.';
    }
    return voice.empty() ? text : std::string(voice) + ": " + text;
}

std::vector<std::int32_t> orpheus_prompt(std::span<std::int32_t const> text_tokens) {
    using namespace orpheus;
    std::vector<std::int32_t> ids{start_of_human, begin_of_text};
    ids.insert(ids.end(), text_tokens.begin(), text_tokens.end());
    ids.insert(ids.end(), {end_of_text, end_of_human, start_of_ai, start_of_speech});
    return ids;
}

void keep_only(std::span<float> logits, std::int32_t token) {
    float const kept = logits[static_cast<std::size_t>(token)];
    std::fill(logits.begin(), logits.end(), -std::numeric_limits<float>::infinity());
    logits[static_cast<std::size_t>(token)] = std::isfinite(kept) ? kept : 0.0F;
}

std::size_t most_frames(std::string_view text) {
    double seconds = 2;
    for (char c : text) {
        seconds += std::isdigit(static_cast<unsigned char>(c)) ? 5 * 0.13 : 0.13;
        seconds += c == '>' ? 2 : 0;
    }
    return static_cast<std::size_t>(seconds * frames_per_second);
}

bool LoopDetector::push(SnacFrame const& frame) {
    constexpr std::size_t two_seconds = 24, five_seconds = 59;
    bool loop = false;
    for (std::size_t period = 1; period <= std::min(longest_period, recent_.size()); ++period) {
        SnacFrame const& earlier = recent_[recent_.size() - period];
        same_[period] = frame == earlier ? same_[period] + 1 : 0;
        same_coarse_[period] = frame[0] == earlier[0] ? same_coarse_[period] + 1 : 0;
        // `same` frames equal their predecessors: same + period frames repeat one period.
        loop |= same_[period] >= 2 * period && same_[period] + period >= two_seconds;
        loop |= same_coarse_[period] >= 2 * period && same_coarse_[period] + period >= five_seconds;
    }
    recent_.push_back(frame);
    if (recent_.size() > longest_period) {
        recent_.pop_front();
    }
    return loop;
}

} // namespace echollama
