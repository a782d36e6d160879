#include "train/report/model_card.h"

#include "train/report/report.h"

#include <cmath>
#include <cstdio>

namespace echollama::train {
namespace {

std::string number(char const* format, double value) {
    char text[64];
    std::snprintf(text, sizeof(text), format, value);
    return text;
}

std::string head(RunCurves const& curves, CardNames const& names) {
    std::string text = "---\nbase_model: " + names.base + "\nlibrary_name: peft\npipeline_tag: text-generation\n";
    text += names.licence.empty() ? "" : "license: " + names.licence + "\n";
    text += names.data.empty() ? "" : "datasets:\n- " + names.data + "\n";
    return text + "tags:\n- lora\n- " + (curves.preferences ? "dpo" : "sft") + "\n- echollama\n---\n";
}

std::string use(CardNames const& names) {
    return "## Use\n\n`adapter.gguf` goes with EchoLLaMA and with llama.cpp, the other files with Python's PEFT:\n\n"
           "```\nechollama ask photo.jpg \"Where is the cup?\" --llm BASE.gguf --lora adapter.gguf\n```\n\n"
           "```python\nfrom peft import PeftModel\nfrom transformers import AutoModelForCausalLM\n\n"
           "base = AutoModelForCausalLM.from_pretrained(\"" +
           names.base + "\")\nmodel = PeftModel.from_pretrained(base, \"" + names.repository + "\")\n```\n\n";
}

std::string settings_table(RunCurves const& curves) {
    if (curves.settings.empty()) {
        return "";
    }
    std::string text = "| Setting | Value |\n|---|---|\n";
    for (auto const& [name, value] : curves.settings) {
        if (value.find_first_of("|\n\r") == std::string::npos) { // a chat template is no cell of a table
            text += "| " + name + " | " + value + " |\n";
        }
    }
    return text + "\n";
}

std::string outcome(RunCurves const& curves) {
    auto const &first = curves.steps.front(), &last = curves.steps.back();
    std::string text = "| | First step | Last step |\n|---|---|---|\n";
    auto const row = [&](char const* what, char const* format, double StepPoint::*member) {
        text += std::string("| ") + what + " | " + number(format, first.*member) + " | " +
                number(format, last.*member) + " |\n";
    };
    row("Loss", "%.4f", &StepPoint::loss);
    if (curves.preferences) {
        row("Reward of chosen answers", "%.3f", &StepPoint::chosen_reward);
        row("Reward of rejected answers", "%.3f", &StepPoint::rejected_reward);
        row("Margin", "%.3f", &StepPoint::margin);
        row("Accuracy", "%.2f", &StepPoint::accuracy);
    }
    text += "\n";
    if (curves.evaluations.empty()) {
        return text + "It was not evaluated on rows that it did not learn from.\n";
    }
    auto const& held_out = curves.evaluations.back();
    text += "On rows that it did not learn from, after step " + std::to_string(held_out.step + 1) + ": loss " +
            number("%.4f", held_out.loss);
    if (curves.preferences) {
        text += ", margin " + number("%.3f", held_out.margin) + ", accuracy " + number("%.2f", held_out.accuracy);
    }
    return text + ".\n";
}

std::string training(RunCurves const& curves, CardNames const& names) {
    auto const steps = std::to_string(curves.steps.size());
    std::string text = "## Training\n\nBy " + names.program + " " + (curves.preferences ? "dpo" : "sft") + ": " +
                       steps + (curves.steps.size() == 1 ? " step" : " steps") +
                       (curves.rows > 0 ? " over " + number("%.0f", curves.rows) + " rows" : "") + " in " +
                       duration_text(curves.seconds()) + ". The adapter has " + number("%.0f", curves.trainable) +
                       " numbers, the model " + number("%.0f", curves.parameters) + ".\n\n";
    text += names.data.empty() ? "The data are not published.\n\n" : "The data: " + names.data + ".\n\n";
    return text + settings_table(curves);
}

} // namespace

std::string model_card(RunCurves const& curves, CardNames const& names) {
    auto const title = names.repository.substr(names.repository.find('/') + 1);
    std::string text = head(curves, names) + "# " + title + "\n\nA LoRA adapter for " + names.base + ", trained by " +
                       (curves.preferences ? "preferences (DPO)" : "examples of answers") + ".\n\n";
    text += use(names) + training(curves, names) + "## How it went\n\n" + outcome(curves) + "\n";
    if (!names.figure.empty()) {
        text += "![Loss" + std::string(curves.preferences ? " and rewards" : "") + " over the run](" + names.figure +
                ")\n\n";
    }
    text += "## Limits\n\nWhat a language model says of a place may be wrong. EchoLLaMA checks its sentences against "
            "what it saw; other programs do not. Do not rely on it to cross a road.\n";
    if (names.licence.empty()) {
        text += "\nBefore publishing: name the licence here; that of the base model binds the adapter, too.\n";
    }
    return text;
}

} // namespace echollama::train
