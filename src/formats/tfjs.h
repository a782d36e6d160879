// Reads a TensorFlow.js graph model: a JSON file with the graph and the list of weights, and one binary file with their
// values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace echollama::convert {

// One weight as float32; values row-major in TensorFlow's order of dimensions.
struct TfjsTensor {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

// What a converter needs of a graph node.
struct TfjsNode {
    std::string op;
    int stride = 1;                  // of convolutions, both directions
    std::vector<std::string> inputs; // names of nodes; ":1" and so on behind a name choose one of several outputs
};

struct TfjsModel {
    std::string file; // of the JSON, for messages
    std::map<std::string, TfjsTensor> tensors;
    std::map<std::string, TfjsNode> nodes;

    // A weight with exactly this shape; throws Error naming it otherwise.
    TfjsTensor const& tensor(std::string const& name, std::vector<std::int64_t> const& shape) const;
    TfjsTensor const& tensor(std::string const& name) const;
};

// A convolution's kernel, TensorFlow's [ky, kx, in, out], as the rows of a matrix product, [out][ky][kx][in]. Throws
// Error when the tensor is no kernel.
std::vector<float> kernel_rows(TfjsTensor const& kernel);

// Weights stored as float16, float32 or int32 are widened to float32. Throws Error with file and reason when a file is
// missing, is not such a model, or lengths do not agree.
TfjsModel read_tfjs(std::filesystem::path const& json, std::filesystem::path const& bin);

} // namespace echollama::convert
