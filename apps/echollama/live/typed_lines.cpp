#include "live/typed_lines.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace echollama {
namespace {

constexpr std::size_t longest_line = 2000;

} // namespace

std::vector<std::string> TypedLines::take() {
    std::vector<std::string> lines;
    while (open_) {
        pollfd waiting{STDIN_FILENO, POLLIN, 0};
        if (poll(&waiting, 1, 0) <= 0) {
            break;
        }
        std::array<char, 512> bytes{};
        auto const count = read(STDIN_FILENO, bytes.data(), bytes.size());
        if (count <= 0) {
            open_ = false;
            bytes[0] = '\n'; // the last line may have no end
        }
        begun_.append(bytes.data(), static_cast<std::size_t>(std::max<std::int64_t>(count, 1)));
        for (auto end = begun_.find('\n'); end != std::string::npos; end = begun_.find('\n')) {
            auto line = begun_.substr(0, std::min(end, longest_line));
            begun_.erase(0, end + 1);
            if (line.find_first_not_of(" \t\r") != std::string::npos) {
                lines.push_back(std::move(line));
            }
        }
        if (begun_.size() > longest_line) {
            begun_.resize(longest_line);
        }
    }
    return lines;
}

} // namespace echollama
