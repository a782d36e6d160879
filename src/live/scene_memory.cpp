#include "live/scene_memory.h"

#include "base/ascii.h"
#include "live/age_words.h"
#include "live/seek.h"
#include "scene/camera.h"
#include "scene/coco.h"
#include "scene/english.h"
#include "wording/mentions.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr double present_s = 2; // what was seen so lately is still there

// "Where did you last see …", "when was … last seen", "where have you seen …"; not "do you see the last …".
bool asks_for_the_past(std::vector<Word> const& words) {
    auto const has = [&](std::initializer_list<std::string_view> any) {
        return std::any_of(words.begin(), words.end(), [&](Word const& word) { return is_one_of(word.text, any); });
    };
    bool const seen = (has({"did"}) && has({"see", "spot", "notice"})) || has({"saw", "seen", "spotted", "noticed"});
    return seen && has({"last", "where", "when"});
}

// As the scene's own words take it.
SceneObject object_of(Sighting const& seen) {
    SceneObject object;
    object.detection.label = seen.label;
    object.detection.score = seen.score;
    object.bearing_deg = seen.bearing_deg;
    object.clock_hour = clock_hour_of(seen.bearing_deg);
    object.distance = seen.distance;
    return object;
}

std::string with_places(std::string text, std::string const& place, SceneObject const& object,
                        WordingOptions const& options) {
    for (auto const& part :
         {place, direction_words(object, options.directions), distance_words(object.distance, options.units)}) {
        text += part.empty() ? "" : ", " + part;
    }
    return text;
}

constexpr char const* long_gone = ", as the camera looked then. It may have been moved since.";

} // namespace

SceneMemory::Place SceneMemory::place_of(Scene const& scene, std::size_t index) {
    for (auto const& relation : scene.relations) {
        bool const holds = relation.relation == Relation::on || relation.relation == Relation::inside;
        if (relation.subject == index && holds) {
            return {relation.relation, scene.objects[relation.object].detection.label};
        }
    }
    return {};
}

std::string SceneMemory::words_of(Place const& place) {
    return place.relation ? std::string(relation_words(*place.relation)) + " the " + place.landmark : "";
}

void SceneMemory::see(double seconds, Scene const& scene) {
    for (std::size_t i = scene.objects.size(); i-- > 0;) { // the nearest last, so that it stays
        auto const& object = scene.objects[i];
        last_[object.detection.label] = {object, seconds, place_of(scene, i)};
    }
}

void SceneMemory::recall(std::vector<Sighting> const& earlier) {
    recalled_ = true;
    for (auto const& seen : earlier) {
        earlier_.insert_or_assign(seen.label, seen);
    }
}

std::vector<Sighting> SceneMemory::seen_after(double since, double now, std::int64_t clock) const {
    std::vector<Sighting> all;
    for (auto const& [label, seen] : last_) {
        if (seen.seconds > since) {
            Sighting sighting;
            sighting.label = label;
            sighting.seen_at = clock - std::lround(std::max(0.0, now - seen.seconds));
            sighting.score = seen.object.detection.score;
            sighting.bearing_deg = seen.object.bearing_deg;
            sighting.distance = seen.object.distance;
            sighting.relation = seen.place.relation;
            sighting.landmark = seen.place.landmark;
            all.push_back(std::move(sighting));
        }
    }
    return all;
}

// Of several classes that are meant ("an animal") the one that was seen last.
std::string SceneMemory::answer_about(std::vector<std::string> const& labels, std::string const& name, double now,
                                      std::int64_t clock, WordingOptions const& options) const {
    auto found = last_.end();
    auto earlier = earlier_.end();
    for (auto const& label : labels) {
        auto const here = last_.find(label);
        auto const before = earlier_.find(label);
        if (here != last_.end() && (found == last_.end() || here->second.seconds > found->second.seconds)) {
            found = here;
        }
        if (before != earlier_.end() &&
            (earlier == earlier_.end() || before->second.seen_at > earlier->second.seen_at)) {
            earlier = before;
        }
    }
    if (found != last_.end()) {
        auto const& [seen, at, place] = found->second;
        auto const text =
            with_places("I last saw " + careful_name(seen.detection, options.sure_score) + " " + age_words(now - at),
                        words_of(place), seen, options);
        return text + (now - at >= present_s ? long_gone : ".");
    }
    if (earlier != earlier_.end()) {
        auto const& seen = earlier->second;
        auto const object = object_of(seen);
        auto const when = earlier_words(seen.seen_at, clock);
        auto text = "I last saw " + careful_name(object.detection, options.sure_score) + " " +
                    (seen.live ? when + ", in an earlier walk" : "in a film that I watched " + when);
        auto kept = options; // the picture's grid is not
        kept.directions = kept.directions == Directions::grid ? Directions::sides : kept.directions;
        return with_places(text, words_of({seen.relation, seen.landmark}), object, kept) +
               (seen.live ? long_gone : ", as the camera looked then. When the film was taken I do not know.");
    }
    auto const none = with_article(name);
    return last_.empty() && recalled_ ? "I do not remember to have seen " + none + "."
           : recalled_ ? "I have not seen " + none + " since I began to watch, and remember none from before."
                       : "I have not seen " + none + " since I began to watch.";
}

std::optional<std::string> SceneMemory::answer(std::string const& question, double now, std::int64_t clock,
                                               WordingOptions const& options,
                                               std::vector<std::string> const& labels) const {
    auto const words = split_words(question), meant = told_apart(words);
    if (!asks_for_the_past(words)) {
        return std::nullopt;
    }
    for (std::size_t first = 0; first < words.size(); ++first) { // the longest that names a class
        for (std::size_t end = std::min(first + 3, words.size()); end > first; --end) {
            auto const name = joined_words(meant, first, end - first);
            auto const called = labels_called(name, labels);
            if (!called.empty()) {
                return answer_about(called, called.size() == 1 ? called.front() : name, now, clock, options);
            }
        }
    }
    auto const named = find_mentions(words);
    if (named.empty()) {
        return "I cannot recognise what you ask for, so I cannot say where it was.";
    }
    auto const& thing = named.back();
    return "I cannot recognise " + (thing.plural ? thing.words : with_article(thing.words)) +
           ", so I cannot say where " + (thing.plural ? "they were." : "it was.");
}

} // namespace echollama
