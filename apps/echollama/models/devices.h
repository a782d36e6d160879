// Where each model is computed (--device): decided for all models of a command together, before the first is loaded.
#pragma once

#include "app.h"
#include "base/error.h"
#include "base/log.h"
#include "models/stage_files.h"
#include "nn/device_plan.h"
#include "vision/with_spare.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace echollama {

// What the stage's models take on a device at their peak, and how much they gain by it, told by their files. nullopt:
// they cannot be computed on one, as what ONNX Runtime runs.
std::optional<nn::DeviceNeed> device_need(StageFiles const& stage);

// Plans the stages that the command will load with what is free on the devices now. What has no room stays on the
// processor, and one warning says so. Throws Error when --device names a device that is not there.
void decide_devices(AppContext const& context, std::vector<std::vector<StageFiles>> const& stages);

// Where the stage is to be computed: as it was planned; one that was not, or is loaded once more, gets what the others
// have left. nn::make_backend knows the name. Thread-safe.
std::string device_of(AppContext const& context, StageFiles const& stage);

// The name of a GPU, not of the processor.
bool names_gpu(std::string const& device);

// What `make` makes on the device; where that fails, on the processor, and a warning says so. What fails there too,
// such as a damaged file, tells why itself.
template <typename Make>
auto made_on(std::string const& device, std::string const& name, Make const& make) {
    if (names_gpu(device)) {
        try {
            return make(device);
        } catch (Cancelled const&) {
            throw;
        } catch (std::exception const& error) {
            log::debug(error.what());
        }
        auto model = make(nn::cpu_device);
        log::warning("The " + name + " cannot be loaded on " + device +
                     "; the processor computes it, which takes longer.");
        return model;
    }
    return make(device);
}

// The same for a network that takes memory only when it knows the picture: where it fails then, the processor takes
// over.
template <typename Make>
auto seeing_on(std::string const& device, std::string const& name, Make const& make) {
    auto model = made_on(device, name, make);
    return names_gpu(device) ? with_spare(
                                   std::move(model), [make] { return make(nn::cpu_device); },
                                   [device, name](char const* why) {
                                       log::debug(why);
                                       log::warning("The " + name + " cannot be computed on " + device +
                                                    "; the processor computes it, which takes longer.");
                                   })
                             : std::move(model);
}

// For a command that loads one model and works with it.
template <typename Make>
auto load_on_device(AppContext const& context, StageFiles const& stage, Make const& make) {
    return made_on(device_of(context, stage), stage.name, make);
}

} // namespace echollama
