#include "base/atomic_file.h"

#include "base/output_file.h"

namespace echollama {

void write_file_atomically(std::filesystem::path const& path, std::string_view bytes, std::string const& what) {
    OutputFile file(path, what);
    if (std::fwrite(bytes.data(), 1, bytes.size(), file.stream()) != bytes.size()) {
        file.fail();
    }
    file.commit();
}

} // namespace echollama
