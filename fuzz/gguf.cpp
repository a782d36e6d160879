// GGUF model files: what the check lets through, ggml's own reader must survive.
#include "formats/gguf_writer.h"
#include "fuzz.h"
#include "nn/gguf_check.h"

#include <gguf.h>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {written("toy.gguf", [](auto const& path) {
        convert::GgufWriter writer("toy");
        writer.set("toy.count", std::uint32_t{7});
        writer.set("toy.scale", 0.5F);
        writer.set("toy.flag", true);
        writer.set("toy.list", std::vector<std::int32_t>{3, 1, 2});
        writer.set("toy.names", std::vector<std::string>{"cat", "dog"});
        std::vector<float> const values(64, 1);
        writer.add("matrix", {32, 2}, values, convert::WeightType::q8_0);
        writer.add("half", {16, 4}, values, convert::WeightType::f16);
        writer.add("bias", {64}, values, convert::WeightType::f32);
        writer.write(path);
    })};
}

void run(Input input) {
    MemoryFile const file(input);
    nn::check_gguf(file.path());
    gguf_init_params const no_values{true, nullptr};
    gguf_free(gguf_init_from_file(file.path().c_str(), no_values));
}

} // namespace echollama::fuzz
