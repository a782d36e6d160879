// A run in figures and tables, as the preprint has them of its own: Figure 5 and Table 2 of preferences, Figure 6 and
// Table 5 of answers, the preprint's values beside this run's.
#pragma once

#include "train/report/chart.h"
#include "train/report/run_curves.h"

#include <filesystem>
#include <string>

namespace echollama::train {

// Loss, and rewards with their margin, over epochs; the loss of answers over steps.
Chart run_chart(RunCurves const& curves);

// Markdown, with the figure's file beside it.
std::string report_text(RunCurves const& curves, std::string const& figure);

// "1 hour 40 minutes", "47 minutes", "12 seconds"
std::string duration_text(double seconds);

// Writes report.md, and figure-5 or figure-6 as SVG and PNG, into the folder. Throws Error.
void write_report(RunCurves const& curves, std::filesystem::path const& folder);

} // namespace echollama::train
