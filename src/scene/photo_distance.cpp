#include "scene/photo_distance.h"

#include "scene/distance.h"
#include "scene/distance_belief.h"
#include "scene/floor.h"
#include "scene/size_prior.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace echollama {
namespace {

// A side closer to the picture's edge than this many pixels may be cut off.
constexpr float edge_margin = 2;

// Of each side of a box, pixels: detectors are not nearer to the truth, whatever the thing's size.
constexpr float side_doubt_px = 1.5F;

constexpr float nine_of_ten = 1.645F; // standard deviations

// Now and then the name is wrong, or something hides most of the thing.
constexpr float mistaken = 0.03F;

// The assumed focal length over the true one. Phones and webcams see 50 to 80 degrees, cameras with long lenses less:
// then all is farther than it seems.
struct FocalDoubt {
    float share, middle, deviation; // of the logarithm of true over assumed
};
constexpr FocalDoubt assumed_camera[] = {{0.85F, 0, 0.15F}, {0.15F, 0.35F, 0.30F}};
constexpr FocalDoubt known_camera[] = {{1, 0, 0.02F}};

// How much of a thing one sees that the picture's edge cuts.
constexpr int parts = 8;
constexpr float least_part = 0.15F;

struct Extent {
    float distance_per_size = 0; // focal length over pixels
    bool cut = false;            // only a part of it is seen
    float doubt = 0;             // of the logarithm, from the pixels
};

Extent extent_of(float pixels, float focal, bool cut) {
    return {focal / pixels, cut, side_doubt_px * std::sqrt(2.0F) / pixels};
}

// Shares of the thing that may be seen, each as likely as the others.
std::vector<float> seen_parts(bool cut) {
    if (!cut) {
        return {1};
    }
    std::vector<float> shares;
    for (int i = 0; i < parts; ++i) {
        shares.push_back(least_part + (1 - least_part) * (static_cast<float>(i) + 0.5F) / static_cast<float>(parts));
    }
    return shares;
}

// The normal density of a difference.
float density(float difference, float variance) {
    return std::exp(-difference * difference / (2 * variance)) / std::sqrt(variance);
}

float squared(float value) {
    return value * value;
}

// Height and width measure one distance: both share the doubt of the thing's scale, each has one of its own, and how
// well they agree tells how likely the pose is.
void add_pose(DistanceBelief& belief, SizePrior const& prior, SeenPose const& pose, Extent const& high,
              Extent const& wide) {
    float const of_height = squared(pose.height_doubt) + squared(high.doubt);
    float const of_width = squared(pose.width_doubt) + squared(wide.doubt);
    float const variance = squared(prior.scale_doubt) + 1 / (1 / of_height + 1 / of_width);
    auto const heights = seen_parts(high.cut), widths = seen_parts(wide.cut);
    float const share = pose.share / static_cast<float>(heights.size() * widths.size());
    for (float seen_height : heights) {
        float const by_height = std::log(high.distance_per_size * pose.height * seen_height);
        for (float seen_width : widths) {
            float const by_width = std::log(wide.distance_per_size * pose.width * seen_width);
            float const middle = (by_height / of_height + by_width / of_width) / (1 / of_height + 1 / of_width);
            belief.add(middle, std::sqrt(variance), share * density(by_height - by_width, of_height + of_width));
        }
    }
}

// A thing of one known extent is seen in any direction, more or less end on.
void add_length(DistanceBelief& belief, SizePrior const& prior, Box const& box, float focal, bool cut) {
    constexpr std::pair<float, float> foreshortened[] = {{1, 0.4F}, {0.9F, 0.3F}, {0.75F, 0.2F}, {0.5F, 0.1F}};
    float const pixels = prior.round ? std::max(box.width(), box.height()) : std::hypot(box.width(), box.height());
    auto const extent = extent_of(pixels, focal, cut);
    auto const shares = seen_parts(cut);
    for (auto const& pose : prior.poses) {
        float const deviation =
            std::sqrt(squared(prior.scale_doubt) + squared(pose.width_doubt) + squared(extent.doubt));
        for (auto const& [shortened, likely] : foreshortened) {
            for (float share : shares) {
                belief.add(std::log(extent.distance_per_size * pose.width * shortened * share), deviation,
                           pose.share * likely);
            }
        }
    }
}

std::optional<DistanceBelief> size_belief(std::string const& label, Box const& box, Intrinsics const& camera, int width,
                                          int height) {
    auto const prior = size_prior(label);
    bool const left = box.x0 <= edge_margin, right = box.x1 >= static_cast<float>(width) - edge_margin;
    bool const top = box.y0 <= edge_margin, bottom = box.y1 >= static_cast<float>(height) - edge_margin;
    if (prior.poses.empty() || (left && right && top && bottom)) {
        return std::nullopt;
    }
    auto belief = DistanceBelief::none();
    if (prior.length_only) {
        add_length(belief, prior, box, std::sqrt(camera.fx * camera.fy), left || right || top || bottom);
    } else {
        auto const high = extent_of(box.height(), camera.fy, top || bottom);
        auto const wide = extent_of(box.width(), camera.fx, left || right);
        for (auto const& pose : prior.poses) {
            add_pose(belief, prior, pose, high, wide);
        }
    }
    belief.normalise();
    auto whole = DistanceBelief::none();
    whole.add(belief, 1 - mistaken);
    whole.add(DistanceBelief::any(), mistaken);
    return whole;
}

bool is_usable(Box const& box, Intrinsics const& camera) {
    return box.width() > 1 && box.height() > 1 && std::isfinite(box.width()) && std::isfinite(box.height()) &&
           camera.fx > 0 && camera.fy > 0;
}

// Without the doubt of the focal length, which all things of a picture share.
std::optional<DistanceBelief> belief_of(Detection const& detection, Intrinsics const& camera, int width, int height) {
    if (!is_usable(detection.box, camera)) {
        return std::nullopt;
    }
    auto belief = size_belief(detection.label, detection.box, camera, width, height);
    auto const rival = detection.alternative ? size_belief(*detection.alternative, detection.box, camera, width, height)
                                             : std::nullopt;
    if (belief && rival) {
        belief->add(*rival, 1);
        belief->normalise();
    }
    return detection.alternative && !rival ? std::nullopt : belief;
}

Distance told(DistanceBelief const& belief, Intrinsics const& camera, DistanceSource source) {
    auto whole = DistanceBelief::none();
    auto const add = [&](FocalDoubt const& doubt) {
        whole.add(belief.widened(doubt.middle, doubt.deviation), doubt.share);
    };
    camera.assumed ? std::for_each(std::begin(assumed_camera), std::end(assumed_camera), add)
                   : std::for_each(std::begin(known_camera), std::end(known_camera), add);
    whole.normalise();
    return whole.distance(source);
}

// Does the floor show where it stands? Its foot must be in the picture, and not behind something nearer.
bool shows_its_foot(std::vector<Detection> const& detections, std::size_t index, int height) {
    auto const& found = detections[index];
    bool const stands = size_prior(found.label).stands_on_floor &&
                        (!found.alternative || size_prior(*found.alternative).stands_on_floor);
    if (!stands || found.box.y1 >= static_cast<float>(height) - edge_margin) {
        return false;
    }
    return std::none_of(detections.begin(), detections.end(), [&](auto const& other) {
        auto const& box = other.box;
        return box.y1 > found.box.y1 && box.y0 < found.box.y1 && box.x0 < found.box.center_x() &&
               box.x1 > found.box.center_x();
    });
}

using Beliefs = std::vector<std::optional<DistanceBelief>>;

void stand_on_floor(Beliefs& beliefs, std::vector<Detection> const& detections, Intrinsics const& camera, int height) {
    std::vector<StandingThing> things;
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < detections.size(); ++i) {
        if (beliefs[i] && shows_its_foot(detections, i, height)) {
            auto const& box = detections[i].box;
            float const doubt_px = side_doubt_px + 0.02F * box.height();
            things.push_back({*beliefs[i], std::atan((box.y1 - camera.cy) / camera.fy), doubt_px / camera.fy});
            which.push_back(i);
        }
    }
    stand_on_one_floor(things);
    for (std::size_t k = 0; k < which.size(); ++k) {
        beliefs[which[k]] = things[k].belief;
    }
}

// The middle of the map's readings in the middle of each box; empty: there are none.
std::vector<std::optional<float>> inverse_depths(std::vector<Detection> const& detections, DepthMap const& map,
                                                 int width, int height) {
    std::vector<std::optional<float>> found(detections.size());
    for (std::size_t i = 0; i < detections.size(); ++i) {
        auto values = readings_in(detections[i].box, map, width, height, 0.6F).all;
        if (!values.empty()) {
            auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
            std::nth_element(values.begin(), middle, values.end());
            found[i] = *middle;
        }
    }
    return found;
}

// What a depth network adds. Things of well-known distance calibrate it; it tells of the others, and of these again.
std::vector<DistanceSource> add_relative_depth(Beliefs& beliefs, std::vector<Detection> const& detections,
                                               DepthMap const& map, int width, int height) {
    std::vector<DistanceSource> sources(beliefs.size(), DistanceSource::object_size);
    auto const depths = inverse_depths(detections, map, width, height);
    std::vector<DepthAnchor> anchors;
    for (std::size_t i = 0; i < beliefs.size(); ++i) {
        auto const known = beliefs[i] ? beliefs[i]->distance(DistanceSource::object_size) : Distance{};
        if (depths[i] && is_tellable(known)) {
            anchors.push_back({*depths[i], known});
        }
    }
    auto const line = calibrate(anchors);
    for (std::size_t i = 0; line && i < beliefs.size(); ++i) {
        auto const read = depths[i] ? line->distance(*depths[i]) : Distance{};
        if (read.source == DistanceSource::none) {
            continue;
        }
        auto by_map = DistanceBelief::none();
        by_map.add(std::log(read.metres), std::log(line->spread) / nine_of_ten, 1);
        by_map.normalise();
        auto whole = DistanceBelief::none(); // the map may be of something else there
        whole.add(by_map, 1 - mistaken);
        whole.add(DistanceBelief::any(), mistaken);
        sources[i] = DistanceSource::calibrated_depth;
        beliefs[i] ? beliefs[i]->multiply(whole) : void(beliefs[i] = whole);
    }
    return sources;
}

} // namespace

Distance distance_from_size(Detection const& detection, Intrinsics const& camera, int width, int height) {
    auto const belief = belief_of(detection, camera, width, height);
    return belief ? told(*belief, camera, DistanceSource::object_size) : Distance{};
}

std::vector<Distance> photo_distances(std::vector<Detection> const& detections, Intrinsics const& camera, int width,
                                      int height, DepthMap const* relative) {
    Beliefs beliefs;
    for (auto const& detection : detections) {
        beliefs.push_back(belief_of(detection, camera, width, height));
    }
    if (camera.projection == Projection::flat) {
        stand_on_floor(beliefs, detections, camera, height);
    }
    std::vector<DistanceSource> sources(beliefs.size(), DistanceSource::object_size);
    if (relative && relative->kind == DepthKind::relative_inverse) {
        sources = add_relative_depth(beliefs, detections, *relative, width, height);
    }
    std::vector<Distance> distances;
    for (std::size_t i = 0; i < beliefs.size(); ++i) {
        distances.push_back(beliefs[i] ? told(*beliefs[i], camera, sources[i]) : Distance{});
    }
    return distances;
}

} // namespace echollama
