// A file that is being fetched: its bytes so far, and a note of which they are that outlives the program, however it
// ends.
#pragma once

#include "hub/digest.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace echollama::hub {

// The file is cut into pieces of piece_bytes. A piece is filled from its beginning; of each the note keeps how many
// bytes lie on the disk and their piece_digest, written together after the bytes, so that a program killed at any
// moment loses nothing it has noted. Pieces may be filled on different threads, a piece on one.
class PartialFile {
  public:
    static constexpr std::uint64_t piece_bytes = 4 << 20;

    // Opens or makes DATA and NOTE for a file of that many bytes whose content is called `content`; a note of another
    // content or length does not count. Room on the disk is taken at once. Throws Error when the disk cannot hold it
    // or cannot be written.
    PartialFile(std::filesystem::path data, std::filesystem::path note, std::uint64_t bytes,
                std::string const& content);
    ~PartialFile();
    PartialFile(PartialFile const&) = delete;
    PartialFile& operator=(PartialFile const&) = delete;

    std::uint64_t bytes() const { return bytes_; }
    std::size_t pieces() const { return count_; }
    std::uint64_t piece_size(std::size_t piece) const;
    std::uint64_t piece_done(std::size_t piece) const;
    bool piece_complete(std::size_t piece) const { return piece_done(piece) == piece_size(piece); }
    std::uint64_t done_bytes() const;
    // How many bytes lie on the disk without a gap from the beginning.
    std::uint64_t done_from_beginning() const;
    bool complete() const { return done_bytes() == bytes_; }

    // Adds to a piece; no more than it has room for. Throws Error when the disk is full or fails.
    void append(std::size_t piece, std::string_view more);
    // Nothing of the piece counts any more.
    void forget(std::size_t piece);
    void forget_all();

    // Pieces that are complete by the note and whose digest differs from the one that was computed of the disk; all
    // pieces are asked, in order.
    std::vector<std::size_t> changed_pieces(std::vector<std::uint32_t> const& on_disk) const;

    int descriptor() const { return data_fd_; }

  private:
    void open_data();
    bool open_note(std::string const& content);
    std::span<std::atomic<std::uint64_t>> notes() const;
    [[noreturn]] void fail() const;

    std::filesystem::path data_, note_;
    std::uint64_t bytes_;
    std::size_t count_;
    int data_fd_ = -1;
    void* map_ = nullptr;
    std::size_t map_bytes_ = 0;
};

// The digests that a note of a complete file holds; empty when it is none of that content and length.
std::vector<std::uint32_t> noted_pieces(std::filesystem::path const& note, std::uint64_t bytes,
                                        std::string const& content);

// Writes the note of a complete file.
void write_note(std::filesystem::path const& note, std::uint64_t bytes, std::string const& content,
                std::vector<std::uint32_t> const& pieces);

} // namespace echollama::hub
