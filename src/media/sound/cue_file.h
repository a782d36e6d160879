// The file that subtitles of any format are written to.
#pragma once

#include "base/output_file.h"

#include <filesystem>
#include <string>

namespace echollama {

// It appears when finish() is called; to standard output ("-") and pipes each text goes at once.
class CueFile {
  public:
    // Throws Error at once when the place cannot be written.
    explicit CueFile(std::filesystem::path const& path) : file_(path, "the subtitles") {}

    // Throws Error when the disk is full, ReaderGone when a pipe has no reader any more.
    void put(std::string const& text);
    void finish() { file_.commit(); }

  private:
    OutputFile file_;
};

} // namespace echollama
