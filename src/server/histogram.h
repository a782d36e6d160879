// How long things took, in Prometheus' buckets.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace echollama::server {

struct Histogram {
    static constexpr std::array<double, 12> bounds{0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                                   1,    2.5,   5,    10,  30,   120}; // seconds
    std::array<std::uint64_t, bounds.size() + 1> counts{}; // each alone; the last: longer than all
    double sum = 0;

    void add(double seconds) {
        auto const bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin();
        ++counts.at(static_cast<std::size_t>(bucket));
        sum += seconds;
    }
};

} // namespace echollama::server
