#include "live/scene_memory.h"

#include "base/ascii.h"
#include "scene/coco.h"
#include "scene/english.h"
#include "scene/mentions.h"

#include <cmath>

namespace echollama {
namespace {

constexpr double present_s = 2; // what was seen so lately is still there

std::string counted(long number, std::string const& unit) {
    return std::to_string(number) + " " + unit + (number == 1 ? "" : "s");
}

// Where it was, in words of what it stood on or in.
std::string place_of(Scene const& scene, std::size_t index) {
    for (auto const& relation : scene.relations) {
        bool const holds = relation.relation == Relation::on || relation.relation == Relation::inside;
        if (relation.subject == index && holds) {
            return std::string(relation_words(relation.relation)) + " the " +
                   scene.objects[relation.object].detection.label;
        }
    }
    return "";
}

bool asks_for_the_past(std::string const& lower) {
    auto const has = [&](char const* word) { return lower.find(word) != std::string::npos; };
    return (has("last") || has("where did") || has("when did")) && (has("see") || has("seen"));
}

} // namespace

std::string age_words(double seconds) {
    if (seconds < present_s) {
        return "just now";
    }
    if (seconds < 60) {
        return counted(seconds < 10 ? std::lround(seconds) : 5 * std::lround(seconds / 5), "second") + " ago";
    }
    if (seconds < 3600) {
        return "about " + counted(std::lround(seconds / 60), "minute") + " ago";
    }
    return "about " + counted(std::lround(seconds / 3600), "hour") + " ago";
}

void SceneMemory::see(double seconds, Scene const& scene) {
    for (std::size_t i = scene.objects.size(); i-- > 0;) { // the nearest last, so that it stays
        auto const& object = scene.objects[i];
        last_[object.detection.label] = {object, seconds, place_of(scene, i)};
    }
}

std::optional<std::string> SceneMemory::answer(std::string const& question, double seconds,
                                               WordingOptions const& options) const {
    if (!asks_for_the_past(lower_case(question))) {
        return std::nullopt;
    }
    for (auto const& mention : find_mentions(split_words(question))) {
        for (auto const& object : coco_classes()) {
            if (!names_class(mention, object.name)) {
                continue;
            }
            auto const found = last_.find(std::string(object.name));
            if (found == last_.end()) {
                return "I have not seen " + with_article(object.name) + " since I began to watch.";
            }
            auto const& [seen, at, place] = found->second;
            std::string text =
                "I last saw " + careful_name(seen.detection, options.sure_score) + " " + age_words(seconds - at);
            for (auto const& part :
                 {place, direction_words(seen, options.directions), distance_words(seen.distance, options.units)}) {
                text += part.empty() ? "" : ", " + part;
            }
            bool const away = seconds - at >= present_s;
            return text + (away ? ", as the camera looked then. It may have been moved since." : ".");
        }
    }
    return "I cannot recognise what you ask for, so I cannot say where it was.";
}

} // namespace echollama
