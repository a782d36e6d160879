// A file that appears complete or not at all.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string>

namespace echollama {

// "-" (standard output), a device or a named pipe.
bool is_written_in_place(std::filesystem::path const& path);

// A new file has no name until commit() gives it its place; without commit() nothing of it stays, even when the program
// is killed, and an older file of that name is untouched. (File systems that cannot do this get a file "NAME.part…"
// beside, which only a killed program leaves behind.) A symbolic link is followed. Devices and named pipes
// ("/dev/null") are written in place, because a renamed file would replace the device itself; "-" is standard output.
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
    bool rewindable() const { return rewindable_; }
    // Throws Error when not everything could be written. Afterwards stream() is null.
    void commit();
    // "Cannot write … (reason); …" with the system's latest reason; ReaderGone when that is a pipe nobody reads.
    [[noreturn]] void fail() const;

  private:
    void open_new();
    std::filesystem::path part_name(int attempt) const;
    bool name_part();
    bool take_place();
    void remove_part();

    std::filesystem::path path_;   // as the user named it
    std::filesystem::path target_; // links followed
    std::filesystem::path part_;   // the name it has before commit(); mostly empty
    std::string what_;
    std::FILE* file_ = nullptr;
    bool rewindable_ = false;
};

} // namespace echollama
