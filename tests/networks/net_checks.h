// What the tests of the vision networks share: inputs from names, taps against golden files, distances.
#pragma once

#include "networks/picture_input.h"
#include "nn/graph.h"
#include "support/memory.h"
#include "support/synthetic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace echollama::test {

// The golden input "name", [3, height, width] → channel-last
inline PictureInput named_input(std::string const& name, int width, int height, float scale) {
    auto area = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    auto planar = values_from_name(name, 3 * area, scale);
    PictureInput input{width, height, std::vector<float>(3 * area)};
    for (std::size_t i = 0; i < area; ++i) {
        for (std::size_t c = 0; c < 3; ++c) {
            input.values[3 * i + c] = planar[c * area + i];
        }
    }
    return input;
}

// A tap in PyTorch's order: feature maps planar, `tokens` as they are.
inline std::vector<float> tap_values(nn::Graph const& graph, std::string const& tap, bool tokens) {
    auto values = graph.read(tap);
    auto shape = graph.shape(tap);
    if (tokens) {
        return values;
    }
    std::vector<float> all;
    auto size = values.size() / static_cast<std::size_t>(shape[3]);
    for (std::size_t i = 0; i < values.size(); i += size) {
        auto begin = values.begin() + static_cast<std::ptrdiff_t>(i);
        auto planar = to_planar({begin, begin + static_cast<std::ptrdiff_t>(size)}, shape[0], shape[1], shape[2]);
        all.insert(all.end(), planar.begin(), planar.end());
    }
    return all;
}

// Relative L2 distance.
inline double distance(std::vector<float> const& a, std::vector<float> const& b) {
    double difference = 0, length = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        difference += d * d;
        length += static_cast<double>(b[i]) * static_cast<double>(b[i]);
    }
    return std::sqrt(difference / length);
}

// Ranks from 0; equal values share the mean of theirs.
inline std::vector<double> ranks(std::vector<float> const& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
    std::vector<double> rank(values.size());
    for (std::size_t i = 0; i < order.size();) {
        std::size_t end = i;
        while (end < order.size() && values[order[end]] == values[order[i]]) {
            ++end;
        }
        for (std::size_t k = i; k < end; ++k) {
            rank[order[k]] = static_cast<double>(i + end - 1) / 2;
        }
        i = end;
    }
    return rank;
}

// Spearman's rank correlation.
inline double spearman(std::vector<float> const& a, std::vector<float> const& b) {
    auto x = ranks(a), y = ranks(b);
    double middle = static_cast<double>(a.size() - 1) / 2, xy = 0, xx = 0, yy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xy += (x[i] - middle) * (y[i] - middle);
        xx += (x[i] - middle) * (x[i] - middle);
        yy += (y[i] - middle) * (y[i] - middle);
    }
    return xy / std::sqrt(xx * yy);
}

} // namespace echollama::test
