// adapter_config.json of LoRA adapters, with its regular expressions.
#include "convert/lora_config.h"

#include "fuzz.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of(
        R"re({"peft_type":"LORA","r":8,"lora_alpha":16,"use_rslora":true,"bias":"none",)re"
        R"re("alpha_pattern":{"layers\\.[0-7]\\..*q_proj":4,"(?:up|down)_proj":2},"rank_pattern":{"v_proj":4},)re"
        R"re("target_modules":["q_proj"],"init_lora_weights":true,"unknown":1})re")};
}

void run(Input input) {
    auto const config =
        convert::parse_lora_config({reinterpret_cast<char const*>(input.data()), input.size()}, "input");
    std::vector<bool> used(config.alpha_pattern.size());
    convert::number_for(config.alpha_pattern, "model.layers.3.self_attn.q_proj", 1, used);
}

} // namespace echollama::fuzz
