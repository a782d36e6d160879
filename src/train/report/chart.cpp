#include "train/report/chart.h"

#include "base/atomic_file.h"
#include "base/error.h"

#include <cairo/cairo-svg.h>
#include <cairo/cairo.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>

namespace echollama::train {
namespace {

// Points; of the PNG pixels at `scale` times as many.
constexpr double width = 720, panel_height = 300, left = 84, right = 24, top = 44, bottom = 56;
constexpr double scale = 2;
constexpr double text_size = 15, title_size = 17;

struct Colour {
    double r, g, b;
};
// Okabe and Ito's, which people who are colour-blind tell apart; the lines differ in dashes, too.
constexpr Colour colours[] = {{0, 0.447, 0.698}, {0.835, 0.369, 0}, {0, 0.620, 0.451}};

struct Range {
    double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();

    void include(double value) {
        if (std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    // Never empty, with a little air.
    Range widened(double air) const {
        if (!(low <= high)) {
            return {0, 1};
        }
        double const more = high > low ? air * (high - low) : std::max(std::abs(high), 1.0) * 0.5;
        return {low - more, high + more};
    }
};

std::string number_text(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.6g", std::abs(value) < 1e-12 ? 0 : value);
    return text;
}

class Drawing {
  public:
    Drawing(cairo_t* cairo, Chart const& chart) : cairo_(cairo), chart_(chart) {
        for (double value : chart.x) {
            x_.include(value);
        }
        x_ = x_.widened(0);
    }

    void draw() {
        cairo_set_source_rgb(cairo_, 1, 1, 1);
        cairo_paint(cairo_);
        cairo_select_font_face(cairo_, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
        for (std::size_t i = 0; i < chart_.panels.size(); ++i) {
            base_ = panel_height * static_cast<double>(i);
            draw_panel(chart_.panels[i]);
        }
    }

  private:
    double px(double x) const { return left + (x - x_.low) / (x_.high - x_.low) * (width - left - right); }
    double py(double y) const {
        return base_ + panel_height - bottom - (y - y_.low) / (y_.high - y_.low) * (panel_height - top - bottom);
    }

    void text(std::string const& what, double x, double y, double share, double size = text_size) {
        cairo_set_font_size(cairo_, size);
        cairo_set_source_rgb(cairo_, 0, 0, 0);
        cairo_text_extents_t extents;
        cairo_text_extents(cairo_, what.c_str(), &extents);
        cairo_move_to(cairo_, x - share * extents.x_advance, y);
        cairo_show_text(cairo_, what.c_str());
    }

    void line(double x0, double y0, double x1, double y1, double grey) {
        cairo_set_source_rgb(cairo_, grey, grey, grey);
        cairo_set_line_width(cairo_, 1);
        cairo_set_dash(cairo_, nullptr, 0, 0);
        cairo_move_to(cairo_, x0, y0);
        cairo_line_to(cairo_, x1, y1);
        cairo_stroke(cairo_);
    }

    void draw_axes(Panel const& panel) {
        double const foot = base_ + panel_height - bottom;
        for (double y : axis_marks(y_.low, y_.high, 6)) {
            line(left, py(y), width - right, py(y), 0.85);
            text(number_text(y), left - 8, py(y) + 5, 1);
        }
        for (double x : axis_marks(x_.low, x_.high, 8)) {
            line(px(x), foot, px(x), foot + 5, 0);
            text(number_text(x), px(x), foot + 21, 0.5);
        }
        line(left, foot, width - right, foot, 0);
        line(left, base_ + top, left, foot, 0);
        text(panel.title, (left + width - right) / 2, base_ + 24, 0.5, title_size);
        text(chart_.x_title, (left + width - right) / 2, foot + 43, 0.5);
        cairo_save(cairo_);
        cairo_translate(cairo_, 20, (base_ + top + foot) / 2);
        cairo_rotate(cairo_, -1.5707963267948966);
        text(panel.y_title, 0, 0, 0.5);
        cairo_restore(cairo_);
    }

    void set_line_style(std::size_t i) {
        static constexpr double dashes[][2] = {{0, 0}, {9, 4}, {2, 4}};
        auto const& c = colours[i % std::size(colours)];
        auto const& dash = dashes[i % std::size(dashes)];
        cairo_set_source_rgb(cairo_, c.r, c.g, c.b);
        cairo_set_line_width(cairo_, 2.5);
        cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
        cairo_set_dash(cairo_, dash, dash[0] > 0 ? 2 : 0, 0);
    }

    void draw_line(Line const& shown, std::size_t i) {
        set_line_style(i);
        bool drawn = false;
        for (std::size_t k = 0; k < chart_.x.size(); ++k) {
            if (!std::isfinite(shown.y[k])) {
                drawn = false;
                continue;
            }
            drawn ? cairo_line_to(cairo_, px(chart_.x[k]), py(shown.y[k]))
                  : cairo_move_to(cairo_, px(chart_.x[k]), py(shown.y[k]));
            drawn = true;
        }
        cairo_stroke(cairo_);
        if (chart_.x.size() == 1 && drawn) { // a line of one point would not be seen
            cairo_arc(cairo_, px(chart_.x[0]), py(shown.y[0]), 3, 0, 7);
            cairo_fill(cairo_);
        }
    }

    // Above the panel's lines, one name beside the other.
    void draw_legend(Panel const& panel) {
        double x = left + 10;
        for (std::size_t i = 0; i < panel.lines.size(); ++i) {
            set_line_style(i);
            cairo_move_to(cairo_, x, base_ + top - 7);
            cairo_line_to(cairo_, x + 30, base_ + top - 7);
            cairo_stroke(cairo_);
            text(panel.lines[i].name, x + 36, base_ + top - 2, 0);
            x += 56 + 8.5 * static_cast<double>(panel.lines[i].name.size());
        }
    }

    void draw_panel(Panel const& panel) {
        Range y;
        for (auto const& shown : panel.lines) {
            for (double value : shown.y) {
                y.include(value);
            }
        }
        y_ = y.widened(0.05);
        draw_axes(panel);
        for (std::size_t i = 0; i < panel.lines.size(); ++i) {
            draw_line(panel.lines[i], i);
        }
        if (panel.lines.size() > 1) {
            draw_legend(panel);
        }
    }

    cairo_t* cairo_;
    Chart const& chart_;
    Range x_, y_;
    double base_ = 0; // upper edge of the panel
};

cairo_status_t append(void* bytes, unsigned char const* data, unsigned length) {
    static_cast<std::string*>(bytes)->append(reinterpret_cast<char const*>(data), length);
    return CAIRO_STATUS_SUCCESS;
}

using Surface = std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)>;

void paint(cairo_surface_t* surface, Chart const& chart, double factor) {
    std::unique_ptr<cairo_t, void (*)(cairo_t*)> const cairo(cairo_create(surface), cairo_destroy);
    cairo_scale(cairo.get(), factor, factor);
    Drawing(cairo.get(), chart).draw();
    if (cairo_status(cairo.get()) != CAIRO_STATUS_SUCCESS) {
        throw Error(std::string("The chart cannot be drawn (") + cairo_status_to_string(cairo_status(cairo.get())) +
                    ").");
    }
}

} // namespace

std::vector<double> axis_marks(double low, double high, int count) {
    double const raw = (high - low) / std::max(count, 1);
    if (!(raw > 1e-300) || !std::isfinite(raw)) {
        return {};
    }
    double const power = std::pow(10, std::floor(std::log10(raw)));
    double const lead = raw / power;
    double const step = power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
    std::vector<double> marks;
    for (double i = std::ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i) {
        marks.push_back(i * step);
    }
    return marks;
}

void draw_chart(Chart const& chart, std::filesystem::path const& stem) {
    double const height = panel_height * static_cast<double>(chart.panels.size());
    std::string svg, png;
    {
        Surface const surface(cairo_svg_surface_create_for_stream(append, &svg, width, height), cairo_surface_destroy);
        paint(surface.get(), chart, 1);
        cairo_surface_finish(surface.get());
    }
    Surface const surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(scale * width),
                                                     static_cast<int>(scale * height)),
                          cairo_surface_destroy);
    paint(surface.get(), chart, scale);
    cairo_surface_write_to_png_stream(surface.get(), append, &png);
    write_file_atomically(stem.string() + ".svg", svg, "the chart");
    write_file_atomically(stem.string() + ".png", png, "the chart");
}

} // namespace echollama::train
