#include "scene/question.h"

#include <algorithm>
#include <iterator>

namespace echollama {
namespace {

// What was spoken of last: the things of an earlier question, else the one thing that its answer named.
std::vector<AskedThing> last_things(std::vector<Turn> const& history, Question& earlier) {
    std::size_t looked_at = 0;
    for (auto turn = history.rbegin(); turn != history.rend() && looked_at < 8; ++turn, ++looked_at) {
        if (turn->role == Turn::Role::user) {
            earlier = read_question(turn->text);
            if (!earlier.things.empty()) {
                return earlier.things;
            }
            continue;
        }
        auto const user = std::next(turn);
        bool const named = user != history.rend() && !read_question(user->text).things.empty();
        auto const mentions = find_mentions(split_words(turn->text));
        bool const one = !mentions.empty() && std::all_of(mentions.begin(), mentions.end(), [&](auto const& m) {
            return m.label == mentions.front().label && !m.label.empty();
        });
        if (!named && one) {
            return {{mentions.front()}};
        }
    }
    return {};
}

} // namespace

Question resolve_references(Question question, std::vector<Turn> const& history) {
    Question earlier;
    bool const lacks_object = question.relation && question.relation->object.mention.words.empty();
    if (question.reference == Reference::same_question) {
        question.reference = Reference::none;
        auto const things = last_things(history, earlier);
        if (question.things.empty()) {
            question.things = things;
        } else if (!things.empty() && earlier.ask != Ask::unknown) {
            question.ask = earlier.ask;
            question.units = question.units ? question.units : earlier.units;
            question.relation = question.relation ? question.relation : earlier.relation;
            if (question.places.empty() && earlier.ask == Ask::presence) {
                question.places = earlier.places;
            }
            question.yes_or_no = earlier.yes_or_no;
        }
        return question;
    }
    if (question.reference == Reference::none && !lacks_object) {
        return question;
    }
    auto const things = last_things(history, earlier);
    if (things.empty()) {
        return question;
    }
    if (lacks_object) {
        question.relation->object = things.front();
    } else if (question.things.empty()) {
        question.things = things;
        if (question.reference == Reference::it) {
            question.extreme = question.extreme == Extreme::none ? earlier.extreme : question.extreme;
            if (question.places.empty() && question.ask != Ask::presence) {
                question.places = earlier.places;
            }
        }
    }
    return question;
}

} // namespace echollama
