#include "media/output_file.h"

#include "base/error.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace echollama {
namespace fs = std::filesystem;
namespace {

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
        // Never into a file that is there: two writers of one name must not mix.
        for (int attempt = 0; !file_ && attempt < 1000; ++attempt) {
            part_ = target_;
            part_ += ".part" + std::to_string(getpid()) + "-" + std::to_string(attempt);
            file_ = std::fopen(part_.c_str(), "wbx");
            if (errno != EEXIST) {
                break;
            }
        }
    }
    if (!file_) {
        fail();
    }
}

OutputFile::~OutputFile() {
    if (!file_ || file_ == stdout) {
        return;
    }
    std::fclose(file_);
    if (rewindable()) {
        std::error_code ignored;
        fs::remove(part_, ignored);
    }
}

void OutputFile::fail() const {
    throw Error("Cannot write " + what_ + " to " + (path_ == "-" ? "standard output" : path_.string()) + " (" +
                std::strerror(errno) + "); check that the folder exists, may be written and has room.");
}

void OutputFile::commit() {
    if (!file_) {
        return;
    }
    auto* file = file_;
    bool written = std::fflush(file) == 0 && std::ferror(file) == 0;
    if (file == stdout) {
        file_ = nullptr;
        if (!written) {
            fail();
        }
        return;
    }
    int const reason = errno;
    file_ = nullptr;
    bool const closed = std::fclose(file) == 0;
    errno = written ? errno : reason;
    written = written && closed;
    if (rewindable()) {
        written = written && std::rename(part_.c_str(), target_.c_str()) == 0;
        if (!written) {
            int const kept = errno;
            std::error_code ignored;
            fs::remove(part_, ignored);
            errno = kept;
        }
    }
    if (!written) {
        fail();
    }
}

} // namespace echollama
