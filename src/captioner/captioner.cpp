#include "captioner/captioner.h"

#include "base/abandonable_task.h"
#include "base/error.h"
#include "base/folder.h"
#include "captioner/moondream.h"
#include "captioner/mtmd.h"
#include "nn/gguf_head.h"

#include <vector>

namespace echollama {

namespace fs = std::filesystem;

namespace {

// A network hears a stop between its layers, and one layer of a picture's 729 rows may take a tenth of a second.
class LeavableCaptioner : public Captioner {
  public:
    explicit LeavableCaptioner(std::unique_ptr<Captioner> captioner) : captioner_(std::move(captioner)) {}

    std::string caption(Image const& image, CaptionRequest const& request, std::stop_token stop) override {
        auto text = work_.run([this, image, request, stop] { return captioner_->caption(image, request, stop); }, stop);
        return text.value_or("");
    }

  private:
    std::unique_ptr<Captioner> captioner_;
    AbandonableTask<std::string> work_;
};

std::unique_ptr<Captioner> leavable(std::unique_ptr<Captioner> captioner) {
    return std::make_unique<LeavableCaptioner>(std::move(captioner));
}

} // namespace

fs::path find_vision_file(fs::path const& model) {
    auto own = model;
    own.replace_filename(model.stem().string() + "-vision" + model.extension().string());
    std::error_code none;
    if (fs::exists(own, none)) {
        return own;
    }
    auto const found =
        entries_of(model.has_parent_path() ? model.parent_path() : fs::path("."), [](std::string const& name) {
            return name.find("mmproj") != std::string::npos && fs::path(name).extension() == ".gguf";
        });
    return found.size() == 1 ? found.front() : fs::path();
}

std::unique_ptr<Captioner> make_captioner(CaptionerFiles const& files, int threads, std::string const& device) {
    auto vision = files.vision.empty() ? find_vision_file(files.model) : files.vision;
    if (!fs::exists(files.model)) {
        throw Error("There is no caption model " + files.model.string() + "; check the path.");
    }
    if (vision.empty() || !fs::exists(vision)) {
        throw Error("The caption model " + files.model.string() +
                    " needs its vision encoder (…-vision.gguf or an mmproj file); name it with --vision.");
    }
    auto kind = nn::gguf_architecture(vision);
    if (kind == "moondream-vision") {
        return leavable(make_moondream_captioner(files.model, vision, {.threads = threads, .device = device}));
    }
    if (kind == "clip") {
        return leavable(make_mtmd_captioner(files.model, vision, {.threads = threads, .device = device}));
    }
    throw Error("The file " + vision.string() + " is not a vision encoder (or is damaged); name it with --vision.");
}

} // namespace echollama
