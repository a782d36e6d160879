#include "conversation/mending.h"

#include "conversation/sounds_alike.h"
#include "questions/question_words.h"
#include "scene/coco.h"
#include "wording/mentions.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

namespace echollama {
namespace {

constexpr float near_enough = 0.26F; // of the sounds; one vowel for another in a word of three
constexpr float clear_by = 0.06F;    // how much nearer the best must be than the next thing

// What the things of the scene are called, in one and in many.
std::set<std::string> names_in(Scene const& scene) {
    std::set<std::string> names;
    for (auto const& object : scene.objects) {
        auto const& label = object.detection.label;
        names.insert(label);
        names.insert(plural_of(label));
        if (auto const* known = find_class(label)) {
            for (std::string_view rest = known->synonyms; !rest.empty();) {
                auto const comma = std::min(rest.find(','), rest.size());
                names.emplace(rest.substr(0, comma));
                rest.remove_prefix(std::min(comma + 1, rest.size()));
            }
        }
    }
    names.erase("");
    return names;
}

std::string label_of(std::string const& name) {
    auto const mentions = find_mentions(split_words(name));
    return mentions.size() == 1 ? mentions.front().label : "";
}

struct Candidate {
    std::string name;
    float distance = 1;
};

// The name that is meant, if one is clearly nearest; names of one class do not compete.
std::optional<std::string> nearest_name(std::string const& heard, std::set<std::string> const& names) {
    Candidate best, next;
    for (auto const& name : names) {
        std::string joined; // the spoken word has no gaps
        std::copy_if(name.begin(), name.end(), std::back_inserter(joined), [](char c) { return c != ' ' && c != '-'; });
        Candidate const candidate{name, sound_distance(heard, joined)};
        if (candidate.distance < best.distance) {
            next = !best.name.empty() && label_of(best.name) != label_of(name) ? best : next;
            best = candidate;
        } else if (label_of(best.name) != label_of(name) && candidate.distance < next.distance) {
            next = candidate;
        }
    }
    bool const clear = best.distance <= near_enough && next.distance - best.distance >= clear_by;
    return clear ? std::optional(best.name) : std::nullopt;
}

} // namespace

std::string Mended::told() const {
    return "I heard " + heard + "; I take it as " + taken + ".";
}

std::optional<Mended> mend_names(std::string const& question, Scene const& scene) {
    auto const words = split_words(question);
    std::set<std::string> unknown;
    for (auto const& marked : mark_words(question)) {
        if (marked.mark == Mark::unknown) {
            unknown.insert(marked.words);
        }
    }
    auto const names = names_in(scene);
    auto is_unknown = [&](std::size_t i) { return i < words.size() && unknown.contains(words[i].text); };
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!is_unknown(i)) {
            continue;
        }
        for (std::size_t count : {std::size_t{2}, std::size_t{1}}) {
            if (count == 2 && !is_unknown(i + 1)) {
                continue;
            }
            auto const heard = words[i].text + (count == 2 ? words[i + 1].text : "");
            if (heard.size() < 3) {
                continue; // too little to be sure of
            }
            if (auto const name = nearest_name(heard, names)) {
                auto const end = words[i + count - 1].end;
                return Mended{question.substr(0, words[i].begin) + *name + question.substr(end),
                              question.substr(words[i].begin, end - words[i].begin), *name};
            }
        }
    }
    return std::nullopt;
}

} // namespace echollama
