#include "convert/vision.h"

#include "base/error.h"
#include "convert/detr.h"
#include "convert/midas.h"

namespace echollama::convert {

std::string convert_vision(std::filesystem::path const& source, std::filesystem::path const& output, WeightType type) {
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
    throw Error("The file " + source.string() +
                " holds none of the networks that can be converted: DETR ResNet-50, MiDaS DPT-Hybrid, MiDaS v2.1 "
                "small; check that it is the right file.");
}

} // namespace echollama::convert
