// Synthetic checkpoints and golden numbers: weights made from tensor names, and comparison with stored taps
// (shared/golden/README.md).
#pragma once

#include "formats/checkpoint.h"
#include "support/support.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace echollama::test {

// Element i of the tensor `name`: offset + scale * u(name, i), each step rounded to float32.
std::vector<float> values_from_name(std::string const& name, std::size_t count, float scale = 1, float offset = 0);
// The integer codes of SNAC, 0..4095.
std::vector<int> codes_from_name(std::string const& name, std::size_t count);

// A tensor of a synthetic checkpoint; its numbers are made when they are written.
struct SyntheticTensor {
    std::string name;
    std::vector<std::int64_t> shape; // PyTorch order
    std::function<std::vector<float>()> values;
};

// The tensors of weights.tsv.
std::vector<SyntheticTensor> synthetic_weights(std::filesystem::path const& weights_tsv);
// The same numbers under the names of weights-original-names.tsv.
std::vector<SyntheticTensor> synthetic_original_weights(std::filesystem::path const& weights_tsv,
                                                        std::filesystem::path const& original_names_tsv);

// Checkpoints as they are published. `container` (may be empty) nests the state dict, as {'model': …}.
void write_safetensors(std::filesystem::path const& path, std::vector<SyntheticTensor> const& tensors);
void write_torch_zip(std::filesystem::path const& path, std::vector<SyntheticTensor> const& tensors,
                     std::string const& container = "");
void write_torch_old(std::filesystem::path const& path, std::vector<SyntheticTensor> const& tensors,
                     std::string const& container = "");

// One golden file with its lines of taps.tsv.
class Golden {
  public:
    // `file` such as "detr/small.safetensors"
    explicit Golden(std::string const& file);

    convert::Checkpoint const& numbers() const { return numbers_; }
    std::vector<std::string> taps() const; // in the order of taps.tsv

    // Compares the whole tensor (row-major, PyTorch's order) with the stored elements. Tolerance: relative L2 error at
    // most 10 times and largest error at most 20 times what the original's own float32 run has, not less than 2e-6
    // relative. Returns "" or what is wrong.
    std::string compare(std::string const& tap, std::vector<float> const& values) const;
    // Relative L2 error and largest error over the stored elements.
    struct Deviation {
        double relative_l2 = 0, largest = 0;
    };
    Deviation deviation(std::string const& tap, std::vector<float> const& values) const;

  private:
    struct Line {
        std::string tap, shape, stride;
        double mean = 0, max_dev = 0, rel_dev = 0, l2 = 0, low = 0, high = 0;
    };
    std::vector<float> pick(Line const& line, std::vector<float> const& values) const;
    Line const& line(std::string const& tap) const;

    convert::Checkpoint numbers_;
    std::vector<Line> lines_;
};

// Channel-last [c, w, h] (channels fastest) → PyTorch's [c][h][w].
std::vector<float> to_planar(std::vector<float> const& values, std::int64_t c, std::int64_t w, std::int64_t h);

// Tab-separated file with a header line: each row by column name.
std::vector<std::map<std::string, std::string>> read_table(std::filesystem::path const& path);

// "3x224x320" → {3, 224, 320}
std::vector<std::int64_t> parse_shape(std::string const& text);

} // namespace echollama::test
