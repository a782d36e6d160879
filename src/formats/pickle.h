// The part of Python's pickle format that model files need, read without running anything.
// (docs.python.org, pickletools; torch/serialization.py)
#pragma once

#include "formats/checkpoint.h"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace echollama::convert::pickle {

using Index = std::uint32_t; // of a Value in Pickle::values

enum class Kind {
    none,
    boolean,
    integer,
    real,
    text,
    sequence,   // list or tuple: items
    dictionary, // items: key, value, key, value, …
    callable,   // one of the few names that are allowed; text holds it
    storage,    // numbers in the file: text is the key, type and integer (their count) are set
    tensor,     // items: storage, shape, strides; integer: offset in elements
    ignored,    // harmless and not needed
    mark,
};

struct Value {
    Kind kind = Kind::none;
    std::int64_t integer = 0;
    double real = 0;
    std::string text;
    DType type = DType::f32;
    std::vector<Index> items;
};

struct Pickle {
    std::vector<Value> values;
    Index root = 0;
    std::size_t end = 0; // position after the pickle
};

// Reads one pickle that starts at `begin`. Only these names may occur: collections.OrderedDict, argparse.Namespace and
// types.SimpleNamespace (ignored), torch's storage types, torch.Size, torch.device,
// torch._utils._rebuild_tensor_v2, _rebuild_tensor and _rebuild_parameter. `fail` must throw; it gets the reason.
Pickle read_pickle(std::vector<std::uint8_t> const& bytes, std::size_t begin,
                   std::function<void(std::string const& reason)> const& fail);

} // namespace echollama::convert::pickle
