// Line charts, drawn by Cairo as SVG and PNG: panels one below the other with one horizontal axis.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace echollama::train {

struct Line {
    std::string name; // for the legend; one line alone needs none
    std::vector<double> y;
};

struct Panel {
    std::string title, y_title;
    std::vector<Line> lines; // at most three; each has as many values as the chart's x
};

struct Chart {
    std::string x_title;
    std::vector<double> x; // rising
    std::vector<Panel> panels;
};

// Writes stem.svg and stem.png. Values that are no numbers leave a gap. Throws Error when they cannot be written.
void draw_chart(Chart const& chart, std::filesystem::path const& stem);

// Round numbers from `low` to `high` or just inside, about `count` of them: steps of 1, 2 or 5 times a power of ten.
std::vector<double> axis_marks(double low, double high, int count);

} // namespace echollama::train
