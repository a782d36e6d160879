#include "questions/answer_words.h"

#include "scene/coco.h"
#include "scene/english.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace echollama {
namespace {

// "on the left", "at 2 o'clock"
std::string place_words(AskedPlace const& place) {
    switch (place.kind) {
    case AskedPlace::Kind::side:
        return place.value < 0 ? "on the left" : place.value > 0 ? "on the right" : "straight ahead";
    case AskedPlace::Kind::clock:
        return "at " + std::to_string(place.value) + " o'clock";
    case AskedPlace::Kind::row:
        return place.value == 0 ? "at the top" : "at the bottom";
    case AskedPlace::Kind::near:
        return "near you";
    case AskedPlace::Kind::reach:
        return "within reach";
    case AskedPlace::Kind::outside:
        break;
    }
    return place.words;
}

} // namespace

std::string with_more(std::string const& text, std::string const& more) {
    return text.empty() ? more : more.empty() ? text : text + " " + more;
}

Indices joined(Indices first, Indices const& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

Indices united(Indices first, Indices const& second) {
    for (auto index : second) {
        if (std::find(first.begin(), first.end(), index) == first.end()) {
            first.push_back(index);
        }
    }
    return first;
}

AnswerWords::AnswerWords(Scene const& scene, Question question, WordingOptions const& options)
    : scene_(scene), question_(std::move(question)), options_(options) {
    options_.units = question_.units.value_or(options_.units);
    bool const by_clock = std::any_of(question_.places.begin(), question_.places.end(),
                                      [](auto const& p) { return p.kind == AskedPlace::Kind::clock; });
    options_.directions = by_clock ? Directions::clock : options_.directions;
}

SceneObject const& AnswerWords::object(std::size_t index) const {
    return scene_.objects[index];
}

bool AnswerWords::sure(std::size_t index) const {
    return is_sure(object(index).detection, options_.sure_score);
}

bool AnswerWords::all_sure(Indices const& objects) const {
    return std::all_of(objects.begin(), objects.end(), [&](auto i) { return sure(i); });
}

bool AnswerWords::any_sure(Indices const& objects) const {
    return std::any_of(objects.begin(), objects.end(), [&](auto i) { return sure(i); });
}

Indices AnswerWords::everything() const {
    Indices all(scene_.objects.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = i;
    }
    return all;
}

std::string AnswerWords::what_is_seen() const {
    Indices found;
    std::string missing;
    auto add = [&](AskedThing const& thing) {
        if (!thing.is_known()) {
            return;
        }
        auto named = objects_named(scene_, thing.mention);
        if (named.empty()) {
            named = objects_possibly_named(scene_, thing.mention, options_.sure_score);
        }
        missing = named.empty() ? with_more(missing, not_seen(thing.mention)) : missing;
        found.insert(found.end(), named.begin(), named.end());
    };
    std::for_each(question_.things.begin(), question_.things.end(), add);
    if (question_.relation && (question_.things.empty() || (found.empty() && missing.empty()))) {
        add(question_.relation->object);
    }
    return with_more(found.empty() ? "" : seen(extreme_of(scene_, found, question_.extreme), false), missing);
}

std::string AnswerWords::not_seen(Mention const& mention) {
    auto const name = name_of(mention);
    std::string_view const some = "some"; // "somewhere to sit", "something to eat"
    return "I do not see any" + (name.starts_with(some) ? name.substr(some.size()) : " " + name) + " in this picture.";
}

std::string AnswerWords::name_of(Mention const& mention) {
    bool const somebody = mention.label == "person" && !mention.special && !mention.plural;
    return somebody ? "person" : mention.words;
}

std::string AnswerWords::place_of(SceneObject const& object, bool far) const {
    auto const direction = direction_words(object, options_.directions);
    auto const distance = far ? distance_words(object.distance, options_.units) : "";
    return direction + (direction.empty() || distance.empty() ? "" : ", ") + distance;
}

std::vector<std::string> AnswerWords::groups(Indices const& objects, bool far, bool counted) const {
    std::vector<std::string> parts;
    std::vector<std::string> labels;
    for (auto index : objects) {
        auto const& label = object(index).detection.label;
        if (std::find(labels.begin(), labels.end(), label) != labels.end()) {
            continue;
        }
        labels.push_back(label);
        Indices members;
        std::copy_if(objects.begin(), objects.end(), std::back_inserter(members),
                     [&](auto i) { return object(i).detection.label == label; });
        auto const place = place_of(object(members.front()), far);
        auto const comma = place.empty() ? "" : ", ";
        if (members.size() > 1) {
            parts.push_back(number_of_them(members, label) + (place.empty() ? "" : ", the nearest " + place));
        } else {
            bool const one = counted && sure(index);
            parts.push_back((one ? "one " + label : careful_name(object(index).detection, options_.sure_score)) +
                            comma + place);
        }
    }
    return parts;
}

std::string AnswerWords::number_of_them(Indices const& members, std::string const& label) const {
    auto const certain =
        static_cast<std::size_t>(std::count_if(members.begin(), members.end(), [&](auto i) { return sure(i); }));
    if (certain == 0) {
        return "perhaps " + number_word(members.size()) + " " + plural_of(label);
    }
    auto const name = certain == 1 ? label : plural_of(label);
    auto const rest = members.size() - certain;
    return number_word(certain) + " " + name + (rest == 0 ? "" : " and perhaps " + number_word(rest) + " more");
}

std::string AnswerWords::seen(Indices const& objects, bool far) const {
    auto const text = joined(groups(objects, far, true), "; ") + ".";
    bool const doubted = text.starts_with("perhaps") || text.starts_with("probably");
    return doubted ? capitalised(text) : "I see " + text;
}

std::string AnswerWords::told(Indices const& objects) const {
    return capitalised(joined(groups(objects, true, false), "; ")) + ".";
}

std::vector<std::string> AnswerWords::names_of(Indices const& objects) const {
    auto bare = *this;
    bare.options_.directions = Directions::none;
    return bare.groups(objects, false, true);
}

std::string AnswerWords::cannot_tell() const {
    auto const& thing = question_.things.empty() ? question_.relation->object : question_.things.front();
    bool const many = thing.mention.plural;
    bool const unknown_thing =
        std::any_of(question_.things.begin(), question_.things.end(), [](auto const& t) { return !t.is_known(); }) ||
        (question_.relation && !question_.relation->object.is_known());
    if (question_.is_understood() && !unknown_thing) {
        return cannot_tell_special();
    }
    if (!question_.unknown.empty() || unknown_thing || question_.attributes.size() > 1) {
        return "I cannot tell more from this picture.";
    }
    return cannot_tell_attribute(question_.attributes.front(), thing, many);
}

// Where no person is seen, there is no man.
std::string AnswerWords::cannot_tell_special() const {
    auto const special = std::find_if(question_.things.begin(), question_.things.end(), [&](auto const& thing) {
        return thing.mention.special && !objects_named(scene_, thing.mention).empty();
    });
    if (special == question_.things.end()) {
        return "";
    }
    auto const& mention = special->mention;
    return std::string("I cannot tell whether ") +
           (mention.plural ? "they are " + mention.words : "it is " + with_article(mention.words)) + ".";
}

std::string AnswerWords::cannot_tell_attribute(AskedAttribute const& asked, AskedThing const& thing, bool many) {
    std::string const them = many ? "they are" : "it is";
    switch (asked.attribute) {
    case Attribute::colour:
        return std::string("I cannot tell ") + (many ? "their" : "its") + " colour.";
    case Attribute::material:
        return "I cannot tell what " + them + " made of.";
    case Attribute::size:
        return "I cannot tell how large " + them + ".";
    case Attribute::kind:
        return "I cannot tell what kind " + them + ".";
    case Attribute::state: {
        if (asked.words == "who") {
            return "I cannot tell who " + them + ".";
        }
        return "I cannot tell whether the " + name_of(thing.mention) + (many ? " are " : " is ") + asked.words + ".";
    }
    case Attribute::other:
        break;
    }
    return "I cannot tell more from this picture.";
}

std::string AnswerWords::not_found(AskedThing const& thing) const {
    auto const possible = objects_possibly_named(scene_, thing.mention, options_.sure_score);
    return possible.empty() ? not_seen(thing.mention) : seen(possible, false) + " " + cannot_tell_class(thing);
}

std::string AnswerWords::cannot_tell_class(AskedThing const& thing) {
    return "I cannot tell whether it is " + with_article(thing.mention.label) + ".";
}

std::string AnswerWords::landmark_name() const {
    auto const& relation = *question_.relation;
    auto const name = [&](AskedThing const& thing) {
        auto const named = objects_named(scene_, thing.mention);
        return named.empty() ? thing.mention.words : object(named.front()).detection.label;
    };
    return name(relation.object) + (relation.object2 ? " and the " + name(*relation.object2) : "");
}

std::string AnswerWords::landmark_missing() const {
    auto const& relation = *question_.relation;
    if (objects_named(scene_, relation.object.mention).empty()) {
        return not_seen(relation.object.mention);
    }
    bool const second = relation.object2 && objects_named(scene_, relation.object2->mention).empty();
    return second ? not_seen(relation.object2->mention) : "";
}

bool AnswerWords::says_yes_or_no() const {
    return question_.yes_or_no && !question_.negated && !question_.measured;
}

std::string AnswerWords::where_words() const {
    std::string where;
    for (auto const& place : question_.places) {
        where += " " + place_words(place);
    }
    if (question_.relation) {
        where += std::string(" ") + relation_words(question_.relation->relation) + " the " + landmark_name();
    }
    return where;
}

} // namespace echollama
