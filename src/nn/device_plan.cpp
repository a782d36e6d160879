#include "nn/device_plan.h"

#include <algorithm>
#include <numeric>

namespace echollama::nn {
namespace {

// Indices, the most gain first.
std::vector<std::size_t> by_gain(std::vector<DeviceNeed> const& needs) {
    std::vector<std::size_t> order(needs.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return needs[a].gain != needs[b].gain ? needs[a].gain < needs[b].gain : needs[a].bytes < needs[b].bytes;
    });
    return order;
}

} // namespace

std::string DevicePlan::device_of(std::string const& stage) const {
    auto const found =
        std::find_if(places.begin(), places.end(), [&](Place const& place) { return place.stage == stage; });
    return found == places.end() ? cpu_device : found->device;
}

std::vector<std::string> DevicePlan::without_room() const {
    std::vector<std::string> stages;
    for (auto const& place : places) {
        if (place.no_room) {
            stages.push_back(place.stage);
        }
    }
    return stages;
}

std::uint64_t usable_bytes(GpuDevice const& device) {
    constexpr std::uint64_t least_kept = 256'000'000;
    auto const kept = std::max(least_kept, device.free_bytes / 20);
    return device.free_bytes - std::min(device.free_bytes, kept);
}

DevicePlan plan_devices(std::vector<GpuDevice> const& devices, std::vector<DeviceNeed> const& needs, bool everything) {
    DevicePlan plan;
    for (auto const& device : devices) {
        plan.free_left.push_back(device.free_bytes);
    }
    for (auto const& need : needs) {
        plan.places.push_back({need.stage});
    }
    for (auto const i : by_gain(needs)) {
        auto const& need = needs[i];
        if (devices.empty() || (need.gain == Gain::none && !everything)) {
            continue;
        }
        auto const most = std::max_element(plan.free_left.begin(), plan.free_left.end());
        if (need.bytes > *most) {
            plan.places[i].no_room = true;
            continue;
        }
        plan.places[i].device = devices[static_cast<std::size_t>(most - plan.free_left.begin())].name;
        *most -= need.bytes;
    }
    return plan;
}

} // namespace echollama::nn
