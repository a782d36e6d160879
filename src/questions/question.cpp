#include "questions/question.h"

#include "questions/question_words.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <utility>

namespace echollama {
namespace {

using Marks = std::vector<MarkedWords>;

bool is_one_of(Mark mark, std::initializer_list<Mark> marks) {
    return std::find(marks.begin(), marks.end(), mark) != marks.end();
}

// What is said of it to who asks.
constexpr char const* outside_words[] = {"behind you",         "above you",       "below you",
                                         "beyond the picture", "in another room", "around the corner",
                                         "on another floor"};

// Gathers what the marked words say, in one pass from the first to the last.
class Reader {
  public:
    explicit Reader(Marks marks) : marks_(std::move(marks)) {}

    Question run() {
        keep_the_question();
        question_.yes_or_no = begins_as_yes_or_no();
        for (at_ = 0; at_ < marks_.size(); ++at_) {
            read_one();
        }
        settle();
        return std::move(question_);
    }

  private:
    bool has(Mark mark) const {
        return std::any_of(marks_.begin(), marks_.end(), [&](auto const& m) { return m.mark == mark; });
    }

    // Index of the first mark after `from` that is no article-like word; the number of marks: none.
    std::size_t next_telling(std::size_t from) const {
        auto i = from + 1;
        while (i < marks_.size() &&
               is_one_of(marks_[i].mark, {Mark::glue, Mark::it, Mark::attribute, Mark::other, Mark::number})) {
            ++i;
        }
        return i;
    }

    bool thing_follows(std::size_t from) const {
        auto const next = next_telling(from);
        return next < marks_.size() && marks_[next].mark == Mark::thing;
    }

    bool is_text(std::size_t i, std::string_view words) const { return i < marks_.size() && marks_[i].words == words; }

    // "I am in the kitchen, can you tell me where my cup is": the question begins where it is asked for.
    void keep_the_question() {
        for (std::size_t i = marks_.size(); i-- > 1;) {
            bool const opening = is_one_of(marks_[i].mark, {Mark::where, Mark::count, Mark::distance}) ||
                                 is_text(i, "tell me") || is_text(i, "let me know");
            bool const enough = std::any_of(marks_.begin() + static_cast<std::ptrdiff_t>(i), marks_.end(),
                                            [](auto const& m) { return m.mark == Mark::thing; });
            bool const context =
                std::any_of(marks_.begin(), marks_.begin() + static_cast<std::ptrdiff_t>(i), [](auto const& m) {
                    return is_one_of(m.mark, {Mark::thing, Mark::unknown});
                });
            bool const asked_before =
                std::any_of(marks_.begin(), marks_.begin() + static_cast<std::ptrdiff_t>(i), [](auto const& m) {
                    return is_one_of(m.mark, {Mark::where, Mark::count, Mark::distance, Mark::what, Mark::which,
                                              Mark::see, Mark::compare});
                });
            if (opening && enough && context && !asked_before) {
                marks_.erase(marks_.begin(), marks_.begin() + static_cast<std::ptrdiff_t>(i));
                return;
            }
        }
    }

    bool begins_as_yes_or_no() const {
        for (auto const& mark : marks_) {
            bool const verb = mark.words == "is" || mark.words == "do" || mark.words == "can" || mark.words == "have" ||
                              (mark.mark == Mark::see && mark.words != "see" && mark.words != "there is") ||
                              mark.words.starts_with("do i") || mark.words.starts_with("do we");
            if (verb) {
                return true;
            }
            bool const asks =
                mark.words.starts_with("what") || mark.words.starts_with("which") || mark.words.starts_with("how");
            if (asks || is_one_of(mark.mark, {Mark::where, Mark::what, Mark::which, Mark::who, Mark::count,
                                              Mark::distance, Mark::describe, Mark::about})) {
                return false;
            }
        }
        return false;
    }

    void read_one() {
        auto const& mark = marks_[at_];
        switch (mark.mark) {
        case Mark::thing:
            question_.things.push_back({*mark.mention});
            break;
        case Mark::where:
            where_ = true;
            break;
        case Mark::count:
            read_count();
            break;
        case Mark::distance:
            distance_ = true;
            break;
        case Mark::compare:
            compare_ = true;
            question_.farther = mark.value == 1;
            break;
        case Mark::side:
        case Mark::clock:
        case Mark::row:
        case Mark::reach:
        case Mark::outside:
            read_place();
            break;
        case Mark::near:
            // "near" leads to a thing in a relation, which the longer phrase would have shown
            thing_follows(at_) && mark.words != "nearby" ? read_relation(Relation::beside) : read_place();
            break;
        case Mark::relation:
            read_relation(static_cast<Relation>(mark.value));
            break;
        case Mark::extreme:
            if (mark.words == "nearest" && is_text(at_ + 1, "to") && thing_follows(at_)) {
                question_.unknown.push_back(mark.words); // to another thing than who asks
                break;
            }
            question_.extreme = static_cast<Extreme>(mark.value);
            break;
        case Mark::all:
            question_.every_one = true;
            break;
        case Mark::limit:
            limit_ = static_cast<AskedCount::Limit>(mark.value);
            break;
        case Mark::number:
            read_number();
            break;
        case Mark::unit:
            read_unit();
            break;
        case Mark::brevity:
            question_.brevity = static_cast<Brevity>(mark.value);
            break;
        case Mark::negation:
            question_.negated = true;
            question_.all_things = question_.all_things || mark.words == "nothing";
            break;
        case Mark::everything:
            question_.all_things = true;
            break;
        case Mark::it:
            it_ = it_ || !thing_follows(at_);
            break;
        case Mark::other:
            question_.reference = Reference::other;
            break;
        case Mark::ordinal:
            question_.reference = Reference::numbered;
            question_.number = static_cast<std::size_t>(mark.value);
            break;
        case Mark::quality:
            read_quality();
            break;
        case Mark::attribute:
            add_attribute(static_cast<Attribute>(mark.value), mark.words);
            break;
        case Mark::or_:
            question_.any_of_things = true;
            break;
        case Mark::unknown:
            question_.unknown.push_back(mark.words);
            break;
        default:
            break; // has() finds them where they matter
        }
    }

    void add_attribute(Attribute attribute, std::string words) {
        // What an animal is, is known by its class.
        question_.attributes.push_back({attribute, std::move(words)});
    }

    void read_count() {
        auto const next = at_ + 1;
        bool const of_one = marks_[at_].words.ends_with("number of") && next < marks_.size() &&
                            marks_[next].mark == Mark::thing && !marks_[next].mention->plural;
        if (of_one) { // "the number of the bus"
            add_attribute(Attribute::other, marks_[at_].words);
        } else if (next < marks_.size() && marks_[next].mark == Mark::unit) {
            distance_ = true;
        } else {
            counting_ = true;
        }
    }

    void read_number() {
        bool const measure = at_ + 1 < marks_.size() && marks_[at_ + 1].mark == Mark::unit;
        if (measure) {
            question_.measured = true;
            return;
        }
        question_.count = AskedCount{marks_[at_].value, AskedCount::Limit::exactly, true};
    }

    void read_unit() {
        question_.units = static_cast<Units>(marks_[at_].value);
        bool const limit = at_ > 0 && (marks_[at_ - 1].mark == Mark::number || marks_[at_ - 1].words == "within");
        if (limit) {
            question_.measured = true;
            question_.units.reset(); // those of the limit need not be those of the answer
        } else {
            distance_ = true;
        }
    }

    void read_place() {
        auto const& mark = marks_[at_];
        using Kind = AskedPlace::Kind;
        Kind const kind = mark.mark == Mark::side    ? Kind::side
                          : mark.mark == Mark::clock ? Kind::clock
                          : mark.mark == Mark::row   ? Kind::row
                          : mark.mark == Mark::reach ? Kind::reach
                          : mark.mark == Mark::near  ? Kind::near
                                                     : Kind::outside;
        std::string words = kind == Kind::outside ? outside_words[mark.value] : "";
        question_.places.push_back({kind, mark.value, std::move(words)});
    }

    // With a thing after it a place, else "on" is a state and the others only connect.
    void read_relation(Relation relation) {
        auto const next = next_telling(at_);
        if (next < marks_.size() && marks_[next].mark == Mark::thing) {
            for (auto i = at_ + 1; i < next; ++i) {
                if (marks_[i].mark == Mark::attribute) {
                    add_attribute(static_cast<Attribute>(marks_[i].value), marks_[i].words);
                }
            }
            take_relation(relation, next);
            return;
        }
        auto const& words = marks_[at_].words;
        if (relation == Relation::on && where_) {
            return; // "which side is it on"
        }
        if (relation == Relation::on && words == "on" && at_ + 1 >= marks_.size()) {
            add_attribute(Attribute::state, "on");
        } else if (next < marks_.size() || at_ + 1 < marks_.size()) {
            bool const of_it = at_ + 1 < marks_.size() && marks_[at_ + 1].mark == Mark::it;
            if (of_it) {
                relation_to_it_ = relation;
                ++at_;
            } else if (relation != Relation::inside && relation != Relation::on && relation != Relation::beside) {
                question_.unknown.push_back(words);
            }
        } else if (relation != Relation::beside) {
            question_.unknown.push_back(words);
        }
    }

    void take_relation(Relation relation, std::size_t object) {
        if (question_.relation) { // one is enough to be sure of
            question_.unknown.push_back(marks_[at_].words);
        }
        AskedRelation asked{relation, {*marks_[object].mention}, std::nullopt};
        at_ = object;
        if (relation == Relation::between) {
            for (auto i = object + 1; i < marks_.size() && !asked.object2; ++i) {
                if (marks_[i].mark == Mark::thing) {
                    asked.object2 = AskedThing{*marks_[i].mention};
                    at_ = i;
                } else if (!is_one_of(marks_[i].mark, {Mark::glue, Mark::it})) {
                    break;
                }
            }
        }
        question_.relation = std::move(asked);
    }

    void read_quality() {
        auto const quality = static_cast<Quality>(marks_[at_].value);
        bool const two = question_.quality && *question_.quality != quality;
        question_.quality = two ? Quality::any : quality;
        quality_words_ = marks_[at_].words;
    }

    // What the gathered parts mean together.
    void settle() {
        settle_quality();
        settle_near();
        settle_alternative_places();
        settle_every_one();
        settle_count();
        settle_references();
        if (limit_ && !question_.count && !counting_) {
            // "only the cup": nothing more is known than that
            if (*limit_ != AskedCount::Limit::exactly && !question_.measured) {
                question_.unknown.push_back("than");
            }
        }
        if (has(Mark::who)) {
            add_attribute(Attribute::state, "who");
            if (question_.things.empty()) {
                question_.things.push_back({{"person", "person", 0, 1, false, true, false}});
            }
        }
        question_.ask = asked();
        settle_same_things();
        // "what kind of animal": the kind is what its class says
        bool const kinds = std::any_of(question_.things.begin(), question_.things.end(),
                                       [](auto const& t) { return !t.mention.exact; });
        if (kinds || question_.all_things) {
            std::erase_if(question_.attributes, [](auto const& a) { return a.attribute == Attribute::kind; });
        }
    }

    // "A cup or a mug": one class, told once.
    void settle_same_things() {
        if (question_.ask == Ask::compare || question_.ask == Ask::alternatives) {
            return;
        }
        auto& things = question_.things;
        for (auto i = things.begin(); i != things.end();) {
            bool const before = std::any_of(things.begin(), i, [&](auto const& thing) {
                return !thing.mention.label.empty() && thing.mention.label == i->mention.label &&
                       thing.mention.words != i->mention.words;
            });
            i = before ? things.erase(i) : std::next(i);
        }
    }

    void settle_quality() {
        bool const about_things = !question_.things.empty() || question_.relation || question_.all_things;
        if (question_.quality && about_things) {                     // of a thing, not of the picture
            bool const colour = *question_.quality == Quality::dark; // "black" too
            add_attribute(colour ? Attribute::colour : Attribute::state, quality_words_);
            question_.quality.reset();
        }
    }

    // "Am I near the table?"
    void settle_near() {
        bool const me = is_text(1, "i") && question_.relation && question_.relation->relation == Relation::beside;
        if (me && question_.things.empty() && !question_.all_things && question_.yes_or_no) {
            question_.things.push_back(question_.relation->object);
            question_.relation.reset();
            question_.places.push_back({AskedPlace::Kind::near, 0, ""});
        }
    }

    // "Is the train on the left or on the right?" is no question for yes or no.
    void settle_alternative_places() {
        bool const alternatives = question_.any_of_things && question_.things.size() <= 1 &&
                                  question_.places.size() + (question_.relation ? 1 : 0) >= 2;
        if (alternatives) {
            question_.places.clear();
            question_.relation.reset();
            question_.yes_or_no = false;
            where_ = true;
        }
    }

    // "Are the chairs on the left?" is about each of them, "are there chairs on the left" is not.
    void settle_every_one() {
        bool const some_of = std::any_of(marks_.begin(), marks_.end(), [](auto const& m) {
            return m.words == "one of" || m.words == "any of" || m.words == "some of";
        });
        bool const definite = question_.yes_or_no && !has(Mark::see) && !some_of && question_.things.size() == 1 &&
                              question_.things.front().mention.plural;
        question_.every_one = question_.every_one || definite;
    }

    void settle_count() {
        if (question_.count && limit_) {
            question_.count->limit = *limit_;
            question_.count->plain = false;
        }
        if (question_.count && limit_ == AskedCount::Limit::more && question_.things.empty() && !question_.all_things) {
            question_.unknown.emplace_back("more");
        }
    }

    void settle_references() {
        bool const nothing_named = question_.things.empty() && !question_.all_things;
        if (nothing_named && it_ && question_.reference == Reference::none) {
            question_.reference = Reference::it;
        }
        bool const unit_alone = nothing_named && question_.units && question_.reference == Reference::none &&
                                !question_.relation && question_.places.empty() && question_.extreme == Extreme::none;
        if (unit_alone) { // "and in feet?"
            question_.reference = Reference::same_question;
        }
        if (question_.all_things && question_.reference == Reference::other) {
            question_.reference = Reference::none; // "any other things"
        }
        if (relation_to_it_) {
            question_.relation = AskedRelation{*relation_to_it_, {}, std::nullopt};
        }
    }

    bool asks_nothing_else() const {
        return question_.things.empty() && !question_.relation && question_.places.empty();
    }

    Ask asked() {
        bool const what = has(Mark::what) || has(Mark::which) || has(Mark::who);
        if (has(Mark::self) && asks_nothing_else()) {
            return Ask::self;
        }
        if (has(Mark::thanks) && asks_nothing_else() && !what) {
            return Ask::thanks;
        }
        if (has(Mark::safety)) {
            return Ask::safety;
        }
        if (question_.quality) {
            return Ask::quality;
        }
        if (compare_) {
            return Ask::compare;
        }
        if (where_) {
            return Ask::where;
        }
        if (distance_) {
            return Ask::distance;
        }
        if (counting_) {
            return Ask::count;
        }
        if (has(Mark::greeting) && asks_nothing_else() && !what) {
            return Ask::greeting;
        }
        if (has(Mark::describe)) {
            return question_.things.empty() ? Ask::describe : Ask::where;
        }
        if (has(Mark::about) && !question_.things.empty()) {
            bool const told =
                std::any_of(marks_.begin(), marks_.end(), [](auto const& m) { return m.words.starts_with("tell me"); });
            question_.reference = told ? question_.reference : Reference::same_question;
            return Ask::where;
        }
        if (what) {
            return asked_what();
        }
        return asked_whether();
    }

    Ask asked_what() {
        bool const place = !question_.places.empty() || question_.relation || question_.extreme != Extreme::none;
        if (!question_.things.empty() || place) {
            return Ask::what;
        }
        // "what is it", "what is in the picture"
        return question_.reference == Reference::other || question_.reference == Reference::numbered ? Ask::where
                                                                                                     : Ask::describe;
    }

    Ask asked_whether() {
        bool const something =
            !question_.things.empty() || question_.all_things || question_.reference != Reference::none;
        if (question_.yes_or_no || has(Mark::see)) {
            bool const nothing =
                question_.things.empty() && question_.places.empty() && !question_.relation && !something;
            return nothing ? Ask::unknown : Ask::presence;
        }
        if (!something) {
            return question_.extreme != Extreme::none || !question_.places.empty() ? Ask::what : Ask::unknown;
        }
        if (question_.things.empty() && question_.reference != Reference::none) {
            question_.bare = true;
            return question_.places.empty() && question_.attributes.empty() ? Ask::where : Ask::presence;
        }
        bool const bare = question_.places.empty() && !question_.relation && question_.is_understood();
        if (bare && question_.extreme == Extreme::none) {
            question_.reference =
                question_.reference == Reference::none ? Reference::same_question : question_.reference;
        }
        return question_.places.empty() && !question_.relation ? Ask::where : Ask::presence;
    }

    Marks marks_;
    std::size_t at_ = 0;
    Question question_;
    bool where_ = false, distance_ = false, counting_ = false, compare_ = false, it_ = false;
    std::optional<AskedCount::Limit> limit_;
    std::optional<Relation> relation_to_it_;
    std::string quality_words_;
};

} // namespace

Question read_question(std::string const& text) {
    return Reader(mark_words(text)).run();
}

} // namespace echollama
