#include "base/mapped_file.h"

#include "base/input_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <limits>
#include <system_error>

namespace echollama {
namespace {

#ifdef MAP_POPULATE
constexpr int fetched = MAP_POPULATE;
#else
constexpr int fetched = 0;
#endif

} // namespace

MappedFile::MappedFile(std::filesystem::path const& path) {
    std::error_code failed;
    auto const size = std::filesystem::file_size(path, failed);
    if (!failed && size == 0) {
        return; // there is nothing to map
    }
    int const file = failed ? -1 : open(path.c_str(), O_RDONLY | O_CLOEXEC);
    void* const memory = file < 0 ? MAP_FAILED : mmap(nullptr, size, PROT_READ, MAP_PRIVATE | fetched, file, 0);
    if (file >= 0) {
        close(file);
    }
    if (memory == MAP_FAILED) {
        read_ = read_input(path, {"model", std::numeric_limits<std::uintmax_t>::max()});
        bytes_ = std::as_bytes(std::span(read_));
        return;
    }
    bytes_ = {static_cast<std::byte const*>(memory), size};
}

MappedFile::~MappedFile() {
    if (!bytes_.empty() && read_.empty()) {
        munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
    }
}

} // namespace echollama
