// Destructors that may never return.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <utility>

namespace echollama {

// Destroys the object on a thread of its own and waits for that no longer than `patience`; then both are left behind,
// until the program ends. The object must not refer to anything of its former owner. True: it was destroyed.
template <typename T>
bool destroy_with_timeout(std::unique_ptr<T> object, std::chrono::milliseconds patience) {
    std::packaged_task<void()> destroy([owned = std::shared_ptr<T>(std::move(object))]() mutable { owned.reset(); });
    auto done = destroy.get_future();
    std::thread(std::move(destroy)).detach();
    return done.wait_for(patience) == std::future_status::ready;
}

} // namespace echollama
