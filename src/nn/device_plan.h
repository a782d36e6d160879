// Which models are computed on which device, decided for all of them before the first is loaded. Knows no device and no
// file: numbers in, names out.
#pragma once

#include "nn/backend.h"

#include <cstdint>
#include <string>
#include <vector>

namespace echollama::nn {

// What gains by a GPU, the most first: who writes tokens one after the other waits for memory at each, and a voice must
// not be slower than speech; a large network for one picture computes for a second on a processor. A network that needs
// a few billion operations or less is done on a processor in the time in which a GPU has only got ready: it stays.
enum class Gain { voice, language, captions, detector, depth, listener, none };

struct DeviceNeed {
    std::string stage;       // unique within a plan
    std::uint64_t bytes = 0; // at its peak: weights, memory of what was read, intermediate results
    Gain gain = Gain::none;
};

struct DevicePlan {
    struct Place {
        std::string stage;
        std::string device = cpu_device;
        bool no_room = false; // it would have gained by a device, and none had room for it
    };
    std::vector<Place> places;            // one for each need, in their order
    std::vector<std::uint64_t> free_left; // of each device, after all of them

    // cpu_device for a stage that was not planned.
    std::string device_of(std::string const& stage) const;
    // The stages without room.
    std::vector<std::string> without_room() const;
};

// Places the needs in the order of their gain, at equal gain the smaller one first, each on the device with the most
// free memory that has room for it. `everything`: those that gain nothing, too (a device that the user named).
//
// No device is given more than its free_bytes. With one device that has more memory the first need, in that order, that
// is placed differently is one that now has room: nothing is lost for something that gains less.
DevicePlan plan_devices(std::vector<GpuDevice> const& devices, std::vector<DeviceNeed> const& needs, bool everything);

// Of the device's free memory what models may take: the drivers' own libraries want theirs when they begin to work
// (CUDA's matrix products some ten megabytes for each model), and other programs breathe.
std::uint64_t usable_bytes(GpuDevice const& device);

} // namespace echollama::nn
