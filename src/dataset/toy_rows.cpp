#include "dataset/toy_rows.h"

#include "base/counter_rng.h"
#include "dataset/toy_phrases.h"
#include "dataset/toy_scene.h"
#include "wording/grounding.h"

#include <algorithm>

namespace echollama::dataset {
namespace {

constexpr int most_tries = 40; // to say it in a form that the check follows

PromptOptions draw_options(Draws& draw) {
    PromptOptions options;
    options.style = draw.chance(0.45F) ? PromptStyle::standard : PromptStyle::paper; // the matrix is the harder to read
    float const way = draw.between(0, 1);
    options.wording.directions = way < 0.8F ? Directions::sides : way < 0.9F ? Directions::clock : Directions::degrees;
    options.wording.units = draw.chance(0.8F) ? Units::metres : draw.chance(0.5F) ? Units::feet : Units::steps;
    options.wording.sure_score = draw.chance(0.5F) ? 0.5F : 0.9F; // detectors differ
    return options;
}

// What is asked of a scene: a description, or an answer.
struct Asked {
    Facts facts;
    bool describes = true;
    ToyQuestion question = {};

    std::string answer(Facts const& from, Draws draw) const { // the same numbers each time
        return describes ? describe_facts(from, draw) : answer_from(from, question, draw);
    }
};

bool is_true(std::string const& text, Scene const& scene) {
    auto const tally = tally_claims(text, scene);
    return tally.contradicted == 0 && tally.unknown == 0 && !is_meta_talk(text);
}

struct Answers {
    std::string chosen, rejected, fault;
    bool hard = false;
};

std::string without_line_ends(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    while (!text.empty() && text.back() == ' ') {
        text.pop_back();
    }
    return text;
}

std::string rambling(std::string text, Draws& draw) {
    static constexpr char const* more[] = {
        "The room feels warm and cosy, as if somebody had just left it.",
        "The soft light falls through the window and gives everything a gentle glow.",
        "In the background there is a shelf with books and a vase of flowers.",
        "Overall, the picture shows a calm and inviting place where one could spend a whole afternoon.",
        "The colours go well together and the walls are painted in a pale yellow.",
        "It seems that somebody is about to come back soon, because everything is still in its place.",
        "There may be further things that are not visible, such as lamps, carpets and pictures on the wall.",
        "The camera coordinates show that the objects are arranged along the horizontal axis of the image."};
    auto const begin = draw.below(static_cast<int>(std::size(more)));
    auto const count = 3 + draw.below(3);
    for (int i = 0; i < count; ++i) {
        text += std::string(" ") + more[static_cast<std::size_t>(begin + i) % std::size(more)];
    }
    return text;
}

// The chosen answer's own form around a fault in what it says.
bool reject_hard(Asked const& asked, Scene const& scene, Draws form, Draws& draw, Answers& answers) {
    if (asked.question.unknown() && !asked.describes) {
        answers.rejected = asked.question.invented;
        answers.fault = "invented";
        return true;
    }
    for (int tries = 0; tries < most_tries; ++tries) {
        auto facts = asked.facts;
        auto const fault = draw.any_of(faults);
        if (!asked.describes && asked.question.ask == Ask::absence) {
            auto other = facts;
            if (other.things.empty() || !make_fault(other, Fault::object, other.things.size(), draw)) {
                return false;
            }
            facts.things.front().label = asked.question.label; // it takes a thing's place
            facts.things.front().name = "a " + asked.question.label;
            facts.things.front().sure = true;
        } else if (!make_fault(facts, fault, most_described, draw)) {
            continue;
        }
        answers.rejected = asked.answer(facts, form);
        answers.fault = asked.question.ask == Ask::absence && !asked.describes ? "invented" : fault_name(fault);
        bool const shows = fault == Fault::certainty || !is_true(answers.rejected, scene);
        if (answers.rejected != answers.chosen && shows) {
            return true;
        }
    }
    return false;
}

void reject(Asked const& asked, ToyRow const& row, Draws form, Draws& draw, Answers& answers) {
    float const kind = draw.between(0, 1);
    answers.hard = kind < 0.7F && reject_hard(asked, row.scene, form, draw, answers);
    if (answers.hard) {
        return;
    }
    if (kind < 0.85F) {
        answers.rejected = without_line_ends(row.prompt.context);
        answers.fault = "repeats";
    } else {
        answers.rejected = rambling(answers.chosen, draw);
        answers.fault = "long";
    }
}

// True and in a form that the check follows; the same numbers as `form` then say it again.
std::string say_truly(Asked const& asked, Scene const& scene, std::uint64_t seed, Draws& form) {
    for (std::uint64_t tries = 0; tries < most_tries; ++tries) {
        form = Draws(splitmix64(seed, tries));
        auto const text = asked.answer(asked.facts, form);
        if (is_true(text, scene)) {
            return text;
        }
    }
    return "";
}

bool fill_row(ToyRow& made, std::uint64_t seed, bool held_out) {
    Draws draw(seed);
    made.options = draw_options(draw);
    made.scene = make_toy_scene(splitmix64(seed, 0));
    Asked asked{facts_of(made.scene, made.options)};
    asked.describes = draw.chance(0.5F) && !made.scene.objects.empty(); // the program describes nothing else
    if (!asked.describes) {
        asked.question = make_question(asked.facts, held_out, draw);
    }
    made.question = asked.question.text;
    made.unknown = !asked.describes && asked.question.unknown();
    made.prompt = scene_prompt(made.scene, made.question, made.options);
    Answers answers;
    Draws form(0);
    answers.chosen = say_truly(asked, made.scene, splitmix64(seed, 1), form);
    if (answers.chosen.empty()) {
        return false;
    }
    reject(asked, made, form, draw, answers);
    made.fault = answers.fault;
    made.hard = answers.hard;
    made.row.system = made.prompt.system;
    made.row.prompt = turns_with_context(made.prompt).front().text;
    made.row.chosen = answers.chosen;
    made.row.rejected = answers.rejected;
    made.row.teacher = "toy scenes";
    made.row.base = "fault: " + answers.fault;
    made.row.has_claims = true;
    made.row.chosen_claims = tally_claims(answers.chosen, made.scene);
    made.row.rejected_claims = tally_claims(answers.rejected, made.scene);
    return true;
}

} // namespace

ToyRow make_toy_row(ToyRowOptions const& options, std::uint64_t index) {
    auto const stream = splitmix64(splitmix64(options.seed, options.held_out ? 1 : 0), index);
    for (std::uint64_t tries = 0;; ++tries) { // some scenes cannot be told truly in any form
        ToyRow made;
        if (fill_row(made, splitmix64(stream, tries), options.held_out)) {
            made.row.image =
                "toy-" + std::to_string(options.seed) + (options.held_out ? "-held-out-" : "-") + std::to_string(index);
            return made;
        }
    }
}

} // namespace echollama::dataset
