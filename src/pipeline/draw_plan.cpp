#include "pipeline/floor_plan.h"

#include <cairo/cairo-svg.h>
#include <cairo/cairo.h>

#include <algorithm>
#include <memory>

namespace echollama {
namespace {

constexpr double square = 12; // points of a 5 cm square
constexpr double letter = 26, key_line = 30, margin = 20;

using Surface = std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)>;
using Pen = std::unique_ptr<cairo_t, void (*)(cairo_t*)>;

double width_of(FloorPlan const& plan) {
    return std::max(720.0, plan.squares.columns * square) + 2 * margin;
}

double height_of(FloorPlan const& plan) {
    return plan.squares.rows * square + static_cast<double>(plan.keys.size() + 2) * key_line + 3 * margin;
}

void draw_square(cairo_t* pen, PlanCell cell, double x, double y, int column, int row) {
    switch (cell) {
    case PlanCell::wall:
        cairo_rectangle(pen, x, y, square, square);
        cairo_fill(pen);
        break;
    case PlanCell::obstacle: // hatched
        for (double k : {0.0, 0.5}) {
            cairo_move_to(pen, x, y + (1 - k) * square);
            cairo_line_to(pen, x + (1 - k) * square, y);
        }
        cairo_move_to(pen, x + square / 2, y + square);
        cairo_line_to(pen, x + square, y + square / 2);
        cairo_set_line_width(pen, 2);
        cairo_stroke(pen);
        break;
    case PlanCell::step: // lines across
        cairo_rectangle(pen, x, y + square * 0.3, square, square * 0.35);
        cairo_fill(pen);
        break;
    case PlanCell::drop: // chequered
        if ((column / 2 + row / 2) % 2 == 0) {
            cairo_rectangle(pen, x, y, square, square);
            cairo_fill(pen);
        }
        break;
    case PlanCell::hanging:
        if (column % 2 == 0 && row % 2 == 0) {
            cairo_arc(pen, x + square, y + square, square * 0.6, 0, 6.2832);
            cairo_set_line_width(pen, 2);
            cairo_stroke(pen);
        }
        break;
    case PlanCell::unknown:
        if (column % 4 == 0 && row % 4 == 0) {
            cairo_arc(pen, x + square / 2, y + square / 2, 1.2, 0, 6.2832);
            cairo_fill(pen);
        }
        break;
    case PlanCell::floor:
        break;
    }
}

void write(cairo_t* pen, std::string const& text, double x, double y, double size) {
    cairo_set_font_size(pen, size);
    cairo_move_to(pen, x, y);
    cairo_show_text(pen, text.c_str());
}

void draw(cairo_t* pen, FloorPlan const& plan) {
    auto const& squares = plan.squares;
    cairo_set_source_rgb(pen, 1, 1, 1);
    cairo_paint(pen);
    cairo_set_source_rgb(pen, 0, 0, 0);
    cairo_select_font_face(pen, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
    double const left = (width_of(plan) - squares.columns * square) / 2;
    auto x_of = [&](float x) { return left + static_cast<double>((x - squares.x0) / squares.cell_m) * square; };
    auto y_of = [&](float y) {
        return margin + (squares.rows - static_cast<double>((y - squares.y0) / squares.cell_m)) * square;
    };
    for (int row = 0; row < squares.rows; ++row) {
        for (int column = 0; column < squares.columns; ++column) {
            draw_square(pen, squares.at(column, row), left + column * square,
                        margin + (squares.rows - 1 - row) * square, column, row);
        }
    }
    for (auto const& key : plan.keys) { // on a white plate, so that textures do not run into letters
        double const x = x_of(key.at.x), y = y_of(key.at.y);
        cairo_set_source_rgb(pen, 1, 1, 1);
        cairo_rectangle(pen, x - letter * 0.6, y - letter * 0.6, letter * 1.2, letter * 1.2);
        cairo_fill(pen);
        cairo_set_source_rgb(pen, 0, 0, 0);
        write(pen, std::string(1, key.letter), x - letter * 0.36, y + letter * 0.36, letter);
    }
    double const bottom = margin + squares.rows * square;
    cairo_move_to(pen, x_of(0) - square, bottom); // the viewer
    cairo_line_to(pen, x_of(0) + square, bottom);
    cairo_line_to(pen, x_of(0), bottom - 2 * square);
    cairo_fill(pen);
    double y = bottom + margin + key_line;
    write(pen, "The black triangle is you. Ten squares are half a metre.", margin, y, key_line * 0.6);
    for (auto const& key : plan.keys) {
        y += key_line;
        write(pen, std::string(1, key.letter) + ": " + key.words, margin, y, key_line * 0.6);
    }
}

cairo_status_t append(void* text, unsigned char const* bytes, unsigned length) {
    static_cast<std::string*>(text)->append(reinterpret_cast<char const*>(bytes), length);
    return CAIRO_STATUS_SUCCESS;
}

} // namespace

std::string plan_svg(FloorPlan const& plan) {
    std::string svg;
    {
        Surface const surface(cairo_svg_surface_create_for_stream(append, &svg, width_of(plan), height_of(plan)),
                              cairo_surface_destroy);
        Pen const pen(cairo_create(surface.get()), cairo_destroy);
        draw(pen.get(), plan);
        cairo_surface_finish(surface.get());
    }
    return svg;
}

Image plan_picture(FloorPlan const& plan) {
    int const width = static_cast<int>(width_of(plan)), height = static_cast<int>(height_of(plan));
    Surface const surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height), cairo_surface_destroy);
    {
        Pen const pen(cairo_create(surface.get()), cairo_destroy);
        draw(pen.get(), plan);
    }
    cairo_surface_flush(surface.get());
    auto const* data = cairo_image_surface_get_data(surface.get());
    auto const stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface.get()));
    Image image{width, height,
                std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3)};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            auto const* in = data + static_cast<std::size_t>(y) * stride + static_cast<std::size_t>(x) * 4;
            auto* out = image.pixel(x, y);
            out[0] = in[2], out[1] = in[1], out[2] = in[0];
        }
    }
    return image;
}

} // namespace echollama
