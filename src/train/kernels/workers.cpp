#include "train/kernels/workers.h"

#include <algorithm>

namespace echollama::train {

Workers::Workers(int threads) {
    for (int i = 1; i < threads; ++i) {
        others_.emplace_back([this] { wait_for_work(); });
    }
}

Workers::~Workers() {
    std::lock_guard const lock(mutex_);
    ending_ = true;
    changed_.notify_all();
}

void Workers::wait_for_work() {
    std::uint64_t seen = 0;
    while (true) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return ending_ || round_ != seen; });
            if (ending_) {
                return;
            }
            seen = round_;
        }
        take_items();
        std::lock_guard const lock(mutex_);
        if (--busy_ == 0) {
            changed_.notify_all();
        }
    }
}

void Workers::take_items() {
    try {
        for (auto item = next_.fetch_add(1); item < count_; item = next_.fetch_add(1)) {
            (*work_)(item);
        }
    } catch (...) {
        std::lock_guard const lock(mutex_);
        next_ = count_;
        failure_ = std::current_exception();
    }
}

void Workers::each(std::int64_t count, std::function<void(std::int64_t)> const& work) {
    if (others_.empty() || count < 2) {
        for (std::int64_t item = 0; item < count; ++item) {
            work(item);
        }
        return;
    }
    {
        std::lock_guard const lock(mutex_);
        work_ = &work;
        count_ = count;
        next_ = 0;
        failure_ = nullptr;
        busy_ = static_cast<int>(others_.size());
        ++round_;
        changed_.notify_all();
    }
    take_items();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return busy_ == 0; });
    if (failure_) {
        std::rethrow_exception(failure_);
    }
}

} // namespace echollama::train
