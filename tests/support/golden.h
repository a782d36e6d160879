// Reads golden numbers: synthetic weights made from their names, and taps with their tolerances.
#pragma once

#include "base/counter_rng.h"
#include "formats/safetensors.h"
#include "support/support.h"

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

namespace echollama::test {

// One line of a weights.tsv.
struct GoldenWeight {
    std::vector<std::int64_t> shape;
    float scale = 0, offset = 0;
};

inline std::vector<std::vector<std::string>> read_tsv(std::filesystem::path const& path) {
    std::ifstream file(path);
    std::vector<std::vector<std::string>> rows;
    std::string line, cell;
    while (std::getline(file, line)) {
        std::istringstream cells(line);
        rows.emplace_back();
        while (std::getline(cells, cell, '\t')) {
            rows.back().push_back(cell);
        }
    }
    return rows;
}

inline std::map<std::string, GoldenWeight> golden_weights(std::filesystem::path const& tsv) {
    std::map<std::string, GoldenWeight> weights;
    auto rows = read_tsv(tsv);
    for (std::size_t i = 1; i < rows.size(); ++i) {
        GoldenWeight w;
        std::istringstream shape(rows[i].at(1));
        for (std::string n; std::getline(shape, n, 'x');) {
            w.shape.push_back(std::stoll(n));
        }
        w.scale = std::stof(rows[i].at(3));
        w.offset = std::stof(rows[i].at(4));
        weights[rows[i][0]] = w;
    }
    return weights;
}

// The synthetic tensor of that name: offset + scale * (2 u - 1), each operation rounded to float32.
inline std::vector<float> golden_tensor(std::string const& name, std::size_t count, float scale, float offset) {
    std::vector<float> values(count);
    std::uint64_t const seed = fnv1a64(name);
    for (std::size_t i = 0; i < count; ++i) {
        float volatile product = scale * (2.0F * uniform(seed, i) - 1.0F); // no fused multiply-add
        values[i] = offset + product;
    }
    return values;
}

// A tap as stored: every stride-th element of the flattened tensor.
struct GoldenTap {
    std::vector<float> values;
    std::vector<std::int64_t> shape;
    std::int64_t stride = 1;
};

inline GoldenTap golden_tap(convert::Safetensors const& file, std::string const& name) {
    GoldenTap tap{file.floats(name), file.tensors().at(name).shape, 1};
    auto meta = file.metadata().find("tap." + name);
    if (meta != file.metadata().end()) {
        std::string shape = meta->second.substr(meta->second.find("shape=") + 6);
        tap.stride = std::stoll(shape.substr(shape.find("stride=") + 7));
        shape = shape.substr(0, shape.find(' '));
        tap.shape.clear();
        std::istringstream dims(shape);
        for (std::string n; std::getline(dims, n, 'x');) {
            tap.shape.push_back(std::stoll(n));
        }
    }
    return tap;
}

struct Deviation {
    double max_abs = 0, rel_l2 = 0;
};

inline Deviation deviation(std::vector<float> const& got, std::vector<float> const& expected) {
    Deviation d;
    double error = 0, norm = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        double diff = static_cast<double>(got.at(i)) - expected[i];
        d.max_abs = std::isnan(diff) ? INFINITY : std::max(d.max_abs, std::abs(diff));
        error += diff * diff;
        norm += static_cast<double>(expected[i]) * expected[i];
    }
    d.rel_l2 = std::sqrt(error / norm);
    return d;
}

} // namespace echollama::test
