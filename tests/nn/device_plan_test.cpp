// Which model goes where: by hand, and by properties over random devices and models.
#include "nn/device_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace echollama::nn {
namespace {

std::vector<GpuDevice> one(std::uint64_t bytes) {
    return {{"GPU0", "a device", bytes, bytes}};
}

std::vector<DeviceNeed> paper() {
    return {{"detector", 200, Gain::detector},  {"depth", 300, Gain::depth},
            {"captioner", 900, Gain::captions}, {"language model", 800, Gain::language},
            {"voice", 2000, Gain::voice},       {"listener", 100, Gain::listener},
            {"small", 10, Gain::none}};
}

std::vector<std::string> placed(DevicePlan const& plan) {
    std::vector<std::string> stages;
    for (auto const& place : plan.places) {
        if (place.device != cpu_device) {
            stages.push_back(place.stage);
        }
    }
    return stages;
}

TEST(DevicePlan, WithoutDevicesEverythingIsComputedHere) {
    auto const plan = plan_devices({}, paper(), true);
    EXPECT_TRUE(placed(plan).empty());
    EXPECT_TRUE(plan.without_room().empty()) << "nobody misses a device that is not there";
}

TEST(DevicePlan, WhatGainsGoesWhereThereIsRoomForAll) {
    auto const plan = plan_devices(one(10'000), paper(), false);
    EXPECT_EQ(placed(plan),
              (std::vector<std::string>{"detector", "depth", "captioner", "language model", "voice", "listener"}));
    EXPECT_EQ(plan.device_of("small"), cpu_device);
    EXPECT_TRUE(plan.without_room().empty()) << "it does not want a device";
    EXPECT_EQ(plan.free_left, (std::vector<std::uint64_t>{10'000 - 4300}));
}

TEST(DevicePlan, ADeviceThatWasNamedTakesTheSmallOnesToo) {
    EXPECT_EQ(plan_devices(one(10'000), paper(), true).device_of("small"), "GPU0");
}

TEST(DevicePlan, TheVoiceComesFirstAndSmallerModelsFillWhatIsLeft) {
    auto const plan = plan_devices(one(2500), paper(), false);
    EXPECT_EQ(placed(plan), (std::vector<std::string>{"detector", "depth", "voice"}));
    EXPECT_EQ(plan.without_room(), (std::vector<std::string>{"captioner", "language model", "listener"}));
}

TEST(DevicePlan, SeveralDevicesShareTheModels) {
    auto const plan = plan_devices({{"GPU0", "", 2100, 2100}, {"GPU1", "", 1900, 1900}}, paper(), false);
    EXPECT_EQ(plan.device_of("voice"), "GPU0");
    EXPECT_EQ(plan.device_of("language model"), "GPU1");
    EXPECT_EQ(plan.device_of("captioner"), "GPU1");
}

TEST(DevicePlan, AStageThatWasNotPlannedIsComputedHere) {
    EXPECT_EQ(plan_devices(one(10'000), paper(), false).device_of("unknown"), cpu_device);
}

TEST(DevicePlan, SomeMemoryIsLeftToTheDriversAndOthers) {
    EXPECT_EQ(usable_bytes({"", "", 100'000'000, 0}), 0U);
    EXPECT_EQ(usable_bytes({"", "", 1'000'000'000, 0}), 744'000'000U);
    EXPECT_EQ(usable_bytes({"", "", 80'000'000'000, 0}), 76'000'000'000U);
}

struct Random {
    std::mt19937_64 engine{22};
    std::uint64_t below(std::uint64_t end) { return engine() % end; }
    std::vector<DeviceNeed> needs() {
        std::vector<DeviceNeed> all;
        for (std::uint64_t i = 0, count = below(9); i < count; ++i) {
            all.push_back({"stage" + std::to_string(i), below(1000), static_cast<Gain>(below(7))});
        }
        return all;
    }
};

TEST(DevicePlanProperty, NoDeviceIsGivenMoreThanItHas) {
    Random random;
    for (int round = 0; round < 5000; ++round) {
        std::vector<GpuDevice> devices;
        for (std::uint64_t i = 0, count = random.below(4); i < count; ++i) {
            devices.push_back({"GPU" + std::to_string(i), "", random.below(2000), 2000});
        }
        auto const needs = random.needs();
        bool const everything = random.below(2) == 1;
        auto const plan = plan_devices(devices, needs, everything);
        std::map<std::string, std::uint64_t> used;
        ASSERT_EQ(plan.places.size(), needs.size());
        for (std::size_t i = 0; i < needs.size(); ++i) {
            ASSERT_EQ(plan.places[i].stage, needs[i].stage);
            used[plan.places[i].device] += needs[i].bytes;
            bool const wanted = everything || needs[i].gain != Gain::none;
            ASSERT_EQ(plan.places[i].no_room, wanted && !devices.empty() && plan.places[i].device == cpu_device);
        }
        for (std::size_t i = 0; i < devices.size(); ++i) {
            ASSERT_LE(used[devices[i].name], devices[i].free_bytes);
            ASSERT_EQ(plan.free_left[i], devices[i].free_bytes - used[devices[i].name]);
        }
    }
}

// In the order of gain, the first model that more memory places differently is one that it takes in.
TEST(DevicePlanProperty, MoreMemoryNeverGivesUpAModelForOneThatGainsLess) {
    Random random;
    for (int round = 0; round < 5000; ++round) {
        auto needs = random.needs();
        std::stable_sort(needs.begin(), needs.end(), [](auto const& a, auto const& b) {
            return a.gain != b.gain ? a.gain < b.gain : a.bytes < b.bytes;
        });
        auto const little = random.below(3000), more = little + random.below(3000);
        auto const before = plan_devices(one(little), needs, true), after = plan_devices(one(more), needs, true);
        for (std::size_t i = 0; i < needs.size(); ++i) {
            if (before.places[i].device != after.places[i].device) {
                ASSERT_EQ(after.places[i].device, "GPU0");
                break;
            }
        }
    }
}

TEST(DevicePlanProperty, WhatHasNoRoomIsOnlyMissedBehindWhatGainsMore) {
    Random random;
    for (int round = 0; round < 5000; ++round) {
        auto const needs = random.needs();
        auto const bytes = random.below(3000);
        auto const plan = plan_devices(one(bytes), needs, true);
        for (std::size_t i = 0; i < needs.size(); ++i) {
            if (!plan.places[i].no_room) {
                continue;
            }
            std::uint64_t before = 0; // of what gains as much or more and has a place
            for (std::size_t k = 0; k < needs.size(); ++k) {
                before += plan.places[k].device == "GPU0" && needs[k].gain <= needs[i].gain ? needs[k].bytes : 0;
            }
            ASSERT_GT(before + needs[i].bytes, bytes);
        }
    }
}

} // namespace
} // namespace echollama::nn
