#include "base/openmp_spin.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace echollama {

bool set_openmp_spinning() {
    bool const set = std::getenv("GOMP_SPINCOUNT") || std::getenv("OMP_WAIT_POLICY");
    return !set && setenv("GOMP_SPINCOUNT", "500", 1) == 0;
}

void limit_openmp_spinning(char** argv) {
    std::error_code failed;
    auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (!failed && set_openmp_spinning()) {
        execv(program.c_str(), argv);
    }
}

} // namespace echollama
