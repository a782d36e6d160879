#include "options/text_input.h"

#include "options/standard_input.h"

#include <array>
#include <string>

namespace echollama {
namespace {

constexpr int pause_ms = 200;
constexpr std::size_t longest_line = 1 << 16;

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
        auto const count = read_standard_input(block, pause_ms, "text");
        if (!count) {
            if (may_end(tail)) {
                tail.clear();
                text({}, true);
            }
            continue;
        }
        if (*count == 0) {
            return;
        }
        std::string_view const piece(block.data(), *count);
        tail =
            (tail + std::string(piece)).substr(tail.size() + piece.size() > 16 ? tail.size() + piece.size() - 16 : 0);
        text(piece, false);
    }
}

TypedLines::TypedLines(std::function<bool(std::string const& line)> seen, std::stop_token stop)
    : seen_(std::move(seen)), stop_(std::move(stop)), thread_([this](std::stop_token const& unused) { read(unused); }) {
}

std::optional<std::string> TypedLines::next() {
    auto line = waiting_.pop(stop_);
    if (!line && !stop_.stop_requested() && failure_) {
        std::rethrow_exception(failure_);
    }
    return line;
}

// `stop`: nobody will ask again.
void TypedLines::read(std::stop_token const& stop) {
    std::stop_source either;
    std::stop_callback const program(stop_, [&] { either.request_stop(); });
    std::stop_callback const owner(stop, [&] { either.request_stop(); });
    std::string line;
    auto give = [&] {
        if (!seen_(line)) {
            waiting_.push(std::move(line), either.get_token());
        }
        line.clear();
    };
    try {
        read_text_as_it_comes(
            [&](std::string_view piece, bool) {
                for (char c : piece) {
                    if (c == '\n' || line.size() == longest_line) {
                        give();
                    }
                    if (c != '\n') {
                        line += c;
                    }
                }
            },
            either.get_token());
        if (!line.empty()) {
            give();
        }
    } catch (...) {
        failure_ = std::current_exception();
    }
    waiting_.close();
}

} // namespace echollama
