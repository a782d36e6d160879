#include "reader/rectangle.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

double cross(Point const& o, Point const& a, Point const& b) {
    return (static_cast<double>(a.x) - static_cast<double>(o.x)) *
               (static_cast<double>(b.y) - static_cast<double>(o.y)) -
           (static_cast<double>(a.y) - static_cast<double>(o.y)) *
               (static_cast<double>(b.x) - static_cast<double>(o.x));
}

float length(Point const& a, Point const& b) {
    return std::hypot(b.x - a.x, b.y - a.y);
}

// A direction and the extent of the points along it and across it.
struct Frame {
    double ux = 1, uy = 0; // unit vector
    double along_min = 0, along_max = 0, across_min = 0, across_max = 0;

    double area() const { return (along_max - along_min) * (across_max - across_min); }
    Point at(double along, double across) const {
        return {static_cast<float>(along * ux - across * uy), static_cast<float>(along * uy + across * ux)};
    }
};

Frame frame_along(Point const& a, Point const& b, std::vector<Point> const& points) {
    double dx = static_cast<double>(b.x) - static_cast<double>(a.x);
    double dy = static_cast<double>(b.y) - static_cast<double>(a.y);
    double size = std::hypot(dx, dy);
    Frame frame;
    if (size > 0) {
        frame.ux = dx / size;
        frame.uy = dy / size;
    }
    bool first = true;
    for (auto const& point : points) {
        double x = static_cast<double>(point.x), y = static_cast<double>(point.y);
        double along = x * frame.ux + y * frame.uy;
        double across = y * frame.ux - x * frame.uy;
        frame.along_min = first ? along : std::min(frame.along_min, along);
        frame.along_max = first ? along : std::max(frame.along_max, along);
        frame.across_min = first ? across : std::min(frame.across_min, across);
        frame.across_max = first ? across : std::max(frame.across_max, across);
        first = false;
    }
    return frame;
}

struct Vector {
    double x = 0, y = 0;
};

// Clipper's way round a corner: from the normal of one side to that of the next in equal steps.
void add_round_corner(std::vector<Point>& polygon, Vector corner, Vector from, Vector to, double distance) {
    auto add = [&](double nx, double ny) {
        polygon.push_back({static_cast<float>(std::round(corner.x + nx * distance)),
                           static_cast<float>(std::round(corner.y + ny * distance))});
    };
    constexpr double arc_tolerance = 0.25;
    double steps = std::numbers::pi / std::acos(1 - std::min(arc_tolerance, distance * 0.25) / distance);
    steps = std::min(steps, distance * std::numbers::pi);
    double sine = from.x * to.y - to.x * from.y;
    double cosine = from.x * to.x + from.y * to.y;
    if (std::abs(sine * distance) < 1 && cosine > 0) {
        add(from.x, from.y);
        return;
    }
    double angle = std::atan2(std::clamp(sine, -1.0, 1.0), cosine);
    double turn = 2 * std::numbers::pi / steps;
    auto count = std::max(1L, std::lround(std::abs(angle) / turn));
    Vector normal = from;
    for (long i = 0; i < count; ++i) {
        add(normal.x, normal.y);
        normal = {normal.x * std::cos(turn) - normal.y * std::sin(turn),
                  normal.x * std::sin(turn) + normal.y * std::cos(turn)};
    }
    add(to.x, to.y);
}

double signed_area(std::vector<Vector> const& corners) {
    double twice = 0;
    for (std::size_t i = 0; i < corners.size(); ++i) {
        auto const& a = corners[i];
        auto const& b = corners[(i + 1) % corners.size()];
        twice += a.x * b.y - b.x * a.y;
    }
    return twice / 2;
}

} // namespace

std::vector<Point> convex_hull(std::vector<Point> points) {
    std::sort(points.begin(), points.end(),
              [](Point const& a, Point const& b) { return a.x != b.x ? a.x < b.x : a.y < b.y; });
    points.erase(std::unique(points.begin(), points.end(),
                             [](Point const& a, Point const& b) { return a.x == b.x && a.y == b.y; }),
                 points.end());
    if (points.size() < 3) {
        return points;
    }
    std::vector<Point> hull;
    auto add = [&](Point const& point, std::size_t keep) {
        while (hull.size() >= keep + 2 && cross(hull[hull.size() - 2], hull.back(), point) <= 0) {
            hull.pop_back();
        }
        hull.push_back(point);
    };
    for (auto const& point : points) {
        add(point, 0);
    }
    auto const lower = hull.size() - 1;
    for (auto i = points.size() - 1; i-- > 0;) {
        add(points[i], lower);
    }
    hull.pop_back(); // the first once more
    return hull;
}

Quad min_area_rectangle(std::vector<Point> points) {
    auto hull = convex_hull(std::move(points));
    Frame best = frame_along(hull.front(), hull.back(), hull);
    for (std::size_t i = 0; i < hull.size(); ++i) {
        auto frame = frame_along(hull[i], hull[(i + 1) % hull.size()], hull);
        if (frame.area() < best.area()) {
            best = frame;
        }
    }
    return {best.at(best.along_min, best.across_min), best.at(best.along_max, best.across_min),
            best.at(best.along_max, best.across_max), best.at(best.along_min, best.across_max)};
}

Quad ordered_corners(Quad const& rectangle) {
    auto p = rectangle;
    std::stable_sort(p.begin(), p.end(), [](Point const& a, Point const& b) { return a.x < b.x; });
    bool left_down = p[1].y > p[0].y, right_down = p[3].y > p[2].y;
    return {p[left_down ? 0 : 1], p[right_down ? 2 : 3], p[right_down ? 3 : 2], p[left_down ? 1 : 0]};
}

float short_side(Quad const& rectangle) {
    return std::min(length(rectangle[0], rectangle[1]), length(rectangle[1], rectangle[2]));
}

double growth_of(Quad const& quad, double ratio) {
    double border = 0;
    std::vector<Vector> corners;
    for (std::size_t i = 0; i < 4; ++i) {
        corners.push_back({static_cast<double>(quad[i].x), static_cast<double>(quad[i].y)});
        border += static_cast<double>(length(quad[i], quad[(i + 1) % 4]));
    }
    return border > 0 ? std::abs(signed_area(corners)) * ratio / border : 0;
}

std::vector<Point> grown(Quad const& quad, double distance) {
    std::vector<Vector> corners;
    for (auto const& point : quad) {
        Vector corner{std::trunc(static_cast<double>(point.x)), std::trunc(static_cast<double>(point.y))};
        if (corners.empty() || corner.x != corners.back().x || corner.y != corners.back().y) {
            corners.push_back(corner);
        }
    }
    if (signed_area(corners) < 0) {
        std::reverse(corners.begin(), corners.end());
    }
    auto const n = corners.size();
    std::vector<Point> polygon;
    if (n < 3 || distance <= 0) {
        return {quad.begin(), quad.end()};
    }
    std::vector<Vector> normals(n); // of the side from corner i to the next, pointing outwards
    for (std::size_t i = 0; i < n; ++i) {
        auto const& a = corners[i];
        auto const& b = corners[(i + 1) % n];
        double size = std::hypot(b.x - a.x, b.y - a.y);
        normals[i] = size > 0 ? Vector{(b.y - a.y) / size, -(b.x - a.x) / size} : Vector{};
    }
    for (std::size_t i = 0; i < n; ++i) {
        add_round_corner(polygon, corners[i], normals[(i + n - 1) % n], normals[i], distance);
    }
    return polygon;
}

} // namespace echollama
