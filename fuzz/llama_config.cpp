// config.json of a published language model.
#include "convert/llama.h"
#include "fuzz.h"

#include <cmath>
#include <stdexcept>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of(R"({"model_type":"llama","hidden_size":16,"num_attention_heads":4,"num_key_value_heads":2,)"
                     R"("num_hidden_layers":1,"intermediate_size":32,"vocab_size":4,"rms_norm_eps":1e-5,)"
                     R"("rope_scaling":{"rope_type":"llama3","factor":32.0,"low_freq_factor":1.0,)"
                     R"("high_freq_factor":4.0,"original_max_position_embeddings":8192},"rope_theta":500000.0})"),
            bytes_of(R"({"model_type":"mistral","hidden_size":8,"head_dim":4,"num_attention_heads":2,"vocab_size":9,)"
                     R"("num_hidden_layers":3,"intermediate_size":32,"rope_parameters":{"rope_type":"linear",)"
                     R"("factor":2,"rope_theta":10000},"tie_word_embeddings":true,"hidden_act":"silu"})")};
}

void run(Input input) {
    MemoryFile const config(input);
    auto shape = convert::read_llama_shape(config.path());
    for (float divisor : convert::rope_divisors(shape)) {
        if (!std::isfinite(divisor)) {
            throw std::logic_error("a rotary divisor is not finite");
        }
    }
}

} // namespace echollama::fuzz
