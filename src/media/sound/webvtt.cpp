#include "media/sound/webvtt.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace echollama {
namespace {

constexpr double longest_s = 359999; // just under 100 hours

// Whole ones that have passed, so that nothing ends after the sound does.
long long milliseconds(double seconds) {
    return std::isfinite(seconds) ? static_cast<long long>(std::clamp(seconds, 0.0, longest_s) * 1000 + 1e-6) : 0;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '\n':
        case '\r':
            out += ' ';
            break;
        case '\0':
            out += "\uFFFD";
            break;
        default:
            out += c;
        }
    }
    return out;
}

char const* note_of(WordTimes times) {
    switch (times) {
    case WordTimes::told:
        return "NOTE The voice tells when its words begin.\n\n";
    case WordTimes::recognised:
        return "NOTE The times of words are the speech recogniser's.\n\n";
    case WordTimes::estimated:
        break;
    }
    return "NOTE The times of words are estimated from pauses and letters.\n\n";
}

} // namespace

bool is_blank(Subtitle const& subtitle) {
    return subtitle.text.find_first_not_of(" \t\r\n") == std::string::npos;
}

Subtitle after(double last_end_s, Subtitle subtitle) {
    subtitle.start_s = std::max(subtitle.start_s, last_end_s);
    subtitle.end_s = std::max(subtitle.end_s, subtitle.start_s + 0.001);
    return subtitle;
}

std::string webvtt_time(double seconds) {
    long long const ms = milliseconds(seconds);
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%02lld:%02lld:%02lld.%03lld", ms / 3600000, ms / 60000 % 60,
                  ms / 1000 % 60, ms % 1000);
    return text.data();
}

std::string webvtt_cue(Subtitle const& subtitle) {
    long long const start = milliseconds(subtitle.start_s);
    long long const end = std::max(milliseconds(subtitle.end_s), start + 1); // a cue must last
    std::string out = webvtt_time(subtitle.start_s) + " --> " + webvtt_time(static_cast<double>(end) / 1000) + "\n";
    std::string_view const text = subtitle.text;
    std::size_t done = 0;
    long long last = start;
    for (auto const& word : subtitle.words) {
        long long const at = milliseconds(word.start_s);
        if (word.begin < done || word.begin >= text.size() || at <= last || at >= end) {
            continue; // the first word begins with the cue
        }
        out += escaped(text.substr(done, word.begin - done)) + "<" + webvtt_time(word.start_s) + ">";
        done = word.begin;
        last = at;
    }
    return out + escaped(text.substr(done)) + "\n\n";
}

WebVttWriter::WebVttWriter(std::filesystem::path const& path) : file_(path) {
    file_.put("WEBVTT\n\n");
}

void WebVttWriter::write(Subtitle const& subtitle) {
    if (is_blank(subtitle)) {
        return;
    }
    auto const ordered = after(last_end_s_, subtitle);
    last_end_s_ = ordered.end_s;
    if (!ordered.words.empty() && times_ != ordered.times) {
        times_ = ordered.times;
        file_.put(note_of(ordered.times));
    }
    file_.put(webvtt_cue(ordered));
}

void WebVttWriter::finish() {
    file_.finish();
}

} // namespace echollama
