// One program at a time: a lock that other processes see and that the system takes back when its owner ends.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>

namespace echollama {

// Holds flock(2) on a file while it lives; the file is made where it is missing and stays.
class FileLock {
  public:
    // Waits for whoever holds it; `waiting` is called once, when it must wait. Throws Error when the file cannot be
    // made, Cancelled when stopped.
    explicit FileLock(std::filesystem::path const& file, std::stop_token const& stop = {},
                      std::function<void()> const& waiting = {});
    ~FileLock();
    FileLock(FileLock const&) = delete;
    FileLock& operator=(FileLock const&) = delete;

  private:
    int fd_;
};

} // namespace echollama
