#include "base/input_file.h"

#include "base/error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace echollama {
namespace fs = std::filesystem;
namespace {

struct Descriptor {
    int number = -1;
    bool owned = false;

    Descriptor(int n, bool own) : number(n), owned(own) {}
    ~Descriptor() {
        if (owned && number >= 0) {
            close(number);
        }
    }
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
};

std::string size_words(std::uintmax_t bytes) {
    return bytes >= 1ULL << 30 ? std::to_string(bytes >> 30) + " GiB" : std::to_string(bytes >> 20) + " MiB";
}

[[noreturn]] void too_large(std::string const& name, InputLimits const& limits) {
    throw Error(name + " is larger than " + size_words(limits.most_bytes) + "; choose a smaller " + limits.what + ".");
}

// Throws for what cannot be read; `expected`: the size of a regular file, else 0.
void check_kind(int descriptor, fs::path const& path, InputLimits const& limits, std::uintmax_t& expected) {
    struct stat status {};
    if (fstat(descriptor, &status) != 0) {
        return;
    }
    if (S_ISDIR(status.st_mode)) {
        throw Error(input_name(path) + " is a folder; name a " + limits.what + " in it.");
    }
    if (S_ISREG(status.st_mode)) {
        expected = static_cast<std::uintmax_t>(status.st_size);
        if (expected > limits.most_bytes) {
            too_large(input_name(path), limits);
        }
    }
}

} // namespace

bool is_standard_input(fs::path const& path) {
    if (path == "-") {
        return true;
    }
    struct stat named {
    }, input{};
    return stat(path.c_str(), &named) == 0 && fstat(STDIN_FILENO, &input) == 0 && !S_ISREG(named.st_mode) &&
           named.st_dev == input.st_dev && named.st_ino == input.st_ino && named.st_rdev == input.st_rdev;
}

std::string input_name(fs::path const& path) {
    return path == "-" ? "standard input" : path.string();
}

std::vector<std::uint8_t> read_input(fs::path const& path, InputLimits const& limits) {
    bool const standard = path == "-";
    if (is_standard_input(path) && isatty(STDIN_FILENO)) {
        throw UsageError("Nothing is piped into standard input; pipe a " + limits.what + " in, or name its file.");
    }
    Descriptor const file(standard ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC), !standard);
    if (file.number < 0) {
        throw Error(errno == ENOENT || errno == ENOTDIR ? "There is no file " + path.string() + "; check the path."
                                                        : "Cannot open " + path.string() + "; check its permissions.");
    }
    std::uintmax_t expected = 0;
    check_kind(file.number, path, limits, expected);
    std::vector<std::uint8_t> bytes;
    std::size_t filled = 0;
    while (true) {
        if (filled == bytes.size()) { // one byte more than expected shows the end without growing again
            bytes.resize(std::max<std::size_t>(expected + 1, filled + std::max<std::size_t>(filled / 2, 1 << 16)));
        }
        auto const count = read(file.number, bytes.data() + filled, bytes.size() - filled);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            throw Error("Cannot read " + input_name(path) + " (" + std::strerror(errno) + "); check it.");
        }
        if (count == 0) {
            break;
        }
        filled += static_cast<std::size_t>(count);
        if (filled > limits.most_bytes) {
            too_large(input_name(path), limits);
        }
    }
    bytes.resize(filled);
    return bytes;
}

} // namespace echollama
