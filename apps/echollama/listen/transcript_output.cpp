#include "listen/transcript_output.h"

#include "base/error.h"
#include "base/log.h"
#include "output/standard_output.h"
#include "pipeline/json.h"

#include <cmath>
#include <cstdio>
#include <utility>

namespace echollama {
namespace {

bool to_standard_output(std::filesystem::path const& path) {
    return path == "-";
}

// The words where they stand in the text.
Subtitle subtitle_of(TranscriptSegment const& segment) {
    Subtitle subtitle{.text = segment.text, .start_s = segment.start_s, .end_s = segment.end_s};
    subtitle.times = WordTimes::recognised;
    std::size_t at = 0;
    for (auto const& word : segment.words) {
        auto const begin = segment.text.find(word.text, at);
        if (begin != std::string::npos) {
            at = begin + word.text.size();
            subtitle.words.push_back({begin, at, word.start_s});
        }
    }
    return subtitle;
}

// "12.34<tab>12.80<tab>country."
std::string word_line(TranscriptWord const& word) {
    char times[64];
    std::snprintf(times, sizeof times, "%.2f\t%.2f\t", word.start_s, word.end_s);
    return times + word.text;
}

double rounded(double seconds) {
    return std::round(seconds * 1000) / 1000;
}

} // namespace

TranscriptOutput::TranscriptOutput(TranscriptForms forms) : forms_(std::move(forms)) {
    check_standard_output({{"the JSON", forms_.json},
                           {"the SRT subtitles", to_standard_output(forms_.srt)},
                           {"the WebVTT subtitles", to_standard_output(forms_.vtt)}});
    srt_ = forms_.srt.empty() ? nullptr : std::make_unique<SrtWriter>(forms_.srt);
    vtt_ = forms_.vtt.empty() ? nullptr : std::make_unique<WebVttWriter>(forms_.vtt);
}

void TranscriptOutput::phrase(Transcript const& transcript) {
    if (forms_.json) {
        print_line(to_json(transcript).dump(-1, ' ', false, Json::error_handler_t::replace));
    } else {
        print(transcript);
    }
    add_subtitles(transcript);
}

void TranscriptOutput::whole(Transcript const& transcript, double seconds, std::vector<StageTiming> const& timings) {
    if (forms_.json) {
        auto json = to_json(transcript);
        json["seconds"] = rounded(seconds);
        json["timings"] = to_json(timings);
        print_line(dump(json));
    } else {
        print(transcript);
    }
    add_subtitles(transcript);
}

void TranscriptOutput::print(Transcript const& transcript) const {
    if (to_standard_output(forms_.srt) || to_standard_output(forms_.vtt)) {
        return;
    }
    if (!forms_.words) {
        if (!transcript.text.empty()) {
            print_line(transcript.text);
        }
        return;
    }
    for (auto const& segment : transcript.segments) {
        for (auto const& word : segment.words) {
            print_line(word_line(word));
        }
    }
}

void TranscriptOutput::add_subtitles(Transcript const& transcript) {
    try {
        for (auto const& segment : transcript.segments) {
            auto const subtitle = subtitle_of(segment);
            if (srt_) {
                srt_->write(subtitle);
            }
            if (vtt_) {
                vtt_->write(subtitle);
            }
        }
    } catch (ReaderGone const&) {
        srt_.reset();
        vtt_.reset();
    } catch (Error const& error) { // a full disk costs the files, not what is heard
        log::error(error.what());
        fault_ = error.what();
        srt_.reset();
        vtt_.reset();
    }
}

void TranscriptOutput::finish() {
    try {
        if (srt_) {
            srt_->finish();
        }
        if (vtt_) {
            vtt_->finish();
        }
    } catch (ReaderGone const&) { // who has read enough has all that was wanted
    }
    if (fault_) {
        throw Error("The subtitles are not complete; the reason is above.");
    }
}

} // namespace echollama
