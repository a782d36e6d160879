#include "vision/detectors.h"

#include "nn/gguf_head.h"
#include "vision/centernet_detector.h"
#include "vision/detr_detector.h"
#include "vision/nanodet_detector.h"
#include "vision/panel_detector.h"

namespace echollama {

std::unique_ptr<Detector> make_detector(std::filesystem::path const& gguf, int threads, std::string const& device) {
    auto const architecture = nn::gguf_architecture(gguf);
    if (architecture == "detr") {
        return make_detr_detector(gguf, threads, device);
    }
    if (architecture == "nanodet") {
        return make_nanodet_detector(gguf, threads, device);
    }
    return make_centernet_detector(gguf, threads, device); // its messages say what is wrong with other files
}

std::unique_ptr<Detector> make_starter_detector(std::filesystem::path const& models_dir, int threads,
                                                std::string const& device) {
    auto const nanodet = models_dir / "nanodet.gguf", classifier = models_dir / "efficientnet-lite2.gguf";
    if (!std::filesystem::exists(nanodet)) {
        return make_centernet_detector(models_dir / "centernet.gguf", threads, device);
    }
    bool const classifies = std::filesystem::exists(classifier);
    return make_panel_detector(
        {models_dir / "centernet.gguf", nanodet, classifies ? classifier : std::filesystem::path()}, threads, device);
}

} // namespace echollama
