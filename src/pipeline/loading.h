// Models that load in the background while something else works.
#pragma once

#include "base/timing.h"

#include <future>
#include <memory>
#include <string>

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

} // namespace echollama
