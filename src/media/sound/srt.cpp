#include "media/sound/srt.h"

#include <algorithm>

namespace echollama {

std::string srt_time(double seconds) {
    auto time = webvtt_time(seconds);
    std::replace(time.begin(), time.end(), '.', ',');
    return time;
}

std::string srt_cue(int number, Subtitle const& subtitle) {
    auto const end_s = std::max(subtitle.end_s, subtitle.start_s + 0.001); // a cue must last
    auto text = subtitle.text;
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, ' ');
    return std::to_string(number) + "\n" + srt_time(subtitle.start_s) + " --> " + srt_time(end_s) + "\n" + text +
           "\n\n";
}

void SrtWriter::write(Subtitle const& subtitle) {
    if (is_blank(subtitle)) {
        return;
    }
    auto const ordered = after(last_end_s_, subtitle);
    last_end_s_ = ordered.end_s;
    file_.put(srt_cue(++number_, ordered));
}

} // namespace echollama
