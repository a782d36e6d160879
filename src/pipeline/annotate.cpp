#include "pipeline/annotate.h"

#include "wording/wording.h"

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

// What was measured around the viewer, drawn where it is seen.
class AroundPainter {
  public:
    AroundPainter(Canvas& canvas, Scene const& scene, double size) : canvas_(canvas), scene_(scene), size_(size) {}

    void paint() {
        auto const& around = *scene_.around;
        constexpr std::size_t most = 12;
        for (std::size_t i = 0; i < around.obstacles.size() && i < most; ++i) {
            box(around.obstacles[i].box, orange);
        }
        for (auto const& wall : around.walls) {
            auto const foot = around.floor ? 0 : wall.height.low;
            edge(on(wall.from, foot), on(wall.to, foot), blue, 0.2);
            label(on({(wall.from.x + wall.to.x) / 2, (wall.from.y + wall.to.y) / 2}, foot),
                  "wall " + length_words(
                                {DistanceSource::sensor, wall.distance.metres, wall.distance.low, wall.distance.high},
                                Units::metres),
                  blue);
        }
        for (auto const& opening : around.openings) {
            frame(opening);
        }
        for (auto const& way : around.ways) {
            lane(way);
        }
        for (auto const& step : around.steps) {
            edge(on(step.from, 0), on(step.to, 0), vermilion, 0.35);
            label(on(step.from, 0),
                  step.kind == StepKind::up     ? "step up"
                  : step.kind == StepKind::down ? "step down"
                                                : "drop",
                  vermilion);
        }
    }

  private:
    static constexpr Color orange = palette[0], blue = palette[1], green = palette[2], vermilion = palette[4];

    static Vector3 on(GroundPoint point, float z) { return {point.x, point.y, z}; }

    void edge(Vector3 a, Vector3 b, Color color, double thick) {
        constexpr float near = 0.2F; // what lies behind the camera is cut off
        auto p = scene_.around->frame.to_camera(a), q = scene_.around->frame.to_camera(b);
        if (p.z < near && q.z < near) {
            return;
        }
        auto cut = [&](Vector3& from, Vector3 to) {
            if (from.z < near) {
                from = from + (near - from.z) / (to.z - from.z) * (to - from);
            }
        };
        cut(p, q);
        cut(q, p);
        canvas_.line(x_of(p), y_of(p), x_of(q), y_of(q), color, size_ * thick);
    }
    double x_of(Vector3 p) const { return static_cast<double>(scene_.camera.cx + scene_.camera.fx * p.x / p.z); }
    double y_of(Vector3 p) const { return static_cast<double>(scene_.camera.cy + scene_.camera.fy * p.y / p.z); }

    void label(Vector3 at, std::string const& text, Color color) {
        auto const p = scene_.around->frame.to_camera(at);
        if (p.z > 0.2F) {
            canvas_.label(text, x_of(p), y_of(p), color, size_ * 0.7);
        }
    }
    void box(GroundBox const& b, Color color) {
        auto corner = [&](int i) {
            return Vector3{i & 1 ? b.x.high : b.x.low, i & 2 ? b.y.high : b.y.low, i & 4 ? b.z.high : b.z.low};
        };
        for (int i = 0; i < 8; ++i) {
            for (int bit : {1, 2, 4}) {
                if (!(i & bit)) {
                    edge(corner(i), corner(i | bit), color, 0.12);
                }
            }
        }
    }
    void frame(OpeningFacts const& o) {
        edge(on(o.from, o.height.low), on(o.from, o.height.high), green, 0.3);
        edge(on(o.to, o.height.low), on(o.to, o.height.high), green, 0.3);
        label(on(o.from, o.height.high), "opening", green);
    }
    // The lane in which the floor is seen to be free, as wide as a person.
    void lane(WayFacts const& way) {
        float const angle = way.bearing_deg * 3.14159265F / 180, dx = std::sin(angle), dy = std::cos(angle);
        constexpr float half = 0.3F;
        for (float side : {-half, half}) {
            auto at = [&](float s) { return on({s * dx + side * dy, s * dy - side * dx}, 0); };
            if (way.free > way.seen_from) {
                edge(at(way.seen_from), at(way.free), green, 0.15);
            }
        }
    }

    Canvas& canvas_;
    Scene const& scene_;
    double size_;
};

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
    if (scene.around) {
        AroundPainter(canvas, scene, size).paint();
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
