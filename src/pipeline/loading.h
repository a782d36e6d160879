// Models that load in the background while something else works.
#pragma once

#include "base/timing.h"

#include <future>
#include <memory>
#include <string>
#include <thread>

namespace echollama {

// get() waits for the model and throws what loading threw; not valid(): there is no such model.
template <typename Role>
using Loading = std::shared_future<std::shared_ptr<Role>>;

// A model that is there already.
template <typename Role>
Loading<Role> ready(std::shared_ptr<Role> model) {
    std::promise<std::shared_ptr<Role>> promise;
    promise.set_value(std::move(model));
    return promise.get_future().share();
}

// `timings` must outlive the loading.
template <typename Role, typename Make>
Loading<Role> load_in_background(Timings& timings, std::string const& name, Make make) {
    return std::async(std::launch::async, [&timings, name, make] {
        return timings.measure("load " + name, [&] { return std::shared_ptr<Role>(make()); });
    });
}

// Loads when it is first asked for, in the thread that asks. `timings` must outlive the loading.
template <typename Role, typename Make>
Loading<Role> load_when_wanted(Timings& timings, std::string const& name, Make make) {
    return std::async(std::launch::deferred, [&timings, name, make] {
        return timings.measure("load " + name, [&] { return std::shared_ptr<Role>(make()); });
    });
}

// Begins, in the background and one after the other, what otherwise waits to be wanted. The result must be kept until
// the models may be dropped: its end waits for the loading.
template <typename... Role>
std::future<void> begin_in_order(Loading<Role> const&... loading) {
    return std::async(std::launch::async,
                      [... loading = loading] { ((loading.valid() ? loading.wait() : void()), ...); });
}

// Whether what is needed later may load beside the work that is waited for. On a small processor it would only take
// that work's place, and the first words would come later.
inline bool has_cores_to_spare() {
    constexpr unsigned few = 4;
    return std::thread::hardware_concurrency() >= few;
}

} // namespace echollama
