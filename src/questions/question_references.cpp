#include "questions/question.h"

#include <algorithm>
#include <iterator>

namespace echollama {
namespace {

constexpr std::size_t most_turns = 8; // what was said before is not meant any more

bool lacks_object(Question const& question) {
    return question.relation && question.relation->object.mention.words.empty();
}

// The one thing that an answer names, else the last of several.
std::vector<AskedThing> things_of_answer(Turn const& turn) {
    auto const mentions = find_mentions(split_words(turn.text));
    bool const one = !mentions.empty() && std::all_of(mentions.begin(), mentions.end(), [&](auto const& m) {
        return m.label == mentions.front().label && !m.label.empty();
    });
    if (one) {
        return {{mentions.front()}};
    }
    auto const pointed_at = std::find_if(mentions.rbegin(), mentions.rend(),
                                         [&](auto const& m) { return !m.label.empty() && m.label == turn.pointed_at; });
    return pointed_at == mentions.rend() ? std::vector<AskedThing>{} : std::vector<AskedThing>{{*pointed_at}};
}

// What was asked last, with what it meant itself, and what was spoken of: the things of that question, else those of
// its answer, else of the turns before.
struct Earlier {
    Question question;
    std::vector<AskedThing> things;
};

Earlier last_asked(std::vector<Turn> const& history) {
    Earlier earlier;
    std::size_t looked_at = 0;
    for (auto turn = history.rbegin(); turn != history.rend() && looked_at < most_turns; ++turn, ++looked_at) {
        if (turn->role != Turn::Role::user) {
            continue;
        }
        auto const first = history.rend() - turn - 1; // its place in the history
        auto const oldest = std::max<std::ptrdiff_t>(0, first - static_cast<std::ptrdiff_t>(most_turns - looked_at));
        earlier.question =
            resolve_references(read_question(turn->text), {history.begin() + oldest, history.begin() + first});
        earlier.things = earlier.question.things;
        if (earlier.things.empty() && turn != history.rbegin()) {
            earlier.things = things_of_answer(*std::prev(turn));
        }
        if (!earlier.things.empty()) {
            return earlier;
        }
    }
    return {};
}

// "How far is the cup on the right?" "And the other one?", "No, the left one.": what is asked of it stays.
void ask_as_before(Question& question, Question const& earlier) {
    if (earlier.ask != Ask::unknown && earlier.ask != Ask::presence && earlier.ask != Ask::compare) {
        question.ask = earlier.ask;
        question.units = question.units ? question.units : earlier.units;
        question.yes_or_no = earlier.yes_or_no;
    }
}

// "And in feet?": of the same things, those that were meant.
void mean_as_before(Question& question, Question const& earlier) {
    question.places = question.places.empty() ? earlier.places : question.places;
    question.relation = question.relation ? question.relation : earlier.relation;
    question.extreme = question.extreme == Extreme::none ? earlier.extreme : question.extreme;
    if (earlier.reference == Reference::other || earlier.reference == Reference::numbered) {
        question.reference = earlier.reference;
        question.number = earlier.number;
        question.other_than = earlier.other_than;
    }
}

// "And the chair?", "and in feet?"
Question same_question(Question question, Earlier const& earlier) {
    question.reference = Reference::none;
    if (question.things.empty()) {
        question.things = earlier.things;
        mean_as_before(question, earlier.question);
    } else if (!earlier.things.empty() && earlier.question.ask != Ask::unknown) {
        auto const& before = earlier.question;
        question.ask = before.ask;
        question.units = question.units ? question.units : before.units;
        question.relation = question.relation ? question.relation : before.relation;
        if (question.places.empty() && before.ask == Ask::presence) {
            question.places = before.places;
        }
        question.yes_or_no = before.yes_or_no;
    }
    return question;
}

} // namespace

Question resolve_references(Question question, std::vector<Turn> const& history) {
    bool const refers = question.reference != Reference::none || lacks_object(question);
    auto const earlier = refers ? last_asked(history) : Earlier{};
    if (question.reference == Reference::same_question) {
        return same_question(std::move(question), earlier);
    }
    if (earlier.things.empty()) {
        return question;
    }
    auto const& before = earlier.question;
    if (lacks_object(question)) {
        question.relation->object = earlier.things.front();
    } else if (question.things.empty()) {
        question.things = earlier.things;
        if (question.bare) {
            ask_as_before(question, before);
        }
        bool const placed = !before.places.empty() || before.relation || before.extreme != Extreme::none;
        if (question.reference == Reference::other && placed) {
            question.other_than = OtherThan{before.places, before.relation, before.extreme};
        }
        if (question.reference == Reference::it) {
            question.extreme = question.extreme == Extreme::none ? before.extreme : question.extreme;
            if (question.places.empty() && question.ask != Ask::presence) {
                question.places = before.places;
            }
        }
    }
    return question;
}

} // namespace echollama
