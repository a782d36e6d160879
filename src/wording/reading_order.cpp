#include "wording/reading_order.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

namespace echollama {
namespace {

// A piece of text in the frame in which most of the text runs to the right.
struct Piece {
    TextLine line;
    float left = 0, right = 0, top = 0, bottom = 0;
    float height = 0; // across the line, whatever its angle

    float middle() const { return (top + bottom) / 2; }
};

struct Direction {
    float x = 1, y = 0; // unit vector along the text
};

float distance(Point const& a, Point const& b) {
    return std::hypot(b.x - a.x, b.y - a.y);
}

Direction main_direction(std::vector<TextLine> const& lines) {
    float x = 0, y = 0; // longer lines weigh more
    for (auto const& line : lines) {
        x += line.corners[1].x - line.corners[0].x + line.corners[2].x - line.corners[3].x;
        y += line.corners[1].y - line.corners[0].y + line.corners[2].y - line.corners[3].y;
    }
    float const size = std::hypot(x, y);
    return size > 0 && std::isfinite(size) ? Direction{x / size, y / size} : Direction{};
}

Piece make_piece(TextLine line, Direction direction) {
    Piece piece;
    bool first = true;
    for (auto const& corner : line.corners) {
        float along = corner.x * direction.x + corner.y * direction.y;
        float down = corner.y * direction.x - corner.x * direction.y;
        piece.left = first ? along : std::min(piece.left, along);
        piece.right = first ? along : std::max(piece.right, along);
        piece.top = first ? down : std::min(piece.top, down);
        piece.bottom = first ? down : std::max(piece.bottom, down);
        first = false;
    }
    piece.height = (distance(line.corners[0], line.corners[3]) + distance(line.corners[1], line.corners[2])) / 2;
    piece.line = std::move(line);
    return piece;
}

float overlap(float a0, float a1, float b0, float b1) {
    return std::min(a1, b1) - std::max(a0, b0);
}

bool on_one_row(Piece const& a, Piece const& b) {
    constexpr float alike = 1.7F; // "10" beside "kg"
    return std::abs(a.middle() - b.middle()) < 0.5F * std::min(a.height, b.height) &&
           std::max(a.height, b.height) < alike * std::min(a.height, b.height);
}

// "2.50", "10:15", "Page 3": what stands at the end of a row of a list.
bool is_figure(Piece const& piece) {
    auto text = text_of(piece.line);
    constexpr std::size_t longest = 10;
    return text.size() <= longest &&
           std::any_of(text.begin(), text.end(), [](unsigned char c) { return c >= '0' && c <= '9'; });
}

// Do mostly figures stand above and below it?
bool in_column_of_figures(Piece const& piece, std::vector<Piece> const& pieces) {
    std::ptrdiff_t all = 0, figures = 0;
    for (auto const& other : pieces) {
        if (overlap(piece.left, piece.right, other.left, other.right) > 0) {
            ++all;
            figures += is_figure(other);
        }
    }
    return 3 * figures >= 2 * all;
}

void append(Piece& row, Piece const& next) {
    auto& words = row.line.words;
    words.insert(words.end(), next.line.words.begin(), next.line.words.end());
    row.line.corners[1] = next.line.corners[1];
    row.line.corners[2] = next.line.corners[2];
    row.right = std::max(row.right, next.right);
    row.top = std::min(row.top, next.top);
    row.bottom = std::max(row.bottom, next.bottom);
    row.height = std::max(row.height, next.height);
}

// Pieces of one row become one, from left to right.
std::vector<Piece> join_rows(std::vector<Piece> pieces) {
    std::stable_sort(pieces.begin(), pieces.end(), [](auto const& a, auto const& b) { return a.left < b.left; });
    std::vector<bool> figures;
    for (auto const& piece : pieces) {
        figures.push_back(is_figure(piece) && in_column_of_figures(piece, pieces));
    }
    std::vector<Piece> rows;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        auto const& piece = pieces[i];
        Piece* best = nullptr; // the nearest at the left
        for (auto& row : rows) {
            float const gap = piece.left - row.right;
            bool near = gap > -0.5F * piece.height && (figures[i] || gap < std::max(piece.height, row.height));
            if (near && on_one_row(row, piece) && (!best || row.right > best->right)) {
                best = &row;
            }
        }
        if (best) {
            append(*best, piece);
        } else {
            rows.push_back(piece);
        }
    }
    return rows;
}

// Does the lower row go on with the text of the upper one?
bool continues(Piece const& upper, Piece const& lower) {
    constexpr float alike = 1.5F;
    float const height = std::min(upper.height, lower.height);
    float const gap = lower.top - upper.bottom;
    float const shared = overlap(upper.left, upper.right, lower.left, lower.right);
    return upper.middle() < lower.middle() && gap > -0.6F * height && gap < height &&
           std::max(upper.height, lower.height) < alike * height &&
           shared > 0.5F * std::min(upper.right - upper.left, lower.right - lower.left);
}

struct Block {
    std::vector<Piece> rows; // from the top
    float left = 0, right = 0, top = 0, bottom = 0;
};

void add_row(Block& block, Piece const& row) {
    bool const first = block.rows.empty();
    block.left = first ? row.left : std::min(block.left, row.left);
    block.right = first ? row.right : std::max(block.right, row.right);
    block.top = first ? row.top : std::min(block.top, row.top);
    block.bottom = first ? row.bottom : std::max(block.bottom, row.bottom);
    block.rows.push_back(row);
}

// The rows that go on with the one above them: pairs of upper and lower, both numbered from the top, without those that
// have a third between them.
std::vector<std::pair<std::size_t, std::size_t>> find_continuations(std::vector<Piece> const& rows) {
    std::vector<std::pair<std::size_t, std::size_t>> found;
    for (std::size_t upper = 0; upper < rows.size(); ++upper) {
        for (std::size_t lower = upper + 1; lower < rows.size(); ++lower) {
            auto between = [&](Piece const& row) {
                auto over = [&](Piece const& other) {
                    return overlap(row.left, row.right, other.left, other.right) > 0 && !on_one_row(row, other);
                };
                return over(rows[upper]) && over(rows[lower]);
            };
            auto const begin = rows.begin() + static_cast<std::ptrdiff_t>(upper) + 1;
            auto const end = rows.begin() + static_cast<std::ptrdiff_t>(lower);
            if (continues(rows[upper], rows[lower]) && std::none_of(begin, end, between)) {
                found.emplace_back(upper, lower);
            }
        }
    }
    return found;
}

// A row goes on with the nearest above it. Where two stand below one (a heading over columns) or above one (a line
// under columns), each is a block of its own.
std::vector<Block> gather_blocks(std::vector<Piece> rows) {
    std::stable_sort(rows.begin(), rows.end(), [](auto const& a, auto const& b) { return a.middle() < b.middle(); });
    auto const continuations = find_continuations(rows);
    std::vector<std::size_t> below(rows.size(), 0), above(rows.size(), 0);
    for (auto const& [upper, lower] : continuations) {
        ++below[upper];
        ++above[lower];
    }
    std::vector<std::optional<std::size_t>> follows(rows.size());
    for (auto const& [upper, lower] : continuations) {
        if (below[upper] == 1 && above[lower] == 1) {
            follows[lower] = upper;
        }
    }
    std::vector<Block> blocks;
    std::vector<std::size_t> block_of(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        block_of[i] = follows[i] ? block_of[*follows[i]] : blocks.size();
        if (!follows[i]) {
            blocks.emplace_back();
        }
        add_row(blocks[block_of[i]], rows[i]);
    }
    return blocks;
}

bool shares_width(Block const& a, Block const& b) {
    return overlap(a.left, a.right, b.left, b.right) > 0;
}

bool comes_before(std::vector<Block> const& blocks, std::size_t i, std::size_t j) {
    auto const& a = blocks[i];
    auto const& b = blocks[j];
    if (shares_width(a, b)) {
        return a.top + a.bottom < b.top + b.bottom;
    }
    if (a.left > b.left) {
        return false;
    }
    float const upper = std::min(a.top + a.bottom, b.top + b.bottom),
                lower = std::max(a.top + a.bottom, b.top + b.bottom);
    return std::none_of(blocks.begin(), blocks.end(), [&](Block const& c) {
        float const middle = c.top + c.bottom;
        return &c != &a && &c != &b && middle > upper && middle < lower && shares_width(a, c) && shares_width(b, c);
    });
}

// Of the blocks that no other must precede, the uppermost next; where the rules close a circle, the uppermost of all.
std::vector<std::size_t> order_of(std::vector<Block> const& blocks) {
    auto const n = blocks.size();
    std::vector<std::vector<std::size_t>> after(n);
    std::vector<std::size_t> waiting(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            if (i != j && comes_before(blocks, i, j)) {
                after[i].push_back(j);
                ++waiting[j];
            }
        }
    }
    std::vector<std::size_t> order;
    std::vector<bool> done(n, false);
    while (order.size() < n) {
        std::optional<std::size_t> next;
        for (std::size_t i = 0; i < n; ++i) {
            bool better = next && (waiting[i] == 0) == (waiting[*next] == 0) ? blocks[i].top < blocks[*next].top
                                                                             : !next || waiting[i] == 0;
            if (!done[i] && better) {
                next = i;
            }
        }
        done[*next] = true;
        order.push_back(*next);
        for (auto j : after[*next]) {
            --waiting[j];
        }
    }
    return order;
}

} // namespace

float angle_of(TextLine const& line) {
    float const x = line.corners[1].x - line.corners[0].x + line.corners[2].x - line.corners[3].x;
    float const y = line.corners[1].y - line.corners[0].y + line.corners[2].y - line.corners[3].y;
    return std::atan2(y, x) * 180 / std::numbers::pi_v<float>;
}

std::string text_of(TextLine const& line) {
    std::string text;
    for (auto const& word : line.words) {
        text += (text.empty() ? "" : " ") + word.text;
    }
    return text;
}

std::vector<TextLine> in_reading_order(std::vector<TextLine> lines) {
    auto const direction = main_direction(lines);
    std::vector<Piece> pieces;
    for (auto& line : lines) {
        pieces.push_back(make_piece(std::move(line), direction));
    }
    auto const blocks = gather_blocks(join_rows(std::move(pieces)));
    std::vector<TextLine> ordered;
    std::size_t number = 0;
    for (auto index : order_of(blocks)) {
        for (auto const& row : blocks[index].rows) {
            ordered.push_back(row.line);
            ordered.back().block = number;
        }
        ++number;
    }
    return ordered;
}

} // namespace echollama
