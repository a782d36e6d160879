// Threads that share the items of one piece of work.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace echollama::train {

// The caller is one of the threads. Items are taken one by one, so which thread computes what is left to chance; work
// therefore writes only what belongs to its item, and results do not depend on the number of threads.
class Workers {
  public:
    explicit Workers(int threads);
    ~Workers();
    Workers(Workers const&) = delete;
    Workers& operator=(Workers const&) = delete;

    int threads() const { return static_cast<int>(others_.size()) + 1; }

    // Calls work(item) once for each of 0 … count - 1 and returns when all are done; throws what one of them threw.
    // Not to be called from within work.
    void each(std::int64_t count, std::function<void(std::int64_t item)> const& work);

  private:
    void wait_for_work();
    void take_items();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::function<void(std::int64_t)> const* work_ = nullptr;
    std::int64_t count_ = 0;
    std::atomic<std::int64_t> next_ = 0;
    std::uint64_t round_ = 0;
    int busy_ = 0; // other threads that have not ended this round
    bool ending_ = false;
    std::exception_ptr failure_;
    std::vector<std::jthread> others_;
};

} // namespace echollama::train
