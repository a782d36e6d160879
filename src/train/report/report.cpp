#include "train/report/report.h"

#include "base/atomic_file.h"

#include <cmath>
#include <cstdio>

namespace echollama::train {
namespace {

// What the preprint tells of its runs: Tables 2 and 5 (its 63 steps over 1,999 pairs took 100 minutes on two T4).
struct PaperRow {
    char const *what, *initial, *final;
    double StepPoint::*value;
    char const* format;
};
constexpr PaperRow table_2[] = {{"Loss", "0.693", "0.204", &StepPoint::loss, "%.3f"},
                                {"Chosen reward", "0.0", "0.441", &StepPoint::chosen_reward, "%.3f"},
                                {"Rejected reward", "0.0", "-4.848", &StepPoint::rejected_reward, "%.3f"},
                                {"Margin", "0.0", "5.289", &StepPoint::margin, "%.3f"},
                                {"Gradient norm", "3.54", "0.076", &StepPoint::gradient_norm, "%.3f"},
                                {"Learning rate", "2e-5", "0", &StepPoint::rate, "%.2g"}};
constexpr double paper_preference_seconds = 6000;

std::string number(char const* format, double value) {
    char text[64];
    std::snprintf(text, sizeof(text), format, value);
    return text;
}

std::vector<double> values(std::vector<StepPoint> const& steps, double StepPoint::*member) {
    std::vector<double> all;
    for (auto const& step : steps) {
        all.push_back(step.*member);
    }
    return all;
}

std::string counted(double value, char const* unit) {
    auto const whole = std::lround(value);
    return std::to_string(whole) + " " + unit + (whole == 1 ? "" : "s");
}

std::string size_text(double parameters) {
    return parameters >= 1e9 ? number("%.2f", parameters / 1e9) : number("%.3f", parameters / 1e9);
}

std::string preference_tables(RunCurves const& curves) {
    auto const &first = curves.steps.front(), &last = curves.steps.back();
    std::string text = "## Key training statistics (the preprint's Table 2)\n\n"
                       "| Metric | Preprint, initial | Preprint, final | This run, first step | This run, last step |\n"
                       "|---|---|---|---|---|\n";
    for (auto const& row : table_2) {
        text += std::string("| ") + row.what + " | " + row.initial + " | " + row.final + " | " +
                number(row.format, first.*row.value) + " | " + number(row.format, last.*row.value) + " |\n";
    }
    text += "| Accuracy | | 1.0 | " + number("%.2f", first.accuracy) + " | " + number("%.2f", last.accuracy) + " |\n";
    text += "| Steps | | 63 | | " + std::to_string(last.step + 1) + " |\n";
    text += "| Time | | " + duration_text(paper_preference_seconds) + " on 2 T4 | | " +
            duration_text(curves.seconds()) + " |\n\n";
    text +=
        "The mean loss over this run's steps is " + number("%.3f", curves.average_loss()) +
        ". The preprint's final loss of 0.204 does not belong to its final margin (which would make it 0.005) and is "
        "probably such a mean.\n\n";
    return text;
}

std::string answer_tables(RunCurves const& curves) {
    return "## Training time and parameter size (the preprint's Table 5)\n\n"
           "| | Model | Parameter size (billions) | Training time |\n|---|---|---|---|\n"
           "| Preprint | Orpheus-3B-0.1-ft | 3 | 47 minutes (360 steps on 2 T4) |\n"
           "| This run | " +
           curves.base_model + " | " + size_text(curves.parameters) + " | " + duration_text(curves.seconds()) + " (" +
           counted(static_cast<double>(curves.steps.size()), "step") + ") |\n\n" + "The loss went from " +
           number("%.3f", curves.steps.front().loss) + " to " + number("%.3f", curves.steps.back().loss) + ".\n\n";
}

std::string evaluation_table(RunCurves const& curves) {
    if (curves.evaluations.empty()) {
        return "";
    }
    std::string text = "## Evaluations\n\n| After step | Loss |";
    text += curves.preferences ? " Margin | Accuracy |\n|---|---|---|---|\n" : "\n|---|---|\n";
    for (auto const& point : curves.evaluations) {
        text += "| " + std::to_string(point.step + 1) + " | " + number("%.4f", point.loss) + " |";
        text += curves.preferences
                    ? " " + number("%.3f", point.margin) + " | " + number("%.3f", point.accuracy) + " |\n"
                    : "\n";
    }
    return text + "\n";
}

// For those who do not see it.
std::string figure_text(RunCurves const& curves) {
    auto const &first = curves.steps.front(), &last = curves.steps.back();
    std::string text = "Loss from " + number("%.3f", first.loss) + " to " + number("%.3f", last.loss);
    if (curves.preferences) {
        text += ", chosen reward from " + number("%.2f", first.chosen_reward) + " to " +
                number("%.2f", last.chosen_reward) + ", rejected reward from " + number("%.2f", first.rejected_reward) +
                " to " + number("%.2f", last.rejected_reward) + ", margin to " + number("%.2f", last.margin);
    }
    return text + " over " + counted(static_cast<double>(curves.steps.size()), "step");
}

char const* figure_name(RunCurves const& curves) {
    return curves.preferences ? "figure-5" : "figure-6";
}

} // namespace

std::string duration_text(double seconds) {
    if (seconds < 59.5) {
        return counted(seconds, "second");
    }
    auto const minutes = std::lround(seconds / 60);
    auto const rest = minutes % 60 > 0 ? counted(static_cast<double>(minutes % 60), "minute") : "";
    if (minutes < 60) {
        return rest;
    }
    auto const hours = counted(static_cast<double>(minutes / 60), "hour");
    return rest.empty() ? hours : hours + " " + rest;
}

Chart run_chart(RunCurves const& curves) {
    auto const& steps = curves.steps;
    Chart chart;
    if (!curves.preferences) {
        chart.x_title = "step";
        for (auto const& step : steps) {
            chart.x.push_back(static_cast<double>(step.step + 1));
        }
        chart.panels = {{"Training loss", "loss", {{"loss", values(steps, &StepPoint::loss)}}}};
        return chart;
    }
    chart.x_title = "epoch";
    chart.x = values(steps, &StepPoint::epoch);
    chart.panels = {{"Training loss", "loss", {{"loss", values(steps, &StepPoint::loss)}}},
                    {"Rewards and their margin",
                     "reward",
                     {{"chosen", values(steps, &StepPoint::chosen_reward)},
                      {"rejected", values(steps, &StepPoint::rejected_reward)},
                      {"margin", values(steps, &StepPoint::margin)}}}};
    return chart;
}

std::string report_text(RunCurves const& curves, std::string const& figure) {
    std::string text = std::string("# A run of echollama-train ") + (curves.preferences ? "dpo" : "sft") + "\n\n";
    text += "Base model " + curves.base_model + ", " + size_text(curves.parameters) +
            " billion numbers; an adapter of " + number("%.0f", curves.trainable) + " was learnt.\n\n";
    text += curves.preferences ? preference_tables(curves) : answer_tables(curves);
    text += evaluation_table(curves);
    text +=
        std::string("## ") +
        (curves.preferences ? "Loss and reward margins (the preprint's Figure 5)" : "Loss (the preprint's Figure 6)") +
        "\n\n![" + figure_text(curves) + "](" + figure + ".svg)\n";
    return text;
}

void write_report(RunCurves const& curves, std::filesystem::path const& folder) {
    std::string const figure = figure_name(curves);
    draw_chart(run_chart(curves), folder / figure);
    write_file_atomically(folder / "report.md", report_text(curves, figure), "the report");
}

} // namespace echollama::train
