#include "convert/published.h"

#include "base/error.h"
#include "convert/detr.h"
#include "convert/efficientnet_lite.h"
#include "convert/llama.h"
#include "convert/midas.h"
#include "convert/moondream.h"
#include "convert/snac.h"

namespace echollama::convert {
namespace {

bool is_snac(Checkpoint const& file) {
    return file.has("quantizer.quantizers.0.codebook.weight") && file.has("decoder.model.0.bias");
}

} // namespace

std::string convert_published(std::filesystem::path const& source, std::filesystem::path const& output, WeightType type,
                              PublishedOptions const& options) {
    auto file = open_checkpoint(source);
    if (is_detr(file)) {
        convert_detr(file, output, type);
        return "DETR ResNet-50";
    }
    if (is_dpt_hybrid(file)) {
        convert_dpt_hybrid(file, output, type);
        return "MiDaS DPT-Hybrid";
    }
    if (is_midas_small(file)) {
        convert_midas_small(file, output, type);
        return "MiDaS v2.1 small";
    }
    if (is_efficientnet_lite(file)) {
        convert_efficientnet_lite(file, output, type);
        return "EfficientNet-Lite";
    }
    if (is_snac(file)) {
        if (type != WeightType::f32 && type != WeightType::f16) {
            throw Error("SNAC can be stored as f32 or f16; choose one of these types.");
        }
        convert_snac(file.path(), output, type);
        return "SNAC 24 kHz";
    }
    if (is_moondream(file)) {
        convert_moondream(file, output, type, options.write);
        return "Moondream2 (its vision encoder is " + moondream_vision_path(output).string() + ")";
    }
    if (is_llama(file)) {
        convert_llama(file, output, type, options.write);
        return "a language model of the LLaMA family";
    }
    if (is_lora(file)) {
        convert_lora(file, output, type, options.base, options.write);
        return "a LoRA adapter";
    }
    throw Error("The file " + source.string() +
                " holds none of the networks that can be converted: DETR ResNet-50, MiDaS DPT-Hybrid, MiDaS v2.1 "
                "small, EfficientNet-Lite2, SNAC 24 kHz, Moondream2, LLaMA-family language models and LoRA adapters; "
                "check that it is the "
                "right file.");
}

} // namespace echollama::convert
