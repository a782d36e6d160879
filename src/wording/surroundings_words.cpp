#include "wording/surroundings_words.h"

#include "scene/camera.h"
#include "scene/coco.h"
#include "scene/contacts.h"
#include "scene/english.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <string_view>

namespace echollama {
namespace {

constexpr float step_within_m = 5, step_within_deg = 60;  // a step that matters to who walks on
constexpr float overhead_within_m = 3.5F, close_m = 1.5F; //
constexpr float beside_m = 0.6F;                          // from the line of walking
constexpr float chest_m = 0.9F, head_m = 1.4F, over_head_m = 2.1F;
constexpr float seat_m = 0.6F;          // what is lower is no table
constexpr float doubtful_share = 0.12F; // of a distance: beyond that it is "about"

std::string figures(double value, int decimals) {
    double const scale = decimals == 0 ? 1 : 10;
    double const rounded = std::round(value * scale) / scale;
    auto const whole = static_cast<long>(rounded);
    auto const tenth = std::lround((rounded - static_cast<double>(whole)) * 10);
    return std::to_string(whole) + (decimals > 0 && tenth != 0 ? "." + std::to_string(tenth) : "");
}

std::string with_unit(std::string const& number, char const* one, char const* many) {
    return number + " " + (number == "1" ? one : many);
}

bool is_imperial(Units units) {
    return units == Units::feet || units == Units::inches || units == Units::yards;
}

bool walks_into(GroundPoint nearest, float bearing_deg) {
    return std::abs(nearest.x) < beside_m || is_nearly_ahead(bearing_deg);
}

// "at head height"; empty: it is over the head or below the chest
std::string height_word(Extent z) {
    if (z.low > over_head_m || z.high < chest_m) {
        return "";
    }
    return z.high >= head_m ? "at head height" : "at chest height";
}

bool is_hazard(Surroundings const& around, ObstacleFacts const& obstacle) {
    bool const overhead = obstacle.kind == ObstacleKind::hanging && !height_word(obstacle.box.z).empty() &&
                          obstacle.distance.metres < overhead_within_m;
    bool const close = around.floor && obstacle.distance.metres < close_m && !obstacle.named;
    return (overhead || close) && walks_into(obstacle.nearest, obstacle.bearing_deg);
}

std::string joined_with(std::string text, std::string const& clause) {
    return clause.empty() ? text : text + ", " + clause;
}

// "ahead", "to the left": of a way
std::string way_direction(float bearing_deg, Directions directions) {
    if (directions == Directions::clock || directions == Directions::degrees) {
        return direction_at(bearing_deg, directions);
    }
    return side_of(bearing_deg) == 0 ? "ahead" : side_of(bearing_deg) < 0 ? "to the left" : "to the right";
}

// What a way ends at, after "up to".
std::string end_words(Scene const& scene, WayFacts const& way) {
    auto const& around = *scene.around;
    switch (way.end) {
    case WayEnd::wall:
        return "a wall";
    case WayEnd::obstacle: {
        if (!way.which || *way.which >= around.obstacles.size()) {
            return "something";
        }
        auto const& obstacle = around.obstacles[*way.which];
        bool const named = obstacle.named && *obstacle.named < scene.objects.size();
        return named ? "the " + scene.objects[*obstacle.named].detection.label : obstacle_name(obstacle);
    }
    case WayEnd::step:
        return "a step up";
    case WayEnd::drop:
        return "where the floor drops";
    case WayEnd::ramp:
        return "a ramp";
    case WayEnd::view:
    case WayEnd::unknown:
        break;
    }
    return "";
}

std::string wall_sentence(std::vector<WallFacts> const& walls, WordingOptions const& options) {
    std::vector<std::string> parts;
    for (auto const& wall : walls) {
        if (parts.size() == 4) {
            break;
        }
        std::string text = parts.empty() ? "Wall" : "wall";
        text = joined_with(text, direction_at(wall.bearing_deg, options.directions));
        parts.push_back(joined_with(text, away(wall.distance, options.units)));
    }
    return parts.empty() ? "" : joined(parts, "; ") + ".";
}

std::string opening_sentence(OpeningFacts const& opening, WordingOptions const& options) {
    std::string text = opening.door_like ? "Doorway" : opening.to_the_floor ? "Opening in the wall" : "Gap in the wall";
    text = joined_with(text, direction_at(opening.bearing_deg, options.directions));
    text = joined_with(text, away(opening.distance, options.units));
    text += ", " + size_words(opening.width.metres, options.units) + " wide";
    if (!opening.to_the_floor) {
        text += ", it begins " + size_words(opening.height.low, options.units) + " over the floor";
    }
    return text + ".";
}

std::string table_sentence(TableFacts const& table, WordingOptions const& options) {
    std::string text =
        joined_with(std::string("A level surface like a ") + (table.height.metres < seat_m ? "seat" : "table"),
                    direction_at(table.bearing_deg, options.directions));
    return joined_with(text, away(table.distance, options.units)) + ", " +
           size_words(table.height.metres, options.units) + " high.";
}

std::string ramp_sentence(RampFacts const& ramp, WordingOptions const& options) {
    return joined_with("The floor " + std::string(ramp.slope_deg > 0 ? "rises" : "falls"),
                       direction_at(ramp.bearing_deg, options.directions)) +
           ", from " + away(ramp.distance, options.units) + " on, by about " +
           std::to_string(std::lround(std::abs(ramp.slope_deg))) + " degrees.";
}

// Is the surface that of a table, bed or bench that the detector named?
bool is_named_surface(Scene const& scene, GroundBox const& box) {
    static constexpr std::string_view surfaces[] = {"dining table", "bed", "couch", "bench"};
    return std::any_of(scene.objects.begin(), scene.objects.end(), [&](SceneObject const& object) {
        bool const surface =
            std::find(std::begin(surfaces), std::end(surfaces), object.detection.label) != std::end(surfaces);
        return surface && object.extent && object.extent->x.low < box.x.high && object.extent->x.high > box.x.low &&
               object.extent->y.low < box.y.high && object.extent->y.high > box.y.low;
    });
}

// Does an object of the scene say it already?
bool is_named(Scene const& scene, GroundBox const& box) {
    return std::any_of(scene.objects.begin(), scene.objects.end(), [&](SceneObject const& object) {
        return object.extent && object.extent->x.low < box.x.high && object.extent->x.high > box.x.low &&
               object.extent->y.low < box.y.high && object.extent->y.high > box.y.low;
    });
}

void add_unknown(Surroundings const& around, std::vector<std::string>& sentences) {
    constexpr float much = 0.3F;
    if (around.without_reading > much) {
        sentences.push_back("About " + std::to_string(std::lround(around.without_reading * 10) * 10) +
                            " percent of the view gave no distance, as glass, water, black and far things do; what is "
                            "there is not known.");
    }
    if (!around.floor) {
        sentences.emplace_back("The floor is not seen, so steps and the way cannot be told.");
    }
    if (around.up_source == UpSource::assumed) {
        sentences.emplace_back("This takes the camera to be held level.");
    }
}

} // namespace

Distance distance_from(Measure const& measure) {
    return {DistanceSource::sensor, measure.metres, measure.low, measure.high};
}

std::string direction_at(float bearing_deg, Directions directions) {
    SceneObject object;
    object.bearing_deg = bearing_deg;
    object.clock_hour = clock_hour_of(bearing_deg);
    return direction_words(object, directions == Directions::grid ? Directions::sides : directions);
}

std::string away(Measure const& measure, Units units) {
    auto const words = length_words(distance_from(measure), units);
    bool const doubtful = measure.high - measure.low > 2 * doubtful_share * measure.metres;
    return doubtful ? "about " + words : words;
}

std::string size_words(float metres, Units units) {
    auto const value = static_cast<double>(metres);
    if (is_imperial(units)) {
        double const inches = value / 0.0254;
        return inches < 36 ? with_unit(figures(std::max(1.0, inches), 0), "inch", "inches")
                           : with_unit(figures(inches / 12, 1), "foot", "feet");
    }
    return value < 0.995 ? with_unit(figures(std::max(1.0, value * 100), 0), "centimetre", "centimetres")
                         : with_unit(figures(value, 1), "metre", "metres");
}

std::string size_with_doubt(Measure const& measure, Units units, std::string const& dimension) {
    float const half = (measure.high - measure.low) / 2;
    float const least = is_imperial(units) ? 0.0254F : 0.01F;
    auto const text = size_words(measure.metres, units) + (dimension.empty() ? "" : " " + dimension);
    return half < least ? text : text + ", give or take " + size_words(half, units);
}

std::string obstacle_name(ObstacleFacts const& obstacle) {
    if (obstacle.kind == ObstacleKind::hanging) {
        auto const height = height_word(obstacle.box.z);
        return height.empty() ? "something raised" : "something " + height;
    }
    if (obstacle.kind == ObstacleKind::low) {
        return "something low";
    }
    return obstacle.box.z.high > head_m ? "something tall" : "something";
}

std::string obstacle_sentence(ObstacleFacts const& obstacle, WordingOptions const& options) {
    auto text =
        joined_with(capitalised(obstacle_name(obstacle)), direction_at(obstacle.bearing_deg, options.directions));
    text = joined_with(text, away(obstacle.distance, options.units));
    float const wide = obstacle.box.x.high - obstacle.box.x.low;
    if (options.level == Level::full && obstacle.top_seen && obstacle.kind != ObstacleKind::hanging) {
        text += ", " + size_words(std::max(0.02F, obstacle.box.z.high), options.units) + " high";
    } else if (options.level == Level::full && wide > 0.1F) {
        text += ", " + size_words(wide, options.units) + " wide";
    }
    bool const told = options.level == Level::full && obstacle.kind != ObstacleKind::hanging;
    return text + (!told                   ? "."
                   : obstacle.leans        ? ", leaning at the wall."
                   : obstacle.against_wall ? ", against the wall."
                                           : ".");
}

std::string step_sentence(StepFacts const& step, WordingOptions const& options) {
    auto const direction = direction_at(step.bearing_deg, options.directions);
    auto const distance = away(step.distance, options.units);
    if (step.kind == StepKind::drop) {
        auto text = joined_with(joined_with("The floor ends", direction), distance);
        return text + (step.height ? ", and drops by " + size_words(step.height->metres, options.units) + "."
                                   : "; what is below is not seen.");
    }
    char const* way = step.kind == StepKind::up ? "up" : "down";
    auto text = std::string(step.count > 1 ? "Stairs " : "Step ") + way;
    text = joined_with(joined_with(text, direction), distance);
    if (step.count > 1) {
        text += ", " + number_word(static_cast<std::size_t>(step.count)) + " steps or more";
    }
    if (step.height) {
        text += step.count > 1 ? ", each about " : ", ";
        text += size_words(step.height->metres, options.units) + " high";
    }
    return text + ".";
}

std::string way_sentence(Scene const& scene, WayFacts const& way, WordingOptions const& options) {
    auto const direction = way_direction(way.bearing_deg, options.directions);
    constexpr float worth_telling_m = 0.3F; // of floor
    if (way.free < way.seen_from + worth_telling_m) {
        auto const end = end_words(scene, way);
        auto const near = size_words(way.free, options.units);
        return end.empty() || way.free < 0.1F ? "How far the floor is free " + direction + " is not seen."
                                              : "The way " + direction + " is blocked at " + near + " by " + end + ".";
    }
    Measure const free{way.free, way.free, way.free};
    auto text = "The floor " + direction + " is seen to be free ";
    if (way.seen_from > 0.4F) {
        text += "from " + size_words(way.seen_from, options.units) + " ";
    }
    text += "to " + size_words(free.metres, options.units);
    auto const end = end_words(scene, way);
    return text + (end.empty() ? "; what is beyond is not known." : ", up to " + end + ".");
}

std::vector<std::string> hazard_sentences(Scene const& scene, WordingOptions const& options) {
    struct Hazard {
        float distance;
        std::string text;
    };
    std::vector<std::string> sentences;
    if (!scene.around) {
        return sentences;
    }
    auto const& around = *scene.around;
    std::vector<Hazard> hazards;
    for (auto const& step : around.steps) {
        if (step.distance.metres < step_within_m && std::abs(step.bearing_deg) < step_within_deg) {
            hazards.push_back({step.distance.metres, step_sentence(step, options)});
        }
    }
    auto brief = options; // the same words at every level: a headline is not said twice
    brief.level = Level::brief;
    for (auto const& obstacle : around.obstacles) {
        if (is_hazard(around, obstacle)) {
            hazards.push_back({obstacle.distance.metres, obstacle_sentence(obstacle, brief)});
        }
    }
    std::stable_sort(hazards.begin(), hazards.end(),
                     [](auto const& a, auto const& b) { return a.distance < b.distance; });
    std::size_t const most = options.level == Level::full ? 6 : 2;
    for (auto const& hazard : hazards) {
        if (sentences.size() < most && std::find(sentences.begin(), sentences.end(), hazard.text) == sentences.end()) {
            sentences.push_back(hazard.text);
        }
    }
    return sentences;
}

std::vector<std::string> hold_sentences(Scene const& scene, float sure_score) {
    struct Way {
        Hold hold;
        char const* begin;
    };
    static constexpr std::array<Way, 4> ways{{{Hold::against_wall, "Against the wall: "},
                                              {Hold::leaning, "Leaning at the wall: "},
                                              {Hold::on_wall, "On the wall: "},
                                              {Hold::hanging, "Hanging: "}}};
    std::vector<std::string> sentences;
    for (auto const& way : ways) {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < scene.objects.size(); ++i) {
            auto const& detection = scene.objects[i].detection;
            auto name = with_article(detection.label);
            if (is_sure(detection, sure_score) && hold_of(scene, i) == way.hold &&
                std::find(names.begin(), names.end(), name) == names.end()) {
                names.push_back(std::move(name));
            }
        }
        if (!names.empty()) {
            sentences.push_back(way.begin + listed(names) + ".");
        }
    }
    return sentences;
}

std::vector<std::string> room_sentences(Scene const& scene, WordingOptions const& options) {
    std::vector<std::string> sentences;
    if (!scene.around || scene.around->reach <= 0) {
        return sentences;
    }
    auto const& around = *scene.around;
    if (around.room_width && around.room_depth) {
        sentences.push_back("A room about " + size_words(around.room_width->metres, options.units) + " by " +
                            size_words(around.room_depth->metres, options.units) + ".");
    } else if (around.room_width || around.room_depth) {
        auto const& size = around.room_width ? *around.room_width : *around.room_depth;
        sentences.push_back("Between walls that face each other are " + size_words(size.metres, options.units) + ".");
    }
    if (auto walls = wall_sentence(around.walls, options); !walls.empty()) {
        sentences.push_back(std::move(walls));
    }
    if (options.level == Level::full) {
        auto held = hold_sentences(scene, options.sure_score);
        sentences.insert(sentences.end(), held.begin(), held.end());
    }
    for (std::size_t i = 0; i < around.openings.size() && i < 3; ++i) {
        sentences.push_back(opening_sentence(around.openings[i], options));
    }
    for (std::size_t i = 0; i < around.ways.size(); ++i) {
        auto const& way = around.ways[i];
        if (i == 0 || (options.level == Level::full && way.free > way.seen_from + 0.3F)) {
            sentences.push_back(way_sentence(scene, way, options));
        }
    }
    if (around.widest_gap) {
        sentences.push_back(
            joined_with("The widest gap beside it", direction_at(around.widest_gap->bearing_deg, options.directions)) +
            ", is " + size_words(around.widest_gap->width.metres, options.units) + " wide.");
    }
    for (auto const& ramp : around.ramps) {
        sentences.push_back(ramp_sentence(ramp, options));
    }
    for (std::size_t i = 0; i < around.tables.size() && i < 3; ++i) {
        if (!is_named_surface(scene, around.tables[i].box)) {
            sentences.push_back(table_sentence(around.tables[i], options));
        }
    }
    add_unknown(around, sentences);
    return sentences;
}

Scene with_measured_things(Scene const& scene) {
    auto whole = scene;
    if (!scene.around) {
        return whole;
    }
    whole.around->plan.cells.clear();
    auto add = [&](char const* label, float bearing_deg, Measure const& distance) {
        SceneObject object;
        object.detection = {label, -1, 1, {}, {}};
        object.bearing_deg = bearing_deg;
        object.clock_hour = clock_hour_of(bearing_deg);
        object.cell.column = 1 + side_of(bearing_deg);
        object.distance = distance_from(distance);
        whole.objects.push_back(std::move(object));
    };
    auto const& around = *scene.around;
    for (auto const& wall : around.walls) {
        add("wall", wall.bearing_deg, wall.distance);
    }
    for (auto const& opening : around.openings) {
        add("doorway", opening.bearing_deg, opening.distance);
    }
    for (auto const& step : around.steps) {
        add("stair", step.bearing_deg, step.distance);
    }
    for (auto const& ramp : around.ramps) {
        add("ramp", ramp.bearing_deg, ramp.distance);
    }
    if (around.floor) {
        add("floor", 0, around.floor->below_camera);
    }
    if (around.ceiling) {
        add("ceiling", 0, *around.ceiling);
    }
    return whole;
}

std::vector<ToldPlace> told_places(Scene const& scene) {
    std::vector<ToldPlace> places;
    if (!scene.around) {
        return places;
    }
    auto const& around = *scene.around;
    auto add = [&](std::initializer_list<std::string> names, float bearing_deg, float metres) {
        for (auto const& name : names) {
            places.push_back({name, bearing_deg, metres});
        }
    };
    for (auto const& obstacle : around.obstacles) {
        add({obstacle_name(obstacle)}, obstacle.bearing_deg, obstacle.distance.metres);
    }
    for (auto const& step : around.steps) {
        step.kind == StepKind::drop ? add({"floor ends", "drop"}, step.bearing_deg, step.distance.metres)
                                    : add({"stairs", "step"}, step.bearing_deg, step.distance.metres);
    }
    for (auto const& opening : around.openings) {
        add({"doorway", "opening", "gap in the wall"}, opening.bearing_deg, opening.distance.metres);
    }
    for (auto const& wall : around.walls) {
        add({"wall"}, wall.bearing_deg, wall.distance.metres);
    }
    for (auto const& table : around.tables) {
        add({"level surface"}, table.bearing_deg, table.distance.metres);
    }
    for (auto const& ramp : around.ramps) {
        add({"floor rises", "floor falls", "ramp"}, ramp.bearing_deg, ramp.distance.metres);
    }
    for (auto const& way : around.ways) {
        add({"floor", "way"}, way.bearing_deg, std::max(way.free, 0.5F));
    }
    if (around.widest_gap) {
        add({"widest gap"}, around.widest_gap->bearing_deg, around.widest_gap->distance);
    }
    return places;
}

std::vector<std::string> nameless_sentences(Scene const& scene, WordingOptions const& options, std::size_t most) {
    std::vector<std::string> sentences;
    if (!scene.around) {
        return sentences;
    }
    for (auto obstacle : scene.around->obstacles) {
        constexpr float told_within_m = 4;
        obstacle.top_seen = obstacle.top_seen && scene.around->floor; // else heights count from the camera
        bool const told = !obstacle.named && !is_hazard(*scene.around, obstacle) &&
                          obstacle.distance.metres < told_within_m && !is_named(scene, obstacle.box);
        auto text = told ? obstacle_sentence(obstacle, options) : "";
        if (told && sentences.size() < most && std::find(sentences.begin(), sentences.end(), text) == sentences.end()) {
            sentences.push_back(std::move(text));
        }
    }
    return sentences;
}

} // namespace echollama
