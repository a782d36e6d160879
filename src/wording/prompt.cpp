#include "wording/prompt.h"

#include "scene/grid.h"

#include <algorithm>

namespace echollama {
namespace {

// The paper gives the form of the user's text; its system prompt is not published, so this states the same task.
constexpr char const* paper_system = "You describe places for a blind person. Use the image description and the object "
                                     "detection matrix to say what is there "
                                     "and where.";

constexpr char const* standard_system = "You tell a blind person what a camera sees. Use only the facts you are given. "
                                        "Write two short plain sentences. Add nothing.";

// With an empty question, what a description is asked for with.
std::string asked(std::string const& question, PromptStyle style) {
    if (style == PromptStyle::paper) {
        return question.empty() ? "Describe this place in detail." : question;
    }
    return question.empty() ? "Say what is there and where." : "Question: " + question;
}

std::string paper_context(Scene const& scene, PromptOptions const& options) {
    return "Image Description: " + scene.caption +
           "\nThis grid-based object detection matrix represents detected objects in different regions of the image. " +
           matrix_text(make_grid(scene, options.matrix_threshold));
}

std::string standard_context(Scene const& scene, PromptOptions const& options) {
    WordingOptions wording = options.wording;
    wording.level = Level::full;
    std::string text = "Facts:";
    if (!scene.caption.empty()) {
        text += " " + scene.caption;
    }
    for (auto const& sentence : describe_scene(scene, wording)) {
        text += " " + sentence;
    }
    return text + "\n";
}

} // namespace

Prompt scene_prompt(Scene const& scene, std::string const& question, PromptOptions const& options,
                    std::vector<Turn> const& history, std::string const& seen) {
    bool paper = options.style == PromptStyle::paper;
    Prompt prompt{paper ? paper_system : standard_system, history,
                  paper ? paper_context(scene, options) : standard_context(scene, options)};
    prompt.turns.push_back({Turn::Role::user, question});
    for (auto& turn : prompt.turns) {
        if (turn.role == Turn::Role::user) {
            turn.text = asked(turn.text, options.style);
        }
    }
    if (!seen.empty()) {
        auto& text = prompt.turns.back().text;
        text = (paper ? "Image Description: " : "Seen: ") + seen + "\n" + text;
    }
    return prompt;
}

std::vector<Turn> turns_with_context(Prompt const& prompt) {
    auto turns = prompt.turns;
    auto first = std::find_if(turns.begin(), turns.end(), [](auto const& t) { return t.role == Turn::Role::user; });
    if (first != turns.end()) {
        first->text = prompt.context + first->text;
    }
    return turns;
}

} // namespace echollama
