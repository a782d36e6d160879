#include "app.h"
#include "base/error.h"
#include "media/picture/image_io.h"
#include "models/devices.h"
#include "options/caption_options.h"
#include "pipeline/json.h"

#include <memory>

namespace echollama {
namespace {

struct CaptionOptions {
    std::filesystem::path image;
    CaptionerFiles files;
    CaptionRequest request;
    bool json = false;
};

void run(AppContext const& context, CaptionOptions const& options) {
    auto picture = load_image(options.image).image;
    auto const files = caption_files(context, options.files);
    auto const captioner = load_on_device(context, captioner_stage(files), [&](std::string const& device) {
        return make_captioner(files, context.threads, device);
    });
    auto caption = captioner->caption(picture, options.request, context.stop);
    if (context.stop.stop_requested()) {
        return;
    }
    if (caption.empty()) {
        throw Error("The caption model said nothing about " + options.image.string() + "; ask another question.");
    }
    if (!options.json) {
        print_line(caption);
        return;
    }
    Json json;
    json["image"] = image_json(picture.width, picture.height);
    json["question"] = options.request.question.empty() ? Json(nullptr) : Json(options.request.question);
    json["caption"] = caption;
    print_line(dump(json));
}

} // namespace

void add_caption(Command& root, AppContext& context) {
    auto options = std::make_shared<CaptionOptions>();
    auto& command = root.subcommand("caption", "Say in a caption model's own words what a picture shows, unchecked");
    command.positional("image", options->image, "The picture").required();
    auto& question = command.option("--question", options->request.question, "Answer this instead of describing");
    command
        .choice("--length", options->request.length,
                {{"short", CaptionLength::brief, {"brief", "little"}},
                 {"normal", CaptionLength::normal, {"medium", "default"}},
                 {"long", CaptionLength::detailed, {"detailed", "full"}}},
                "How much is said")
        .otherwise("normal")
        .excludes(question);
    command.option("--captioner,--model", options->files.model,
                   "Caption model (GGUF): Moondream2, or another picture model that llama.cpp reads (default: the "
                   "installed one)");
    command.option("--vision", options->files.vision, "Its vision encoder, by path or name")
        .otherwise("MODEL-vision.gguf or the mmproj file beside it");
    command.flag("--json", options->json, "Print JSON");
    command.example = "echollama caption photo.jpg --question \"What colour is the cup?\"";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
