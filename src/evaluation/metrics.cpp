#include "evaluation/metrics.h"

#include "base/counter_rng.h"
#include "scene/coco.h"
#include "scene/english.h"
#include "wording/phrases.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace echollama {
namespace {

constexpr float whole_enough = 0.9F;
constexpr float least_depth_gap = 0.05F; // furniture is deeper than this: nearer things are neither before nor behind

float overlap(Box const& a, Box const& b) {
    float width = std::max(std::min(a.x1, b.x1) - std::max(a.x0, b.x0), 0.0F);
    float height = std::max(std::min(a.y1, b.y1) - std::max(a.y0, b.y0), 0.0F);
    float shared = width * height;
    return shared / (a.width() * a.height() + b.width() * b.height() - shared);
}

// For every object of the scene the true thing of its label with the largest overlap of at least a half; -1: none.
std::vector<int> partners(Scene const& scene, ToyPicture const& truth) {
    std::vector<int> result;
    std::set<int> taken;
    for (auto const& object : scene.objects) {
        int best = -1;
        float best_overlap = 0.5F;
        for (int i = 0; i < static_cast<int>(truth.objects.size()); ++i) {
            auto const& thing = truth.objects[static_cast<std::size_t>(i)];
            float shared = overlap(thing.box, object.detection.box);
            if (thing.label == object.detection.label && !taken.contains(i) && shared >= best_overlap) {
                best = i;
                best_overlap = shared;
            }
        }
        taken.insert(best);
        result.push_back(best);
    }
    return result;
}

bool states_on(Scene const& scene, std::size_t thing, std::size_t support) {
    return std::any_of(scene.relations.begin(), scene.relations.end(), [&](auto const& r) {
        return (r.relation == Relation::on && r.subject == thing && r.object == support) ||
               (r.relation == Relation::under && r.subject == support && r.object == thing);
    });
}

// Written anew, so that a mistake in the scene's geometry is not repeated here.
int hour_of(float bearing_deg) {
    int hour = 12;
    for (float left = bearing_deg; left >= 15; left -= 30) {
        hour = hour % 12 + 1;
    }
    for (float left = bearing_deg; left <= -15; left += 30) {
        hour = hour == 1 ? 12 : hour - 1;
    }
    return hour;
}

GridCell true_cell(Box const& box, ToyPicture const& truth) {
    float third = static_cast<float>(truth.width) / 3;
    return {box.y0 + box.y1 < static_cast<float>(truth.height) ? 0 : 1, box.center_x() < third       ? 0
                                                                        : box.center_x() < 2 * third ? 1
                                                                                                     : 2};
}

// Empty where the truth does not decide.
std::optional<bool> truth_of(Relation relation, ToyObject const& a, ToyObject const& b, ToyObject const& c,
                             ToyPicture const& truth) {
    bool clear = std::abs(a.depth_m - b.depth_m) >= least_depth_gap * std::min(a.depth_m, b.depth_m);
    switch (relation) {
    case Relation::left_of:
        return a.seen_deg < b.seen_deg;
    case Relation::right_of:
        return a.seen_deg > b.seen_deg;
    case Relation::in_front_of:
        return clear ? std::optional(a.depth_m < b.depth_m) : std::nullopt;
    case Relation::behind:
        return clear ? std::optional(a.depth_m > b.depth_m) : std::nullopt;
    case Relation::on:
        return a.rests_on >= 0 && &truth.objects[static_cast<std::size_t>(a.rests_on)] == &b;
    case Relation::under:
        return b.rests_on >= 0 && &truth.objects[static_cast<std::size_t>(b.rests_on)] == &a;
    case Relation::between:
        return std::min(b.seen_deg, c.seen_deg) < a.seen_deg && a.seen_deg < std::max(b.seen_deg, c.seen_deg);
    default:
        return std::nullopt;
    }
}

bool same_thing(SceneRelation const& a, SceneRelation const& b) {
    return a.subject == b.subject && a.relation == b.relation && a.object == b.object && a.object2 == b.object2;
}

SceneRelation flipped(SceneRelation relation) {
    if (relation.relation == Relation::left_of || relation.relation == Relation::right_of) {
        relation.relation = relation.relation == Relation::left_of ? Relation::right_of : Relation::left_of;
    }
    return relation;
}

std::set<std::string> labels_of(Scene const& scene) {
    std::set<std::string> labels;
    for (auto const& object : scene.objects) {
        labels.insert(object.detection.label);
    }
    return labels;
}

// How often each class is seen in scenes that hold any of `beside`; in all scenes where that is empty.
std::map<std::string, int> frequencies(std::vector<Scene> const& scenes, std::set<std::string> const& beside) {
    std::map<std::string, int> counts;
    for (auto const& label : coco_labels()) {
        counts[label] = 0;
    }
    for (auto const& scene : scenes) {
        auto labels = labels_of(scene);
        bool counted = beside.empty() || std::any_of(labels.begin(), labels.end(),
                                                     [&](auto const& label) { return beside.contains(label); });
        for (auto const& label : labels) {
            counts[label] += counted;
        }
    }
    return counts;
}

// Absent classes, the most tempting first; ties and random sampling by the seed.
std::vector<std::string> absent_labels(std::vector<Scene> const& scenes, std::set<std::string> const& present,
                                       PopeSampling sampling, std::uint64_t seed) {
    auto counts = sampling == PopeSampling::adversarial ? frequencies(scenes, present) : frequencies(scenes, {});
    std::vector<std::string> absent;
    for (auto const& [label, count] : counts) {
        if (!present.contains(label)) {
            absent.push_back(label);
        }
    }
    std::stable_sort(absent.begin(), absent.end(), [&](auto const& a, auto const& b) {
        int order = sampling == PopeSampling::random ? 0 : counts[a] - counts[b];
        return order != 0 ? order > 0 : splitmix64(seed, fnv1a64(a)) < splitmix64(seed, fnv1a64(b));
    });
    return absent;
}

} // namespace

void GeometryScore::add(Scene const& scene, ToyPicture const& truth) {
    auto partner = partners(scene, truth);
    std::size_t matched = 0;
    for (std::size_t i = 0; i < scene.objects.size(); ++i) {
        if (partner[i] < 0) {
            ++invented;
            continue;
        }
        ++matched;
        auto const& object = scene.objects[i];
        auto const& thing = truth.objects[static_cast<std::size_t>(partner[i])];
        if (thing.visible >= whole_enough) {
            bearing_errors_deg.push_back(std::abs(object.bearing_deg - thing.bearing_deg));
        }
        clock_hours.count(object.clock_hour == hour_of(thing.seen_deg));
        cells.count(object.cell == true_cell(thing.box, truth));
        bool known = object.distance.source != DistanceSource::none;
        distances.count(known && std::abs(object.distance.metres / thing.depth_m - 1) <= 0.25F);
        if (known) {
            intervals.count(object.distance.low <= thing.depth_m && thing.depth_m <= object.distance.high);
        }
        for (std::size_t j = 0; j < scene.objects.size(); ++j) {
            if (thing.rests_on >= 0 && partner[j] == thing.rests_on) {
                on.count(states_on(scene, i, j));
            }
        }
    }
    missed += truth.objects.size() - matched;
    for (auto const& relation : scene.relations) {
        auto thing = [&](std::size_t index) {
            return partner[index] < 0 ? nullptr : &truth.objects[static_cast<std::size_t>(partner[index])];
        };
        auto const* third = relation.object2 ? thing(*relation.object2) : thing(relation.object);
        if (thing(relation.subject) && thing(relation.object) && third) {
            auto is_true =
                truth_of(relation.relation, *thing(relation.subject), *thing(relation.object), *third, truth);
            if (is_true) {
                relations.count(*is_true);
            }
        }
    }
}

Tally mirrored_relations(Scene const& scene, Scene const& mirror) {
    Tally tally;
    for (auto const& relation : scene.relations) {
        auto expected = flipped(relation);
        tally.count(std::any_of(mirror.relations.begin(), mirror.relations.end(),
                                [&](auto const& other) { return same_thing(expected, other); }));
    }
    for (std::size_t i = scene.relations.size(); i < mirror.relations.size(); ++i) {
        tally.count(false); // relations that only the mirror image has
    }
    return tally;
}

void ChairScore::add(std::string const& sentence, Scene const& scene) {
    auto read = read_text(sentence);
    bool clean = true;
    for (auto const& mention : read.mentions) {
        if ((mention.label.empty() && mention.exact) || is_negated(read, mention)) {
            continue;
        }
        bool there = std::any_of(scene.objects.begin(), scene.objects.end(),
                                 [&](auto const& object) { return names_class(mention, object.detection.label); });
        named.count(there);
        clean = clean && there;
    }
    sentences.count(clean);
}

std::vector<PopeQuestion> pope_questions(std::vector<Scene> const& scenes, PopeSampling sampling, std::uint64_t seed) {
    std::vector<PopeQuestion> questions;
    auto ask = [&](std::size_t scene, std::string const& label, bool present) {
        questions.push_back({scene, label, "Is there " + with_article(label) + " in the picture?", present});
    };
    for (std::size_t i = 0; i < scenes.size(); ++i) {
        auto present = labels_of(scenes[i]);
        auto absent = absent_labels(scenes, present, sampling, splitmix64(seed, i));
        std::size_t asked = 0;
        for (auto const& label : present) {
            if (asked < absent.size()) {
                ask(i, label, true);
                ask(i, absent[asked++], false);
            }
        }
    }
    return questions;
}

double PopeScore::accuracy() const {
    auto all = true_yes + false_yes + true_no + false_no + no_answer;
    return all == 0 ? 1 : static_cast<double>(true_yes + true_no) / static_cast<double>(all);
}

double PopeScore::f1() const {
    auto all = 2 * true_yes + false_yes + false_no;
    return all == 0 ? 1 : 2 * static_cast<double>(true_yes) / static_cast<double>(all);
}

double PopeScore::yes_share() const {
    auto all = true_yes + false_yes + true_no + false_no + no_answer;
    return all == 0 ? 0 : static_cast<double>(true_yes + false_yes) / static_cast<double>(all);
}

std::optional<bool> yes_or_no(std::string const& answer) {
    auto words = split_words(answer);
    if (words.empty()) {
        return std::nullopt;
    }
    if (words[0].text == "yes" || words[0].text == "no") {
        return words[0].text == "yes";
    }
    if (words[0].text == "probably" || words[0].text == "perhaps") { // "Probably a cup, straight ahead."
        return true;
    }
    bool negative = std::any_of(words.begin(), words.end(), [](auto const& word) { return is_negation(word.text); });
    if (negative) {
        return false;
    }
    bool positive = words.size() > 1 && (words[0].text == "there" || words[0].text == "i") &&
                    (words[1].text == "is" || words[1].text == "are" || words[1].text == "see");
    return positive ? std::optional(true) : std::nullopt;
}

PopeScore pope_score(std::vector<PopeQuestion> const& questions,
                     std::function<std::string(PopeQuestion const&)> const& answer) {
    PopeScore score;
    for (auto const& question : questions) {
        auto said = yes_or_no(answer(question));
        if (!said) {
            ++score.no_answer;
        } else if (*said) {
            ++(question.present ? score.true_yes : score.false_yes);
        } else {
            ++(question.present ? score.false_no : score.true_no);
        }
    }
    return score;
}

} // namespace echollama
