#include "options/caption_options.h"

#include "base/error.h"
#include "models/choice.h"

namespace echollama {

CaptionerFiles caption_files(AppContext const& context, CaptionerFiles const& given) {
    auto const vision = chosen_model(context, encoder_option, given.vision);
    if (!given.model.empty()) {
        return {chosen_model(context, captioner_option, given.model), vision};
    }
    if (auto const& set = model_set(context); !set.captioner.empty()) {
        return {set.captioner, vision};
    }
    auto installed = context.models_dir / "moondream2.gguf";
    if (!std::filesystem::exists(installed)) {
        throw Error("There is no caption model; get Moondream2 (model.safetensors and tokenizer.json), convert it with "
                    "'echollama models convert model.safetensors -o " +
                    installed.string() + "', or name a model with --model.");
    }
    return {installed, vision};
}

StageFiles captioner_stage(CaptionerFiles const& files) {
    return {
        "captioner", "captioner", {files.model, files.vision.empty() ? find_vision_file(files.model) : files.vision}};
}

} // namespace echollama
