#include "app.h"
#include "base/error.h"
#include "caption_options.h"
#include "media/picture/image_io.h"
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
    auto captioner = make_captioner(caption_files(context, options.files), context.threads);
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

void add_caption(CLI::App& root, AppContext& context, Subcommands& all) {
    static std::map<std::string, CaptionLength> const lengths{
        {"short", CaptionLength::brief}, {"normal", CaptionLength::normal}, {"long", CaptionLength::detailed}};
    auto options = std::make_shared<CaptionOptions>();
    auto* app = root.add_subcommand("caption", "Say in a caption model's own words what a picture shows, unchecked");
    app->add_option("image", options->image, "The picture")->required();
    auto* question = app->add_option("--question", options->request.question, "Answer this instead of describing");
    app->add_option("--length", options->request.length, "short, normal or long (default normal)")
        ->transform(CLI::CheckedTransformer(lengths))
        ->type_name("LENGTH")
        ->excludes(question);
    app->add_option("--model", options->files.model,
                    "Caption model (GGUF): Moondream2, or another model with eyes that llama.cpp reads (default: the "
                    "installed one)");
    app->add_option("--vision", options->files.vision,
                    "Its vision encoder (default: MODEL-vision.gguf or the mmproj file beside it)");
    app->add_flag("--json", options->json, "Print JSON");
    app->footer("Example: echollama caption photo.jpg --question \"What colour is the cup?\"");
    all.push_back({app, [&context, options] { run(context, *options); }});
}

} // namespace echollama
