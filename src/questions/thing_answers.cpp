#include "questions/thing_answers.h"

#include "questions/answer_words.h"
#include "scene/coco.h"
#include "scene/english.h"

#include <algorithm>

namespace echollama {
namespace {

constexpr std::size_t most_listed = 3;

Answer complete(std::string text) {
    return {std::move(text), true};
}

class ThingAnswers : private AnswerWords {
  public:
    using AnswerWords::AnswerWords;

    Answer run() const {
        switch (question_.ask) {
        case Ask::count:
            return each([&](auto const& thing) { return number_of(thing); });
        case Ask::distance:
            return each([&](auto const& thing) { return distance_of(thing); });
        case Ask::compare:
            return comparison();
        case Ask::where:
            return each([&](auto const& thing) { return where_is(thing); });
        case Ask::what:
            return each([&](auto const& thing) { return which_of(thing); });
        default:
            return question_.things.size() == 1 ? presence_of(question_.things.front()) : presence_of_several();
        }
    }

  private:
    template <typename Tell>
    Answer each(Tell tell) const {
        Answer whole;
        for (auto const& thing : question_.things) {
            Answer const one = tell(thing);
            whole.text = with_more(whole.text, one.text);
            whole.complete = whole.complete && one.complete;
        }
        return whole;
    }

    // --- is there ---

    Answer presence_of(AskedThing const& thing) const {
        auto const all = objects_named(scene_, thing.mention);
        auto named = without_the_first(all);
        bool const placed_at = !question_.places.empty() || question_.relation;
        if (question_.yes_or_no && question_.extreme != Extreme::none && !placed_at && !named.empty()) {
            return is_extreme(named);
        }
        if (question_.yes_or_no) { // "is the nearest chair on the left"
            named = extreme_of(scene_, named, question_.extreme);
        }
        if (named.empty()) {
            bool const no = says_yes_or_no() && all_sure(all);
            return complete(all.empty() ? not_found(thing) : (no ? "No. " : "") + seen(all, true));
        }
        auto const placed = sort_by_place(scene_, named, question_);
        if (question_.count) {
            return number_is_right(placed);
        }
        if (question_.every_one && !placed.there.empty() && placed.there.size() < named.size()) {
            return not_every_one(placed);
        }
        if (!placed.there.empty()) {
            bool const yes = says_yes_or_no() && any_sure(placed.there);
            return complete((yes ? "Yes. " : "") + affirmed(placed.there, yes));
        }
        if (!placed.perhaps.empty()) {
            return perhaps_there(thing, placed);
        }
        bool const no = says_yes_or_no() && all_sure(placed.elsewhere);
        return complete((no ? "No. " : "") + seen(placed.elsewhere, true));
    }

    // "Is there another one?" is about one more than the one that is known: the one that was asked about, or the first.
    Indices without_the_first(Indices named) const {
        if (question_.reference != Reference::other || named.empty()) {
            return named;
        }
        Indices known{named.front()};
        if (question_.other_than) {
            Question earlier;
            earlier.places = question_.other_than->places;
            earlier.relation = question_.other_than->relation;
            known = extreme_of(scene_, sort_by_place(scene_, named, earlier).there, question_.other_than->extreme);
        }
        std::erase_if(named, [&](auto i) { return std::find(known.begin(), known.end(), i) != known.end(); });
        return named;
    }

    // Some are there, others not.
    Answer not_every_one(Placed const& placed) const {
        bool const no = says_yes_or_no() && !placed.elsewhere.empty() && all_sure(placed.elsewhere);
        return complete((no ? "No. " : "") + seen(placed.there, true) + " " +
                        capitalised(number_word(placed.perhaps.size() + placed.elsewhere.size())) + " more " +
                        (placed.elsewhere.empty() ? "may be." : "elsewhere."));
    }

    // "Is the cup the nearest thing?"
    Answer is_extreme(Indices const& named) const {
        auto const best = extreme_of(scene_, everything(), question_.extreme);
        if (best.empty()) {
            return complete("I cannot tell. " + seen(named, true));
        }
        bool const is = std::find(named.begin(), named.end(), best.front()) != named.end();
        return complete((all_sure(best) && says_yes_or_no() ? is ? "Yes. " : "No. " : "") + told(best));
    }

    std::string affirmed(Indices const& objects, bool yes) const {
        if (question_.relation && yes && objects.size() == 1) {
            return "The " + object(objects.front()).detection.label + " is " +
                   relation_words(question_.relation->relation) + " the " + landmark_name() + ".";
        }
        return yes ? told(objects) : seen(objects, true);
    }

    Answer perhaps_there(AskedThing const& thing, Placed const& placed) const {
        auto const missing = question_.relation ? relation_open(thing) : "";
        return {with_more(seen(placed.perhaps, true), missing), missing.empty()};
    }

    std::string relation_open(AskedThing const& thing) const {
        if (auto missing = landmark_missing(); !missing.empty()) {
            return missing;
        }
        return std::string("I cannot tell whether ") + (thing.mention.plural ? "they are " : "it is ") +
               relation_words(question_.relation->relation) + " the " + landmark_name() + ".";
    }

    Answer number_is_right(Placed const& placed) const {
        auto const& objects = placed.there;
        bool const clear = placed.perhaps.empty() && all_sure(objects);
        auto const text = objects.empty() ? seen(joined(placed.perhaps, placed.elsewhere), true) : seen(objects, true);
        if (!says_yes_or_no() || !clear) {
            return complete(text);
        }
        auto const n = static_cast<int>(objects.size());
        auto const& asked = *question_.count;
        using Limit = AskedCount::Limit;
        bool const right = asked.limit == Limit::exactly    ? n == asked.number
                           : asked.limit == Limit::at_least ? n >= asked.number
                           : asked.limit == Limit::at_most  ? n <= asked.number
                           : asked.limit == Limit::more     ? n > asked.number
                                                            : n < asked.number;
        if (!right && asked.plain && n > asked.number) {
            return complete(text); // three chairs are two chairs, too
        }
        return complete((right ? "Yes. " : "No. ") + text);
    }

    // "a cup and a laptop", "cups or bottles"
    Answer presence_of_several() const {
        Indices found;
        std::string missing;
        bool open = false;
        for (auto const& thing : question_.things) {
            auto const placed = sort_by_place(scene_, objects_named(scene_, thing.mention), question_);
            auto named = joined(placed.there, placed.perhaps);
            if (named.empty()) {
                named = placed.elsewhere; // told with where it is
            }
            if (named.empty()) {
                named = objects_possibly_named(scene_, thing.mention, options_.sure_score);
                missing = named.empty() ? with_more(missing, not_seen(thing.mention)) : missing;
            }
            open = open || named != placed.there;
            found = united(std::move(found), named);
        }
        std::sort(found.begin(), found.end());
        bool const yes = says_yes_or_no() && !open && !found.empty() && missing.empty() && all_sure(found) &&
                         !question_.any_of_things && !question_.count;
        auto const text = found.empty() ? "" : yes ? "Yes. " + told(found) : seen(found, true);
        return complete(with_more(text, missing));
    }

    // --- how many ---

    Answer number_of(AskedThing const& thing) const {
        auto const named = objects_named(scene_, thing.mention);
        if (named.empty()) {
            return complete(not_found(thing));
        }
        auto const placed = sort_by_place(scene_, named, question_);
        auto const where = where_words();
        if (question_.brevity == Brevity::one_word) {
            bool const clear = placed.perhaps.empty() && all_sure(placed.there);
            return complete(capitalised((clear ? "" : "perhaps ") + number_word(placed.there.size())) + ".");
        }
        if (where.empty()) {
            return complete(seen(named, true));
        }
        if (placed.there.empty() && placed.perhaps.empty()) {
            return complete("I do not see any " + thing.mention.words + where + ". " + seen(named, true));
        }
        auto const open = placed.perhaps.empty()
                              ? ""
                              : "I cannot tell whether " + number_word(placed.perhaps.size()) + " more " +
                                    (placed.perhaps.size() == 1 ? "is" : "are") + where + ".";
        if (placed.there.empty()) {
            return {with_more(seen(named, true), "I cannot tell how many are" + where + "."),
                    question_.relation == std::nullopt};
        }
        return complete(with_more("I see " + joined(names_of(placed.there), ", ") + where + ".", open));
    }

    // --- how far, where, which ---

    // The ones the question is about: in its place where it names one, the nearest or the second where it says so.
    Indices meant(AskedThing const& thing) const {
        auto const placed = sort_by_place(scene_, objects_named(scene_, thing.mention), question_);
        auto const found = without_the_first(placed.there);
        if (question_.reference == Reference::numbered) {
            return question_.number < found.size() ? Indices{found[question_.number]} : Indices{};
        }
        return extreme_of(scene_, found, question_.extreme);
    }

    Answer none_meant(AskedThing const& thing) const {
        auto const named = objects_named(scene_, thing.mention);
        if (named.empty()) {
            return complete(not_found(thing));
        }
        auto const placed = sort_by_place(scene_, named, question_);
        if (placed.there.empty() && !placed.perhaps.empty()) {
            return perhaps_there(thing, placed);
        }
        return complete(with_more(seen(named, true), question_.extreme != Extreme::none ? "I cannot tell which." : ""));
    }

    Answer distance_of(AskedThing const& thing) const {
        auto const objects = meant(thing);
        if (objects.empty()) {
            return none_meant(thing);
        }
        auto const& nearest = object(objects.front());
        auto const distance = distance_words(nearest.distance, options_.units);
        if (distance.empty()) {
            return complete(with_more("I cannot tell how far the " + nearest.detection.label + " is.",
                                      seen({objects.front()}, false)));
        }
        if (question_.brevity == Brevity::one_word) {
            return complete(capitalised(length_words(nearest.distance, options_.units)) + ".");
        }
        auto const name = objects.size() == 1
                              ? capitalised(careful_name(nearest.detection, options_.sure_score))
                              : capitalised(number_of_them(objects, nearest.detection.label)) + ", the nearest";
        return complete(name + (objects.size() == 1 ? ", " : " ") + distance + ".");
    }

    Answer where_is(AskedThing const& thing) const {
        auto const objects = meant(thing);
        if (objects.empty()) {
            return none_meant(thing);
        }
        if (question_.brevity == Brevity::one_word) {
            return where_in_a_word(objects.front());
        }
        bool const one_label = std::all_of(objects.begin(), objects.end(), [&](auto i) {
            return object(i).detection.label == object(objects.front()).detection.label;
        });
        if (objects.size() > 1 && objects.size() <= most_listed && one_label) {
            std::vector<std::string> places;
            for (auto index : objects) {
                places.push_back(place_of(object(index), true));
            }
            return complete(capitalised(number_of_them(objects, object(objects.front()).detection.label)) + ": " +
                            joined(places, "; ") + ".");
        }
        return complete(told(objects));
    }

    // "Left.", "Perhaps straight ahead."
    Answer where_in_a_word(std::size_t index) const {
        auto const direction = direction_words(object(index), options_.directions);
        return complete(capitalised((sure(index) ? "" : "perhaps ") + direction) + ".");
    }

    Answer which_of(AskedThing const& thing) const {
        auto const named = objects_named(scene_, thing.mention);
        bool const placed = !question_.places.empty() || question_.relation;
        if (named.empty() || !placed) {
            return where_is(thing);
        }
        return presence_of(thing);
    }

    Answer comparison() const {
        std::vector<Indices> found;
        std::string missing;
        for (auto const& thing : question_.things) {
            auto const named = extreme_of(scene_, objects_named(scene_, thing.mention), Extreme::nearest);
            missing = named.empty() ? with_more(missing, not_compared(thing)) : missing;
            found.push_back(named);
        }
        if (!missing.empty()) {
            return complete(with_more(missing, what_is_there()));
        }
        if (found.size() < 2) {
            return comparison_in_class();
        }
        Indices all;
        for (auto const& one : found) {
            all.push_back(one.front());
        }
        return compared(all);
    }

    // Why a thing takes no part in a comparison.
    std::string not_compared(AskedThing const& thing) const {
        auto const named = objects_named(scene_, thing.mention);
        if (!named.empty()) {
            return "I cannot tell which " + object(named.front()).detection.label + " is nearest.";
        }
        auto const possible = objects_possibly_named(scene_, thing.mention, options_.sure_score);
        return possible.empty() ? not_seen(thing.mention) : cannot_tell_class(thing);
    }

    std::string what_is_there() const {
        Indices all;
        for (auto const& thing : question_.things) {
            auto const named = objects_named(scene_, thing.mention);
            all = united(std::move(all),
                         named.empty() ? objects_possibly_named(scene_, thing.mention, options_.sure_score) : named);
        }
        return all.empty() ? "" : seen(all, true);
    }

    // "which chair is nearer"
    Answer comparison_in_class() const {
        auto const extreme = question_.farther ? Extreme::farthest : Extreme::nearest;
        return complete(told(extreme_of(scene_, objects_named(scene_, question_.things.front().mention), extreme)));
    }

    Answer compared(Indices all) const {
        auto const distance = [&](std::size_t i) -> Distance const& { return object(i).distance; };
        for (auto index : all) {
            if (distance(index).source == DistanceSource::none) {
                return complete("I cannot tell how far the " + object(index).detection.label + " is. " +
                                seen(all, true));
            }
        }
        auto const first = all.front();
        std::stable_sort(all.begin(), all.end(),
                         [&](auto a, auto b) { return distance(a).metres < distance(b).metres; });
        if (question_.farther) {
            std::reverse(all.begin(), all.end());
        }
        auto const& best = distance(all[0]);
        auto const& next = distance(all[1]);
        bool const clear = question_.farther ? next.high < best.low : best.high < next.low;
        bool const yes_or_no = says_yes_or_no() && !question_.any_of_things;
        if (!clear) {
            return complete("I cannot tell for sure. " + told(all));
        }
        return complete((yes_or_no ? (all[0] == first ? "Yes. " : "No. ") : "") + told(all));
    }
};

} // namespace

Answer answer_about_things(Scene const& scene, Question const& question, WordingOptions const& options) {
    return ThingAnswers(scene, question, options).run();
}

} // namespace echollama
