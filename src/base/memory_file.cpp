#include "base/memory_file.h"

#include "base/error.h"

#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace echollama {

MemoryFile::MemoryFile(std::span<std::uint8_t const> bytes) : descriptor_(memfd_create("echollama", MFD_CLOEXEC)) {
    while (descriptor_ >= 0 && !bytes.empty()) {
        auto const count = ::write(descriptor_, bytes.data(), bytes.size());
        if (count <= 0) {
            ::close(descriptor_);
            descriptor_ = -1;
        } else {
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
    }
    if (descriptor_ < 0) {
        throw Error("There is no memory for what was sent; close other programs or send less.");
    }
}

MemoryFile::~MemoryFile() {
    ::close(descriptor_);
}

std::filesystem::path MemoryFile::path() const {
    return "/proc/self/fd/" + std::to_string(descriptor_);
}

} // namespace echollama
