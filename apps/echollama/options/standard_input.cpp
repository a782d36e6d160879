#include "options/standard_input.h"

#include "base/error.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace echollama {

std::optional<std::size_t> read_standard_input(std::span<char> block, int wait_ms, char const* what) {
    while (true) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        int const ready = poll(&input, 1, wait_ms);
        if (ready == 0) {
            return std::nullopt;
        }
        auto const count = ready < 0 ? -1 : read(STDIN_FILENO, block.data(), block.size());
        if (count >= 0) {
            return static_cast<std::size_t>(count);
        }
        if (errno != EINTR) {
            throw Error(std::string("Cannot read the ") + what + " from standard input (" + std::strerror(errno) +
                        ").");
        }
    }
}

} // namespace echollama
