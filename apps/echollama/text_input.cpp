#include "text_input.h"

#include "base/error.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace echollama {
namespace {

constexpr int pause_ms = 200;

// Is the text complete so far, as far as one can tell? `tail` is its end.
bool may_end(std::string_view tail) {
    if (tail.ends_with('\n')) {
        return true;
    }
    while (!tail.empty() && std::string_view(" \t\r\"')]").find(tail.back()) != std::string_view::npos) {
        tail.remove_suffix(1);
    }
    return !tail.empty() && std::string_view(".!?").find(tail.back()) != std::string_view::npos;
}

} // namespace

void read_text_as_it_comes(std::function<void(std::string_view piece, bool pause)> const& text, std::stop_token stop) {
    std::array<char, 4096> block{};
    std::string tail;
    while (!stop.stop_requested()) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        int const ready = poll(&input, 1, pause_ms);
        if (ready == 0) {
            if (may_end(tail)) {
                tail.clear();
                text({}, true);
            }
            continue;
        }
        auto const count = ready < 0 ? -1 : read(STDIN_FILENO, block.data(), block.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            throw Error(std::string("Cannot read the text from standard input (") + std::strerror(errno) + ").");
        }
        if (count == 0) {
            return;
        }
        std::string_view const piece(block.data(), static_cast<std::size_t>(count));
        tail =
            (tail + std::string(piece)).substr(tail.size() + piece.size() > 16 ? tail.size() + piece.size() - 16 : 0);
        text(piece, false);
    }
}

} // namespace echollama
