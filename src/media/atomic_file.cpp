#include "media/atomic_file.h"

#include "base/error.h"

#include <unistd.h>

#include <fstream>

namespace echollama {

void write_file_atomically(std::filesystem::path const& path, std::string_view bytes) {
    auto fresh = path;
    fresh += ".part" + std::to_string(getpid());
    std::ofstream file(fresh, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    std::error_code failed;
    if (file) {
        std::filesystem::rename(fresh, path, failed);
    }
    if (!file || failed) {
        std::error_code ignored;
        std::filesystem::remove(fresh, ignored);
        throw Error("Cannot write " + path.string() + "; check that the folder exists, may be written and has room.");
    }
}

} // namespace echollama
