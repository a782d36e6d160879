#include "dataset/card.h"

#include <cmath>

namespace echollama::dataset {
namespace {

std::string share(ClaimTally const& tally) {
    return std::to_string(tally.supported) + " of " +
           std::to_string(tally.supported + tally.contradicted + tally.unknown);
}

std::string joined(std::set<std::string> const& names, std::string const& otherwise) {
    std::string text;
    for (auto const& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text.empty() ? otherwise : text;
}

// The hub's classes of sizes.
std::string size_category(std::size_t rows) {
    return rows < 1000 ? "n<1K" : rows < 10'000 ? "1K<n<10K" : rows < 100'000 ? "10K<n<100K" : "100K<n<1M";
}

} // namespace

std::string dataset_card(DatasetReport const& report, std::string const& licence) {
    std::string card = "---\nlanguage: en\n";
    card += licence.empty() ? "" : "license: " + licence + "\n";
    card += "size_categories:\n- " + size_category(report.rows) +
            "\ntask_categories:\n- text-generation\ntags:\n- dpo\n- preference\n- accessibility\n---\n"
            "# Preferences about places\n\n";
    card += std::to_string(report.rows) + (report.rows == 1 ? " row" : " rows") +
            ". `prompt`: what a picture holds, as a program saw it; `chosen`: an answer by " +
            joined(report.teachers, "a teacher whose name is not kept") + "; `rejected`: by " +
            joined(report.bases, "a base model whose name is not kept") +
            ". `image` is the picture's name where there is one; pictures are not part of the data.\n\n";
    if (report.with_claims > 0) {
        card += "Claims that the picture's objects support: " + share(report.chosen_claims) +
                " in the chosen answers, " + share(report.rejected_claims) + " in the rejected ones. ";
    }
    card += "Words in the median: prompt " + std::to_string(std::lround(report.prompt_words)) + ", chosen " +
            std::to_string(std::lround(report.chosen_words)) + ", rejected " +
            std::to_string(std::lround(report.rejected_words)) + "; the chosen answer is the longer one in " +
            std::to_string(report.chosen_longer) + " rows.\n\nBefore publishing: name the " +
            (licence.empty() ? "licence of the data, the pictures' licence" : "pictures' licence") +
            " and the teacher's terms here.\n";
    return card;
}

} // namespace echollama::dataset
