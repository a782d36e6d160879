// Strided samples of an original network's tensors, as the scripts in tests/tools store them: lines of input, tap,
// shape, stride, largest value, its index, sum, then every stride-th value of the flattened tensor starting at 0,
// separated by tabs.
#pragma once

#include "base/counter_rng.h"
#include "support/support.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace echollama::test {

struct ReferenceSamples {
    std::size_t stride = 1;
    float largest = 0;
    std::size_t largest_at = 0;
    std::vector<float> samples;
};

// Tap name → numbers, of one input of a file in tests/data.
inline std::map<std::string, ReferenceSamples> reference_samples(std::string const& file_name,
                                                                 std::string const& input) {
    std::ifstream file(data(file_name));
    std::map<std::string, ReferenceSamples> found;
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string name, tap, shape, sum;
        ReferenceSamples reference;
        fields >> name >> tap >> shape >> reference.stride >> reference.largest >> reference.largest_at >> sum;
        for (float value; fields >> value;) {
            reference.samples.push_back(value);
        }
        if (name == input) {
            found[tap] = reference;
        }
    }
    return found;
}

// Largest absolute difference at the sampled places; infinite where the tensor has another size.
inline float largest_difference(std::vector<float> const& all, ReferenceSamples const& reference) {
    if (reference.samples.empty() ||
        (all.size() + reference.stride - 1) / reference.stride != reference.samples.size()) {
        return INFINITY;
    }
    float worst = std::abs(all.at(reference.largest_at) - reference.largest);
    for (std::size_t i = 0; i < reference.samples.size(); ++i) {
        worst = std::max(worst, std::abs(all[i * reference.stride] - reference.samples[i]));
    }
    return worst;
}

// Numbers 0 … 255 from the name "input", as the scripts make them.
inline std::vector<float> noise_pixels(std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = std::floor(uniform(fnv1a64("input"), i) * 256);
    }
    return values;
}

} // namespace echollama::test
