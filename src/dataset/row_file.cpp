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

void RowFile::refuse(std::size_t number, std::string const& why) const {
    throw Error("Row " + std::to_string(number) + " of " + path_.string() + " cannot be used: " + why +
                "; give the new rows a file of their own.");
}

void RowFile::know(std::size_t number, std::string const& line) {
    try {
        images_.insert(parse_preference(line).image);
    } catch (Error const& error) { // the user hears which row it is
        refuse(number, error.what());
    }
    ++rows_;
}

// Nothing is changed before all rows are known to be rows: the file may be something else altogether.
void RowFile::go_on() {
    if (!std::filesystem::is_regular_file(path_)) { // a pipe or device has no rows
        return;
    }
    auto const size = std::filesystem::file_size(path_);
    std::uintmax_t whole = 0;
    std::ifstream file(path_, std::ios::binary);
    std::string line;
    std::size_t number = 1;
    for (; std::getline(file, line) && !file.eof(); ++number) {
        whole += line.size() + 1;
        if (line.find_first_not_of(" \t\r") != std::string::npos) {
            know(number, line);
        }
    }
    if (whole < size && line.front() != '{') { // what a killed program leaves begins as a row does
        refuse(number, "it is no JSON object");
    }
    if (whole < size && ::ftruncate(descriptor_, static_cast<off_t>(whole)) != 0) {
        fail(path_, std::strerror(errno));
    }
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
