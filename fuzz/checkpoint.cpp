// Published checkpoints: safetensors, PyTorch's zip form and its older form, with every small tensor read.
#include "formats/checkpoint.h"

#include "fuzz.h"
#include "support/synthetic.h"

namespace echollama::fuzz {
namespace {

std::vector<test::SyntheticTensor> tensors() {
    auto const numbers = [](std::size_t count) { return [count] { return std::vector<float>(count, 0.25F); }; };
    return {{"a.weight", {2, 3}, numbers(6)}, {"a.bias", {2}, numbers(2)}, {"scale", {}, numbers(1)}};
}

} // namespace

std::vector<Bytes> seeds() {
    std::vector<Bytes> all;
    all.push_back(written("a", [](auto const& path) { test::write_safetensors(path, tensors()); }));
    for (std::string const container : {"", "model"}) {
        all.push_back(written("a", [&](auto const& path) { test::write_torch_zip(path, tensors(), container); }));
        all.push_back(written("a", [&](auto const& path) { test::write_torch_old(path, tensors(), container); }));
    }
    return all;
}

void run(Input input) {
    constexpr std::int64_t small = 1 << 20; // a tensor may repeat one number as often as it says
    MemoryFile const file(input);
    auto const checkpoint = convert::open_checkpoint(file.path());
    for (auto const& tensor : checkpoint.tensors()) {
        if (convert::element_count(tensor.shape) <= small) {
            checkpoint.read(tensor.name);
        }
    }
}

} // namespace echollama::fuzz
