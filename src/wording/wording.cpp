#include "wording/wording.h"

#include "scene/coco.h"
#include "scene/contacts.h"
#include "scene/distance.h"
#include "scene/english.h"
#include "scene/grid.h"
#include "wording/mentions.h"
#include "wording/surroundings_words.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace echollama {
namespace {

constexpr float ahead_deg = 8;     // straight ahead up to here
constexpr float slightly_deg = 25; // slightly left or right up to here
constexpr float beside_deg = 110;  // on the left or right up to here, then behind
constexpr float behind_deg = 160;  // and from here neither left nor right

std::size_t word_count(std::string const& text) {
    std::size_t count = 0;
    bool inside = false;
    for (char c : text) {
        bool letter = c != ' ';
        count += letter && !inside;
        inside = letter;
    }
    return count;
}

std::string trimmed_number(double value) {
    return value == std::floor(value) ? std::to_string(static_cast<long>(value))
                                      : std::to_string(static_cast<long>(value)) + ".5";
}

std::string counted(double value, char const* one, char const* many) {
    return trimmed_number(value) + " " + (value == 1 ? one : many);
}

std::string metres_words(float metres) {
    if (metres < 0.95F) {
        int step = metres < 0.3F ? 5 : 10;
        long centimetres = std::max(5L, std::lround(metres * 100 / static_cast<float>(step)) * step);
        return std::to_string(centimetres) + " centimetres";
    }
    return counted(metres < 5 ? std::round(metres * 2) / 2 : std::round(metres), "metre", "metres");
}

std::string feet_words(float metres) {
    double feet = static_cast<double>(metres) / 0.3048;
    if (feet < 1) {
        return counted(std::max(1.0, std::round(feet * 12)), "inch", "inches");
    }
    return counted(std::round(feet), "foot", "feet");
}

// A walking step of 70 centimetres
std::string steps_words(float metres) {
    return counted(std::max(1.0, std::round(static_cast<double>(metres) / 0.7)), "step", "steps");
}

// In whole units of so many metres, of large numbers two digits.
std::string whole_words(float metres, double unit_m, char const* one, char const* many) {
    double const value = static_cast<double>(metres) / unit_m;
    double const step = value < 20 ? 1 : value < 200 ? 5 : 50;
    return counted(std::max(1.0, std::round(value / step) * step), one, many);
}

std::string words_of(float metres, Units units) {
    switch (units) {
    case Units::feet:
        return feet_words(metres);
    case Units::steps:
        return steps_words(metres);
    case Units::centimetres:
        return whole_words(metres, 0.01, "centimetre", "centimetres");
    case Units::inches:
        return whole_words(metres, 0.0254, "inch", "inches");
    case Units::yards:
        return metres < 0.7F ? feet_words(metres) : whole_words(metres, 0.9144, "yard", "yards");
    case Units::metres:
        break;
    }
    return metres_words(metres);
}

constexpr float close_by_m = 3, far_m = 5;          // all of the interval within, all of it beyond
constexpr float some_from_m = 0.9F, some_to_m = 20; // all of it between

// Of a distance that is too uncertain for a number; empty: it says too little.
std::string rough_words(Distance const& distance, Units units) {
    switch (rough_distance(distance)) {
    case RoughDistance::close:
        return "close by";
    case RoughDistance::far:
        return "far away";
    case RoughDistance::some:
        return units == Units::steps                                   ? "some steps"
               : units == Units::metres || units == Units::centimetres ? "some metres"
                                                                       : "some yards";
    case RoughDistance::none:
        break;
    }
    return "";
}

int hazard_of(SceneObject const& object) {
    auto const* known = find_class(object.detection.label);
    return known ? known->hazard : 0;
}

// Dangerous and near enough to matter now: moving or hurting things within 10 metres, sharp or hot ones within 2.
bool is_urgent(SceneObject const& object) {
    if (object.distance.source == DistanceSource::none) {
        return hazard_of(object) >= 3;
    }
    return (hazard_of(object) >= 3 && object.distance.low < 10) || (hazard_of(object) >= 2 && object.distance.low < 2);
}

void append_clause(std::string& text, std::string const& clause) {
    if (!clause.empty()) {
        text += ", " + clause;
    }
}

std::string headline_of(Scene const& scene, WordingOptions const& options) {
    auto order = speaking_order(scene);
    auto const& first = scene.objects[order[0]];
    std::string text = capitalised(object_clause(first, options));
    if (word_count(text) > headline_words) {
        text = capitalised(careful_name(first.detection, options.sure_score));
        append_clause(text, direction_words(first, options.directions));
    }
    for (std::size_t i = 1; i < order.size(); ++i) {
        auto const& object = scene.objects[order[i]];
        auto longer = text + "; " + careful_name(object.detection, options.sure_score);
        append_clause(longer, direction_words(object, options.directions));
        if (word_count(longer) <= headline_words) {
            text = longer;
        }
    }
    return text + ".";
}

std::string nothing_found() {
    return "I cannot make out any object in this picture.";
}

bool occurs_once(Scene const& scene, std::string const& label) {
    return std::count_if(scene.objects.begin(), scene.objects.end(),
                         [&](auto const& object) { return object.detection.label == label; }) == 1;
}

// "The cup is on the dining table."
std::string relation_sentence(Scene const& scene, SceneRelation const& relation) {
    auto const second = relation.object2 ? " and the " + scene.objects[*relation.object2].detection.label : "";
    return "The " + scene.objects[relation.subject].detection.label + " is " + relation_words(relation.relation) +
           " the " + scene.objects[relation.object].detection.label + second + ".";
}

// The relations worth a sentence: what stands on what, and what is beside what; what stands under or between what where
// that is measured.
void add_relations(Scene const& scene, WordingOptions const& options, std::vector<std::string>& sentences) {
    for (auto const& relation : scene.relations) {
        bool const measured = scene.objects[relation.subject].extent.has_value();
        bool const telling =
            relation.relation == Relation::on || relation.relation == Relation::beside ||
            (measured && (relation.relation == Relation::under || relation.relation == Relation::between));
        auto clear = [&](std::size_t i) {
            auto const& detection = scene.objects[i].detection;
            return is_sure(detection, options.sure_score) && occurs_once(scene, detection.label);
        };
        if (telling && clear(relation.subject) && clear(relation.object) &&
            clear(relation.object2.value_or(relation.object))) {
            sentences.push_back(relation_sentence(scene, relation));
        }
    }
}

// Is a distance said that was not measured?
bool any_estimated(Scene const& scene, Units units) {
    return std::any_of(scene.objects.begin(), scene.objects.end(), [&](auto const& object) {
        return object.distance.source != DistanceSource::sensor && !distance_words(object.distance, units).empty();
    });
}

// Without those that are there already.
void append(std::vector<std::string>& sentences, std::vector<std::string> const& more) {
    for (auto const& sentence : more) {
        if (std::find(sentences.begin(), sentences.end(), sentence) == sentences.end()) {
            sentences.push_back(sentence);
        }
    }
}

// ", about 90 centimetres high" of furniture and other things that stand; of a table how high its top is, whatever
// stands on it.
std::string height_clause(Scene const& scene, std::size_t index, WordingOptions const& options) {
    auto const& object = scene.objects[index];
    auto const* known = find_class(object.detection.label);
    bool const alive = known && (known->kind == Kind::person || known->kind == Kind::animal);
    bool const carries = std::any_of(scene.relations.begin(), scene.relations.end(), [&](auto const& relation) {
        return relation.relation == Relation::on && relation.object == index;
    });
    auto const height = height_of(object);
    if (options.level != Level::full || !height || alive || carries || !is_sure(object.detection, options.sure_score)) {
        return "";
    }
    return ", about " + size_words(*height, options.units) + " high";
}

// One sentence for a label: a single object, or a group with its nearest member; doubtful when most of it is.
std::string label_sentence(Scene const& scene, std::vector<std::size_t> const& members, WordingOptions const& options) {
    auto const& nearest = scene.objects[members[0]];
    if (members.size() == 1) {
        return capitalised(object_clause(nearest, options)) + height_clause(scene, members[0], options) + ".";
    }
    auto const sure = std::count_if(members.begin(), members.end(), [&](std::size_t i) {
        return is_sure(scene.objects[i].detection, options.sure_score);
    });
    bool doubtful = 2 * sure < static_cast<std::ptrdiff_t>(members.size());
    std::string text = capitalised((doubtful ? "perhaps " : "") + number_word(members.size())) + " " +
                       plural_of(nearest.detection.label);
    std::string place = direction_words(nearest, options.directions);
    append_clause(place, distance_words(nearest.distance, options.units));
    return text + (place.empty() ? "." : ", the nearest " + (place.starts_with(", ") ? place.substr(2) : place) + ".");
}

// "food" and "a dish of food"; small words do not count.
bool shares_a_word(std::string const& a, std::string const& b) {
    constexpr std::size_t small = 3;
    auto const first = split_words(a), second = split_words(b);
    return std::any_of(first.begin(), first.end(), [&](Word const& word) {
        return word.text.size() > small &&
               std::any_of(second.begin(), second.end(), [&](Word const& other) { return other.text == word.text; });
    });
}

} // namespace

std::vector<std::size_t> speaking_order(Scene const& scene) {
    std::vector<std::size_t> order(scene.objects.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return is_urgent(scene.objects[i]); });
    return order;
}

char const* relation_words(Relation relation) {
    switch (relation) {
    case Relation::on:
        return "on";
    case Relation::under:
        return "under";
    case Relation::inside:
        return "inside";
    case Relation::beside:
        return "beside";
    case Relation::in_front_of:
        return "in front of";
    case Relation::behind:
        return "behind";
    case Relation::above:
        return "above";
    case Relation::below:
        return "below";
    case Relation::left_of:
        return "to the left of";
    case Relation::right_of:
        return "to the right of";
    case Relation::between:
        break;
    }
    return "between";
}

std::string object_clause(SceneObject const& object, WordingOptions const& options) {
    std::string text = careful_name(object.detection, options.sure_score);
    append_clause(text, direction_words(object, options.directions));
    append_clause(text, distance_words(object.distance, options.units));
    return text;
}

bool is_sure(Detection const& detection, float sure_score) {
    return !detection.alternative && detection.score >= sure_score;
}

std::string careful_name(Detection const& detection, float sure_score) {
    std::string name = with_article(detection.label);
    auto const* object = find_class(detection.label);
    if (is_sure(detection, sure_score)) {
        return name;
    }
    if (object && is_told_as_kind(*object)) {
        auto kind = kind_noun(object->kind);
        std::string careful = std::string(article(kind)) + " " + std::string(kind) + ", perhaps " + name;
        return detection.alternative ? careful + " or " + with_article(*detection.alternative) : careful;
    }
    return (detection.score < 0.8F * sure_score ? "perhaps " : "probably ") + name;
}

bool is_nearly_ahead(float bearing_deg) {
    return std::abs(bearing_deg) <= slightly_deg;
}

int side_of(float bearing_deg) {
    return bearing_deg < -ahead_deg ? -1 : bearing_deg > ahead_deg ? 1 : 0;
}

std::string direction_words(SceneObject const& object, Directions directions) {
    float bearing = object.bearing_deg;
    switch (directions) {
    case Directions::none:
        return "";
    case Directions::clock:
        return "at " + std::to_string(object.clock_hour) + " o'clock";
    case Directions::grid:
        return cell_name(object.cell);
    case Directions::degrees: {
        long degrees = std::lround(std::abs(bearing) / 5) * 5;
        return degrees == 0 ? "straight ahead"
                            : std::to_string(degrees) + " degrees " + (bearing < 0 ? "left" : "right");
    }
    case Directions::sides:
        break;
    }
    int side = side_of(bearing);
    if (side == 0) {
        return "straight ahead";
    }
    std::string word = side < 0 ? "left" : "right";
    if (std::abs(bearing) > beside_deg) {
        return std::abs(bearing) > behind_deg ? "behind you" : "behind you on the " + word;
    }
    return is_nearly_ahead(bearing) ? "slightly " + word : "on the " + word;
}

RoughDistance rough_distance(Distance const& distance) {
    if (distance.source == DistanceSource::none) {
        return RoughDistance::none;
    }
    if (distance.low >= far_m) {
        return RoughDistance::far;
    }
    if (distance.low >= some_from_m && distance.high <= some_to_m) {
        return RoughDistance::some;
    }
    return distance.high <= close_by_m ? RoughDistance::close : RoughDistance::none;
}

std::string length_words(Distance const& distance, Units units) {
    if (!is_tellable(distance)) {
        return rough_words(distance, units);
    }
    return (distance.source == DistanceSource::sensor ? "" : "about ") + words_of(distance.metres, units);
}

std::string distance_words(Distance const& distance, Units units) {
    bool const is_length = is_tellable(distance) || rough_distance(distance) == RoughDistance::some;
    return length_words(distance, units) + (is_length ? " away" : "");
}

std::vector<std::string> surroundings_first(Scene const& scene, WordingOptions const& options) {
    auto sentences = hazard_sentences(scene, options);
    if (options.level == Level::full || (options.level == Level::brief && scene.objects.empty())) {
        append(sentences, room_sentences(scene, options));
    } else if (options.level == Level::headline && sentences.empty() && scene.objects.empty()) {
        sentences = room_sentences(scene, options);
    }
    if (options.level == Level::headline && sentences.size() > 1) {
        sentences.resize(1);
    }
    return sentences;
}

std::string unit_sentence(Scene const& scene) {
    if (!scene.depth_unit || !scene.depth_unit->assumed) {
        return "";
    }
    auto const& unit = *scene.depth_unit;
    if (!unit.rival.empty()) {
        return "The " + unit.of + " may be in " + unit.name + " or in " + unit.rival + "; say which with " +
               unit.option + " to hear measured distances.";
    }
    return "Distances assume that the " + unit.of + " is in " + unit.name + ".";
}

std::optional<std::string> gist_sentence(Scene const& scene) {
    if (!scene.gist) {
        return std::nullopt;
    }
    auto const& gist = *scene.gist;
    for (auto const& mention : find_mentions(split_words(gist.words + ", " + gist.fine))) {
        bool const said = std::any_of(scene.objects.begin(), scene.objects.end(),
                                      [&](auto const& object) { return names_class(mention, object.detection.label); });
        if (said) {
            return std::nullopt;
        }
    }
    bool const more = !gist.fine.empty() && !shares_a_word(gist.words, gist.fine);
    return "This may be a picture of " + gist.words + (more ? ", perhaps " + gist.fine + "." : ".");
}

std::vector<std::string> describe_scene(Scene const& scene, WordingOptions const& options) {
    auto sentences = surroundings_first(scene, options);
    auto const gist = gist_sentence(scene);
    if (options.level == Level::headline && !sentences.empty()) {
        return {sentences.front()};
    }
    if (scene.objects.empty()) {
        append(sentences, nameless_sentences(scene, options, options.level == Level::full ? 5 : 2));
        if (gist || sentences.empty()) {
            sentences.push_back(gist.value_or(nothing_found()));
        }
        append(sentences, scene.measured);
        if (auto const unit = unit_sentence(scene); !unit.empty() && scene.around && options.level == Level::full) {
            sentences.push_back(unit);
        }
        if (options.level == Level::headline) {
            sentences.resize(1);
        }
        return sentences;
    }
    if (options.level == Level::headline) {
        return {headline_of(scene, options)};
    }
    std::size_t const before = sentences.size();
    std::vector<std::string> named;
    for (std::size_t index : speaking_order(scene)) {
        auto const& label = scene.objects[index].detection.label;
        if (std::find(named.begin(), named.end(), label) != named.end()) {
            continue;
        }
        named.push_back(label);
        std::vector<std::size_t> members;
        for (std::size_t i = 0; i < scene.objects.size(); ++i) {
            if (scene.objects[i].detection.label == label) {
                members.push_back(i);
            }
        }
        sentences.push_back(label_sentence(scene, members, options));
        if (options.level == Level::brief && sentences.size() - before == 3) {
            return sentences;
        }
    }
    if (options.level == Level::full) {
        append(sentences, nameless_sentences(scene, options, 5));
        if (gist) {
            sentences.push_back(*gist);
        }
        add_relations(scene, options, sentences);
        append(sentences, scene.measured);
        if (any_estimated(scene, options.units)) {
            sentences.emplace_back("Distances are guessed from usual sizes.");
        }
        if (auto const unit = unit_sentence(scene); !unit.empty()) {
            sentences.push_back(unit);
        }
    }
    return sentences;
}

} // namespace echollama
