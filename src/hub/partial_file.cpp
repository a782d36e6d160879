#include "hub/partial_file.h"

#include "base/atomic_file.h"
#include "base/error.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

namespace echollama::hub {
namespace {

// The note: this head, then a number of 64 bits for each piece, in the machine's own order: the upper half is the
// digest, the lower one how many bytes are there. It never leaves the machine.
struct Head {
    char mark[8] = {'E', 'C', 'H', 'O', 'P', 'R', 'T', '2'};
    std::uint64_t bytes = 0, piece_bytes = PartialFile::piece_bytes;
    char content[104] = {};
};
static_assert(sizeof(Head) == 128);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

Head head_of(std::uint64_t bytes, std::string const& content) {
    Head head;
    head.bytes = bytes;
    std::memcpy(head.content, content.data(), std::min(content.size(), sizeof head.content));
    return head;
}

std::size_t pieces_of(std::uint64_t bytes) {
    return static_cast<std::size_t>((bytes + PartialFile::piece_bytes - 1) / PartialFile::piece_bytes);
}

std::uint64_t packed(std::uint64_t done, std::uint32_t digest) {
    return (std::uint64_t{digest} << 32) | done;
}

std::uint64_t done_of(std::uint64_t note) {
    return note & 0xFFFFFFFF;
}

std::uint32_t digest_of(std::uint64_t note) {
    return static_cast<std::uint32_t>(note >> 32);
}

} // namespace

PartialFile::PartialFile(std::filesystem::path data, std::filesystem::path note, std::uint64_t bytes,
                         std::string const& content)
    : data_(std::move(data)), note_(std::move(note)), bytes_(bytes), count_(pieces_of(bytes)) {
    try {
        open_data();
        if (!open_note(content)) {
            forget_all();
        }
    } catch (...) {
        if (data_fd_ >= 0) {
            close(data_fd_);
        }
        throw;
    }
}

PartialFile::~PartialFile() {
    munmap(map_, map_bytes_);
    close(data_fd_);
}

void PartialFile::fail() const {
    bool const full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    throw Error(full ? "The disk of " + data_.parent_path().string() +
                           " is full; what came is kept, so make room and run the same command again to go on."
                     : "Cannot write to " + data_.parent_path().string() + " (" +
                           std::generic_category().message(errno) +
                           "); check its permissions, or set HF_HOME to another folder.");
}

void PartialFile::open_data() {
    data_fd_ = open(data_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (data_fd_ < 0) {
        fail();
    }
    // Room is taken now, so that a full disk is told before anything is fetched. Not every file system can.
    struct stat status {};
    if (fstat(data_fd_, &status) != 0 || !S_ISREG(status.st_mode)) {
        fail();
    }
    auto const wanted = static_cast<off_t>(bytes_);
    bool const reserved = wanted == 0 || fallocate(data_fd_, 0, 0, wanted) == 0;
    if ((!reserved && errno != EOPNOTSUPP) || ftruncate(data_fd_, wanted) != 0) {
        fail();
    }
}

bool PartialFile::open_note(std::string const& content) {
    int const fd = open(note_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) {
        fail();
    }
    map_bytes_ = sizeof(Head) + count_ * sizeof(std::uint64_t);
    struct stat status {};
    bool const sized = fstat(fd, &status) == 0 && static_cast<std::size_t>(status.st_size) == map_bytes_;
    // Allocated, because a mapped page that the full disk cannot hold would end the program.
    bool const writable = ftruncate(fd, static_cast<off_t>(map_bytes_)) == 0 &&
                          posix_fallocate(fd, 0, static_cast<off_t>(map_bytes_)) == 0;
    map_ = writable ? mmap(nullptr, map_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    auto const reason = errno;
    close(fd);
    if (map_ == MAP_FAILED) {
        errno = reason;
        fail();
    }
    auto const head = head_of(bytes_, content);
    bool const same = sized && std::memcmp(map_, &head, sizeof head) == 0;
    std::memcpy(map_, &head, sizeof head);
    for (std::size_t i = 0; same && i < count_; ++i) {
        if (piece_done(i) > piece_size(i)) {
            return false;
        }
    }
    return same;
}

std::span<std::atomic<std::uint64_t>> PartialFile::notes() const {
    auto* const first = static_cast<char*>(map_) + sizeof(Head);
    return {reinterpret_cast<std::atomic<std::uint64_t>*>(first), count_};
}

std::uint64_t PartialFile::piece_size(std::size_t piece) const {
    return std::min(piece_bytes, bytes_ - piece * piece_bytes);
}

std::uint64_t PartialFile::piece_done(std::size_t piece) const {
    return done_of(notes()[piece].load(std::memory_order_acquire));
}

std::uint64_t PartialFile::done_bytes() const {
    std::uint64_t done = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        done += piece_done(i);
    }
    return done;
}

std::uint64_t PartialFile::done_from_beginning() const {
    std::uint64_t done = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        auto const here = piece_done(i);
        done += here;
        if (here < piece_size(i)) {
            break;
        }
    }
    return done;
}

void PartialFile::append(std::size_t piece, std::string_view more) {
    auto& note = notes()[piece];
    auto const before = note.load(std::memory_order_relaxed);
    auto const at = piece * piece_bytes + done_of(before);
    for (std::size_t written = 0; written < more.size();) {
        auto const count =
            pwrite(data_fd_, more.data() + written, more.size() - written, static_cast<off_t>(at + written));
        if (count < 0 && errno != EINTR) {
            fail();
        }
        written += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    note.store(packed(done_of(before) + more.size(), piece_digest(digest_of(before), more.data(), more.size())),
               std::memory_order_release);
}

void PartialFile::forget(std::size_t piece) {
    notes()[piece].store(0);
}

void PartialFile::forget_all() {
    for (auto& note : notes()) {
        note.store(0);
    }
}

std::vector<std::size_t> PartialFile::changed_pieces(std::vector<std::uint32_t> const& on_disk) const {
    std::vector<std::size_t> changed;
    for (std::size_t i = 0; i < count_; ++i) {
        if (i >= on_disk.size() || digest_of(notes()[i].load()) != on_disk[i]) {
            changed.push_back(i);
        }
    }
    return changed;
}

std::vector<std::uint32_t> noted_pieces(std::filesystem::path const& note, std::uint64_t bytes,
                                        std::string const& content) {
    std::ifstream file(note, std::ios::binary);
    auto const count = pieces_of(bytes);
    Head head;
    std::vector<std::uint64_t> notes(std::min<std::size_t>(count, 1 << 22));
    file.read(reinterpret_cast<char*>(&head), sizeof head);
    file.read(reinterpret_cast<char*>(notes.data()), static_cast<std::streamsize>(notes.size() * sizeof notes[0]));
    auto const expected = head_of(bytes, content);
    if (!file || std::memcmp(&head, &expected, sizeof head) != 0) {
        return {};
    }
    std::vector<std::uint32_t> digests;
    std::transform(notes.begin(), notes.end(), std::back_inserter(digests), digest_of);
    return digests;
}

void write_note(std::filesystem::path const& note, std::uint64_t bytes, std::string const& content,
                std::vector<std::uint32_t> const& pieces) {
    auto const head = head_of(bytes, content);
    std::string text(reinterpret_cast<char const*>(&head), sizeof head);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        auto const size = std::min(PartialFile::piece_bytes, bytes - i * PartialFile::piece_bytes);
        auto const number = packed(size, pieces[i]);
        text.append(reinterpret_cast<char const*>(&number), sizeof number);
    }
    write_file_atomically(note, text, "the note of pieces");
}

} // namespace echollama::hub
