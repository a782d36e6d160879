#include "questions/answers.h"

#include "questions/answer_words.h"
#include "questions/question.h"
#include "questions/surroundings_answers.h"
#include "questions/thing_answers.h"
#include "scene/english.h"
#include "wording/surroundings_words.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace echollama {
namespace {

constexpr std::size_t most_questions = 3; // in one text

constexpr char const* who_speaks = "I am EchoLLaMA, a program. I say what a camera sees and where it is. Ask me where "
                                   "something is, how far, how many, or what is left, right or ahead.";

Answer complete(std::string text) {
    return {std::move(text), true};
}

Answer partial(std::string const& known, std::string const& cannot) {
    return {with_more(known, cannot), false};
}

// One question about one scene.
class SceneAnswers : private AnswerWords {
  public:
    using AnswerWords::AnswerWords;

    std::optional<Answer> run() const {
        auto answer = whole();
        if (answer && question_.brevity != Brevity::none) {
            answer->text = first_sentence(answer->text);
        }
        return answer;
    }

  private:
    using Text = std::optional<Answer>;

    Text whole() const {
        switch (question_.ask) {
        case Ask::self:
            return complete(who_speaks);
        case Ask::greeting:
            return complete("Hello. Ask me where something is, or what is ahead.");
        case Ask::thanks:
            return complete("You are welcome.");
        case Ask::safety:
            return about_safety();
        case Ask::quality:
            return about_quality();
        case Ask::unknown:
            return std::nullopt;
        case Ask::describe:
            return question_.is_understood() ? Text(complete(question_.all_things ? all_of_it() : whole_picture()))
                                             : std::nullopt;
        default:
            return about_things();
        }
    }

    // --- the picture as a whole ---

    std::string overview() const {
        WordingOptions brief = options_;
        brief.level = Level::brief;
        return joined(describe_scene(scene_, brief), " ");
    }

    Answer about_safety() const {
        auto const seen = overview(), way = way_ahead();
        bool const said = seen.find(way) != std::string::npos;
        return complete(with_more("I cannot tell whether it is safe. " + seen, said ? "" : way));
    }

    // What the floor ahead is seen to be; empty without metric depth.
    std::string way_ahead() const {
        bool const known = scene_.around && !scene_.around->ways.empty();
        return known ? way_sentence(scene_, scene_.around->ways.front(), options_) : "";
    }

    std::string whole_picture() const {
        auto const facts = scene_.objects.empty() ? "" : joined(scene_.measured, " ");
        return with_more(overview(), facts);
    }

    // "Name everything that you see."
    std::string all_of_it() const { return scene_.objects.empty() ? whole_picture() : told(everything()); }

    std::string measured_with(std::initializer_list<std::string_view> words) const {
        for (auto const& fact : scene_.measured) {
            if (std::any_of(words.begin(), words.end(),
                            [&](auto word) { return fact.find(word) != std::string::npos; })) {
                return fact;
            }
        }
        return "";
    }

    Answer about_quality() const {
        auto const quality = *question_.quality;
        std::string fact, nothing;
        switch (quality) {
        case Quality::blurred:
        case Quality::sharp:
            fact = measured_with({"blurred"});
            nothing = "The picture does not seem blurred.";
            break;
        case Quality::dark:
            fact = measured_with({"dark", "black area"});
            nothing = "The picture does not seem dark.";
            break;
        case Quality::bright:
            fact = measured_with({"bright", "white area"});
            nothing = "The picture does not seem too bright.";
            break;
        case Quality::colourless:
            fact = measured_with({"black and white"});
            nothing = "The picture does not seem black and white.";
            break;
        case Quality::any:
            fact = joined(scene_.measured, " ");
            nothing = "I find nothing wrong with the picture.";
        }
        bool const asked_so =
            question_.yes_or_no && quality != Quality::any && !question_.negated && question_.is_understood();
        std::string const yes = quality == Quality::sharp ? "No. " : "Yes. ";
        auto text = fact.empty() ? with_more(nothing, joined(scene_.measured, " ")) : (asked_so ? yes : "") + fact;
        return question_.is_understood() || !fact.empty() ? complete(std::move(text))
                                                          : partial(text, "I cannot tell more.");
    }

    // --- things ---

    // "Is it far away?" where there is one thing.
    Text about_the_only_thing() const {
        auto question = question_;
        auto const& label = object(0).detection.label;
        question.things.push_back({{label, label, 0, 1, false, true, false}});
        return SceneAnswers(scene_, std::move(question), options_).about_things();
    }

    Text about_things() const {
        if (question_.things.empty() && question_.reference == Reference::it && scene_.objects.size() == 1) {
            return about_the_only_thing();
        }
        if (auto outside = beyond_the_view()) {
            return outside;
        }
        if (question_.things.empty()) {
            return question_.all_things || question_.ask == Ask::what ? about_anything() : std::nullopt;
        }
        bool const known =
            std::any_of(question_.things.begin(), question_.things.end(), [](auto const& t) { return t.is_known(); });
        if (!known && !(question_.relation && question_.relation->object.is_known())) {
            return std::nullopt;
        }
        if (auto missing = cannot_tell(); !missing.empty()) {
            return partial(what_is_seen(), missing);
        }
        return answer_about_things(scene_, question_, options_);
    }

    std::optional<Answer> beyond_the_view() const {
        for (auto const& place : question_.places) {
            if (is_out_of_view(scene_, place)) {
                return complete(
                    with_more("I cannot see what is" + where_words() + "; it is outside the picture.", what_is_seen()));
            }
        }
        return std::nullopt;
    }

    // --- whatever is there ---

    Text about_anything() const {
        if (!question_.is_understood() || (question_.relation && !question_.relation->object.is_known())) {
            return relation_partly();
        }
        if (question_.ask == Ask::count && question_.places.empty() && !question_.relation) {
            return number_of_everything();
        }
        if (scene_.objects.empty() && !scene_.around) {
            return complete(whole_picture());
        }
        auto objects = everything();
        if (question_.relation) {
            if (auto missing = landmark_missing(); !missing.empty()) {
                return complete(std::move(missing));
            }
            auto const landmarks = objects_named(scene_, question_.relation->object.mention);
            if (question_.relation->relation == Relation::inside) {
                return partial(seen(landmarks, false), "I cannot tell what is inside.");
            }
            std::erase_if(objects,
                          [&](auto i) { return std::find(landmarks.begin(), landmarks.end(), i) != landmarks.end(); });
        }
        auto const placed = sort_by_place(scene_, objects, question_);
        bool const side = question_.ask != Ask::count && !question_.relation && question_.places.size() == 1 &&
                          question_.places.front().kind == AskedPlace::Kind::side;
        auto const measured = side ? measured_on_side(scene_, question_.places.front().value, options_) : "";
        if (!measured.empty()) {
            return complete(with_more(measured, placed.there.empty() ? "" : first_of(placed.there)));
        }
        if (placed.there.empty()) {
            return nothing_there(placed);
        }
        if (question_.ask == Ask::count) {
            return number_there(placed);
        }
        // "Is anything closer than 2 metres?"
        auto const extreme =
            question_.measured && question_.extreme == Extreme::none ? Extreme::nearest : question_.extreme;
        auto best = extreme_of(scene_, placed.there, extreme);
        if (question_.reference == Reference::numbered && question_.number < placed.there.size()) {
            best = {placed.there[question_.number]};
        }
        if (best.empty()) {
            return complete(std::string("I cannot tell which is ") +
                            (question_.extreme == Extreme::farthest ? "farthest" : "nearest") + ". " + overview());
        }
        bool const filtered = !question_.places.empty() || question_.relation || extreme != Extreme::none ||
                              question_.reference == Reference::numbered;
        return complete(filtered ? first_of(best) : whole_picture());
    }

    // "How many things are on the table?"
    Answer number_there(Placed const& placed) const {
        auto const open = placed.perhaps.empty() ? "" : "I cannot tell of " + listed(names_of(placed.perhaps)) + ".";
        return complete(with_more(
            number_of_things(placed.there) + where_words() + ": " + listed(names_of(placed.there)) + ".", open));
    }

    static std::string number_of_things(Indices const& objects) {
        return "I see " + number_word(objects.size()) + (objects.size() == 1 ? " thing" : " things");
    }

    // All of a few, else the three most important of them.
    std::string first_of(Indices const& objects) const {
        constexpr std::size_t few = 5, told_first = 3;
        auto const all = groups(objects, true, false);
        if (all.size() > told_first && all.size() <= few) {
            return told(objects);
        }
        Scene part = scene_;
        part.objects.clear();
        part.relations.clear();
        part.measured.clear();
        part.around.reset();
        for (auto index : objects) {
            part.objects.push_back(object(index));
        }
        WordingOptions brief = options_;
        brief.level = Level::brief;
        return joined(describe_scene(part, brief), " ");
    }

    Answer nothing_there(Placed const& placed) const {
        auto const where = where_words();
        if (!question_.relation) {
            return placed.perhaps.empty() ? complete("I do not see anything" + where + ".")
                                          : complete(seen(placed.perhaps, true));
        }
        if (!placed.perhaps.empty()) {
            return {"I cannot tell what is" + where + ".", false};
        }
        return complete("I do not see anything" + where + ".");
    }

    // "What is written on the cup": what is seen of the cup.
    Text relation_partly() const {
        if (question_.relation && question_.relation->object.is_known()) {
            return partial(what_is_seen(), "I cannot tell more from this picture.");
        }
        return std::nullopt;
    }

    Answer number_of_everything() const {
        auto const all = everything();
        if (all.empty()) {
            return complete(whole_picture());
        }
        return complete(number_of_things(all) + ": " + listed(names_of(all)) + ".");
    }

    // "Yes." and "No." are too short to help.
    static std::string first_sentence(std::string const& text) {
        auto const end = text.find(". ", text.starts_with("Yes. ") || text.starts_with("No. ") ? 5 : 0);
        return end == std::string::npos ? text : text.substr(0, end + 1);
    }
};

// "Is there a monkey?" where the whole picture may show one; places and relations nobody knows.
std::optional<Answer> about_gist(Scene const& scene, std::string const& text, Question const& question) {
    auto const gist = gist_sentence(scene);
    if (!gist || question.ask != Ask::presence || question.negated || !question.places.empty() || question.relation) {
        return std::nullopt;
    }
    static constexpr std::string_view small[] = {"a",    "an", "or",   "of",        "and",
                                                 "some", "is", "that", "something", "place"};
    auto const asked = split_words(text), told = split_words(scene.gist->words + " " + scene.gist->fine);
    bool const named = std::any_of(told.begin(), told.end(), [&](Word const& word) {
        bool const thing = std::find(std::begin(small), std::end(small), word.text) == std::end(small);
        return thing && std::any_of(asked.begin(), asked.end(), [&](Word const& w) { return w.text == word.text; });
    });
    return named ? std::optional(Answer{"Perhaps. " + *gist, true}) : std::nullopt;
}

// "Is there a cup? Where is it?" is two.
std::vector<std::string> questions_of(std::string const& text) {
    std::vector<std::string> questions;
    std::size_t begin = 0;
    while (begin < text.size() && questions.size() < most_questions) {
        auto end = text.find_first_of("?!.\n", begin);
        while (end < text.size() && end + 1 < text.size() && text[end] == '.' && text[end + 1] != ' ') {
            end = text.find_first_of("?!.\n", end + 1);
        }
        auto part = text.substr(begin, std::min(end, text.size()) - begin);
        if (!split_words(part).empty()) {
            questions.push_back(std::move(part));
        }
        begin = end == std::string::npos ? text.size() : end + 1;
    }
    return questions;
}

} // namespace

std::optional<Answer> answer_question(Scene const& scene, std::string const& text, WordingOptions const& options,
                                      std::vector<Turn> const& history) {
    auto const texts = questions_of(text);
    std::vector<Question> questions;
    auto brevity = Brevity::none; // "How many chairs? In one word."
    for (auto const& one : texts) {
        questions.push_back(read_question(one));
        brevity = std::max(brevity, questions.back().brevity);
    }
    auto turns = history;
    std::optional<Answer> whole;
    bool open = false;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        auto question = resolve_references(std::move(questions[i]), turns);
        turns.push_back({Turn::Role::user, texts[i]});
        bool const manners = question.ask == Ask::greeting || question.ask == Ask::thanks ||
                             (question.ask == Ask::unknown && question.brevity != Brevity::none);
        if (manners && questions.size() > 1) {
            continue;
        }
        question.brevity = brevity;
        auto answer = about_gist(scene, texts[i], question);
        if (!answer) {
            answer = answer_about_surroundings(scene, texts[i], options);
        }
        if (!answer) {
            answer = SceneAnswers(scene, std::move(question), options).run();
        }
        if (!answer) {
            open = true;
            continue;
        }
        if (whole && whole->text.find(answer->text) != std::string::npos) {
            continue; // said already
        }
        whole = whole ? Answer{with_more(whole->text, answer->text), whole->complete && answer->complete} : *answer;
    }
    if (whole && open) {
        *whole = partial(whole->text, "I cannot tell the rest.");
    }
    return whole;
}

} // namespace echollama
