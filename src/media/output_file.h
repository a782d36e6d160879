// A file that appears complete or not at all.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string>

namespace echollama {

// "-" (standard output), a device or a named pipe.
bool is_written_in_place(std::filesystem::path const& path);

// A new file is written beside its place and renamed at commit(); without commit() nothing of it stays and an older
// file of that name is untouched. A symbolic link is followed. Devices and named pipes ("/dev/null") are written in
// place, because a renamed file would replace the device itself; "-" is standard output.
class OutputFile {
  public:
    // `what` is the content as in "Cannot write the speech to x.wav". Throws Error at once when the place cannot be
    // written.
    OutputFile(std::filesystem::path const& path, std::string what);
    ~OutputFile();
    OutputFile(OutputFile const&) = delete;
    OutputFile& operator=(OutputFile const&) = delete;

    std::FILE* stream() const { return file_; }
    // False: what was written cannot be changed any more (standard output, pipes, devices).
    bool rewindable() const { return !part_.empty(); }
    // Throws Error when not everything could be written. Afterwards stream() is null.
    void commit();
    // "Cannot write … (reason); …" with the system's latest reason.
    [[noreturn]] void fail() const;

  private:
    std::filesystem::path path_;   // as the user named it
    std::filesystem::path target_; // links followed
    std::filesystem::path part_;   // empty: written in place
    std::string what_;
    std::FILE* file_ = nullptr;
};

} // namespace echollama
