#include "base/file_lock.h"

#include "base/error.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

namespace echollama {

FileLock::FileLock(std::filesystem::path const& file, std::stop_token const& stop, std::function<void()> const& waiting)
    : fd_(-1) {
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    fd_ = open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    bool told = false;
    while (fd_ >= 0 && flock(fd_, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            close(fd_);
            fd_ = -1;
            break;
        }
        if (stop.stop_requested()) {
            close(fd_);
            throw Cancelled();
        }
        if (!told && waiting) {
            waiting();
        }
        told = true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    if (fd_ < 0) {
        throw Error("Cannot write to the folder " + file.parent_path().string() + " (" +
                    std::generic_category().message(errno) + "); check its permissions or name another.");
    }
}

FileLock::~FileLock() {
    close(fd_);
}

} // namespace echollama
