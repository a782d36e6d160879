// Model files of every network of src/networks at the smallest size that its loader accepts, described so that tests
// and fuzz targets can damage them. SNAC is missing: its sizes are fixed, and large.
#pragma once

#include "formats/gguf_writer.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace echollama::test {

struct TinyNetwork {
    using Value = std::variant<std::uint32_t, float, bool, std::string, std::vector<std::int32_t>, std::vector<float>,
                               std::vector<std::string>>;
    struct Tensor {
        std::string name;
        std::vector<std::int64_t> shape; // ggml order, fastest first
        convert::WeightType type = convert::WeightType::f32;
        float scale = 0.05F; // of its numbers, which depend on nothing else
    };

    std::string architecture;
    std::vector<std::pair<std::string, Value>> values;
    std::vector<Tensor> tensors;

    Value& value(std::string const& key);                // of a key that is there
    Tensor& tensor(std::string const& name);             // likewise
    bool write(std::filesystem::path const& path) const; // false: no GGUF can hold it (two entries of one name)
};

TinyNetwork tiny_detr();
TinyNetwork tiny_dpt();
TinyNetwork tiny_midas_small();
TinyNetwork tiny_centernet();
TinyNetwork tiny_nanodet();
TinyNetwork tiny_moondream_vision();
TinyNetwork tiny_vits();
std::vector<TinyNetwork> tiny_networks(); // all of them

} // namespace echollama::test
