#include "hub/digest.h"

#include "base/bounded_queue.h"
#include "base/error.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <thread>

namespace echollama::hub {

struct Digest::State {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Digest::Digest(Kind kind, std::uint64_t bytes) : state_(std::make_unique<State>()) {
    EVP_DigestInit_ex(state_->context.get(), kind == Kind::sha256 ? EVP_sha256() : EVP_sha1(), nullptr);
    if (kind == Kind::git_blob) {
        auto const head = "blob " + std::to_string(bytes);
        add(head.c_str(), head.size() + 1); // with its zero
    }
}

Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;

void Digest::add(void const* data, std::size_t bytes) {
    EVP_DigestUpdate(state_->context.get(), data, bytes);
}

std::string Digest::text() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size);
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

Digest::Kind digest_kind(std::string const& content) {
    return content.size() == 40 ? Digest::Kind::git_blob : Digest::Kind::sha256;
}

namespace {

constexpr std::uint32_t castagnoli = 0x82F63B78; // the polynomial, bits reversed

// Eight bytes at a time by eight tables, for processors without an instruction for it.
constexpr auto crc_tables = [] {
    std::array<std::array<std::uint32_t, 256>, 8> tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        auto crc = byte;
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? castagnoli : 0);
        }
        tables[0][byte] = crc;
    }
    for (std::size_t table = 1; table < tables.size(); ++table) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            auto const before = tables[table - 1][byte];
            tables[table][byte] = (before >> 8) ^ tables[0][before & 0xFF];
        }
    }
    return tables;
}();

} // namespace

std::uint32_t crc_by_tables(std::uint32_t crc, unsigned char const* data, std::size_t bytes) {
    for (; bytes >= 8; bytes -= 8, data += 8) {
        std::uint32_t next = 0;
        for (std::size_t i = 0; i < 8; ++i) {
            auto const low = i < 4 ? (crc >> (8 * i)) & 0xFF : 0;
            next ^= crc_tables[7 - i][low ^ data[i]];
        }
        crc = next;
    }
    for (; bytes > 0; --bytes) {
        crc = (crc >> 8) ^ crc_tables[0][(crc ^ *data++) & 0xFF];
    }
    return crc;
}

#if defined(__x86_64__)
namespace {

__attribute__((target("sse4.2"))) std::uint32_t crc_by_instruction(std::uint32_t crc, unsigned char const* data,
                                                                   std::size_t bytes) {
    std::uint64_t wide = crc;
    for (; bytes >= 8; bytes -= 8, data += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, data, sizeof word);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    crc = static_cast<std::uint32_t>(wide);
    for (; bytes > 0; --bytes) {
        crc = __builtin_ia32_crc32qi(crc, *data++);
    }
    return crc;
}

} // namespace
#endif

std::uint32_t piece_digest(std::uint32_t so_far, void const* data, std::size_t bytes) {
    auto const* const first = static_cast<unsigned char const*>(data);
#if defined(__x86_64__)
    static bool const instruction = __builtin_cpu_supports("sse4.2");
    if (instruction) {
        return ~crc_by_instruction(~so_far, first, bytes);
    }
#endif
    return ~crc_by_tables(~so_far, first, bytes);
}

namespace {

struct Handle {
    int fd;
    ~Handle() {
        if (fd >= 0) {
            close(fd);
        }
    }
};

constexpr std::size_t block_bytes = 1 << 20, most_blocks = 4; // that stay in the processor's cache

// Passes the file's blocks on until its end or until nobody takes them. False: it could not be read.
bool read_blocks(int fd, BoundedQueue<std::vector<char>>& blocks, BoundedQueue<std::vector<char>>& used) {
    while (true) {
        auto block = used.pop();
        if (!block) {
            return true;
        }
        block->resize(block_bytes);
        auto const count = read(fd, block->data(), block->size());
        if (count <= 0) {
            blocks.close();
            return count == 0;
        }
        block->resize(static_cast<std::size_t>(count));
        if (!blocks.push(std::move(*block))) {
            return true;
        }
    }
}

// Cuts what comes into pieces.
class Pieces {
  public:
    Pieces(std::uint64_t piece_bytes, std::vector<std::uint32_t>& digests) : size_(piece_bytes), digests_(digests) {}
    void add(std::vector<char> const& block) {
        for (std::size_t at = 0; at < block.size();) {
            if (in_piece_ == 0) {
                digests_.push_back(0);
            }
            auto const count = std::min<std::uint64_t>(block.size() - at, size_ - in_piece_);
            digests_.back() = piece_digest(digests_.back(), block.data() + at, count);
            at += count;
            in_piece_ = (in_piece_ + count) % size_;
        }
    }

  private:
    std::uint64_t size_, in_piece_ = 0;
    std::vector<std::uint32_t>& digests_;
};

} // namespace

FileDigests digests_of_file(std::filesystem::path const& path, Digest::Kind kind, std::uint64_t piece_bytes,
                            std::function<void(std::uint64_t bytes)> const& progress, std::stop_token const& stop) {
    Handle const file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    std::error_code failed;
    auto const size = std::filesystem::file_size(path, failed);
    auto const refuse = [&] {
        throw Error("Cannot read " + path.string() + "; check that it exists and may be read.");
    };
    if (file.fd < 0 || failed) {
        refuse();
    }
    posix_fadvise(file.fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    FileDigests digests;
    Digest digest(kind, size);
    Pieces pieces(piece_bytes, digests.pieces);
    BoundedQueue<std::vector<char>> blocks(most_blocks), used(most_blocks);
    for (std::size_t i = 0; i < most_blocks; ++i) {
        used.push({});
    }
    bool readable = true;
    std::jthread reader([&] { readable = read_blocks(file.fd, blocks, used); });
    std::uint64_t done = 0;
    while (auto block = stop.stop_requested() ? std::nullopt : blocks.pop(stop)) {
        digest.add(block->data(), block->size());
        if (piece_bytes > 0) {
            pieces.add(*block);
        }
        done += block->size();
        if (progress) {
            progress(done);
        }
        used.push(std::move(*block));
    }
    used.close();
    blocks.close();
    reader.join();
    if (stop.stop_requested()) {
        throw Cancelled();
    }
    if (!readable) {
        refuse();
    }
    digests.content = digest.text();
    return digests;
}

} // namespace echollama::hub
