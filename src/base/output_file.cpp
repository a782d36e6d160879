#include "base/output_file.h"

#include "base/error.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace echollama {
namespace fs = std::filesystem;
namespace {

constexpr int attempts = 1000; // names tried beside a file

// Where a chain of links leads, also when the last one points to nothing yet.
fs::path follow_links(fs::path path) {
    std::error_code failed;
    for (int depth = 0; depth < 40 && fs::is_symlink(fs::symlink_status(path, failed)); ++depth) {
        auto const next = fs::read_symlink(path, failed);
        if (failed) {
            break;
        }
        path = next.is_absolute() ? next : path.parent_path() / next;
    }
    return path;
}

bool is_special(fs::file_status const& status) {
    return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

} // namespace

bool is_written_in_place(fs::path const& path) {
    std::error_code ignored;
    return path == "-" || is_special(fs::status(path, ignored));
}

OutputFile::OutputFile(fs::path const& path, std::string what)
    : path_(path), target_(follow_links(path)), what_(std::move(what)) {
    if (path == "-") {
        file_ = stdout;
        return;
    }
    std::error_code ignored;
    auto const status = fs::status(target_, ignored);
    if (fs::is_directory(status)) {
        throw Error("Cannot write " + what_ + " to " + path.string() + " because it is a folder; name a file.");
    }
    if (is_special(status)) {
        file_ = std::fopen(target_.c_str(), "wb");
    } else if (!path.has_filename()) {
        throw Error("Cannot write " + what_ + " because no file is named; name one.");
    } else {
        open_new();
    }
    if (!file_) {
        fail();
    }
}

// Never into a file that is there: two writers of one name must not mix.
void OutputFile::open_new() {
    rewindable_ = true;
    auto const folder = target_.has_parent_path() ? target_.parent_path() : fs::path(".");
    int const unnamed = open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    if (unnamed >= 0) {
        file_ = fdopen(unnamed, "wb");
        return;
    }
    for (int attempt = 0; !file_ && attempt < attempts; ++attempt) {
        part_ = part_name(attempt);
        file_ = std::fopen(part_.c_str(), "wbx");
        if (errno != EEXIST) {
            break;
        }
    }
}

fs::path OutputFile::part_name(int attempt) const {
    auto name = target_;
    return name += ".part" + std::to_string(getpid()) + "-" + std::to_string(attempt);
}

// Gives an unnamed file a name beside its place, because only a named file can replace another.
bool OutputFile::name_part() {
    auto const unnamed = "/proc/self/fd/" + std::to_string(fileno(file_));
    for (int attempt = 0; attempt < attempts; ++attempt) {
        auto const name = part_name(attempt);
        if (linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
            part_ = name;
            return true;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return false;
}

bool OutputFile::take_place() {
    if (std::rename(part_.c_str(), target_.c_str()) == 0) {
        return true;
    }
    remove_part();
    return false;
}

void OutputFile::remove_part() {
    int const kept = errno;
    std::error_code ignored;
    if (!part_.empty()) {
        fs::remove(part_, ignored);
    }
    errno = kept;
}

OutputFile::~OutputFile() {
    if (file_ && file_ != stdout) {
        std::fclose(file_);
        remove_part();
    }
}

void OutputFile::fail() const {
    if (errno == EPIPE) {
        if (path_ == "-") {        // commit() has let go of the stream already
            std::clearerr(stdout); // told here; what comes after it may go elsewhere
        }
        throw ReaderGone();
    }
    throw Error("Cannot write " + what_ + " to " + (path_ == "-" ? "standard output" : path_.string()) + " (" +
                std::strerror(errno) + "); check that the folder exists, may be written and has room.");
}

void OutputFile::commit() {
    if (!file_) {
        return;
    }
    auto* file = file_;
    bool written = std::fflush(file) == 0 && std::ferror(file) == 0;
    if (written && rewindable_ && part_.empty()) {
        written = name_part();
    }
    file_ = nullptr;
    if (file != stdout) {
        int const reason = errno;
        bool const closed = std::fclose(file) == 0;
        errno = written ? errno : reason;
        written = written && closed;
    }
    if (rewindable_) {
        if (written) {
            written = take_place();
        } else {
            remove_part();
        }
    }
    if (!written) {
        fail();
    }
}

} // namespace echollama
