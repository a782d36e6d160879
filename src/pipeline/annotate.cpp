#include "pipeline/annotate.h"

#include "scene/wording.h"

#include <cairo/cairo.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

namespace echollama {
namespace {

struct Color {
    double r, g, b;
};

// Colours that most colour-blind people can tell apart (Okabe and Ito), one after the other.
constexpr Color palette[] = {{0.90, 0.62, 0.0},  {0.34, 0.71, 0.91}, {0.0, 0.62, 0.45},
                             {0.94, 0.89, 0.26}, {0.84, 0.37, 0.0},  {0.80, 0.47, 0.65}};

class Canvas {
  public:
    explicit Canvas(Image const& image)
        : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, image.width, image.height), cairo_surface_destroy),
          cairo_(cairo_create(surface_.get()), cairo_destroy), width_(image.width), height_(image.height) {
        copy([&](std::uint8_t* out, int x, int y) {
            auto const* in = image.pixel(x, y);
            out[0] = in[2], out[1] = in[1], out[2] = in[0],
            out[3] = 255; // memory order of RGB24 on little-endian machines
        });
    }

    void line(double x0, double y0, double x1, double y1, Color color, double thickness) {
        cairo_move_to(cairo_.get(), x0, y0);
        cairo_line_to(cairo_.get(), x1, y1);
        stroke(color, thickness);
    }

    void rectangle(Box const& box, Color color, double thickness) {
        // A dark rim keeps the line visible on bright and on coloured ground.
        for (auto [ink, extra] : {std::pair(Color{0, 0, 0}, 2.0), std::pair(color, 0.0)}) {
            cairo_rectangle(cairo_.get(), static_cast<double>(box.x0), static_cast<double>(box.y0),
                            static_cast<double>(box.width()), static_cast<double>(box.height()));
            stroke(ink, thickness + extra);
        }
    }

    // Black text on a plate of the object's colour, kept inside the picture.
    void label(std::string const& text, double x, double y, Color color, double size) {
        cairo_select_font_face(cairo_.get(), "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
        cairo_set_font_size(cairo_.get(), size);
        cairo_text_extents_t extents;
        cairo_text_extents(cairo_.get(), text.c_str(), &extents);
        double plate_width = extents.x_advance + size * 0.5, plate_height = size * 1.3;
        x = std::clamp(x, 0.0, std::max(0.0, width_ - plate_width));
        for (auto const& plate : plates_) { // names must not cover each other
            bool covers = x < plate.x + plate.width && plate.x < x + plate_width && y < plate.y + plate_height &&
                          plate.y < y + plate_height;
            y = covers ? plate.y + plate_height : y;
        }
        y = std::clamp(y, 0.0, std::max(0.0, height_ - plate_height));
        plates_.push_back({x, y, plate_width});
        cairo_set_source_rgb(cairo_.get(), color.r, color.g, color.b);
        cairo_rectangle(cairo_.get(), x, y, plate_width, plate_height);
        cairo_fill(cairo_.get());
        cairo_set_source_rgb(cairo_.get(), 0, 0, 0);
        cairo_move_to(cairo_.get(), x + size * 0.25, y + size);
        cairo_show_text(cairo_.get(), text.c_str());
    }

    Image image() {
        Image out{width_, height_,
                  std::vector<std::uint8_t>(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_) * 3)};
        copy([&](std::uint8_t* in, int x, int y) {
            auto* pixel = out.pixel(x, y);
            pixel[0] = in[2], pixel[1] = in[1], pixel[2] = in[0];
        });
        return out;
    }

  private:
    void stroke(Color color, double thickness) {
        cairo_set_source_rgb(cairo_.get(), color.r, color.g, color.b);
        cairo_set_line_width(cairo_.get(), thickness);
        cairo_stroke(cairo_.get());
    }

    template <typename Visit>
    void copy(Visit visit) {
        cairo_surface_flush(surface_.get());
        auto* data = cairo_image_surface_get_data(surface_.get());
        int stride = cairo_image_surface_get_stride(surface_.get());
        for (int y = 0; y < height_; ++y) {
            for (int x = 0; x < width_; ++x) {
                visit(data + static_cast<std::ptrdiff_t>(y) * stride + static_cast<std::ptrdiff_t>(x) * 4, x, y);
            }
        }
        cairo_surface_mark_dirty(surface_.get());
    }

    std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)> surface_;
    std::unique_ptr<cairo_t, void (*)(cairo_t*)> cairo_;
    int width_, height_;
    struct Plate {
        double x, y, width;
    };
    std::vector<Plate> plates_;
};

struct Mark {
    Box box;
    std::string text;
};

std::string score_text(Detection const& detection) {
    return detection.label + " " + std::to_string(std::lround(100 * detection.score)) + "%";
}

std::string caption_of(SceneObject const& object) {
    std::string text = score_text(object.detection);
    std::string length = length_words(object.distance, Units::metres);
    return length.empty() ? text : text + ", " + length;
}

double text_size(Image const& image) {
    return std::clamp(std::min(image.width, image.height) / 28.0, 9.0, 60.0);
}

void draw(Canvas& canvas, std::vector<Mark> const& marks, double size) {
    auto color = [](std::size_t i) { return palette[i % std::size(palette)]; };
    for (std::size_t i = 0; i < marks.size(); ++i) {
        canvas.rectangle(marks[i].box, color(i), size / 5);
    }
    for (std::size_t i = 0; i < marks.size(); ++i) { // above all boxes
        auto const& box = marks[i].box;
        // Above the box where there is room, so that what is inside stays visible.
        double const y = static_cast<double>(box.y0) - size * 1.3 - size / 5;
        canvas.label(marks[i].text, static_cast<double>(box.x0), y >= 0 ? y : static_cast<double>(box.y0), color(i),
                     size);
    }
}

} // namespace

Image annotate(Image const& image, Scene const& scene, AnnotateOptions const& options) {
    Canvas canvas(image);
    double size = text_size(image);
    if (options.grid) {
        for (int i = 1; i < 3; ++i) {
            double x = image.width * i / 3.0;
            canvas.line(x, 0, x, image.height, {1, 1, 1}, size / 8);
        }
        canvas.line(0, image.height / 2.0, image.width, image.height / 2.0, {1, 1, 1}, size / 8);
    }
    std::vector<Mark> marks;
    for (auto const& object : scene.objects) {
        marks.push_back({object.detection.box, caption_of(object)});
    }
    draw(canvas, marks, size);
    return canvas.image();
}

Image annotate(Image const& image, std::vector<Detection> const& detections) {
    Canvas canvas(image);
    std::vector<Mark> marks;
    for (auto const& detection : detections) {
        marks.push_back({detection.box, score_text(detection)});
    }
    draw(canvas, marks, text_size(image));
    return canvas.image();
}

} // namespace echollama
