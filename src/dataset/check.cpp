#include "dataset/check.h"

#include "base/ascii.h"
#include "base/error.h"
#include "rows/row_lines.h"
#include "text/sentences.h"

#include <algorithm>
#include <functional>
#include <set>

namespace echollama::dataset {
namespace {

constexpr std::size_t most_named = 20;

std::string folded(std::string const& text) {
    std::string all;
    for (auto const& word : written_words(lower_case(text))) {
        all += word + ' ';
    }
    return all;
}

double median(std::vector<std::size_t> values) {
    if (values.empty()) {
        return 0;
    }
    auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return static_cast<double>(*middle);
}

void add(ClaimTally& sum, ClaimTally const& tally) {
    sum.supported += tally.supported;
    sum.contradicted += tally.contradicted;
    sum.unknown += tally.unknown;
}

// Visits the rows that can be used; the others are counted.
void for_each_row(std::filesystem::path const& path, DatasetReport& report,
                  std::function<void(Preference const& row)> const& visit) {
    rows::for_each_line(path, longest_row, [&](std::size_t number, std::string const& line) {
        Preference row;
        try {
            row = parse_preference(line);
        } catch (Error const& error) { // told with the row's number
            ++report.refused;
            if (report.first_refused.size() < most_named) {
                report.first_refused.push_back({number, error.what()});
            }
            return;
        }
        visit(row);
    });
}

// What a row is known again by.
struct Seen {
    std::set<std::size_t> prompts, rows;
    std::set<std::string> images;
};

std::size_t hash(std::string const& text) {
    return std::hash<std::string>{}(text);
}

void find_leaks(std::filesystem::path const& evaluation, Seen const& seen, DatasetReport& report) {
    DatasetReport ignored;
    for_each_row(evaluation, ignored, [&](Preference const& row) {
        bool const image = !row.image.empty() && seen.images.contains(row.image);
        if (!image && !seen.prompts.contains(hash(folded(row.prompt)))) {
            return;
        }
        ++report.leaked;
        if (report.first_leaked.size() < most_named) {
            constexpr std::size_t beginning = 60;
            report.first_leaked.push_back(image ? row.image : row.prompt.substr(0, beginning));
        }
    });
}

} // namespace

DatasetReport check_dataset(std::filesystem::path const& path, std::filesystem::path const& evaluation) {
    DatasetReport report;
    Seen seen;
    std::vector<std::size_t> chosen, rejected, prompts;
    for_each_row(path, report, [&](Preference const& row) {
        ++report.rows;
        auto const prompt = folded(row.prompt);
        auto const better = folded(row.chosen), worse = folded(row.rejected);
        seen.prompts.insert(hash(prompt));
        report.repeated += seen.rows.insert(hash(prompt + '\n' + better + '\n' + worse)).second ? 0 : 1;
        if (!row.image.empty()) {
            seen.images.insert(row.image);
        }
        for (auto const& [name, names] : {std::pair{&row.teacher, &report.teachers}, {&row.base, &report.bases}}) {
            if (!name->empty() && names->size() < most_named) {
                names->insert(*name);
            }
        }
        report.same_answers += better == worse ? 1 : 0;
        prompts.push_back(written_words(row.prompt).size());
        chosen.push_back(written_words(row.chosen).size());
        rejected.push_back(written_words(row.rejected).size());
        report.chosen_longer += chosen.back() > rejected.back() ? 1 : 0;
        if (row.has_claims) {
            ++report.with_claims;
            add(report.chosen_claims, row.chosen_claims);
            add(report.rejected_claims, row.rejected_claims);
        }
    });
    report.prompt_words = median(prompts);
    report.chosen_words = median(chosen);
    report.rejected_words = median(rejected);
    if (!evaluation.empty()) {
        find_leaks(evaluation, seen, report);
    }
    return report;
}

} // namespace echollama::dataset
