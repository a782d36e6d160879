// How much memory this process holds.
#pragma once

#include <fstream>
#include <string>

namespace echollama::test {

// AddressSanitizer holds freed memory back, so that marks for memory mean nothing there.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool keeps_freed_memory = true;
#else
inline constexpr bool keeps_freed_memory = false;
#endif

// A line of /proc/self/status, KiB.
inline long status_kib(std::string const& key) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(key)) {
            return std::stol(line.substr(key.size()));
        }
    }
    return 0;
}

// Resident memory in KiB.
inline long resident_kib() {
    return status_kib("VmRSS:");
}

// The most memory that `work` held on top of what was there before, KiB.
long extra_kib(auto const& work) {
    std::ofstream("/proc/self/clear_refs") << 5; // the peak starts anew
    long const before = resident_kib();
    work();
    return status_kib("VmHWM:") - before;
}

} // namespace echollama::test
