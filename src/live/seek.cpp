#include "live/seek.h"

#include "base/ascii.h"
#include "live/aim.h"
#include "scene/coco.h"
#include "scene/english.h"
#include "wording/mentions.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace echollama {
namespace {

constexpr std::size_t most_examples = 3;

std::string plain(std::string label) {
    std::replace(label.begin(), label.end(), '_', ' ');
    return lower_case(label);
}

bool is_called(std::string const& words, std::string const& label) {
    auto const name = plain(label);
    auto const is_eyewear = [](std::string const& called) {
        return is_one_of(called, {"eyeglasses", "spectacles", "glasses"});
    };
    // A detector's "glasses" are what people wear; drinking glasses have other names.
    return words == name || words == plural_word(name) || (is_eyewear(words) && words != "glasses" && is_eyewear(name));
}

// The class of COCO that these words name, or the wider word.
std::optional<Mention> whole_mention(std::string const& words) {
    auto const split = split_words(words);
    auto const mentions = find_mentions(split);
    bool const whole = mentions.size() == 1 && mentions.front().count == split.size();
    return whole ? std::optional(mentions.front()) : std::nullopt;
}

bool is_door(std::string const& word) {
    return is_one_of(word, {"door", "doors", "doorway", "doorways", "opening", "openings", "exit", "exits", "entrance",
                            "entrances", "entry", "gate"});
}

// Where the words that name a thing end: "the door [of the car]".
bool ends_name(std::string const& word) {
    return is_one_of(word, {"on",   "in",    "at",    "of",   "with",   "near",  "by",    "behind", "beside",
                            "next", "to",    "for",   "from", "please", "and",   "or",    "that",   "which",
                            "who",  "now",   "again", "here", "there",  "under", "below", "over",   "between",
                            "if",   "where", "is",    "are",  "i",      "we",    "you",   "before", "after"});
}

bool begins_name(std::string const& word) {
    return is_one_of(word, {"the", "a",    "an",   "my", "our", "your",    "his",     "her",     "their", "some",
                            "any", "this", "that", "me", "us",  "another", "nearest", "closest", "next",  "first"});
}

// The first word after "find", "look for", "take me to" and the like; none: nothing is looked for.
std::optional<std::size_t> after_verb(std::vector<Word> const& words) {
    auto const at = [&](std::size_t i, std::initializer_list<std::string_view> any) {
        return i < words.size() && is_one_of(words[i].text, any);
    };
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (at(i, {"find", "locate"}) && !at(i + 1, {"out"})) {
            return i + 1;
        }
        if (at(i, {"look", "looking", "search", "searching"}) && at(i + 1, {"for"})) {
            return i + 2;
        }
        if (at(i, {"guide", "lead", "take", "bring", "get"}) && at(i + 1, {"me", "us"}) && at(i + 2, {"to"})) {
            return i + 3;
        }
    }
    return std::nullopt;
}

// "the front door": the last words that name a class of the detector. What belongs to another thing ("the car door") is
// no such thing by itself.
std::vector<std::string> labels_of_head(std::vector<Word> const& words, std::size_t first, std::size_t end,
                                        std::vector<std::string> const& labels) {
    for (auto from = first; from < end; ++from) {
        auto const found = labels_called(joined_words(words, from, end - from), labels);
        auto const owner = from > first ? find_mentions({words.begin() + static_cast<std::ptrdiff_t>(first),
                                                         words.begin() + static_cast<std::ptrdiff_t>(from)})
                                        : std::vector<Mention>();
        if (!found.empty()) {
            bool const owned =
                std::any_of(owner.begin(), owner.end(), [](Mention const& m) { return !m.label.empty(); });
            return owned ? std::vector<std::string>() : found;
        }
    }
    return {};
}

std::string named(Sought const& sought) {
    return sought.plural ? sought.name : with_article(sought.name);
}

SceneObject const* nearest(Scene const& scene, Sought const& sought) {
    auto const found = std::find_if(scene.objects.begin(), scene.objects.end(), [&](SceneObject const& object) {
        return std::find(sought.labels.begin(), sought.labels.end(), object.detection.label) != sought.labels.end();
    });
    return found == scene.objects.end() ? nullptr : &*found;
}

// Doorways before other openings; none that begin above the floor.
OpeningFacts const* nearest_opening(Scene const& scene, Sought const& sought) {
    OpeningFacts const* best = nullptr;
    if (!sought.opening || !scene.around) {
        return best;
    }
    for (auto const& opening : scene.around->openings) {
        bool const better =
            !best || (opening.door_like != best->door_like ? opening.door_like
                                                           : opening.distance.metres < best->distance.metres);
        best = opening.to_the_floor && better ? &opening : best;
    }
    return best;
}

// Empty: it is straight ahead.
std::string turn(float bearing_deg) {
    int const side = side_of(bearing_deg);
    if (side == 0) {
        return "";
    }
    return std::string("Turn ") + (is_nearly_ahead(bearing_deg) ? "a little " : "") + (side < 0 ? "left." : "right.");
}

std::string ahead(std::string const& what, std::string const& distance) {
    return what + " is straight ahead" + (distance.empty() ? "." : ", " + distance + ".");
}

} // namespace

std::vector<std::string> labels_called(std::string const& words, std::vector<std::string> const& labels) {
    std::vector<std::string> own, alike;
    auto const asked = whole_mention(words);
    for (auto const& label : labels) {
        if (is_called(words, label)) {
            own.push_back(label);
        } else if (asked) {
            auto const known = whole_mention(plain(label)); // "sofa" of a detector that says so to COCO's couches
            auto const name = known && known->exact && !known->special ? known->label : "";
            if (!name.empty() && names_class(*asked, name)) {
                alike.push_back(label);
            }
        }
    }
    return own.empty() ? alike : own;
}

std::optional<Sought> sought_thing(std::string const& text, Recognisable const& can) {
    auto const words = split_words(text), meant = told_apart(words);
    auto const verb = after_verb(words);
    if (!verb) {
        return std::nullopt;
    }
    auto first = *verb;
    while (first < words.size() && begins_name(words[first].text)) {
        ++first;
    }
    auto const rest = find_mentions({meant.begin() + static_cast<std::ptrdiff_t>(first), meant.end()});
    auto end = first + (rest.empty() || rest.front().first > 0 ? 0 : rest.front().count); // "somewhere to sit"
    while (end < words.size() && (end == first || !ends_name(words[end].text))) {
        ++end;
    }
    if (first == end || is_one_of(words[first].text, {"it", "him", "them", "something", "anything", "one"})) {
        return std::nullopt;
    }
    Sought sought;
    sought.labels = labels_of_head(meant, first, end, can.labels);
    auto const mentions = find_mentions(
        {meant.begin() + static_cast<std::ptrdiff_t>(first), meant.begin() + static_cast<std::ptrdiff_t>(end)});
    bool const part = mentions.size() > 1 && !mentions.front().label.empty(); // "the car door"
    bool const out = joined_words(words, first, end - first) == "way out";
    sought.opening = can.openings && !part && (out || is_door(words[end - 1].text));
    auto const& last = words[end - 1].text;
    bool const by_label = sought.labels.size() == 1;
    sought.name = by_label ? plain(sought.labels.front()) : joined_words(words, first, end - first);
    sought.plural = !by_label && (mentions.empty() || mentions.back().first + mentions.back().count < end - first
                                      ? last.ends_with('s') && !last.ends_with("ss")
                                      : mentions.back().plural);
    return sought;
}

std::string cannot_find(Sought const& sought, Recognisable const& can, Scene const& scene) {
    std::vector<std::string> examples;
    auto const add = [&](std::string const& label) {
        auto const name = with_article(plain(label));
        bool const known = std::find(examples.begin(), examples.end(), name) != examples.end();
        if (!known && examples.size() < most_examples) {
            examples.push_back(name);
        }
    };
    for (auto const& object : scene.objects) {
        add(object.detection.label);
    }
    bool const seen = !examples.empty();
    for (std::string const usual : {"person", "chair", "dining table"}) {
        bool const knows = std::find(can.labels.begin(), can.labels.end(), usual) != can.labels.end();
        if (!seen && knows) {
            add(usual);
        }
    }
    for (std::size_t i = 0; examples.empty() && i < std::min(can.labels.size(), most_examples); ++i) {
        add(can.labels[i]);
    }
    std::string text = "I cannot recognise " + named(sought);
    auto const last = split_words(sought.name);
    if (!can.openings && !last.empty() && is_door(last.back().text)) {
        text += " in pictures alone, only openings where a depth camera measures them";
    }
    if (examples.empty()) {
        return text + ".";
    }
    auto const tail = examples.size() > 1 ? " or " + examples.back() : "";
    if (examples.size() > 1) {
        examples.pop_back();
    }
    return text + "; I can lead you to " + joined(examples, ", ") + tail + (seen ? ", which I see." : ", for example.");
}

std::string way_to(Scene const& scene, Sought const& sought, WordingOptions const& options) {
    if (auto const* object = nearest(scene, sought)) {
        if (auto const side = turn(object->bearing_deg); !side.empty()) {
            return side;
        }
        auto const words =
            ahead("The " + plain(object->detection.label), distance_words(object->distance, options.units));
        auto const cut = cut_off_words(*object, scene.width, scene.height);
        auto const point = cut.find("point");
        return point == std::string::npos ? words : words + " " + capitalised(cut.substr(point));
    }
    if (auto const* opening = nearest_opening(scene, sought)) {
        auto const side = turn(opening->bearing_deg);
        std::string const name = opening->door_like ? "A doorway" : "An opening in the wall";
        Distance const distance{DistanceSource::sensor, opening->distance.metres, opening->distance.low,
                                opening->distance.high};
        return side.empty() ? ahead(name, distance_words(distance, options.units)) : side;
    }
    if (sought.opening) {
        return "I see no opening in the walls here, and a closed door looks like the wall; turn slowly.";
    }
    return "I do not see " + named(sought) + "; turn slowly.";
}

std::optional<Lead> lead_to(Scene const& scene, Sought const& sought) {
    if (auto const* object = nearest(scene, sought)) {
        bool const measured = object->distance.source != DistanceSource::none;
        return Lead{object->bearing_deg, measured ? std::optional(object->distance.metres) : std::nullopt};
    }
    if (auto const* opening = nearest_opening(scene, sought)) {
        return Lead{opening->bearing_deg, opening->distance.metres};
    }
    return std::nullopt;
}

} // namespace echollama
