// Keeps what is seen while watching (memory/sighting_store.h), beside the work that goes on: neither a slow disk nor a
// file that somebody holds delays a word.
#pragma once

#include "memory/sighting_store.h"

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace echollama {

class SightingKeeper {
  public:
    // `live`: as in Sighting. The file is opened for each writing, so that forgetting is possible meanwhile.
    SightingKeeper(std::filesystem::path file, bool live);
    ~SightingKeeper(); // waits for what was handed over
    SightingKeeper(SightingKeeper const&) = delete;
    SightingKeeper& operator=(SightingKeeper const&) = delete;

    // Hands over; does not wait.
    void keep(std::vector<Sighting> sightings);
    // One sentence, once, when keeping failed; it is tried again with the next ones.
    std::optional<std::string> take_fault();
    // Waits until all is kept or has failed.
    void finish();

  private:
    void run(std::stop_token const& stop);

    std::filesystem::path file_;
    std::int64_t walk_;
    bool live_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<Sighting> waiting_;
    bool busy_ = false, told_ = false;
    std::optional<std::string> fault_;
    std::jthread thread_; // last: it uses everything above
};

} // namespace echollama
