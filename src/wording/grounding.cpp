#include "wording/grounding.h"

#include "scene/coco.h"
#include "scene/distance.h"
#include "scene/english.h"
#include "scene/relations.h"
#include "wording/clauses.h"
#include "wording/mentions.h"
#include "wording/phrases.h"
#include "wording/surroundings_words.h"
#include "wording/wording.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

namespace echollama {
namespace {

using Indices = std::vector<std::size_t>;

// The borders between ahead and aside are soft in speech: up to here both words are accepted.
constexpr float aside_from_deg = 4;
constexpr float ahead_until_deg = 12;
constexpr float behind_from_deg = 94; // only a panorama sees so far round

// Neither near nor far contradicts a distance between these.
constexpr float far_from_m = 2;
constexpr float near_until_m = 5;

// "Some metres" does not contradict a told distance between these.
constexpr float some_from_m = 1.5F;
constexpr float some_until_m = 15;

Verdict verdict_of(bool holds) {
    return holds ? Verdict::supported : Verdict::contradicted;
}

bool fits_side(SceneObject const& object, int side) {
    if (side == 0) {
        return std::abs(object.bearing_deg) <= ahead_until_deg;
    }
    return static_cast<float>(side) * object.bearing_deg > aside_from_deg || object.cell.column == 1 + side;
}

class Checker {
  public:
    Checker(std::string const& text, Scene const& scene)
        : read_(read_text(text)), scene_(with_measured_things(scene)), detected_(scene.objects.size()) {}

    std::vector<Claim> run() {
        for (auto const& clause : clauses_of(read_)) {
            check_clause(clause);
        }
        auto phrases = find_relation_phrases(read_);
        for (auto const& phrase : phrases) {
            check_relation(phrase);
        }
        check_other_places(phrases);
        check_identities();
        return std::move(claims_);
    }

  private:
    std::string const& word(std::size_t i) const { return read_.words[i].text; }

    void add(Claim::Subject subject, std::string words, Verdict verdict) {
        claims_.push_back({subject, std::move(words), verdict});
    }

    Indices objects_of(Mention const& mention) const {
        Indices found;
        for (std::size_t i = 0; i < scene_.objects.size(); ++i) {
            auto const& detection = scene_.objects[i].detection;
            bool const measured =
                i >= detected_ && is_outside_coco(mention) && mention.words.starts_with(detection.label);
            if (measured || names_class(mention, detection.label) ||
                (detection.alternative && names_class(mention, *detection.alternative))) {
                found.push_back(i);
            }
        }
        return found;
    }

    std::size_t count_fitting(Indices const& found, int side) const {
        return static_cast<std::size_t>(std::count_if(
            found.begin(), found.end(), [&](auto index) { return fits_side(scene_.objects[index], side); }));
    }

    std::optional<int> side_in(Clause const& region) const {
        for (std::size_t i = region.first; i < region.last; ++i) {
            if (auto side = side_at(read_, i)) {
                return side;
            }
        }
        return std::nullopt;
    }

    bool has_word(Clause const& region, std::string_view wanted) const {
        for (std::size_t i = region.first; i < region.last; ++i) {
            if (word(i) == wanted) {
                return true;
            }
        }
        return false;
    }

    // "no dog" or "no dog on the left"
    void check_absence(Clause const& region, Mention const& mention, Indices const& found) {
        auto side = side_in(region);
        bool absent = side ? count_fitting(found, *side) == 0 : found.empty();
        bool known_class = !is_outside_coco(mention) || !found.empty();
        add(Claim::Subject::object, "no " + mention.words, known_class ? verdict_of(absent) : Verdict::unknown);
    }

    // What the whole picture seems to show is never certain: true only when it is said so.
    bool is_doubted_gist(Mention const& mention) const {
        if (!scene_.gist) {
            return false;
        }
        auto const gist = find_mentions(split_words(scene_.gist->words + ", " + scene_.gist->fine));
        bool const named = std::any_of(gist.begin(), gist.end(), [&](auto const& m) {
            return m.label == mention.label && (!m.label.empty() || m.words == mention.words);
        });
        static constexpr std::string_view doubts[] = {"may",   "might",    "perhaps", "probably",
                                                      "maybe", "possibly", "seems"};
        return named && std::any_of(read_.words.begin(), read_.words.end(), [](auto const& w) {
                   return std::find(std::begin(doubts), std::end(doubts), w.text) != std::end(doubts);
               });
    }

    static bool is_outside_coco(Mention const& mention) { return mention.label.empty() && mention.exact; }

    void check_presence(Mention const& mention, Indices const& found) {
        bool outside_coco = is_outside_coco(mention) && found.empty(); // a wall may have been measured
        if (found.empty() && is_doubted_gist(mention)) {
            add(Claim::Subject::object, mention.words, Verdict::supported);
            return;
        }
        add(Claim::Subject::object, mention.words, outside_coco ? Verdict::unknown : verdict_of(!found.empty()));
    }

    void check_count(Clause const& clause, Clause const& region, Mention const& mention, Indices const& found) {
        auto number = number_before(read_, clause, mention);
        bool pair_by_nature = mention.label == "scissors" || mention.label == "skis";
        if (pair_by_nature && number == 2U) {
            return; // "a pair of scissors"
        }
        auto side = has_word(region, "nearest") || has_word(region, "closest") ? std::nullopt : side_in(region);
        auto there = side && !side_is_negated(region, mention) ? count_fitting(found, *side) : found.size();
        if (number) {
            add(Claim::Subject::count, std::to_string(*number) + " " + mention.words, verdict_of(*number == there));
        } else if (mention.plural && there < 2 && !(mention.words.starts_with("stair") && there == 1)) { // a flight
            add(Claim::Subject::count, mention.words, Verdict::contradicted);
        }
    }

    bool side_is_negated(Clause const& region, Mention const& mention) const {
        for (std::size_t i = region.first; i < region.last; ++i) {
            if (side_at(read_, i)) {
                return negated_at(read_, mention, i);
            }
        }
        return false;
    }

    template <typename Fits>
    void check_any(Claim::Subject subject, std::size_t at, Mention const& mention, Indices const& found, Fits fits) {
        bool any = std::any_of(found.begin(), found.end(), [&](auto index) { return fits(scene_.objects[index]); });
        add(subject, mention.words + " " + word(at), verdict_of(any != negated_at(read_, mention, at)));
    }

    // The side of "30 degrees right" or "30 degrees to the right" that begins at word i
    std::optional<int> side_after_degrees(std::size_t i) const {
        auto at = i + (read_.is(i + 2, "to") ? 4 : 2);
        bool degrees = at < read_.words.size() && word(i + 1).starts_with("degree");
        return degrees ? side_at(read_, at) : std::nullopt;
    }

    void check_places(Clause const& region, Mention const& mention, Indices const& found) {
        for (std::size_t i = region.first; i < region.last; ++i) {
            auto const& text = word(i);
            auto side_of_degrees = side_after_degrees(i);
            bool of_the = i >= 1 && (word(i - 1) == "of" || (i >= 2 && word(i - 2) == "of")); // "left of the middle"
            bool upper = text == "top" || text == "upper";
            bool on_top_of = text == "top" && i >= 1 && word(i - 1) == "on";
            bool after_degrees = i > 0 && word(i - 1).starts_with("degree"); // checked with its number
            if (auto side = side_at(read_, i); side && !after_degrees) {
                check_any(Claim::Subject::side, i, mention, found,
                          [&](auto const& object) { return fits_side(object, *side); });
            } else if ((text == "middle" || text == "center" || text == "centre" || text == "mid") && !of_the) {
                check_any(Claim::Subject::side, i, mention, found,
                          [](auto const& object) { return fits_side(object, 0) || object.cell.column == 1; });
            } else if ((upper && !on_top_of) || text == "bottom" || text == "lower") {
                check_any(Claim::Subject::side, i, mention, found, [&](auto const& object) {
                    float y = object.y / static_cast<float>(std::max(scene_.height, 1));
                    return upper ? y < 0.6F : y > 0.4F;
                });
            } else if (text == "behind" && (read_.is(i + 1, "you") || read_.is(i + 1, "me"))) {
                check_any(Claim::Subject::side, i, mention, found,
                          [](auto const& object) { return std::abs(object.bearing_deg) > behind_from_deg; });
            } else if (side_of_degrees && *side_of_degrees != 0 && number_of(text) >= 0) {
                auto said = static_cast<float>(*side_of_degrees * number_of(text));
                check_any(Claim::Subject::side, i, mention, found,
                          [&](auto const& object) { return std::abs(object.bearing_deg - said) <= 8; });
            } else if (is_clock_word(text) && i > 0) {
                check_any(Claim::Subject::clock, i - 1, mention, found,
                          [&](auto const& object) { return object.clock_hour == number_of(word(i - 1)); });
            }
        }
    }

    void check_distance(Clause const& region, Mention const& mention, Indices const& found) {
        for (std::size_t i = region.first; i + 1 < region.last; ++i) {
            auto metres = length_at(read_, i);
            if (!metres) {
                continue;
            }
            if (is_size(i + 2)) { // "17 centimetres high" is how large it is
                add(Claim::Subject::distance, mention.words + " " + word(i) + " " + word(i + 1), Verdict::unknown);
                continue;
            }
            // Rounding in speech moves a distance by at most a quarter, or by half a step; less than one step is one.
            bool steps = word(i + 1).starts_with("step") || word(i + 1).starts_with("pace");
            double slack = 0.05 + (steps ? step_m / 2 : 0);
            auto between = [&](float low, float high) {
                return *metres >= static_cast<double>(low) * 0.75 - slack &&
                       *metres <= static_cast<double>(high) * 1.25 + slack;
            };
            Verdict verdict = Verdict::unknown;
            for (auto index : found) {
                auto const& distance = scene_.objects[index].distance;
                bool told = is_tellable(distance);
                bool possible = told ? between(distance.metres, distance.metres) : between(distance.low, distance.high);
                bool inside = told && (possible ||
                                       (steps && *metres <= step_m && static_cast<double>(distance.metres) <= step_m));
                if (inside) {
                    verdict = Verdict::supported;
                } else if (!possible && distance.source != DistanceSource::none && verdict != Verdict::supported) {
                    verdict = Verdict::contradicted;
                } // a number that may be right, but is not known to be, is not supported
            }
            add(Claim::Subject::distance, mention.words + " " + word(i) + " " + word(i + 1), verdict);
        }
    }

    bool is_size(std::size_t i) const {
        static constexpr std::string_view sizes[] = {"high",  "wide",   "tall",  "long", "deep",
                                                     "thick", "across", "below", "over"};
        return std::any_of(std::begin(sizes), std::end(sizes), [&](auto size) { return read_.is(i, size); });
    }

    // "some metres away", "a few steps", "several yards"
    void check_rough_distance(Clause const& region, Mention const& mention, Indices const& found) {
        static constexpr std::string_view amounts[] = {"some", "few", "several"};
        static constexpr std::string_view units[] = {"metres", "meters", "yards", "steps", "paces"};
        for (std::size_t i = region.first; i + 1 < region.last; ++i) {
            if (std::find(std::begin(amounts), std::end(amounts), word(i)) == std::end(amounts) ||
                std::find(std::begin(units), std::end(units), word(i + 1)) == std::end(units)) {
                continue;
            }
            Verdict verdict = Verdict::unknown;
            for (auto index : found) {
                auto const& distance = scene_.objects[index].distance;
                bool told = is_tellable(distance) && distance.metres >= some_from_m && distance.metres <= some_until_m;
                if (told || rough_distance(distance) == RoughDistance::some) {
                    verdict = Verdict::supported;
                } else if (is_tellable(distance) && verdict != Verdict::supported) {
                    verdict = Verdict::contradicted;
                }
            }
            add(Claim::Subject::distance, mention.words + " " + word(i) + " " + word(i + 1), verdict);
        }
    }

    // "far away", "close to you", "nearby"
    void check_near_and_far(Clause const& region, Mention const& mention, Indices const& found) {
        for (std::size_t i = region.first; i < region.last; ++i) {
            bool far = word(i) == "far" || word(i) == "distant";
            bool to_viewer = (word(i) == "close" || word(i) == "near") &&
                             (read_.is(i + 1, "you") || read_.is(i + 2, "you") || read_.is(i + 1, "by"));
            bool near = to_viewer || word(i) == "nearby";
            if (!far && !near) {
                continue;
            }
            bool known = false;
            bool fits = false;
            for (auto index : found) {
                auto const distance = scene_.objects[index].distance;
                bool told = is_tellable(distance);
                float low = told ? distance.metres : distance.low, high = told ? distance.metres : distance.high;
                bool fits_here = far ? low >= far_from_m : high <= near_until_m;
                bool refuted = far ? high < far_from_m : low > near_until_m;
                known = known || (distance.source != DistanceSource::none && (fits_here || refuted));
                fits = fits || (distance.source != DistanceSource::none && fits_here);
            }
            add(Claim::Subject::distance, mention.words + " " + word(i),
                known ? verdict_of(fits != negated_at(read_, mention, i)) : Verdict::unknown);
        }
    }

    // "the nearest thing is a cup", "the cup is the closest"; "the nearest cup" claims nothing about other things
    void check_nearest(Clause const& region, Mention const& mention, Indices const& found) {
        for (std::size_t i = region.first; i < region.last; ++i) {
            if (word(i) != "nearest" && word(i) != "closest") {
                continue;
            }
            static constexpr std::string_view followers[] = {"thing", "object", "item", "one", "is", "to"};
            bool about_all = std::any_of(std::begin(followers), std::end(followers),
                                         [&](auto follower) { return read_.is(i + 1, follower); });
            bool predicate = i > mention.first && (read_.is(i - 1, "is") || (i >= 2 && read_.is(i - 2, "is")));
            if (!about_all && !predicate) {
                continue;
            }
            bool known = !scene_.objects.empty() && scene_.objects[0].distance.source != DistanceSource::none;
            bool fits = std::any_of(found.begin(), found.end(), [&](auto index) {
                auto const& distance = scene_.objects[index].distance;
                return distance.source != DistanceSource::none &&
                       distance.metres <= 1.1F * scene_.objects[0].distance.metres;
            });
            add(Claim::Subject::distance, mention.words + " " + word(i), known ? verdict_of(fits) : Verdict::unknown);
        }
    }

    std::optional<bool> is_between(std::size_t a, std::size_t b, std::size_t c) const {
        float x = scene_.objects[a].x;
        auto [low, high] = std::minmax(scene_.objects[b].x, scene_.objects[c].x);
        return low < x && x < high;
    }

    void check_relation(RelationPhrase const& phrase) {
        auto const& subject = read_.mentions[phrase.subject];
        auto const& object = read_.mentions[phrase.object];
        auto first = objects_of(subject);
        auto second = objects_of(object);
        auto third = phrase.object2 ? objects_of(read_.mentions[*phrase.object2]) : Indices{0};
        if (first.empty() || second.empty() || third.empty() || is_negated(read_, subject)) {
            return; // what is not there is said to be so elsewhere
        }
        auto measured = [&](Indices const& found) { return found.back() >= detected_; };
        bool all_false = !measured(first) && !measured(second) && !measured(third); // those have no box in the picture
        bool any_true = false;
        for (auto a : all_false ? first : Indices{}) {
            for (auto b : second) {
                for (auto c : third) {
                    std::optional<bool> holds_here = false;
                    if (a != b && phrase.relation == Relation::between) {
                        holds_here = phrase.object2 && b != c && a != c ? is_between(a, b, c) : std::optional(false);
                    } else if (a != b) {
                        holds_here = holds(scene_.objects, a, phrase.relation, b);
                    }
                    any_true = any_true || holds_here == true;
                    all_false = all_false && holds_here == false;
                }
            }
        }
        auto verdict = any_true || all_false ? verdict_of(any_true != phrase.negated) : Verdict::unknown;
        std::string words = subject.words;
        for (std::size_t i = 0; i < phrase.count; ++i) {
            words += " " + word(phrase.first + i);
        }
        add(Claim::Subject::relation, words + " " + object.words, verdict);
    }

    // Places relative to a thing that the geometry does not decide: "in the middle of the table", "two metres from the
    // chair", "at the cup". They are not known to be true.
    void check_other_places(std::vector<RelationPhrase> const& phrases) {
        static constexpr std::string_view leading[] = {"of", "from", "to", "at", "over", "against", "around"};
        for (std::size_t i = 1; i + 1 < read_.words.size(); ++i) {
            bool leads = std::find(std::begin(leading), std::end(leading), word(i)) != std::end(leading);
            bool covered = std::any_of(phrases.begin(), phrases.end(), [&](auto const& phrase) {
                return phrase.first <= i && i < phrase.first + phrase.count;
            });
            bool after_thing = std::any_of(read_.mentions.begin(), read_.mentions.end(), [&](auto const& m) {
                return m.first < i && read_.same_sentence(m.first, i);
            });
            if (leads && !covered && after_thing && leads_to_thing(read_, i + 1)) {
                add(Claim::Subject::relation, word(i - 1) + " " + word(i) + " " + word(i + 1), Verdict::unknown);
            }
        }
    }

    // "The cup is probably a table": one thing is no other, whatever each of them is. "Behind the cup is a table" tells
    // a place.
    void check_identities() {
        static constexpr std::string_view between[] = {"is",  "are",      "be",      "was",    "could",  "might",
                                                       "may", "probably", "perhaps", "likely", "really", "also",
                                                       "a",   "an",       "the",     "one",    "two",    "actually"};
        static constexpr std::string_view places[] = {"of",     "to",    "on",    "in",  "behind", "near",
                                                      "beside", "under", "above", "by",  "with",   "at",
                                                      "over",   "below", "front", "and", "from",   "between"};
        auto any_of = [&](auto const& set, std::size_t i) {
            return std::find(std::begin(set), std::end(set), word(i)) != std::end(set);
        };
        for (std::size_t k = 0; k + 1 < read_.mentions.size(); ++k) {
            auto const& a = read_.mentions[k];
            auto const& b = read_.mentions[k + 1];
            auto const begin = a.first + a.count;
            bool equates = false, only = read_.same_sentence(a.first, b.first);
            for (auto i = begin; i < b.first; ++i) {
                equates = equates || word(i) == "is" || word(i) == "are" || word(i) == "be";
                only = only && any_of(between, i);
            }
            bool placed = false;
            for (auto i = a.first; i-- > 0 && a.first - i <= 4;) {
                placed = placed || any_of(places, i);
            }
            bool outside_coco = (a.label.empty() && a.exact) || (b.label.empty() && b.exact);
            bool same = a.label == b.label || names_class(a, b.label) || names_class(b, a.label);
            if (equates && only && !placed && !outside_coco && !same) {
                add(Claim::Subject::object, a.words + " is " + b.words, Verdict::contradicted);
            }
        }
    }

    void check_clause(Clause const& clause) {
        Indices inside;
        for (std::size_t i = 0; i < read_.mentions.size(); ++i) {
            if (read_.mentions[i].first >= clause.first && read_.mentions[i].first < clause.last) {
                inside.push_back(i);
            }
        }
        for (std::size_t i = 0; i < inside.size(); ++i) {
            auto const& mention = read_.mentions[inside[i]];
            auto found = objects_of(mention);
            auto region = region_of(read_, clause, inside, i);
            if (is_negated(read_, mention)) {
                check_absence(region, mention, found);
                continue;
            }
            check_presence(mention, found);
            if (!found.empty()) {
                check_count(clause, region, mention, found);
                check_places(region, mention, found);
                check_distance(region, mention, found);
                check_rough_distance(region, mention, found);
                check_near_and_far(region, mention, found);
                check_nearest(region, mention, found);
            }
        }
    }

    ReadText read_;
    Scene const scene_;
    std::size_t const detected_; // objects behind these were measured, not detected
    std::vector<Claim> claims_;
};

} // namespace

std::vector<Claim> check_claims(std::string const& text, Scene const& scene) {
    return Checker(text, scene).run();
}

bool is_speakable(std::string const& sentence, Scene const& scene, bool allow_empty) {
    if (is_meta_talk(sentence)) {
        return false;
    }
    auto claims = check_claims(sentence, scene);
    if (claims.empty()) {
        return allow_empty;
    }
    return std::all_of(claims.begin(), claims.end(),
                       [](auto const& claim) { return claim.verdict == Verdict::supported; });
}

} // namespace echollama
