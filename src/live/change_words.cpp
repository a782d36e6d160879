#include "live/change_words.h"

#include "scene/coco.h"
#include "scene/english.h"

#include <algorithm>

namespace echollama {
namespace {

// ", straight ahead, about 4 metres away"; what is not known or not wanted is left out.
std::string place_of(SceneObject const& seen, WordingOptions const& options) {
    std::string text;
    for (auto const& part : {direction_words(seen, options.directions), distance_words(seen.distance, options.units)}) {
        text += part.empty() ? "" : ", " + part;
    }
    return text;
}

std::string subject(std::string const& label, bool only) {
    return only ? "The " + label : capitalised(with_article(label));
}

char const* way(int direction) {
    return direction > 0 ? "right" : "left";
}

// "going left", "two going left and one right"; empty where nobody moves across.
std::string ways_of(std::vector<Mover> const& movers) {
    auto const going = [&](int direction) {
        return static_cast<std::size_t>(
            std::count_if(movers.begin(), movers.end(), [&](Mover const& one) { return one.direction == direction; }));
    };
    std::string text;
    for (int const direction : {-1, 1}) {
        if (auto const count = going(direction); count == movers.size()) {
            return std::string("going ") + way(direction);
        } else if (count > 0) {
            text +=
                (text.empty() ? "" : " and ") + number_word(count) + (text.empty() ? " going " : " ") + way(direction);
        }
    }
    return text;
}

} // namespace

std::string danger_sentence(SceneObject const& seen, bool another, bool comes, WordingOptions const& options) {
    auto name = careful_name(seen.detection, options.sure_score);
    auto const one = with_article(seen.detection.label);
    if (auto const at = name.find(one); at != std::string::npos && another) {
        name.replace(at, one.size(), "another " + seen.detection.label);
    }
    return "Careful, " + name + place_of(seen, options) + (comes ? ", getting nearer." : ".");
}

std::string nearer_sentence(SceneObject const& seen, bool only, WordingOptions const& options) {
    return subject(seen.detection.label, only) + " is nearer" + place_of(seen, options) + ".";
}

std::string moved_sentence(SceneObject const& seen, bool only, WordingOptions const& options) {
    return subject(seen.detection.label, only) + " moved" + place_of(seen, options) + ".";
}

std::string stopped_sentence(SceneObject const& seen, bool only, WordingOptions const& options) {
    return subject(seen.detection.label, only) + " has stopped" + place_of(seen, options) + ".";
}

std::string there_sentence(std::vector<Mover> const& movers, WordingOptions const& options) {
    auto const& nearest = *movers.front().seen;
    auto const direction = direction_words(nearest, options.directions);
    auto const distance = distance_words(nearest.distance, options.units);
    auto const after = [](char const* before, std::string const& words) { return words.empty() ? "" : before + words; };
    if (movers.size() == 1) {
        if (movers[0].direction == 0) {
            return capitalised(object_clause(nearest, options)) + ".";
        }
        auto const name = careful_name(nearest.detection, options.sure_score);
        bool const parts = name.find(',') != std::string::npos; // "an animal, perhaps a dog"
        return capitalised(name) + after(parts ? ", " : " ", direction) + (parts ? ", goes " : " goes ") +
               way(movers[0].direction) + after(", ", distance) + ".";
    }
    auto const sure = std::count_if(movers.begin(), movers.end(),
                                    [&](Mover const& one) { return is_sure(one.seen->detection, options.sure_score); });
    bool const doubtful = 2 * static_cast<std::size_t>(sure) < movers.size();
    std::string place;
    if (!direction.empty() || !distance.empty()) {
        place = ", the nearest" + after(" ", direction) + after(direction.empty() ? " " : ", ", distance);
    }
    return capitalised((doubtful ? "perhaps " : "") + number_word(movers.size())) + " " +
           plural_of(nearest.detection.label) + after(", ", ways_of(movers)) + place + ".";
}

std::string gone_sentence(std::string const& label, std::size_t count, bool others) {
    if (count == 1) {
        return subject(label, !others) + " is gone.";
    }
    return capitalised(number_word(count)) + " " + plural_of(label) + " are gone.";
}

} // namespace echollama
