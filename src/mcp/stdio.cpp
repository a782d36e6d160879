#include "mcp/stdio.h"

#include "base/error.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <string>
#include <utility>

namespace echollama::mcp {
namespace {

constexpr std::size_t longest_line = 64U << 20; // a picture as a data: address
constexpr int look_ms = 50;                     // how often is looked whether it shall end

// Gives whole lines of what comes in pieces.
class Lines {
  public:
    explicit Lines(Session& session) : session_(session) {}

    void push(std::string_view bytes) {
        while (!bytes.empty()) {
            auto const end = bytes.find('\n');
            auto const piece = bytes.substr(0, end);
            too_long_ = too_long_ || line_.size() + piece.size() > longest_line;
            if (!too_long_) {
                line_ += piece;
            }
            if (end == std::string_view::npos) {
                return;
            }
            take();
            bytes.remove_prefix(end + 1);
        }
    }
    void take() {
        if (std::exchange(too_long_, false)) {
            session_.refuse_line("The line is longer than 64 MiB; name a file instead of sending it.");
        } else if (line_.find_first_not_of(" \t\r") != std::string::npos) {
            session_.take(line_);
        }
        line_ = {};
    }

  private:
    Session& session_;
    std::string line_;
    bool too_long_ = false;
};

// Writes whole lines; nothing more once nobody reads.
class Output {
  public:
    explicit Output(int descriptor) : descriptor_(descriptor) {}

    void write(std::string line) {
        line += '\n';
        for (std::string_view rest = line; !rest.empty() && !gone_;) {
            auto const count = ::write(descriptor_, rest.data(), rest.size());
            if (count > 0) {
                rest.remove_prefix(static_cast<std::size_t>(count));
            } else if (errno != EINTR) {
                gone_ = true;
            }
        }
    }
    bool is_gone() {
        pollfd place{descriptor_, 0, 0};
        gone_ = gone_ || (::poll(&place, 1, 0) > 0 && (place.revents & (POLLERR | POLLNVAL)) != 0);
        return gone_;
    }

  private:
    int descriptor_;
    std::atomic<bool> gone_ = false;
};

} // namespace

void serve_streams(int input, int output, ServerInfo const& info, std::vector<Tool> tools,
                   std::stop_token const& stop) {
    Output out(output);
    Session session(info, std::move(tools), [&](std::string const& line) { out.write(line); });
    Lines lines(session);
    std::array<char, 65536> bytes{};
    bool ended = false;
    while (!stop.stop_requested() && !out.is_gone() && !(ended && session.is_idle())) {
        pollfd place{input, POLLIN, 0};
        if (::poll(&place, ended ? 0 : 1, look_ms) <= 0) {
            continue;
        }
        auto const count = ::read(input, bytes.data(), bytes.size());
        if (count > 0) {
            lines.push({bytes.data(), static_cast<std::size_t>(count)});
        } else if (count == 0 || errno != EINTR) {
            lines.take(); // what stands without an end of line
            ended = true;
        }
    }
}

void serve_standard_streams(ServerInfo const& info, std::vector<Tool> tools, std::stop_token const& stop) {
    int const output = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (output < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        throw Error("Standard output cannot be used; start the program with one.");
    }
    serve_streams(STDIN_FILENO, output, info, std::move(tools), stop);
    ::close(output);
}

} // namespace echollama::mcp
