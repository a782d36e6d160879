#include "base/mapped_file.h"

#include "base/error.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

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
    if (failed || size == 0) {
        return; // there is nothing to map; who wants more than no bytes says so
    }
    int const file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    void* const memory = file < 0 ? MAP_FAILED : mmap(nullptr, size, PROT_READ, MAP_PRIVATE | fetched, file, 0);
    if (file >= 0) {
        close(file);
    }
    if (memory == MAP_FAILED) {
        throw Error("The file " + path.string() + " cannot be read; check its permissions.");
    }
    bytes_ = {static_cast<std::byte const*>(memory), size};
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) {
        munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
    }
}

} // namespace echollama
