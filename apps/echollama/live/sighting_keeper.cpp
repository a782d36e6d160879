#include "live/sighting_keeper.h"

#include "base/error.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace echollama {
namespace {

constexpr std::size_t most_waiting = 1000; // of a file that cannot be written for long, the newest

std::int64_t milliseconds_now() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace

SightingKeeper::SightingKeeper(std::filesystem::path file, bool live)
    : file_(std::move(file)), walk_(milliseconds_now()), live_(live),
      thread_([this](std::stop_token const& stop) { run(stop); }) {}

SightingKeeper::~SightingKeeper() {
    finish();
}

void SightingKeeper::keep(std::vector<Sighting> sightings) {
    if (sightings.empty()) {
        return;
    }
    std::lock_guard const lock(mutex_);
    for (auto& seen : sightings) {
        seen.walk = walk_;
        seen.live = live_;
        std::erase_if(waiting_, [&](Sighting const& older) { return older.label == seen.label; });
        waiting_.push_back(std::move(seen));
    }
    if (waiting_.size() > most_waiting) {
        waiting_.erase(waiting_.begin(), waiting_.end() - static_cast<std::ptrdiff_t>(most_waiting));
    }
    changed_.notify_all();
}

std::optional<std::string> SightingKeeper::take_fault() {
    std::lock_guard const lock(mutex_);
    return std::exchange(fault_, std::nullopt);
}

void SightingKeeper::finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.empty() && !busy_; });
}

void SightingKeeper::run(std::stop_token const& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return !waiting_.empty(); })) {
        auto const batch = std::exchange(waiting_, {});
        busy_ = true;
        lock.unlock();
        std::optional<std::string> fault;
        try {
            SightingStore(file_, SightingStore::Use::write).remember(batch);
        } catch (std::exception const& error) { // is told; the watching goes on
            fault = error.what();
        }
        lock.lock();
        busy_ = false;
        if (fault && !std::exchange(told_, true)) {
            fault_ = std::move(fault);
        }
        changed_.notify_all();
    }
}

} // namespace echollama
