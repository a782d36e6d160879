// What was heard, as text, JSON and subtitles.
#pragma once

#include "base/timing.h"
#include "media/sound/srt.h"
#include "media/sound/webvtt.h"
#include "roles/roles.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace echollama {

struct TranscriptForms {
    std::filesystem::path srt, vtt; // empty: none; "-": standard output, and then no text is printed
    bool json = false;
    bool words = false; // with the times of the words
};

class TranscriptOutput {
  public:
    // Throws UsageError when two of the forms would be mixed, and Error when a file cannot be written.
    explicit TranscriptOutput(TranscriptForms forms);

    // A phrase, printed at once; JSON in one line. Files that cannot be written to any more are given up, and that is
    // told: what is printed goes on.
    void phrase(Transcript const& transcript);
    // Of the whole recording, instead of phrases. `seconds`: its length.
    void whole(Transcript const& transcript, double seconds, std::vector<StageTiming> const& timings);
    // Completes the files. Throws Error when one was given up.
    void finish();

  private:
    void print(Transcript const& transcript) const;
    void add_subtitles(Transcript const& transcript);

    TranscriptForms forms_;
    std::unique_ptr<SrtWriter> srt_;
    std::unique_ptr<WebVttWriter> vtt_;
    std::optional<std::string> fault_; // why a file was given up
};

} // namespace echollama
