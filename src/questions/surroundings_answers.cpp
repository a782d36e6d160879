#include "questions/surroundings_answers.h"

#include "questions/answer_words.h"
#include "scene/english.h"
#include "wording/mentions.h"
#include "wording/surroundings_words.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string_view>

namespace echollama {
namespace {

using Words = std::initializer_list<std::string_view>;

// The words of a question, and what it wants to know of what it names.
class Asked {
  public:
    explicit Asked(std::string const& text) : words_(split_words(text)) {}

    bool any(Words wanted) const {
        return std::any_of(words_.begin(), words_.end(), [&](Word const& word) {
            return std::find(wanted.begin(), wanted.end(), word.text) != wanted.end();
        });
    }
    bool phrase(std::string_view first, std::string_view second) const {
        for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
            if (words_[i].text == first && words_[i + 1].text == second) {
                return true;
            }
        }
        return false;
    }
    bool begins(Words wanted) const {
        return !words_.empty() && std::find(wanted.begin(), wanted.end(), words_.front().text) != wanted.end();
    }
    std::size_t size() const { return words_.size(); }
    std::vector<Mention> mentions() const { return find_mentions(words_); }
    // -1 left, 0 ahead, 1 right; none: no side is named.
    std::optional<int> side() const {
        return any({"left"})                                                         ? std::optional(-1)
               : any({"right"}) && !phrase("right", "now") && !phrase("right", "in") ? std::optional(1)
               : any({"ahead", "front", "forward"})                                  ? std::optional(0)
                                                                                     : std::nullopt;
    }
    bool high() const { return any({"high", "height", "tall", "deep"}); }
    bool wide() const { return any({"wide", "width", "broad", "breadth", "narrow"}); }
    bool size_of() const { return any({"big", "large", "size", "dimensions", "small", "long"}) || wide(); }
    bool distance() const { return any({"far", "distance", "close", "near"}); }

  private:
    std::vector<Word> words_;
};

Answer complete(std::string text) {
    return {std::move(text), true};
}

// Which part of the floor was looked at, for what is not found there.
std::string looked_at(Surroundings const& around, WordingOptions const& options) {
    if (!around.floor) {
        return "The floor is not seen, so I cannot tell.";
    }
    return "The floor is seen from " + size_words(around.floor->seen_from, options.units) + " to " +
           size_words(around.floor->seen_to, options.units) + "; what is nearer, hidden or farther I cannot tell.";
}

template <typename Thing>
std::vector<Thing> on_side(std::vector<Thing> const& things, std::optional<int> side) {
    std::vector<Thing> there;
    for (auto const& thing : things) {
        float const bearing = thing.bearing_deg;
        bool const fits = !side || (*side == 0 ? is_nearly_ahead(bearing) : side_of(bearing) == *side);
        if (fits) {
            there.push_back(thing);
        }
    }
    return there;
}

class SurroundingsAnswers {
  public:
    SurroundingsAnswers(Scene const& scene, std::string const& question, WordingOptions const& options)
        : scene_(scene), around_(*scene.around), asked_(question), options_(options) {
        options_.level = Level::full;
    }

    std::optional<Answer> run() const {
        bool const unit_only =
            asked_.phrase("in", "steps") || (asked_.phrase("how", "many") && asked_.any({"to", "away", "until"}));
        if (asked_.any({"step", "steps", "stair", "stairs", "staircase", "stairway", "kerb", "curb", "drop", "dropoff",
                        "ledge", "threshold"}) &&
            !unit_only) {
            return steps();
        }
        if (asked_.any({"ramp", "ramps", "slope", "slopes", "sloped", "level"}) &&
            asked_.any({"ramp", "ramps", "slope", "slopes", "floor", "ground", "sloped"})) {
            return ramps();
        }
        if (asked_.phrase("head", "height") || asked_.phrase("head", "level") || asked_.phrase("chest", "height") ||
            asked_.any({"overhang", "overhanging", "overhangs"}) ||
            (asked_.any({"head"}) && asked_.any({"hit", "bump", "bang", "duck", "against"}))) {
            return overhead();
        }
        if (asks_for_way()) {
            return way();
        }
        if (asked_.any({"room", "place", "hall", "corridor"}) && asked_.size_of()) {
            return room_size();
        }
        if (asked_.any(
                {"door", "doors", "doorway", "doorways", "opening", "openings", "gap", "gaps", "entrance", "exit"})) {
            return openings();
        }
        if (asked_.any({"wall", "walls"})) {
            return walls();
        }
        if (asked_.any({"ceiling"}) && (asked_.high() || asked_.distance())) {
            return ceiling();
        }
        if (asked_.any({"floor", "ground"}) && asked_.distance()) {
            return floor();
        }
        if (asked_.high() || asked_.wide()) {
            return size_of_thing();
        }
        return std::nullopt;
    }

  private:
    bool asks_for_way() const {
        bool const way = asked_.any({"way", "path", "passage", "route", "corridor"});
        bool const free = asked_.any({"free", "clear", "open", "blocked", "obstructed", "empty"});
        bool const walk = asked_.any({"walk", "go", "move", "step"}) && asked_.any({"can", "could", "far"}) &&
                          !asked_.any({"safe", "safely"}) && asked_.mentions().empty();
        return (way && free) || walk;
    }

    Answer steps() const {
        auto const found = on_side(around_.steps, asked_.side());
        bool const only_up = asked_.any({"up"}), only_down = asked_.any({"down", "drop", "ledge", "dropoff"});
        std::vector<StepFacts> fitting;
        for (auto const& step : found) {
            if ((only_up && step.kind != StepKind::up) || (only_down && step.kind == StepKind::up)) {
                continue;
            }
            fitting.push_back(step);
        }
        if (fitting.empty()) {
            return complete(with_more("I do not see any step or drop.", looked_at(around_, options_)));
        }
        auto const& first = fitting.front();
        if (asked_.high()) {
            return complete(first.height ? "The step is " + size_with_doubt(*first.height, options_.units, "high") + "."
                                         : "I cannot tell how high it is. " + step_sentence(first, options_));
        }
        if (asked_.phrase("how", "many")) {
            return complete("I see " + number_word(static_cast<std::size_t>(first.count)) +
                            (first.count == 1 ? " step" : " steps") + "; there may be more that are hidden.");
        }
        std::string text = asked_.begins({"is", "are", "do", "does", "any"}) ? "Yes." : "";
        for (auto const& step : fitting) {
            text = with_more(text, step_sentence(step, options_));
        }
        return complete(text);
    }

    Answer ramps() const {
        if (around_.ramps.empty()) {
            return complete(with_more(around_.floor ? "The floor that is seen is level as far as I can measure." : "",
                                      looked_at(around_, options_)));
        }
        auto const& ramp = around_.ramps.front();
        return complete("The floor " + std::string(ramp.slope_deg > 0 ? "rises" : "falls") + " by about " +
                        std::to_string(std::lround(std::abs(ramp.slope_deg))) + " degrees, from " +
                        size_with_doubt(ramp.distance, options_.units, "on") + ".");
    }

    Answer overhead() const {
        std::string text;
        for (auto const& obstacle : around_.obstacles) {
            constexpr float chest_m = 0.9F, over_m = 2.1F;
            bool const hangs =
                obstacle.kind == ObstacleKind::hanging && obstacle.box.z.high > chest_m && obstacle.box.z.low < over_m;
            bool const tall = obstacle.kind == ObstacleKind::standing && obstacle.box.z.high > 1.4F;
            if (around_.floor && (hangs || tall)) {
                auto const bottom =
                    hangs ? ", its underside is " + size_words(obstacle.box.z.low, options_.units) + " over the floor."
                          : ".";
                auto sentence = obstacle_sentence(obstacle, options_);
                sentence.pop_back();
                sentence += bottom;
                text = text.find(sentence) == std::string::npos ? with_more(text, sentence) : text;
            }
        }
        return complete(text.empty() ? "I do not see anything at head height. " + looked_at(around_, options_) : text);
    }

    Answer way() const {
        if (around_.ways.empty()) {
            return complete(with_more("I cannot tell whether the way is free.", looked_at(around_, options_)));
        }
        auto const side = asked_.side();
        std::string text = joined(hazard_sentences(scene_, options_), " ");
        for (auto const& way : around_.ways) {
            if (side ? *side == side_of(way.bearing_deg) : true) {
                text = with_more(text, way_sentence(scene_, way, options_));
            }
        }
        if (around_.widest_gap) {
            text += " The widest gap beside what is ahead is " +
                    size_with_doubt(around_.widest_gap->width, options_.units, "wide") + ".";
        }
        return complete(text);
    }

    Answer room_size() const {
        auto const &width = around_.room_width, &depth = around_.room_depth;
        if (width && depth) {
            return complete("The room is " + size_with_doubt(*width, options_.units, "wide") + ", and " +
                            size_with_doubt(*depth, options_.units, "long") + ".");
        }
        std::string text;
        if (width || depth) {
            text = "Between the walls " + std::string(width ? "on the left and right" : "ahead and behind") + " are " +
                   size_with_doubt(width ? *width : *depth, options_.units) + ".";
        }
        for (auto const& wall : around_.walls) {
            if (is_nearly_ahead(wall.bearing_deg) && !depth) {
                text = with_more(text,
                                 "The wall ahead is " + size_with_doubt(wall.distance, options_.units, "away") + ".");
                break;
            }
        }
        return complete(with_more(text, "I do not see the whole room."));
    }

    Answer openings() const {
        auto const found = on_side(around_.openings, asked_.side());
        if (found.empty()) {
            return complete(
                around_.walls.empty()
                    ? "I see no wall in which an opening could be."
                    : "I do not see any opening in the walls that are in view; a closed door looks like the wall.");
        }
        auto const& first = found.front();
        std::string const name = first.door_like ? "doorway" : "opening";
        if (asked_.wide() || asked_.size_of()) {
            return complete("The " + name + " is " + size_with_doubt(first.width, options_.units, "wide") + ".");
        }
        if (asked_.high()) {
            return complete("The " + name + " is seen up to " + size_words(first.height.high, options_.units) +
                            " high.");
        }
        std::string text;
        for (auto const& opening : found) {
            text = with_more(text, std::string(opening.door_like ? "A doorway, " : "An opening, ") +
                                       direction_at(opening.bearing_deg, options_.directions) + ", " +
                                       size_with_doubt(opening.distance, options_.units, "away") + ", " +
                                       size_words(opening.width.metres, options_.units) + " wide.");
        }
        return complete(text);
    }

    Answer walls() const {
        auto const found = on_side(around_.walls, asked_.side());
        if (found.empty()) {
            return complete("I do not see any wall there.");
        }
        std::string text = asked_.begins({"is", "are"}) ? "Yes." : "";
        for (auto const& wall : found) {
            auto const direction = direction_at(wall.bearing_deg, options_.directions);
            text = with_more(text, "A wall" + (direction.empty() ? "" : ", " + direction) + ", " +
                                       size_with_doubt(wall.distance, options_.units, "away") + ".");
        }
        return complete(text);
    }

    Answer ceiling() const {
        return complete(around_.ceiling ? "The ceiling is " +
                                              size_with_doubt(*around_.ceiling, options_.units, "over the floor") + "."
                                        : "I do not see the ceiling.");
    }

    Answer floor() const {
        return complete(around_.floor
                            ? "The floor is " +
                                  size_with_doubt(around_.floor->below_camera, options_.units, "below the camera") +
                                  ". " + looked_at(around_, options_)
                            : "I do not see the floor.");
    }

    // "How high is the table?", "how tall is the chair?"
    std::optional<Answer> size_of_thing() const {
        for (auto const& mention : asked_.mentions()) {
            for (auto const& object : scene_.objects) {
                if (!object.extent || !names_class(mention, object.detection.label)) {
                    continue;
                }
                bool const tall = asked_.high();
                auto const& e = *object.extent;
                float const size = tall ? (around_.floor ? e.z.high : e.z.high - e.z.low) : e.x.high - e.x.low;
                constexpr float edges_m = 0.04F; // each end is one reading's noise off
                Measure const measure{size, std::max(0.0F, size - edges_m), size + edges_m};
                std::string const what = tall && around_.floor ? " reaches up to " : " is ";
                std::string const dimension = tall ? around_.floor ? "over the floor" : "high" : "wide";
                return complete("The " + object.detection.label + what +
                                size_with_doubt(measure, options_.units, dimension) + ".");
            }
        }
        bool const surface =
            asked_.any({"table", "desk", "counter", "surface", "countertop", "worktop", "shelf", "bench"});
        if (!surface || !asked_.high()) {
            return std::nullopt;
        }
        auto found = on_side(around_.tables, asked_.side());
        auto area = [](TableFacts const& t) { return (t.box.x.high - t.box.x.low) * (t.box.y.high - t.box.y.low); };
        std::stable_sort(found.begin(), found.end(), // "the table" is the largest one
                         [&](auto const& a, auto const& b) { return area(a) > area(b); });
        if (found.empty()) {
            return complete(around_.floor ? "I do not see any level surface of a table's height."
                                          : "I cannot tell, as the floor is not seen.");
        }
        return complete("A level surface, " + direction_at(found.front().bearing_deg, options_.directions) + ", is " +
                        size_with_doubt(found.front().height, options_.units, "high") + ".");
    }

    Scene const& scene_;
    Surroundings const& around_;
    Asked asked_;
    WordingOptions options_;
};

} // namespace

std::optional<Answer> answer_about_surroundings(Scene const& scene, std::string const& question,
                                                WordingOptions const& options) {
    if (!scene.around || scene.around->reach <= 0) {
        return std::nullopt;
    }
    return SurroundingsAnswers(scene, question, options).run();
}

std::string measured_on_side(Scene const& scene, int side, WordingOptions const& options) {
    if (!scene.around || scene.around->reach <= 0) {
        return "";
    }
    auto const& around = *scene.around;
    std::string text;
    auto add = [&](std::string const& sentence) {
        text = text.find(sentence) == std::string::npos ? with_more(text, sentence) : text;
    };
    constexpr std::size_t most = 3;
    std::size_t told = 0;
    for (auto const& sentence : side == 0 ? hazard_sentences(scene, options) : std::vector<std::string>()) {
        add(sentence);
        ++told;
    }
    for (auto const& obstacle : on_side(around.obstacles, side)) {
        if (!obstacle.named && around.floor && told < most) {
            auto brief = options;
            brief.level = Level::brief;
            add(obstacle_sentence(obstacle, brief));
            ++told;
        }
    }
    for (auto const& way : around.ways) {
        if (side_of(way.bearing_deg) == side) {
            add(way_sentence(scene, way, options));
        }
    }
    for (auto const& opening : on_side(around.openings, side)) {
        add("An opening in the wall, " + size_words(opening.width.metres, options.units) + " wide.");
    }
    for (auto const& wall : on_side(around.walls, side)) {
        auto const direction = direction_at(wall.bearing_deg, options.directions);
        add("A wall" + (direction.empty() ? "" : ", " + direction) + ", " + away(wall.distance, options.units) + ".");
    }
    return text;
}

} // namespace echollama
