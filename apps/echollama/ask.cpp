#include "app.h"
#include "base/error.h"
#include "base/log.h"
#include "media/image_io.h"
#include "scene/build.h"
#include "scene/camera.h"
#include "scene/prompt.h"
#include "stages/describer_local.h"
#include "stages/detectors.h"
#include "stages/grounded_stream.h"

#include <iostream>
#include <memory>

namespace echollama {
namespace {

struct AskOptions {
    std::filesystem::path image;
    std::string question;
    std::filesystem::path model;
};

// The starter detector's scores are low; from here on its finds are said without doubt.
constexpr float sure_score = 0.45F;

class Conversation {
  public:
    Conversation(AppContext const& context, AskOptions const& options) : context_(context) {
        scene_ = look(options.image);
        auto model = options.model.empty() ? context.models_dir / "smollm2-135m-instruct-q4_1.gguf" : options.model;
        try {
            describer_ = make_local_describer(model, {.model = {.threads = context.threads}});
        } catch (Error const& error) {
            if (!options.model.empty()) {
                throw;
            }
            log::warning(std::string(error.what()) + " The scene's own words are used instead.");
        }
    }

    void ask(std::string const& question) {
        auto prompt = scene_prompt(scene_, question, prompts_, history_);
        std::string answer;
        speak_reply(
            describer_.get(), prompt, scene_, question, prompts_.wording,
            [&](std::string const& sentence) {
                print_line(sentence);
                answer += (answer.empty() ? "" : " ") + sentence;
            },
            context_.stop);
        history_.push_back({Turn::Role::user, question});
        history_.push_back({Turn::Role::assistant, answer});
    }

  private:
    Scene look(std::filesystem::path const& path) {
        auto loaded = load_image(path);
        auto detector = make_detector(context_.models_dir / "centernet.gguf", context_.threads);
        auto detections = detector->detect(loaded.image, -1, context_.stop);
        auto const& image = loaded.image;
        prompts_.wording.sure_score = sure_score;
        return build_scene(detections, image.width, image.height,
                           guess_camera(image.width, image.height, loaded.exif.focal_35mm));
    }

    AppContext const& context_;
    Scene scene_;
    PromptOptions prompts_;
    std::unique_ptr<Describer> describer_;
    std::vector<Turn> history_;
};

void chat(AppContext const& context, AskOptions const& options) {
    Conversation conversation(context, options);
    conversation.ask("");
    std::string line;
    while (!context.stop.stop_requested() && std::getline(std::cin, line)) {
        line = trimmed(line);
        if (!line.empty()) {
            conversation.ask(line);
        }
    }
}

} // namespace

void add_ask(CLI::App& root, AppContext& context, Subcommands& all) {
    auto options = std::make_shared<AskOptions>();
    auto* app = root.add_subcommand("ask", "Answer a question about a picture");
    app->add_option("image", options->image, "The picture")->required();
    app->add_option("question", options->question, "The question")->required();
    app->add_option("--llm", options->model, "Language model (GGUF)");
    app->footer("Example: echollama ask photo.jpg \"Where is the cup?\"");
    all.push_back({app, [&context, options] { Conversation(context, *options).ask(options->question); }});
}

void add_chat(CLI::App& root, AppContext& context, Subcommands& all) {
    auto options = std::make_shared<AskOptions>();
    auto* app = root.add_subcommand("chat", "Talk about a picture: one question a line");
    app->add_option("image", options->image, "The picture")->required();
    app->add_option("--llm", options->model, "Language model (GGUF)");
    app->footer("Example: echollama chat photo.jpg");
    all.push_back({app, [&context, options] { chat(context, *options); }});
}

} // namespace echollama
