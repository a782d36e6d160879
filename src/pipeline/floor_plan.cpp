#include "pipeline/floor_plan.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "media/picture/image_io.h"
#include "scene/english.h"
#include "wording/surroundings_words.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr std::size_t most_keys = 20;

// The part of the plan where anything is seen, as wide to the left as to the right.
GroundPlan cut(GroundPlan const& whole) {
    int half = 10, rows = 20; // at least 50 cm to each side and a metre ahead
    int const middle = whole.columns / 2;
    constexpr float told_to_m = 6; // farther readings lie alone
    for (int row = 0; row < std::min(whole.rows, static_cast<int>(told_to_m / whole.cell_m)); ++row) {
        for (int column = 0; column < whole.columns; ++column) {
            if (whole.at(column, row) != PlanCell::unknown) {
                half = std::max(half, std::abs(column - middle) + 1);
                rows = std::max(rows, row + 1);
            }
        }
    }
    half = std::min(half, middle);
    GroundPlan part{whole.cell_m, -static_cast<float>(half) * whole.cell_m, whole.y0, 2 * half, rows, {}};
    for (int row = 0; row < rows; ++row) {
        for (int column = middle - half; column < middle + half; ++column) {
            part.cells.push_back(whole.at(column, row));
        }
    }
    return part;
}

// The most telling kind of some squares: what hurts first.
PlanCell strongest(GroundPlan const& plan, int column, int row, int wide, int high) {
    static constexpr PlanCell order[] = {PlanCell::unknown,  PlanCell::floor, PlanCell::hanging, PlanCell::wall,
                                         PlanCell::obstacle, PlanCell::step,  PlanCell::drop};
    std::size_t best = 0;
    for (int y = row; y < std::min(row + high, plan.rows); ++y) {
        for (int x = column; x < std::min(column + wide, plan.columns); ++x) {
            auto const at = std::find(std::begin(order), std::end(order), plan.at(x, y));
            best = std::max(best, static_cast<std::size_t>(at - std::begin(order)));
        }
    }
    return order[best];
}

char sign_of(PlanCell cell) {
    switch (cell) {
    case PlanCell::wall:
        return '#';
    case PlanCell::obstacle:
        return 'o';
    case PlanCell::step:
        return '^';
    case PlanCell::drop:
        return '!';
    case PlanCell::hanging:
        return '~';
    case PlanCell::floor:
        return '.';
    case PlanCell::unknown:
        break;
    }
    return ' ';
}

bool is_raised(PlanCell cell) {
    return cell != PlanCell::unknown && cell != PlanCell::floor;
}

// North American braille ASCII of a cell's six dots, dot 1 in the lowest bit.
char braille_of(unsigned dots) {
    static constexpr char table[] = " A1B'K2L@CIF/MSP\"E3H9O6R^DJG>NTQ,*5<-U8V.%[$+X!&;:4\\0Z7(_?W]#Y)=";
    return table[dots & 63];
}

std::string keys_text(FloorPlan const& plan, char const* end_of_line) {
    std::string text;
    for (auto const& key : plan.keys) {
        text += std::string(1, key.letter) + ": " + key.words + end_of_line;
    }
    return text;
}

} // namespace

FloorPlan floor_plan(Scene const& scene, WordingOptions const& options) {
    if (!scene.around || scene.around->plan.cells.empty()) {
        throw Error(
            "A plan needs metric depth in which the floor is seen; give a depth picture, a stereo pair or a cloud.");
    }
    auto const& around = *scene.around;
    FloorPlan plan;
    plan.squares = cut(around.plan);
    struct Entry {
        GroundPoint at;
        float distance;
        std::string words;
    };
    std::vector<Entry> entries;
    auto add = [&](GroundPoint at, float distance, std::string sentence) {
        sentence.pop_back(); // the full stop
        entries.push_back({at, distance, std::move(sentence)});
    };
    for (auto const& obstacle : around.obstacles) {
        auto const& box = obstacle.box;
        if (box.y.low > static_cast<float>(plan.squares.rows) * plan.squares.cell_m) {
            continue;
        }
        GroundPoint const middle{(box.x.low + box.x.high) / 2, (box.y.low + box.y.high) / 2};
        bool const named = obstacle.named && *obstacle.named < scene.objects.size();
        add(middle, obstacle.distance.metres,
            named ? capitalised(object_clause(scene.objects[*obstacle.named], options)) + "."
                  : obstacle_sentence(obstacle, options));
    }
    for (auto const& step : around.steps) {
        add({(step.from.x + step.to.x) / 2, (step.from.y + step.to.y) / 2}, step.distance.metres,
            step_sentence(step, options));
    }
    for (auto const& opening : around.openings) {
        add({(opening.from.x + opening.to.x) / 2, (opening.from.y + opening.to.y) / 2}, opening.distance.metres,
            "Opening, " + size_words(opening.width.metres, options.units) + " wide.");
    }
    std::stable_sort(entries.begin(), entries.end(),
                     [](auto const& a, auto const& b) { return a.distance < b.distance; });
    for (std::size_t i = 0; i < entries.size() && i < most_keys; ++i) {
        plan.keys.push_back({static_cast<char>('A' + i), entries[i].words, entries[i].at});
    }
    return plan;
}

std::string plan_text(FloorPlan const& plan) {
    constexpr int wide = 2, high = 4; // squares a character
    std::vector<std::string> lines;
    for (int row = 0; row < plan.squares.rows; row += high) {
        std::string line;
        for (int column = 0; column < plan.squares.columns; column += wide) {
            line += sign_of(strongest(plan.squares, column, row, wide, high));
        }
        lines.push_back(line);
    }
    for (auto key = plan.keys.rbegin(); key != plan.keys.rend(); ++key) { // the nearest on top
        int const column = static_cast<int>((key->at.x - plan.squares.x0) / plan.squares.cell_m) / wide;
        int const row = static_cast<int>((key->at.y - plan.squares.y0) / plan.squares.cell_m) / high;
        if (row >= 0 && column >= 0 && row < static_cast<int>(lines.size()) &&
            column < static_cast<int>(lines[static_cast<std::size_t>(row)].size())) {
            lines[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)] = key->letter;
        }
    }
    lines.front()[lines.front().size() / 2] = 'V';
    std::string text;
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        line->erase(line->find_last_not_of(' ') + 1);
        text += *line + "\n";
    }
    text += "\nV: you. # wall, o thing, ^ step up, ! drop, ~ over the head, . floor that is seen, blank: not seen.\n"
            "One character is 10 centimetres wide and 20 high.\n";
    return text + keys_text(plan, "\n");
}

std::string plan_brf(FloorPlan const& plan) {
    constexpr int dot = 3, cells_wide = 40, lines_high = 25; // squares a dot: 15 cm; a page of embossers
    int const first = std::max(0, (plan.squares.columns - cells_wide * 2 * dot) / 2);
    int const lines = std::min((plan.squares.rows + 3 * dot - 1) / (3 * dot), lines_high - 2);
    std::string text;
    for (int line = lines; line-- > 0;) {
        std::string row;
        for (int cell = 0; cell < cells_wide; ++cell) {
            unsigned dots = 0;
            for (int k = 0; k < 6; ++k) { // dots 1 2 3 down the left, 4 5 6 down the right; the farthest is on top
                int const x = first + (2 * cell + k / 3) * dot, y = (3 * line + 2 - k % 3) * dot;
                bool const inside = x < plan.squares.columns && y < plan.squares.rows;
                dots |= inside && is_raised(strongest(plan.squares, x, y, dot, dot)) ? 1U << k : 0U;
            }
            row += braille_of(dots);
        }
        row.erase(row.find_last_not_of(' ') + 1);
        text += row + "\r\n";
    }
    std::string keys = keys_text(plan, "\r\n");
    std::transform(keys.begin(), keys.end(), keys.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text + "\f" + keys;
}

void write_plan(std::filesystem::path const& path, FloorPlan const& plan) {
    auto const ending = path.extension().string();
    if (ending == ".png") {
        save_png(path, plan_picture(plan));
        return;
    }
    if (ending != ".txt" && ending != ".brf" && ending != ".svg") {
        throw UsageError("--map writes .png, .svg, .txt or .brf; name the file so.");
    }
    auto const text = ending == ".txt" ? plan_text(plan) : ending == ".brf" ? plan_brf(plan) : plan_svg(plan);
    write_file_atomically(path, text, "the plan");
}

} // namespace echollama
