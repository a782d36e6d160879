#include "app.h"
#include "base/error.h"
#include "media/depth/npy.h"
#include "media/picture/image_io.h"
#include "media/picture/png16.h"
#include "models/choice.h"
#include "models/devices.h"
#include "pipeline/depth_picture.h"
#include "vision/depth_estimators.h"

#include <iostream>
#include <memory>

namespace echollama {
namespace {

struct DepthOptions {
    std::filesystem::path image, model, out, npy;
    DptRecipe recipe = DptRecipe::hugging_face;
    bool color = false;
    bool json = false;
};

// The one that is named, else the better one that is installed.
std::filesystem::path model_file(AppContext const& context, DepthOptions const& options) {
    if (!options.model.empty()) {
        return chosen_model(context, depth_option, options.model);
    }
    if (auto const& set = model_set(context); !set.depth.empty()) {
        return set.depth;
    }
    if (auto const installed = installed_depth_model(context.models_dir); !installed.empty()) {
        return installed;
    }
    throw Error("There is no depth model; get dpt_hybrid_384.pt or midas_v21_small_256.pt, convert it with 'echollama "
                "models convert FILE -o " +
                preferred_depth_model(context.models_dir).string() + "', or name a model with --model.");
}

void check(DepthOptions const& options) {
    if (options.color && options.out.empty()) {
        throw UsageError("The colour map needs a file; give one with -o.");
    }
    check_standard_output(
        {{"the picture", options.out == "-"}, {"the numbers", options.npy == "-"}, {"JSON", options.json}});
}

void write_picture(DepthMap const& depth, DepthOptions const& options) {
    if (!options.out.empty()) {
        options.color ? save_png(options.out, depth_colours(depth))
                      : save_png16(options.out, depth.width, depth.height, depth_levels(depth));
    }
}

void write_numbers(DepthMap const& depth, DepthOptions const& options) {
    if (!options.npy.empty()) {
        save_npy(options.npy, depth.width, depth.height, depth.values);
    }
}

void run(AppContext const& context, DepthOptions const& options) {
    check(options);
    auto picture = load_image(options.image).image;
    auto const model = model_file(context, options);
    auto const estimator =
        seeing_on(device_of(context, {"depth", "depth", {model}}), "depth", [&](std::string const& device) {
            return make_depth_estimator(model, context.threads, options.recipe, device);
        });
    auto depth = estimator->depth(picture, context.stop);
    if (context.stop.stop_requested()) {
        return;
    }
    auto summary = summarise(depth);
    if (!summary) {
        throw Error("The model gave no usable depth for " + options.image.string() + "; convert or get it again.");
    }
    if (options.npy != "-") { // what goes to standard output comes last: nobody may read it to its end
        write_numbers(depth, options);
    }
    write_picture(depth, options);
    if (options.npy == "-") {
        write_numbers(depth, options);
    }
    if (options.json) {
        auto json = to_json(depth, *summary);
        json["picture"] = options.out.empty() ? Json(nullptr) : Json(options.out.string());
        json["npy"] = options.npy.empty() ? Json(nullptr) : Json(options.npy.string());
        print_line(dump(json));
    } else if (options.out != "-" && options.npy != "-") {
        print_line(depth_words(*summary, depth));
    }
}

} // namespace

void add_depth(Command& root, AppContext& context) {
    auto options = std::make_shared<DepthOptions>();
    auto& command = root.subcommand("depth", "Estimate how near everything in a picture is");
    command.positional("image", options->image, "The picture").required();
    command.option("--depth,--model", options->model, "Depth model, by path or name: " + depth_model_titles())
        .otherwise("the installed one");
    command.option("--out,-o", options->out, "Write a PNG with 16 bits, nearer is lighter (-: standard output)");
    command.flag("--color,--colour", options->color, "Write -o in colours instead");
    command.option("--npy", options->npy, "Write the model's numbers for NumPy (float32, larger is nearer, no unit)");
    command
        .choice("--recipe", options->recipe,
                {{"hf", DptRecipe::hugging_face, {"hugging-face", "huggingface"}},
                 {"hub", DptRecipe::torch_hub, {"torch-hub", "torchhub"}}},
                "How DPT-Hybrid sees the picture: as Hugging Face squashes it to a square, or as torch.hub keeps its "
                "shape")
        .otherwise("hf");
    command.flag("--json", options->json, "Print JSON: nearest and farthest point, means of the 2x3 grid");
    command.example = "echollama depth photo.jpg --model dpt-hybrid.gguf -o depth.png --color";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
