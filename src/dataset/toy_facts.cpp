#include "dataset/toy_facts.h"

#include "scene/coco.h"
#include "scene/english.h"
#include "scene/grid.h"

#include <algorithm>
#include <cstdlib>

namespace echollama::dataset {
namespace {

using Members = std::vector<std::size_t>;

Members of_label(Scene const& scene, std::vector<std::size_t> const& among, std::string const& label) {
    Members members;
    for (auto i : among) {
        if (scene.objects[i].detection.label == label) {
            members.push_back(i);
        }
    }
    return members;
}

Fact counted(std::string const& label, std::size_t count) {
    Fact fact;
    fact.label = label;
    fact.count = count;
    fact.name = count == 1 ? with_article(label) : number_word(count) + " " + plural_of(label);
    return fact;
}

Fact standard_fact(Scene const& scene, Members members, WordingOptions const& wording) {
    std::sort(members.begin(), members.end()); // the scene's order: nearest first
    auto const& first = scene.objects[members.front()];
    auto fact = counted(first.detection.label, members.size());
    auto const sure = static_cast<std::size_t>(std::count_if(members.begin(), members.end(), [&](auto i) {
        return is_sure(scene.objects[i].detection, wording.sure_score);
    }));
    fact.sure = members.size() == 1 ? sure == 1 : 2 * sure >= members.size();
    if (members.size() == 1) {
        fact.name = careful_name(first.detection, wording.sure_score);
    } else if (!fact.sure) {
        fact.name = "perhaps " + fact.name;
    }
    fact.place = direction_words(first, wording.directions);
    fact.distance = distance_words(first.distance, wording.units);
    fact.nearest = members.size() > 1;
    fact.side = side_of(first.bearing_deg);
    return fact;
}

// The matrix has columns: a thing is left, in the middle or right. Of several the column is told when they share it.
Fact matrix_fact(Scene const& scene, Members const& members) {
    static constexpr char const* columns[] = {"on the left", "in the middle", "on the right"};
    auto const& first = scene.objects[members.front()];
    auto fact = counted(first.detection.label, members.size());
    bool const together = std::all_of(members.begin(), members.end(),
                                      [&](auto i) { return scene.objects[i].cell.column == first.cell.column; });
    fact.place = together ? columns[first.cell.column] : "";
    fact.side = first.cell.column - 1;
    return fact;
}

// "The cup is on the dining table.": told between sure things that are the only ones of their class.
std::vector<std::string> relations_of(Scene const& scene, WordingOptions const& wording) {
    auto full = wording;
    full.level = Level::full;
    std::vector<std::string> relations;
    for (auto const& sentence : describe_scene(scene, full)) {
        bool const told = sentence.starts_with("The ") && (sentence.find(" is on the ") != std::string::npos ||
                                                           sentence.find(" is beside the ") != std::string::npos);
        if (told) {
            relations.push_back(sentence);
        }
    }
    return relations;
}

bool replace(std::string& text, std::string const& what, std::string const& with) {
    auto const at = text.find(what);
    if (at != std::string::npos) {
        text.replace(at, what.size(), with);
    }
    return at != std::string::npos;
}

// Of all three kinds of directions, with the side that the words are on then.
bool wrong_side(Fact& fact) {
    struct Turn {
        char const *from, *to;
        int side;
    };
    static constexpr Turn turns[] = {{"left", "right", 1},
                                     {"right", "left", -1},
                                     {"straight ahead", "on the left", -1},
                                     {"in the middle", "on the right", 1},
                                     {"12 o'clock", "3 o'clock", 1},
                                     {"11 o'clock", "1 o'clock", 1},
                                     {"10 o'clock", "2 o'clock", 1},
                                     {"9 o'clock", "3 o'clock", 1},
                                     {"1 o'clock", "11 o'clock", -1},
                                     {"2 o'clock", "10 o'clock", -1},
                                     {"3 o'clock", "9 o'clock", -1}};
    for (auto const& turn : turns) {
        if (replace(fact.place, turn.from, turn.to)) {
            fact.side = turn.side;
            return true;
        }
    }
    return false;
}

void rename(Fact& fact, std::string const& label, std::size_t count) {
    auto const doubt = fact.name.starts_with("probably ")  ? "probably "
                       : fact.name.starts_with("perhaps ") ? "perhaps "
                                                           : "";
    auto const other = counted(label, count);
    fact.label = label;
    fact.count = count;
    fact.name = doubt + other.name;
    fact.nearest = fact.nearest && count > 1;
}

bool wrong_count(Fact& fact, Draws& draw) {
    bool const fewer = fact.count > 2 && draw.chance(0.5F);
    rename(fact, fact.label, fewer ? fact.count - 1 : fact.count + 1 + (draw.chance(0.3F) ? 1 : 0));
    return true;
}

// Of the same kind half of the time: a chair instead of a couch is the harder one to notice.
bool wrong_object(Fact& fact, Facts const& facts, Draws& draw) {
    auto const* own = find_class(fact.label);
    for (int tries = 0; tries < 60; ++tries) {
        auto const& other = draw.any_of(coco_classes());
        bool const there =
            std::any_of(facts.things.begin(), facts.things.end(), [&](Fact const& f) { return f.label == other.name; });
        if (!there && (tries > 30 || !own || own->kind == other.kind)) {
            rename(fact, std::string(other.name), fact.count);
            return true;
        }
    }
    return false;
}

bool wrong_distance(Fact& fact, Draws& draw) {
    auto const digit = fact.distance.find_first_of("0123456789");
    if (digit == std::string::npos) {
        return replace(fact.distance, "close by", "far away") || replace(fact.distance, "far away", "close by");
    }
    auto const end = fact.distance.find_first_not_of("0123456789.", digit);
    double const value = std::strtod(fact.distance.c_str() + digit, nullptr);
    auto const other = static_cast<long>(value * (draw.chance(0.5F) ? 3 : 4)) + 1;
    fact.distance.replace(digit, end - digit, std::to_string(other));
    replace(fact.distance, "metre ", "metres ");
    replace(fact.distance, "foot ", "feet ");
    return true;
}

bool left_out_doubt(Fact& fact) {
    if (fact.sure) {
        return false;
    }
    fact.name = counted(fact.label, fact.count).name;
    fact.sure = true;
    return true;
}

} // namespace

Facts facts_of(Scene const& scene, PromptOptions const& options) {
    bool const paper = options.style == PromptStyle::paper;
    std::vector<std::size_t> told;
    for (auto i : speaking_order(scene)) {
        if (!paper || scene.objects[i].detection.score > options.matrix_threshold) {
            told.push_back(i);
        }
    }
    Facts facts;
    facts.caption = scene.caption;
    std::vector<std::string> named;
    for (auto i : told) {
        auto const& label = scene.objects[i].detection.label;
        if (std::find(named.begin(), named.end(), label) != named.end()) {
            continue;
        }
        named.push_back(label);
        auto const members = of_label(scene, told, label);
        facts.things.push_back(paper ? matrix_fact(scene, members) : standard_fact(scene, members, options.wording));
    }
    if (!paper) {
        facts.relations = relations_of(scene, options.wording);
    }
    return facts;
}

char const* fault_name(Fault fault) {
    switch (fault) {
    case Fault::side:
        return "side";
    case Fault::count:
        return "count";
    case Fault::object:
        return "object";
    case Fault::distance:
        return "distance";
    case Fault::certainty:
        break;
    }
    return "certainty";
}

bool make_fault(Facts& facts, Fault fault, std::size_t among, Draws& draw) {
    auto const end = std::min(among, facts.things.size());
    if (end == 0) {
        return false;
    }
    auto const begin = static_cast<std::size_t>(draw.below(static_cast<int>(end)));
    for (std::size_t k = 0; k < end; ++k) {
        auto& fact = facts.things[(begin + k) % end];
        bool const made = fault == Fault::side       ? wrong_side(fact)
                          : fault == Fault::count    ? wrong_count(fact, draw)
                          : fault == Fault::object   ? wrong_object(fact, facts, draw)
                          : fault == Fault::distance ? wrong_distance(fact, draw)
                                                     : left_out_doubt(fact);
        if (made) {
            return true;
        }
    }
    return false;
}

} // namespace echollama::dataset
