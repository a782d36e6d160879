#include "dataset/row_file.h"

#include "base/error.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace echollama::dataset {
namespace {

[[noreturn]] void fail(std::filesystem::path const& path, std::string const& what) {
    throw Error("Cannot write the data set to " + path.string() + " (" + what + ").");
}

} // namespace

void for_each_line(std::filesystem::path const& path,
                   std::function<void(std::size_t number, std::string const& line)> const& visit) {
    std::ifstream file(path, std::ios::binary);
    if (!file || std::filesystem::is_directory(path)) {
        throw Error("Cannot read the data set " + path.string() + "; name a JSONL file, a row a line.");
    }
    std::string line;
    for (std::size_t number = 1; std::getline(file, line); ++number) {
        if (line.size() > longest_row) {
            throw Error("Row " + std::to_string(number) + " of " + path.string() + " is longer than 16 MiB.");
        }
        if (line.find_first_not_of(" \t\r") != std::string::npos) {
            visit(number, line);
        }
    }
}

RowFile::RowFile(std::filesystem::path path) : path_(std::move(path)) {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) {
        fail(path_, std::strerror(errno));
    }
    try {
        if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
            fail(path_, "another program is writing it");
        }
        go_on();
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
}

RowFile::~RowFile() {
    ::close(descriptor_);
}

void RowFile::go_on() {
    if (!std::filesystem::is_regular_file(path_)) { // a pipe or device has no rows
        return;
    }
    auto const size = std::filesystem::file_size(path_);
    std::uintmax_t whole = 0;
    {
        std::ifstream file(path_, std::ios::binary);
        std::string line;
        for (std::uintmax_t at = 0; std::getline(file, line) && !file.eof();) {
            at += line.size() + 1;
            whole = at;
        }
    }
    if (whole < size && ::ftruncate(descriptor_, static_cast<off_t>(whole)) != 0) {
        fail(path_, std::strerror(errno));
    }
    for_each_line(path_, [this](std::size_t number, std::string const& line) {
        try {
            images_.insert(parse_preference(line).image);
        } catch (Error const& error) {
            throw Error("Row " + std::to_string(number) + " of " + path_.string() + " cannot be used: " + error.what() +
                        "; give the new rows a file of their own.");
        }
        ++rows_;
    });
    images_.erase("");
    if (::lseek(descriptor_, 0, SEEK_END) < 0) {
        fail(path_, std::strerror(errno));
    }
}

void RowFile::add(Preference const& row) {
    auto const line = to_json_line(row) + "\n";
    auto const begin = ::lseek(descriptor_, 0, SEEK_CUR);
    for (std::size_t at = 0; at < line.size();) {
        auto const written = ::write(descriptor_, line.data() + at, line.size() - at);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            std::string const why = std::strerror(errno);
            if (::ftruncate(descriptor_, begin) != 0 || ::lseek(descriptor_, begin, SEEK_SET) < 0) {
                fail(path_, why + ", and its last row is cut off");
            }
            fail(path_, why + "; make room and run this again, which goes on with the rows that are there");
        }
        at += static_cast<std::size_t>(written);
    }
    if (::fdatasync(descriptor_) != 0 && errno != EINVAL) { // a pipe or device cannot be synchronised
        fail(path_, std::strerror(errno));
    }
    images_.insert(row.image);
    ++rows_;
}

} // namespace echollama::dataset
