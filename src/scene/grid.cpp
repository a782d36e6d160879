#include "scene/grid.h"

#include "base/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace echollama {
namespace {

// As the paper writes them.
constexpr char const* column_titles[] = {"Left", "Mid", "Right"};
constexpr char const* row_titles[] = {"Top", "Bottom"};

// Far above any pixel or depth; what is larger has no exact text.
constexpr double largest_number = 1e9;

double in_range(double value) {
    return std::isnan(value) ? 0 : std::clamp(value, -largest_number, largest_number);
}

// Which of `parts` equal parts of `size` holds `value`.
int part_of(float value, int size, int parts) {
    if (!(value > 0) || size <= 0) { // also when it is no number
        return 0;
    }
    return std::min(static_cast<int>(std::min(value * static_cast<float>(parts) / static_cast<float>(size), 1e6F)),
                    parts - 1);
}

// Up to `digits` decimals without trailing zeros.
std::string number(double value, int digits) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
    std::string text = buffer;
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') {
            text.pop_back();
        }
    }
    return text == "-0" ? "0" : text;
}

double rounded(double value, double scale) {
    return std::round(value * scale) / scale;
}

// As Python prints round(p, 2): 1.0, 0.9, 0.95
std::string probability_text(double probability) {
    auto text = number(probability, 2);
    return text.find('.') == std::string::npos ? text + ".0" : text;
}

std::string entry_text(MatrixEntry const& entry) {
    return entry.name + ": " + probability_text(entry.probability) + ", r(" + number(entry.x, 0) + "," +
           number(entry.y, 0) + "," + number(entry.z, 4) + ")";
}

// Reads text from the front; every step says whether it matched.
struct Cursor {
    std::string_view rest;

    bool literal(std::string_view expected) {
        bool matched = rest.starts_with(expected);
        rest.remove_prefix(matched ? expected.size() : 0);
        return matched;
    }
    bool decimal(double& value) {
        auto result = std::from_chars(rest.data(), rest.data() + rest.size(), value);
        bool matched = result.ec == std::errc() && std::abs(value) <= largest_number; // false for nan
        rest.remove_prefix(static_cast<std::size_t>(result.ptr - rest.data()));
        return matched;
    }
    bool until(std::string_view mark, std::string& value) {
        auto at = rest.find(mark);
        if (at == std::string_view::npos) {
            return false;
        }
        value = rest.substr(0, at);
        rest.remove_prefix(at + mark.size());
        return true;
    }
};

bool parse_entry(Cursor& in, MatrixEntry& e) {
    return in.until(": ", e.name) && in.decimal(e.probability) && in.literal(", r(") && in.decimal(e.x) &&
           in.literal(",") && in.decimal(e.y) && in.literal(",") && in.decimal(e.z) && in.literal(")");
}

bool parse_cell(Cursor& in, std::vector<MatrixEntry>& cell) {
    while (!in.literal("]\n")) {
        MatrixEntry entry;
        if ((!cell.empty() && !in.literal("; ")) || !parse_entry(in, entry)) {
            return false;
        }
        cell.push_back(entry);
    }
    return true;
}

std::string cell_header(int row, int column) {
    return std::string(column_titles[column]) + " " + row_titles[row] + ": [";
}

} // namespace

GridCell cell_of(Box const& box, int width, int height) {
    return {part_of(box.center_y(), height, 2), part_of(box.center_x(), width, 3)};
}

std::string cell_name(GridCell cell) {
    static constexpr char const* rows[] = {"top", "bottom"};
    static constexpr char const* columns[] = {"left", "middle", "right"};
    return std::string(rows[cell.row]) + " " + columns[cell.column];
}

SceneGrid make_grid(Scene const& scene, float threshold) {
    SceneGrid grid;
    for (auto const& object : scene.objects) {
        if (object.detection.score > threshold) {
            grid.cells[static_cast<std::size_t>(object.cell.row)][static_cast<std::size_t>(object.cell.column)]
                .push_back({object.detection.label, rounded(in_range(object.detection.score), 100),
                            std::trunc(in_range(object.x)), std::trunc(in_range(object.y)),
                            rounded(in_range(object.z), 10000)});
        }
    }
    for (auto& row : grid.cells) {
        for (auto& cell : row) {
            std::stable_sort(cell.begin(), cell.end(), [](auto const& a, auto const& b) { return a.x < b.x; });
        }
    }
    return grid;
}

std::string matrix_text(SceneGrid const& grid) {
    std::string text;
    for (int row = 0; row < 2; ++row) {
        for (int column = 0; column < 3; ++column) {
            text += cell_header(row, column);
            auto const& cell = grid.cells[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
            for (std::size_t i = 0; i < cell.size(); ++i) {
                text += (i ? "; " : "") + entry_text(cell[i]);
            }
            text += "]\n";
        }
    }
    return text;
}

SceneGrid parse_matrix(std::string const& text) {
    SceneGrid grid;
    Cursor in{text};
    for (int row = 0; row < 2; ++row) {
        for (int column = 0; column < 3; ++column) {
            auto& cell = grid.cells[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
            if (!in.literal(cell_header(row, column)) || !parse_cell(in, cell)) {
                throw Error("The matrix cannot be read in its cell " + cell_name({row, column}) +
                            "; it was changed or cut.");
            }
        }
    }
    return grid;
}

} // namespace echollama
