// Models that share a limited memory: each is loaded when it is used, and makes room for others when it is not.
#pragma once

#include "base/timing.h"
#include "pipeline/loading.h"
#include "roles/roles.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

// A stage is one model, or several that only work together. What is used at the same time must fit, else the later one
// waits; what is not used stays loaded until its room is wanted, the longest unused going first. Safe to use from
// several threads; a thread must not use one stage inside another's work, unless both fit.
class StageMemory {
  public:
    // Bytes for all stages together.
    explicit StageMemory(std::uint64_t bytes) : bytes_(bytes) {}

    // What a stage takes while it works, and how it comes and goes. Returns its number.
    struct Stage {
        std::string name;
        std::uint64_t bytes = 0;
        std::function<void()> load, unload;
    };
    std::size_t add(Stage stage);

    // Whether these two may be loaded at the same time, by their names; what was not added takes nothing.
    bool fit_together(std::string const& one, std::string const& other) const;

    // Runs the work while the stage is loaded. A stage that is larger than all room there is gets it alone. False: stop
    // was requested while it waited, and nothing was done. Throws what loading and the work throw.
    bool use(std::size_t stage, std::stop_token const& stop, std::function<void()> const& work);

  private:
    enum class State { out, loading, in };
    struct Entry {
        Stage stage;
        State state = State::out;
        int users = 0;
        std::uint64_t last_used = 0;
    };
    bool make_room(std::size_t stage);
    void leave(std::size_t stage, State state);
    std::uint64_t loaded_bytes() const;

    std::uint64_t bytes_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<std::unique_ptr<Entry>> entries_;
    std::uint64_t uses_ = 0;
};

// Whatever plays a role, loaded by `make` when it is used; `bytes`: what it takes while it works. `name` as for
// load_in_background, whose timing is noted each time. What cannot be loaded is told by the first method that is
// called. `timings` must outlive them.
struct StageOptions {
    std::shared_ptr<StageMemory> memory;
    std::string name;
    std::uint64_t bytes = 0;
    Timings* timings = nullptr;
    std::stop_token stop = {}; // for methods that have none of their own
};
template <typename Role>
using MakeRole = std::function<std::shared_ptr<Role>()>;

std::shared_ptr<Detector> staged(StageOptions const& options, MakeRole<Detector> make);
std::shared_ptr<DepthEstimator> staged(StageOptions const& options, MakeRole<DepthEstimator> make);
std::shared_ptr<Captioner> staged(StageOptions const& options, MakeRole<Captioner> make);
std::shared_ptr<Reader> staged(StageOptions const& options, MakeRole<Reader> make);
std::shared_ptr<Describer> staged(StageOptions const& options, MakeRole<Describer> make);
std::shared_ptr<Speaker> staged(StageOptions const& options, MakeRole<Speaker> make);

} // namespace echollama
