// Loading models as the memory allows: all of them for good, or each while it works.
#pragma once

#include "app.h"
#include "models/devices.h"
#include "models/stage_files.h"
#include "pipeline/loading.h"
#include "pipeline/stage_memory.h"

#include <string>
#include <utility>

namespace echollama {

// What the models share when they come and go: with --memory, and where those that were chosen do not fit into what is
// free at once. None: each is loaded once and stays.
std::shared_ptr<StageMemory> const& stage_memory(AppContext const& context);

// For staged(); on a GPU a model takes none of the computer's own memory. Throws Error, saying what to choose, when the
// model alone is larger than --memory.
StageOptions stage_options(AppContext const& context, StageFiles const& stage, std::string const& device,
                           Timings& timings);

// Whether the voice is loaded only when everything is written, because both together do not fit.
bool voice_waits(AppContext const& context);

// As load_in_background and load_when_wanted, where the models stay. `make` is given the device (device_of).
enum class LoadingTime { at_once, when_wanted };
template <typename Role, typename Make>
Loading<Role> load_stage(AppContext const& context, StageFiles const& stage, LoadingTime time, Timings& timings,
                         Make make) {
    auto const device = device_of(context, stage);
    auto const make_here = [make = std::move(make), device, name = stage.name] { return made_on(device, name, make); };
    if (stage_memory(context)) {
        MakeRole<Role> const make_shared = [make_here] { return std::shared_ptr<Role>(make_here()); };
        return ready<Role>(staged(stage_options(context, stage, device, timings), make_shared));
    }
    return time == LoadingTime::at_once ? load_in_background<Role>(timings, stage.name, make_here)
                                        : load_when_wanted<Role>(timings, stage.name, make_here);
}

} // namespace echollama
