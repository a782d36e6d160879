#include "wording/placing.h"

#include "scene/camera.h"
#include "scene/english.h"
#include "wording/mentions.h"
#include "wording/phrases.h"
#include "wording/surroundings_words.h"
#include "wording/wording.h"

#include <algorithm>
#include <string_view>

namespace echollama {
namespace {

bool says_direction(ReadText const& read, std::size_t word) {
    return side_at(read, word).has_value() || read.is(word, "o'clock") || read.is(word, "degrees");
}

// What the part says about where: the side of its first word of place, or its clock hour.
bool fits(ReadText const& read, float bearing_deg) {
    for (std::size_t i = 0; i < read.words.size(); ++i) {
        if (auto side = side_at(read, i)) {
            return *side == side_of(bearing_deg);
        }
        if (i > 0 && read.is(i, "o'clock")) {
            return number_of(read.words[i - 1].text) == clock_hour_of(bearing_deg);
        }
    }
    return true;
}

// The mention a part is about: the subject of "X is on Y" wherever it stands, else the first that is not denied.
std::vector<Mention> by_importance(ReadText const& read) {
    std::vector<Mention> mentions;
    for (auto const& phrase : find_relation_phrases(read)) {
        if (!phrase.negated) {
            mentions.push_back(read.mentions[phrase.subject]);
        }
    }
    mentions.insert(mentions.end(), read.mentions.begin(), read.mentions.end());
    std::erase_if(mentions, [&](auto const& mention) { return is_negated(read, mention); });
    return mentions;
}

std::optional<std::size_t> object_of(std::string_view text, Scene const& scene) {
    auto const read = read_text(std::string(text));
    for (auto const& mention : by_importance(read)) {
        std::optional<std::size_t> first;
        for (std::size_t i = 0; i < scene.objects.size(); ++i) {
            if (!names_class(mention, scene.objects[i].detection.label)) {
                continue;
            }
            if (fits(read, scene.objects[i].bearing_deg)) {
                return i;
            }
            first = first ? first : i;
        }
        if (first) {
            return first;
        }
    }
    return std::nullopt;
}

// Where the name stands in the text as whole words; npos: nowhere.
std::size_t find_name(std::vector<Word> const& words, std::string_view name) {
    auto const wanted = split_words(name);
    auto const found = std::search(words.begin(), words.end(), wanted.begin(), wanted.end(),
                                   [](Word const& a, Word const& b) { return a.text == b.text; });
    return found == words.end() ? std::string::npos : found->begin;
}

// Of what was measured around the viewer that which the text names first; of several with one name the one whose side
// or hour is told, else the nearest.
std::optional<HeardPlace> measured_place_of(std::string_view text, std::vector<ToldPlace> const& places) {
    auto const read = read_text(std::string(text));
    if (find_name(read.words, "do not see") != std::string::npos) {
        return std::nullopt;
    }
    ToldPlace const* best = nullptr;
    std::size_t best_at = std::string::npos;
    bool best_fits = false;
    for (auto const& place : places) {
        auto const at = find_name(read.words, place.name);
        bool const here = fits(read, place.bearing_deg);
        if (at < best_at || (at == best_at && at != std::string::npos && here && !best_fits)) {
            best = &place, best_at = at, best_fits = here;
        }
    }
    return best ? std::optional(HeardPlace{best->bearing_deg, best->metres}) : std::nullopt;
}

// A part that could stand by itself: an object of the scene, and where it is.
bool tells_place(std::string_view text, Scene const& scene, std::vector<ToldPlace> const& places) {
    auto const read = read_text(std::string(text));
    bool place = false;
    for (std::size_t i = 0; i < read.words.size(); ++i) {
        place = place || says_direction(read, i);
    }
    return place && (object_of(text, scene) || measured_place_of(text, places));
}

// Where the next part begins at the earliest: behind "; " and the end of a sentence, or, `softly`, behind ", " and
// before " and ". npos: nowhere.
std::size_t next_cut(std::string_view text, std::size_t from, bool softly) {
    for (std::size_t i = from; i + 1 < text.size(); ++i) {
        bool const hard = std::string_view(";.!?:").find(text[i]) != std::string_view::npos && text[i + 1] == ' ';
        if (hard || (softly && text.substr(i, 2) == ", ")) {
            return i + 2;
        }
        if (softly && text.substr(i, 5) == " and ") {
            return i + 1;
        }
    }
    return std::string_view::npos;
}

} // namespace

std::vector<PlacedText> place_text(std::string const& sentence, Scene const& scene) {
    auto const places = told_places(scene);
    std::vector<PlacedText> parts;
    std::string_view rest = sentence;
    auto take = [&](std::size_t length) {
        auto const text = rest.substr(0, length);
        PlacedText part{std::string(text), object_of(text, scene)};
        if (part.object) {
            auto const& object = scene.objects[*part.object];
            bool const known = object.distance.source != DistanceSource::none;
            part.place = {object.bearing_deg, known ? std::optional(object.distance.metres) : std::nullopt};
        } else {
            part.place = measured_place_of(text, places);
        }
        parts.push_back(std::move(part));
        rest.remove_prefix(length);
    };
    while (!rest.empty()) {
        auto const hard = std::min(next_cut(rest, 0, false), rest.size());
        auto const clause = rest.substr(0, hard);
        std::size_t cut = next_cut(clause, 1, true);
        while (cut < clause.size() &&
               !(tells_place(clause.substr(0, cut), scene, places) && tells_place(clause.substr(cut), scene, places))) {
            cut = next_cut(clause, cut, true);
        }
        take(std::min(cut, hard));
    }
    // Neighbours about the same thing, or about nothing, are spoken in one breath.
    for (std::size_t i = 1; i < parts.size();) {
        auto const &a = parts[i - 1], &b = parts[i];
        bool const one_place =
            a.place.has_value() == b.place.has_value() &&
            (!a.place || (a.place->bearing_deg == b.place->bearing_deg && a.place->metres == b.place->metres));
        if (a.object == b.object && one_place) {
            parts[i - 1].text += parts[i].text;
            parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
        } else {
            ++i;
        }
    }
    return parts;
}

} // namespace echollama
