#include "scene/prompt.h"

#include "scene/grid.h"

namespace echollama {
namespace {

// The paper gives the form of the user's text; its system prompt is not published, so this states the same task.
constexpr char const* paper_system = "You describe places for a blind person. Use the image description and the object "
                                     "detection matrix to say what is there "
                                     "and where.";

constexpr char const* standard_system = "You tell a blind person what a camera sees. Use only the facts you are given. "
                                        "Write two short plain sentences. Add nothing.";

std::string paper_text(Scene const& scene, std::string const& question, PromptOptions const& options) {
    return "Image Description: " + scene.caption +
           "\nThis grid-based object detection matrix represents detected objects in different regions of the image. " +
           matrix_text(make_grid(scene, options.matrix_threshold)) +
           (question.empty() ? "Describe this place in detail." : question);
}

std::string standard_text(Scene const& scene, std::string const& question, PromptOptions const& options) {
    WordingOptions wording = options.wording;
    wording.level = Level::full;
    std::string text = "Facts:";
    if (!scene.caption.empty()) {
        text += " " + scene.caption;
    }
    for (auto const& sentence : describe_scene(scene, wording)) {
        text += " " + sentence;
    }
    return text + "\n" + (question.empty() ? "Say what is there and where." : "Question: " + question);
}

} // namespace

Prompt scene_prompt(Scene const& scene, std::string const& question, PromptOptions const& options,
                    std::vector<Turn> const& history) {
    bool paper = options.style == PromptStyle::paper;
    Prompt prompt{paper ? paper_system : standard_system, history};
    prompt.turns.push_back(
        {Turn::Role::user, paper ? paper_text(scene, question, options) : standard_text(scene, question, options)});
    return prompt;
}

} // namespace echollama
