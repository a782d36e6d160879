#include "live/comparison.h"

#include "scene/boxes.h"
#include "scene/camera.h"
#include "scene/coco.h"
#include "scene/english.h"
#include "tracking/assignment.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float alike_deg = 3, alike_share = 0.2F; // directions differ by less, and by less of the thing's own width
constexpr float farthest_deg = 90;                 // no more apart than this a thing may have moved
constexpr float same_difference = 0.08F;           // pictures so alike share a view without any corner to follow
constexpr float largest_turn_deg = 25;
constexpr float hidden_share = 0.5F; // of its place, that something nearer covers
constexpr float inside_share = 0.5F; // of its place, that the other picture has to show

// Where a box of the first picture lies in the second.
Box carried(Box const& box, SharedView const& view) {
    auto const a = view.motion.at(box.x0, box.y0), b = view.motion.at(box.x1, box.y1);
    return {a.x * view.scale_x, a.y * view.scale_y, b.x * view.scale_x, b.y * view.scale_y};
}

// And the other way round.
Box carried_back(Box const& box, SharedView const& view) {
    auto const& m = view.motion;
    float const size = m.a * m.a + m.b * m.b;
    auto const back = [&](float x, float y) {
        float const u = x / view.scale_x - m.x0, v = y / view.scale_y - m.y0;
        return Point{(m.a * u + m.b * v) / size, (m.a * v - m.b * u) / size};
    };
    auto const a = back(box.x0, box.y0), b = back(box.x1, box.y1);
    return {a.x, a.y, b.x, b.y};
}

bool is_shown(Box const& box, Scene const& scene) {
    auto const w = static_cast<float>(scene.width), h = static_cast<float>(scene.height);
    float const x = std::min(box.x1, w) - std::max(box.x0, 0.0F), y = std::min(box.y1, h) - std::max(box.y0, 0.0F);
    return x > 0 && y > 0 && x * y >= inside_share * box.width() * box.height();
}

bool is_measured(Distance const& distance) {
    return distance.source == DistanceSource::sensor || distance.source == DistanceSource::calibrated_depth;
}

// Something in the scene that may hide what would be there, as far as that is known.
bool is_hidden(Box const& box, SceneObject const& thing, Scene const& scene) {
    return std::any_of(scene.objects.begin(), scene.objects.end(), [&](SceneObject const& other) {
        auto const& b = other.detection.box;
        float const x = std::min(box.x1, b.x1) - std::max(box.x0, b.x0),
                    y = std::min(box.y1, b.y1) - std::max(box.y0, b.y0);
        bool const covers = x > 0 && y > 0 && x * y > hidden_share * box.width() * box.height();
        bool const behind = other.distance.source != DistanceSource::none &&
                            thing.distance.source != DistanceSource::none && other.distance.low > thing.distance.high;
        return covers && !behind && b.width() * b.height() > box.width() * box.height();
    });
}

struct Apart {
    float degrees = 0; // between where it was and is, seen from the second picture
    float doubt = 0;
    bool farther = false; // or nearer, by more than both distances' doubt
};

Apart apart(SceneObject const& before, SceneObject const& after, Scene const& scene, SharedView const& view) {
    auto const expected = carried(before.detection.box, view);
    auto const& box = after.detection.box;
    float const width = std::min(expected.width(), box.width()), height = std::min(expected.height(), box.height());
    float const per_pixel = scene.camera.fx > 0 ? 180 / std::numbers::pi_v<float> / scene.camera.fx : 0.1F;
    Apart result;
    result.degrees =
        std::hypot(bearing_of(box.center_x(), scene.camera) - bearing_of(expected.center_x(), scene.camera),
                   (box.center_y() - expected.center_y()) * per_pixel);
    result.doubt = alike_deg + alike_share * std::max(width, height) * per_pixel;
    bool const measured = is_measured(before.distance) && is_measured(after.distance);
    result.farther =
        measured && (after.distance.low > before.distance.high || after.distance.high < before.distance.low);
    return result;
}

// Pairs of one class at the least sum of angles; second: -1 none.
std::vector<int> paired(std::vector<SceneObject const*> const& before, std::vector<SceneObject const*> const& after,
                        Scene const& scene, SharedView const& view) {
    CostTable table(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        for (std::size_t j = 0; j < after.size(); ++j) {
            auto const one = apart(*before[i], *after[j], scene, view);
            table.at(i, j) = one.degrees + (one.farther ? one.doubt : 0);
        }
    }
    return assign(table, farthest_deg);
}

std::vector<SceneObject const*> of_label(Scene const& scene, std::string const& label) {
    std::vector<SceneObject const*> all;
    for (auto const& object : scene.objects) {
        if (object.detection.label == label) {
            all.push_back(&object);
        }
    }
    return all;
}

// May the detector have called it by another name in the other picture, at the same place?
bool has_another_name(Box const& box, SceneObject const& thing, Scene const& scene, float sure_score) {
    return std::any_of(scene.objects.begin(), scene.objects.end(), [&](SceneObject const& other) {
        bool const doubted = !is_sure(other.detection, sure_score) || !is_sure(thing.detection, sure_score);
        return doubted && other.detection.label != thing.detection.label && overlap(box, other.detection.box) > 0.5F;
    });
}

class Comparing {
  public:
    Comparing(Scene const& before, Scene const& after, SharedView const& view, float sure_score)
        : before_(before), after_(after), view_(view), sure_score_(sure_score) {
        result_.view = view;
    }

    Comparison run() {
        std::vector<std::string> labels;
        for (auto const* scene : {&before_, &after_}) {
            for (auto const& object : scene->objects) {
                if (std::find(labels.begin(), labels.end(), object.detection.label) == labels.end()) {
                    labels.push_back(object.detection.label);
                }
            }
        }
        for (auto const& label : labels) {
            compare_class(of_label(before_, label), of_label(after_, label));
        }
        auto const nearest = [](PlacedChange const& a, PlacedChange const& b) {
            return distance_of(a) < distance_of(b);
        };
        for (auto* list : {&result_.moved, &result_.appeared, &result_.gone}) {
            std::stable_sort(list->begin(), list->end(), nearest);
        }
        return std::move(result_);
    }

  private:
    static float distance_of(PlacedChange const& change) {
        auto const& distance = (change.after ? change.after : change.before)->distance;
        return distance.source == DistanceSource::none ? 1e9F : distance.metres;
    }

    bool sure(SceneObject const& object) const { return is_sure(object.detection, sure_score_) && view_.same_place; }

    void compare_class(std::vector<SceneObject const*> const& before, std::vector<SceneObject const*> const& after) {
        // Those that stand where they stood are taken first, so that one that came does not push the others on.
        std::vector<SceneObject const*> left, come = after;
        for (auto const* one : before) {
            auto const stays = std::find_if(come.begin(), come.end(), [&](SceneObject const* other) {
                auto const way = apart(*one, *other, after_, view_);
                return view_.same_place && way.degrees <= way.doubt && !way.farther;
            });
            if (stays == come.end()) {
                left.push_back(one);
            } else {
                come.erase(stays);
                ++result_.stayed;
            }
        }
        auto const pairs = paired(left, come, after_, view_);
        std::vector<bool> taken(come.size(), false);
        for (std::size_t i = 0; i < left.size(); ++i) {
            if (pairs[i] < 0) {
                lose(*left[i]);
                continue;
            }
            auto const j = static_cast<std::size_t>(pairs[i]);
            taken[j] = true;
            if (view_.same_place) {
                result_.moved.push_back({*left[i], *come[j], sure(*left[i]) && sure(*come[j])});
            } else {
                ++result_.stayed; // it is there in both, and where it stood cannot be compared
            }
        }
        for (std::size_t j = 0; j < come.size(); ++j) {
            if (!taken[j]) {
                find(*come[j]);
            }
        }
    }

    void lose(SceneObject const& object) {
        auto const place = carried(object.detection.box, view_);
        bool const other = has_another_name(place, object, after_, sure_score_);
        if (!other && view_.same_place && (!is_shown(place, after_) || is_hidden(place, object, after_))) {
            result_.unknown_before.push_back(object);
            return;
        }
        result_.gone.push_back({object, std::nullopt, sure(object) && !other});
    }

    void find(SceneObject const& object) {
        auto const place = carried_back(object.detection.box, view_);
        bool const other = has_another_name(place, object, before_, sure_score_);
        if (!other && view_.same_place && (!is_shown(place, before_) || is_hidden(place, object, before_))) {
            result_.unknown_after.push_back(object);
            return;
        }
        result_.appeared.push_back({std::nullopt, object, sure(object) && !other});
    }

    Scene const& before_;
    Scene const& after_;
    SharedView const& view_;
    float sure_score_;
    Comparison result_;
};

std::string where(SceneObject const& object, WordingOptions const& options) {
    auto text = direction_words(object, options.directions);
    auto const distance = distance_words(object.distance, options.units);
    return text + (text.empty() || distance.empty() ? "" : ", ") + distance;
}

std::string moved_sentence(PlacedChange const& change, WordingOptions const& options) {
    auto const before = where(*change.before, options), after = where(*change.after, options);
    std::string const name = "The " + change.after->detection.label;
    std::string const verb = change.sure ? " moved" : " seems to have moved";
    if (before == after) {
        return name + verb + " a little; it is still " + after + ".";
    }
    return name + verb + ": before it was " + before + ", now it is " + after + ".";
}

std::string named_once(std::vector<SceneObject> const& objects) {
    std::vector<std::string> names;
    for (auto const& object : objects) {
        auto const name = "the " + object.detection.label;
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    }
    return listed(names);
}

} // namespace

SharedView shared_view(Image const& before, Image const& after, Intrinsics const& camera) {
    SharedView view;
    if (before.rgb.empty() || after.rgb.empty()) {
        return view;
    }
    view.scale_x = static_cast<float>(after.width) / static_cast<float>(before.width);
    view.scale_y = static_cast<float>(after.height) / static_cast<float>(before.height);
    view.other_outline = std::abs(view.scale_x / view.scale_y - 1) > 0.02F;
    auto const first = reduced_grey(before), second = reduced_grey(after);
    if (view.other_outline || first.width != second.width || first.height != second.height) {
        return view;
    }
    if (difference(first, second) < same_difference) {
        view.same_place = true; // taken from one place, and nothing large moved
        return view;
    }
    auto const motion = camera_motion(first, second, {});
    float const middle = static_cast<float>(before.width) / 2;
    float const shift = motion.at(middle, static_cast<float>(before.height) / 2).x - middle;
    float const turned = camera.fx > 0 ? -std::atan(shift / camera.fx) * 180 / std::numbers::pi_v<float> : 0;
    if (motion.found && std::abs(turned) < largest_turn_deg) {
        view.same_place = true;
        view.motion = motion;
        view.turned_deg = turned;
    }
    return view;
}

Comparison compare(Scene const& before, Scene const& after, SharedView const& view, float sure_score) {
    return Comparing(before, after, view, sure_score).run();
}

std::vector<std::string> comparison_sentences(Comparison const& comparison, WordingOptions const& options) {
    std::vector<std::string> sentences;
    if (!comparison.view.same_place) {
        sentences.push_back("The two pictures look at the place differently, so I cannot tell what moved, only what I "
                            "recognise in one of them alone.");
    }
    for (auto const& one : comparison.moved) {
        sentences.push_back(moved_sentence(one, options));
    }
    for (auto const& one : comparison.gone) {
        sentences.push_back(std::string(one.sure ? "Gone: " : "Perhaps gone: ") + "the " + one.before->detection.label +
                            ", which was " + where(*one.before, options) + ".");
    }
    for (auto const& one : comparison.appeared) {
        sentences.push_back(std::string(one.sure ? "New: " : "Perhaps new: ") +
                            with_article(one.after->detection.label) + ", " + where(*one.after, options) + ".");
    }
    if (!comparison.unknown_before.empty()) {
        sentences.push_back("Of " + named_once(comparison.unknown_before) +
                            " I cannot tell: the second picture does not show that place.");
    }
    if (!comparison.unknown_after.empty()) {
        sentences.push_back("Of " + named_once(comparison.unknown_after) +
                            " I cannot tell whether that is new: the first picture does not show the place.");
    }
    bool const nothing = comparison.moved.empty() && comparison.gone.empty() && comparison.appeared.empty();
    if (nothing && comparison.stayed == 0) {
        sentences.push_back("I recognise nothing that is in both pictures.");
    } else if (nothing) {
        sentences.push_back("Nothing that I recognise " +
                            std::string(comparison.view.same_place ? "moved, came or went." : "came or went."));
    }
    return sentences;
}

} // namespace echollama
