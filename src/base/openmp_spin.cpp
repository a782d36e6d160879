#include "base/openmp_spin.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace echollama {

void limit_openmp_spinning(char** argv) {
    if (std::getenv("GOMP_SPINCOUNT") || std::getenv("OMP_WAIT_POLICY")) {
        return;
    }
    std::error_code failed;
    auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (!failed && setenv("GOMP_SPINCOUNT", "500", 1) == 0) {
        execv(program.c_str(), argv);
    }
}

} // namespace echollama
