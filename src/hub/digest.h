// Checksums of content: what a hub names its files by.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::hub {

// Of bytes that come one after the other.
class Digest {
  public:
    // SHA-256 (FIPS 180-4), or SHA-1 as git computes it of a blob of that many bytes: "blob N\0" and the bytes.
    enum class Kind { sha256, git_blob };
    Digest(Kind kind, std::uint64_t bytes);
    ~Digest();
    Digest(Digest&&) noexcept;

    void add(void const* data, std::size_t bytes);
    // In small hexadecimal letters; afterwards nothing can be added.
    std::string text();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// By the length of the name of content: 40 digits are a git blob's.
Digest::Kind digest_kind(std::string const& content);

// A short digest of a piece of a file, to find where a file was changed: CRC-32C (RFC 3720, appendix B.4), which sees
// any change within 32 bits of each other and misses another one time in 2^32, and for which processors have an
// instruction. `so_far` is that of the bytes before; 0: none.
std::uint32_t piece_digest(std::uint32_t so_far, void const* data, std::size_t bytes);

// The same without that instruction, and without the inversions at its ends.
std::uint32_t crc_by_tables(std::uint32_t crc, unsigned char const* data, std::size_t bytes);

struct FileDigests {
    std::string content;
    std::vector<std::uint32_t> pieces; // of piece_bytes each, the last one shorter; none where that is 0
};

// Reads the file once, on a second thread while the first computes. `progress`: bytes so far. Throws Error when it
// cannot be read, Cancelled when stopped.
FileDigests digests_of_file(std::filesystem::path const& path, Digest::Kind kind, std::uint64_t piece_bytes,
                            std::function<void(std::uint64_t bytes)> const& progress = {},
                            std::stop_token const& stop = {});

} // namespace echollama::hub
