#include "support/signs.h"

#include "base/counter_rng.h"
#include "reader/line_crop.h"

#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <sstream>

namespace echollama::test {
namespace {

struct Colour {
    double r = 0, g = 0, b = 0;
};

// Random numbers one after the other.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : seed_(seed) {}
    double between(double low, double high) {
        return low + (high - low) * static_cast<double>(uniform(seed_, next_++));
    }
    std::size_t below(std::size_t count) { return splitmix64(seed_, next_++) % count; }
    double normal_number() { return static_cast<double>(normal(seed_, next_++)); }

  private:
    std::uint64_t seed_, next_ = 0;
};

using Surface = std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)>;
using Context = std::unique_ptr<cairo_t, void (*)(cairo_t*)>;

class Canvas {
  public:
    Canvas(int width, int height)
        : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height), cairo_surface_destroy),
          context_(cairo_create(surface_.get()), cairo_destroy), width_(width), height_(height) {}
    cairo_t* get() const { return context_.get(); }

    void put(Image const& image) {
        auto* bytes = cairo_image_surface_get_data(surface_.get());
        auto const stride = cairo_image_surface_get_stride(surface_.get());
        for (int y = 0; y < height_; ++y) {
            for (int x = 0; x < width_; ++x) {
                auto* to = bytes + static_cast<std::ptrdiff_t>(y) * stride + 4 * static_cast<std::ptrdiff_t>(x);
                auto const* from = image.pixel(x, y);
                to[0] = from[2], to[1] = from[1], to[2] = from[0];
            }
        }
        cairo_surface_mark_dirty(surface_.get());
    }
    Image image() const {
        cairo_surface_flush(surface_.get());
        auto const* bytes = cairo_image_surface_get_data(surface_.get());
        auto const stride = cairo_image_surface_get_stride(surface_.get());
        Image made{width_, height_, {}};
        made.rgb.resize(3 * static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_));
        for (int y = 0; y < height_; ++y) {
            for (int x = 0; x < width_; ++x) {
                auto const* from = bytes + static_cast<std::ptrdiff_t>(y) * stride + 4 * static_cast<std::ptrdiff_t>(x);
                auto* to = made.pixel(x, y);
                to[0] = from[2], to[1] = from[1], to[2] = from[0];
            }
        }
        return made;
    }

  private:
    Surface surface_;
    Context context_;
    int width_, height_;
};

char const* const phrases[] = {"Mind the gap",
                               "WAY OUT",
                               "No smoking",
                               "Platform 4",
                               "EXIT",
                               "Please keep\nthe door closed",
                               "PUSH",
                               "Open daily\n9:00 to 17:30",
                               "Ticket office",
                               "Danger\nHigh voltage",
                               "Fresh coffee\n2.50",
                               "Lift out of order",
                               "Gate 12",
                               "Staff only",
                               "Wet floor",
                               "City library",
                               "Emergency exit",
                               "Bus stop\nLine 42",
                               "Reception\nsecond floor",
                               "KEEP LEFT",
                               "Bicycle parking",
                               "Do not touch",
                               "Post office",
                               "Silence please",
                               "Road closed\nuse other route",
                               "Main Street",
                               "Pharmacy",
                               "No entry\nexcept buses",
                               "Toilets",
                               "Car park full",
                               "Waiting room",
                               "Information desk",
                               "Watch your step",
                               "Pull to open",
                               "First aid kit",
                               "Museum\nadults 12.00\nchildren free",
                               "SALE\nhalf price",
                               "Room 305",
                               "Bakery",
                               "Beware of the dog",
                               "Garden open\nApril to October",
                               "Drinking water",
                               "Private property\nno trespassing",
                               "Hospital\nmain entrance",
                               "Speed limit 30",
                               "Fire extinguisher",
                               "Central Station",
                               "Please ring\nthe bell",
                               "Departures",
                               "Baggage claim",
                               "Today's soup\ntomato and basil",
                               "Stairs",
                               "Ground floor",
                               "Cash machine",
                               "Children crossing",
                               "Slippery when wet",
                               "Church Lane",
                               "Not drinking water",
                               "Quiet zone\nno phones",
                               "Return books here"};

char const* const fonts[] = {"DejaVu Sans",
                             "DejaVu Serif",
                             "DejaVu Sans Mono",
                             "DejaVu Sans Condensed",
                             "Liberation Sans",
                             "Liberation Serif",
                             "Liberation Mono",
                             "Liberation Sans Narrow",
                             "URW Gothic",
                             "URW Bookman",
                             "C059",
                             "P052",
                             "Nimbus Sans",
                             "Nimbus Roman"};

struct Scheme {
    Colour plate, text;
};
Scheme const schemes[] = {{{1, 1, 1}, {0, 0, 0}},          {{1, 0.85, 0}, {0.05, 0.05, 0.05}},
                          {{0, 0.25, 0.6}, {1, 1, 1}},     {{0.75, 0.05, 0.1}, {1, 1, 1}},
                          {{0, 0.4, 0.2}, {1, 1, 1}},      {{0.1, 0.1, 0.1}, {1, 0.8, 0.1}},
                          {{0.93, 0.9, 0.8}, {0.5, 0, 0}}, {{0.35, 0.2, 0.1}, {0.95, 0.9, 0.75}},
                          {{0.8, 0.8, 0.8}, {0, 0.1, 0.5}}};

std::vector<std::string> lines_of(std::string const& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

Image make_plate(std::string const& text, std::string const& font, bool bold, double size, Scheme const& scheme) {
    auto const lines = lines_of(text);
    auto const weight = bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL;
    double widest = 0;
    Canvas measure(8, 8);
    cairo_select_font_face(measure.get(), font.c_str(), CAIRO_FONT_SLANT_NORMAL, weight);
    cairo_set_font_size(measure.get(), size);
    for (auto const& line : lines) {
        cairo_text_extents_t extents;
        cairo_text_extents(measure.get(), line.c_str(), &extents);
        widest = std::max(widest, extents.x_advance);
    }
    int const width = static_cast<int>(widest + 1.2 * size);
    int const height = static_cast<int>((1.3 * static_cast<double>(lines.size()) + 0.7) * size);
    Canvas plate(width, height);
    cairo_set_source_rgb(plate.get(), scheme.plate.r, scheme.plate.g, scheme.plate.b);
    cairo_paint(plate.get());
    cairo_set_source_rgb(plate.get(), scheme.text.r, scheme.text.g, scheme.text.b);
    cairo_select_font_face(plate.get(), font.c_str(), CAIRO_FONT_SLANT_NORMAL, weight);
    cairo_set_font_size(plate.get(), size);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        cairo_text_extents_t extents;
        cairo_text_extents(plate.get(), lines[i].c_str(), &extents);
        cairo_move_to(plate.get(), (width - extents.x_advance) / 2, (1.25 + 1.3 * static_cast<double>(i)) * size);
        cairo_show_text(plate.get(), lines[i].c_str());
    }
    return plate.image();
}

// A wall, or a street, or leaves: colours that go over into each other, with blots.
Image make_ground(Dice& dice) {
    Canvas ground(640, 480);
    auto* cr = ground.get();
    auto* shade = cairo_pattern_create_linear(0, 0, dice.between(-300, 300), 480);
    for (double at : {0.0, 1.0}) {
        cairo_pattern_add_color_stop_rgb(shade, at, dice.between(0.2, 0.9), dice.between(0.2, 0.9),
                                         dice.between(0.2, 0.9));
    }
    cairo_set_source(cr, shade);
    cairo_paint(cr);
    cairo_pattern_destroy(shade);
    for (int i = 0; i < 25; ++i) {
        cairo_set_source_rgba(cr, dice.between(0, 1), dice.between(0, 1), dice.between(0, 1), dice.between(0.05, 0.25));
        cairo_arc(cr, dice.between(0, 640), dice.between(0, 480), dice.between(5, 90), 0, 2 * std::numbers::pi);
        cairo_fill(cr);
    }
    return ground.image();
}

// The corners of a plate that is turned and seen aslant, inside the picture.
std::array<Point, 4> seen_corners(Dice& dice, double width, double height, double turn_deg) {
    double const angle = turn_deg * std::numbers::pi / 180;
    double const lean = dice.between(-0.12, 0.12), tilt = dice.between(-0.12, 0.12);
    std::array<Point, 4> corners;
    double const xs[] = {-0.5, 0.5, 0.5, -0.5}, ys[] = {-0.5, -0.5, 0.5, 0.5};
    for (std::size_t i = 0; i < 4; ++i) {
        double const depth = 1 + 2 * lean * xs[i] + 2 * tilt * ys[i]; // farther corners draw together
        double const x = xs[i] * width / depth, y = ys[i] * height / depth;
        corners[i] = {static_cast<float>(x * std::cos(angle) - y * std::sin(angle)),
                      static_cast<float>(x * std::sin(angle) + y * std::cos(angle))};
    }
    auto reach = [&](auto member) {
        auto [low, high] = std::minmax_element(corners.begin(), corners.end(),
                                               [&](auto const& a, auto const& b) { return a.*member < b.*member; });
        return std::pair((*low).*member, (*high).*member);
    };
    auto [left, right] = reach(&Point::x);
    auto [top, bottom] = reach(&Point::y);
    float const shrink = std::min({1.0F, 610.0F / (right - left), 450.0F / (bottom - top)});
    double const free_x = 610 - static_cast<double>((right - left) * shrink);
    double const free_y = 450 - static_cast<double>((bottom - top) * shrink);
    double const x0 = 15 + dice.between(0, free_x), y0 = 15 + dice.between(0, free_y);
    for (auto& corner : corners) {
        corner = {static_cast<float>(x0) + (corner.x - left) * shrink,
                  static_cast<float>(y0) + (corner.y - top) * shrink};
    }
    return corners;
}

std::array<double, 9> inverse(PlaneMap const& map) {
    auto const& m = map.m;
    double const a = m[0], b = m[1], c = m[2], d = m[3], e = m[4], f = m[5], g = m[6], h = m[7];
    return {e - f * h,     c * h - b,     b * f - c * e, f * g - d,    a - c * g,
            c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d};
}

void paste(Image& ground, Image const& plate, std::array<Point, 4> const& corners) {
    auto const to_plate = inverse(onto_quad(corners, plate.width, plate.height));
    constexpr int fine = 3; // samples a pixel and direction
    for (int y = 0; y < ground.height; ++y) {
        for (int x = 0; x < ground.width; ++x) {
            std::array<double, 3> sum{};
            auto* pixel = ground.pixel(x, y);
            for (int k = 0; k < fine * fine; ++k) {
                double const px = x + (k % fine + 0.5) / fine, py = y + (k / fine + 0.5) / fine;
                double const w = to_plate[6] * px + to_plate[7] * py + to_plate[8];
                double const u = (to_plate[0] * px + to_plate[1] * py + to_plate[2]) / w;
                double const v = (to_plate[3] * px + to_plate[4] * py + to_plate[5]) / w;
                bool const on_plate = u >= 0 && v >= 0 && u < plate.width && v < plate.height;
                auto const* from = on_plate ? plate.pixel(static_cast<int>(u), static_cast<int>(v)) : pixel;
                for (std::size_t c = 0; c < 3; ++c) {
                    sum[c] += from[c];
                }
            }
            for (std::size_t c = 0; c < 3; ++c) {
                pixel[c] = static_cast<std::uint8_t>(std::lround(sum[c] / (fine * fine)));
            }
        }
    }
}

// Gaussian, first along rows, then along columns.
Image blurred(Image const& image, double sigma) {
    if (sigma < 0.2) {
        return image;
    }
    int const reach = static_cast<int>(std::ceil(3 * sigma));
    std::vector<double> weights;
    double total = 0;
    for (int i = -reach; i <= reach; ++i) {
        weights.push_back(std::exp(-i * i / (2 * sigma * sigma)));
        total += weights.back();
    }
    auto pass = [&](Image const& from, int dx, int dy) {
        Image to = from;
        for (int y = 0; y < from.height; ++y) {
            for (int x = 0; x < from.width; ++x) {
                for (int c = 0; c < 3; ++c) {
                    double sum = 0;
                    for (int i = -reach; i <= reach; ++i) {
                        int const sx = std::clamp(x + i * dx, 0, from.width - 1);
                        int const sy = std::clamp(y + i * dy, 0, from.height - 1);
                        sum += weights[static_cast<std::size_t>(i + reach)] * from.pixel(sx, sy)[c];
                    }
                    to.pixel(x, y)[c] = static_cast<std::uint8_t>(std::lround(sum / total));
                }
            }
        }
        return to;
    };
    return pass(pass(image, 1, 0), 0, 1);
}

void add_noise(Image& image, double deviation, Dice& dice) {
    for (auto& value : image.rgb) {
        value = static_cast<std::uint8_t>(std::clamp(value + deviation * dice.normal_number() + 0.5, 0.0, 255.0));
    }
}

} // namespace

Sign make_sign(std::uint64_t seed) {
    Dice dice(splitmix64(seed, 7));
    Sign sign;
    std::string const text = phrases[seed % std::size(phrases)];
    sign.font = fonts[dice.below(std::size(fonts))];
    sign.turn_deg = static_cast<float>(dice.between(-20, 20));
    bool const bold = dice.below(2) == 0;
    auto const& scheme = schemes[dice.below(std::size(schemes))];
    auto const plate = make_plate(text, sign.font, bold, dice.between(40, 90), scheme);
    double const share = dice.between(0.45, 1); // of what would fill the picture
    double const scale = share * std::min({560.0 / plate.width, 400.0 / plate.height, 1.2});
    sign.image = make_ground(dice);
    auto const corners =
        seen_corners(dice, plate.width * scale, plate.height * scale, static_cast<double>(sign.turn_deg));
    paste(sign.image, plate, corners);
    sign.image = blurred(sign.image, dice.between(0, 1.3));
    add_noise(sign.image, dice.between(0, 12), dice);
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        sign.words.push_back(word);
    }
    return sign;
}

void draw_text(Image& image, std::string const& text, double x, double y, double font_size, std::string const& font,
               double angle_deg) {
    Canvas canvas(image.width, image.height);
    canvas.put(image);
    auto* cr = canvas.get();
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_select_font_face(cr, font.c_str(), CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, font_size);
    cairo_translate(cr, x, y);
    cairo_rotate(cr, angle_deg * std::numbers::pi / 180);
    double down = 0;
    for (auto const& line : lines_of(text)) {
        cairo_move_to(cr, 0, down);
        cairo_show_text(cr, line.c_str());
        down += 1.3 * font_size;
    }
    image = canvas.image();
}

Image plain_text(std::string const& text, int width, int height, double font_size, double x, double y,
                 std::string const& font, bool turned) {
    Image image{width, height,
                std::vector<std::uint8_t>(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height),
                                          std::uint8_t{255})};
    draw_text(image, text, x, y, font_size, font);
    return turned ? turned_around(image) : image;
}

} // namespace echollama::test
