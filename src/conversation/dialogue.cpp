#include "conversation/dialogue.h"

#include "conversation/mending.h"
#include "conversation/reasons.h"
#include "questions/answers.h"
#include "scene/english.h"
#include "wording/mentions.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace echollama {
namespace {

using Act = Response::Act;
using Sentences = std::vector<std::string>;

bool contains(Sentences const& sentences, std::string const& sentence) {
    return std::find(sentences.begin(), sentences.end(), sentence) != sentences.end();
}

Sentences described(Scene const& scene, WordingOptions wording, Level level) {
    wording.level = level;
    return describe_scene(scene, wording);
}

// "D, I, N, I, N, G; T, A, B, L, E."
std::string spelled(std::string const& words) {
    std::string text;
    bool gap = false;
    for (char const c : words) {
        if (c == ' ') {
            gap = true;
            continue;
        }
        text += text.empty() ? "" : gap ? "; " : ", ";
        text += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        gap = false;
    }
    return text + ".";
}

// What was to be said and was not heard, from the beginning of the sentence that was cut.
Sentences unheard(SpokenTurn const& turn) {
    std::string so_far;
    for (std::size_t i = 0; i < turn.sentences.size(); ++i) {
        so_far += (i == 0 ? "" : " ") + turn.sentences[i];
        if (so_far.size() > turn.heard.size()) {
            return {turn.sentences.begin() + static_cast<std::ptrdiff_t>(i), turn.sentences.end()};
        }
    }
    return {};
}

// "no, the red one" corrects what was said; the rest is what is meant instead.
std::string without_correction(std::string const& question) {
    static constexpr std::string_view corrections[] = {
        "no no",          "no",        "not that one", "not that",       "i mean", "i meant",
        "i meant to say", "no i mean", "no i meant",   "no not that one"};
    auto const words = split_words(question);
    for (std::size_t count = std::min<std::size_t>(4, words.size() > 1 ? words.size() - 1 : 0); count >= 1; --count) {
        std::string lead;
        for (std::size_t i = 0; i < count; ++i) {
            lead += (i == 0 ? "" : " ") + words[i].text;
        }
        bool const known = std::find(std::begin(corrections), std::end(corrections), lead) != std::end(corrections);
        auto const gap = question.substr(words[count - 1].end, words[count].begin - words[count - 1].end);
        // "no chair?" asks whether there is none; "no, the chair" and "no the chair" correct.
        bool const parted = lead != "no" || gap.find(',') != std::string::npos || words[count].text == "the" ||
                            words[count].text == "that";
        if (known && parted) {
            return question.substr(words[count].begin);
        }
    }
    return question;
}

constexpr char const* no_picture = "There is no picture yet; say look at, and the name of its file.";

} // namespace

char const* const conversation_help =
    "Ask where something is, how far, how many, or what is left, right or ahead. "
    "Enter alone repeats the last answer; stop ends an answer; shorter, more, why, spell it and go back are about the "
    "last answer; faster, slower, louder and rate 1.5 change the speech; use feet changes the units; look at photo.jpg "
    "opens another picture; quit ends.";

Dialogue::Dialogue(WordingOptions const& wording, FileThere there) : wording_(wording), there_(std::move(there)) {}

void Dialogue::look(Scene scene, float sure_score) {
    scene_ = std::move(scene);
    wording_.sure_score = sure_score;
    has_picture_ = true;
    memory_.forget_things();
}

void Dialogue::begin_turn() {
    memory_.begin("");
}

Response Dialogue::hear(ConversationLine const& line) {
    auto const wish = read_wish(line.text, there_);
    switch (wish.kind) {
    case Wish::Kind::none:
        return answer(line);
    case Wish::Kind::repeat:
        return repeat();
    case Wish::Kind::stop:
        return {.act = Act::stop};
    case Wish::Kind::shorter:
        return shorter(line.text);
    case Wish::Kind::more:
        return more(line.text);
    case Wish::Kind::why:
        return why(line.text);
    case Wish::Kind::spell:
        return spell(line.text, wish.words);
    case Wish::Kind::go_back:
        return go_back();
    case Wish::Kind::speed:
        return {.act = Act::speed, .factor = wish.factor};
    case Wish::Kind::rate:
        return {.act = Act::rate, .factor = wish.factor};
    case Wish::Kind::volume:
        return {.act = Act::volume, .factor = wish.factor};
    case Wish::Kind::look_at:
        return {.act = Act::look_at, .words = wish.words};
    case Wish::Kind::help:
        return {.act = Act::say, .sentences = {conversation_help}, .again = true};
    case Wish::Kind::end:
        return {.act = Act::end};
    case Wish::Kind::units:
    case Wish::Kind::directions:
    case Wish::Kind::level:
        break;
    }
    return set(wish);
}

Response Dialogue::say(std::string const& line, Sentences sentences) {
    memory_.begin(line);
    return {.act = Act::say, .sentences = std::move(sentences)};
}

Response Dialogue::repeat() const {
    auto const* last = memory_.last();
    bool const something = last && !last->sentences.empty();
    return {
        .act = Act::say, .sentences = something ? last->sentences : Sentences{"Nothing was said yet."}, .again = true};
}

Response Dialogue::shorter(std::string const& line) {
    auto const* last = memory_.last();
    if (!last || last->sentences.empty()) {
        return repeat();
    }
    auto const whole = joined(last->sentences, " ");
    Sentences shorter{last->sentences.front()};
    auto const first_history = memory_.history();
    if (!last->question.empty() && has_picture_) {
        auto before = first_history;
        before.resize(before.size() >= 2 ? before.size() - 2 : 0);
        auto const known = answer_question(scene_, last->question + " In one word.", wording_, before);
        shorter = known ? Sentences{known->text} : shorter;
    } else if (has_picture_) {
        auto const brief = described(scene_, wording_, Level::brief);
        shorter = joined(brief, " ").size() < whole.size() ? brief : described(scene_, wording_, Level::headline);
    }
    if (joined(shorter, " ").size() >= whole.size()) {
        return {.act = Act::say, .sentences = {"I cannot say it shorter."}, .again = true};
    }
    return say(last->question.empty() ? line : last->question, std::move(shorter));
}

Response Dialogue::more(std::string const& line) {
    auto const* last = memory_.last();
    if (last && last->interrupted) {
        return say(line, unheard(*last));
    }
    Sentences told;
    if (last && has_picture_) {
        auto const about = last->labels;
        for (auto const& sentence : described(scene_, wording_, Level::full)) {
            auto const named = named_labels(sentence);
            bool const fits = last->question.empty() || std::any_of(named.begin(), named.end(), [&](auto const& label) {
                                  return std::find(about.begin(), about.end(), label) != about.end();
                              });
            if (fits && !contains(last->sentences, sentence)) {
                told.push_back(sentence);
            }
        }
    }
    if (told.empty()) {
        return {.act = Act::say, .sentences = {"That is all I can tell."}, .again = true};
    }
    return say(line, std::move(told));
}

Response Dialogue::why(std::string const& line) {
    auto const* last = memory_.last();
    if (!last || !has_picture_) {
        return {.act = Act::say, .sentences = {has_picture_ ? "Nothing was said yet." : no_picture}, .again = true};
    }
    auto const labels = last->labels.empty() ? named_labels(last->question) : last->labels;
    return say(line, {reason_for(scene_, labels, wording_)});
}

Response Dialogue::spell(std::string const& line, std::string const& words) {
    auto const word = words.empty() ? memory_.last_thing() : words;
    if (word.empty()) {
        return {.act = Act::say, .sentences = {"Say which word to spell."}, .again = true};
    }
    return say(line, {spelled(word)});
}

Response Dialogue::go_back() {
    if (!memory_.go_back()) {
        return {.act = Act::say, .sentences = {"There is nothing before that."}, .again = true};
    }
    return repeat();
}

Response Dialogue::set(Wish const& wish) {
    static constexpr char const* unit_names[] = {"metres", "feet", "steps", "centimetres", "inches", "yards"};
    std::string told;
    if (wish.kind == Wish::Kind::units) {
        wording_.units = wish.units;
        told = std::string("Distances in ") + unit_names[static_cast<int>(wish.units)] + " from now on.";
    } else if (wish.kind == Wish::Kind::directions) {
        wording_.directions = wish.directions;
        told = wish.directions == Directions::clock     ? "Directions by the clock from now on."
               : wish.directions == Directions::degrees ? "Directions in degrees from now on."
                                                        : "Directions as left and right from now on.";
    } else {
        wording_.level = wish.level;
        briefly_ = wish.level == Level::brief;
        told = briefly_ ? "Short answers from now on." : "Full answers from now on.";
    }
    return {.act = Act::say, .sentences = {told}, .again = true};
}

Response Dialogue::answer(ConversationLine const& line) {
    if (!has_picture_) {
        return {.act = Act::say, .sentences = {no_picture}, .again = true};
    }
    Response response{.act = Act::answer, .question = without_correction(line.text)};
    if (auto const mended = line.spoken ? mend_names(response.question, scene_) : std::nullopt) {
        response.question = mended->question;
        response.sentences = {mended->told()};
    }
    response.history = memory_.history();
    memory_.begin(response.question);
    response.question += briefly_ ? " In short." : "";
    return response;
}

} // namespace echollama
