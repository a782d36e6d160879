// How much memory this process holds.
#pragma once

#include <fstream>
#include <string>

namespace echollama::test {

// Resident memory in KiB.
inline long resident_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) {
            return std::stol(line.substr(6));
        }
    }
    return 0;
}

} // namespace echollama::test
