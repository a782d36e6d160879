#include "questions/text_answers.h"

#include "scene/english.h"
#include "wording/mentions.h"
#include "wording/reading_order.h"
#include "wording/text_wording.h"

#include <algorithm>
#include <string_view>

namespace echollama {
namespace {

using Ask = TextQuestion::Ask;

// Said for politeness, or to somebody.
bool is_filler(std::string_view w) {
    return is_one_of(w, {"please", "can",  "could",  "would", "will", "you",   "i",     "me",  "us",   "tell", "now",
                         "just",   "then", "hey",    "ok",    "okay", "so",    "to",    "for", "want", "like", "need",
                         "let",    "hear", "kindly", "out",   "loud", "aloud", "again", "and", "also", "know", "well"});
}

bool is_plain(std::string_view w) {
    return is_filler(w) ||
           is_one_of(w,
                     {"the",   "a",       "an",   "this",     "that", "these",      "those",    "it",        "its",
                      "there", "here",    "any",  "some",     "all",  "everything", "anything", "something", "whole",
                      "rest",  "more",    "of",   "on",       "in",   "at",         "from",     "picture",   "photo",
                      "image", "my",      "with", "is",       "are",  "does",       "do",       "did",       "was",
                      "were",  "has",     "have", "be",       "see",  "find",       "make",     "what",      "which",
                      "where", "exactly", "else", "actually", "or",   "one",        "got",      "visible",   "full"});
}

// Text itself.
bool is_text_noun(std::string_view w) {
    return is_one_of(w, {"text", "texts", "writing", "word", "words", "letter", "letters", "lettering", "inscription",
                         "print", "message", "line", "lines", "title", "headline", "heading", "caption"});
}

// What text is written on.
bool is_carrier(std::string_view w) {
    return is_one_of(w, {"sign", "signs", "label", "labels", "notice", "poster", "page", "document", "board", "plate",
                         "screen", "display", "sticker", "placard", "billboard", "menu", "envelope", "package"});
}

bool is_say(std::string_view w) {
    return is_one_of(w, {"say", "says", "said", "saying"});
}

bool is_read(std::string_view w) {
    return is_one_of(w, {"read", "reads", "spell", "spells"});
}

bool is_written(std::string_view w) {
    return is_one_of(w, {"written", "printed", "write", "lettered", "readable", "legible"});
}

// The words of a question, short forms undone.
struct Asked {
    std::vector<std::string> words;
    std::string on; // the first class named, whose words are not among the others

    std::size_t count(auto const& kind) const {
        return static_cast<std::size_t>(std::count_if(words.begin(), words.end(), kind));
    }
    bool has(auto const& kind) const { return count(kind) > 0; }
    // Words that mean nothing here.
    std::vector<std::string> others(std::size_t from = 0) const {
        std::vector<std::string> found;
        for (auto i = from; i < words.size(); ++i) {
            auto const& w = words[i];
            if (!is_plain(w) && !is_text_noun(w) && !is_carrier(w) && !is_say(w) && !is_read(w) && !is_written(w)) {
                found.push_back(w);
            }
        }
        return found;
    }
};

Asked take_words(std::string const& question) {
    Asked asked;
    auto const words = split_words(question);
    auto const mentions = find_mentions(words);
    for (std::size_t i = 0; i < words.size(); ++i) {
        auto const known = std::find_if(mentions.begin(), mentions.end(), [&](Mention const& m) {
            return !m.label.empty() && i >= m.first && i < m.first + m.count;
        });
        if (known != mentions.end()) {
            asked.on = asked.on.empty() ? known->label : asked.on;
            continue;
        }
        auto word = words[i].text;
        if (word.ends_with("'s")) {
            asked.words.push_back(word.substr(0, word.size() - 2));
            word = "is";
        }
        asked.words.push_back(word);
    }
    return asked;
}

// The words behind "say" in the question as it was asked, classes among them too: "does it say dog food?"
std::vector<std::string> words_after_say(std::string const& question) {
    std::vector<std::string> found;
    bool behind = false;
    for (auto const& word : split_words(question)) {
        if (behind && !is_one_of(word.text, {"anything", "something", "the", "a", "an", "on", "it", "word", "words",
                                             "there", "here", "please", "in", "picture"})) {
            found.push_back(word.text);
        }
        behind = behind || is_say(word.text);
    }
    return found;
}

std::optional<TextQuestion> as_order(Asked const& asked, std::size_t first) {
    constexpr std::size_t few = 2; // "read the opening hours"
    if (first >= asked.words.size() || !is_read(asked.words[first]) || asked.others().size() > few) {
        return std::nullopt;
    }
    return TextQuestion{Ask::read, {}, asked.on};
}

std::optional<TextQuestion> as_what(Asked const& asked) {
    bool const about_text = asked.has(is_say) || asked.has(is_read) || asked.has(is_written);
    bool const about_carrier = asked.has(is_carrier) && asked.has([](auto const& w) { return w == "on"; });
    // "what would you say is nearest": an opinion
    for (std::size_t i = 0; i + 1 < asked.words.size(); ++i) {
        if (asked.words[i] == "you" && is_say(asked.words[i + 1])) {
            return std::nullopt;
        }
    }
    std::size_t const unknown = asked.others().size();
    bool const noun = asked.has(is_text_noun);
    if ((about_text && unknown <= 1) || ((about_carrier || noun) && unknown == 0)) {
        return TextQuestion{Ask::read, {}, asked.on};
    }
    return std::nullopt;
}

} // namespace

std::optional<TextQuestion> read_text_question(std::string const& question) {
    auto const asked = take_words(question);
    bool const touches = asked.has(is_text_noun) || asked.has(is_say) || asked.has(is_read) || asked.has(is_written) ||
                         asked.has(is_carrier);
    std::size_t first = 0;
    while (first < asked.words.size() && is_filler(asked.words[first])) {
        ++first;
    }
    if (!touches || first >= asked.words.size()) {
        return std::nullopt;
    }
    auto const& opening = asked.words[first];
    if (auto order = as_order(asked, first)) {
        return order;
    }
    auto const said = asked.has(is_say) ? words_after_say(question) : std::vector<std::string>();
    if (opening == "what" || opening == "which") {
        return as_what(asked);
    }
    bool const about_text = asked.has(is_text_noun) || asked.has(is_say) || asked.has(is_read) || asked.has(is_written);
    if (opening == "where" && about_text && (!said.empty() || asked.others().empty())) {
        return TextQuestion{Ask::where, said, ""};
    }
    bool const yes_or_no =
        is_one_of(opening, {"is", "are", "does", "do", "did", "was", "has", "have", "any", "anything", "see"});
    if (!yes_or_no || !about_text) {
        return std::nullopt;
    }
    if (!said.empty()) { // "open or closed?" is answered by what it says
        bool const either = std::find(said.begin(), said.end(), "or") != said.end();
        return either ? TextQuestion{Ask::read, {}, ""} : TextQuestion{Ask::holds, said, ""};
    }
    return asked.others().empty() ? std::optional(TextQuestion{Ask::presence, {}, asked.on}) : std::nullopt;
}

namespace {

// The lines whose middle lies in an object of this class.
Scene with_text_on(Scene const& scene, std::string const& label) {
    auto part = scene;
    part.text->clear();
    for (auto const& line : *scene.text) {
        float x = 0, y = 0;
        for (auto const& corner : line.corners) {
            x += corner.x / 4;
            y += corner.y / 4;
        }
        bool const held = std::any_of(scene.objects.begin(), scene.objects.end(), [&](SceneObject const& object) {
            auto const& box = object.detection.box;
            return object.detection.label == label && x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1;
        });
        if (held) {
            part.text->push_back(line);
        }
    }
    return part;
}

std::string joined_text(std::vector<TextLine> const& lines) {
    std::string text = " ";
    for (auto const& line : lines) {
        for (auto const& word : split_words(text_of(line))) {
            text += word.text + " ";
        }
    }
    return text;
}

// The places that hold these words, one after the other.
std::vector<std::string> places_with(Scene const& scene, std::string const& words, WordingOptions const& options) {
    std::vector<std::string> found;
    for (auto const& placed : placed_text(scene, options)) {
        if (joined_text(placed.lines).find(" " + words + " ") != std::string::npos) {
            found.push_back(text_sentence(placed));
        }
    }
    return found;
}

std::string answer_words(Scene const& scene, TextQuestion const& question, WordingOptions const& options) {
    std::string words;
    for (auto const& word : question.words) {
        words += (words.empty() ? "" : " ") + word;
    }
    auto const found = places_with(scene, words, options);
    if (found.empty()) {
        return "I do not read \"" + words + "\". " + joined(describe_text(scene, options), " ");
    }
    return (question.ask == Ask::holds ? "Yes. " : "") + joined(found, " ");
}

} // namespace

std::string answer_text_question(Scene const& scene, TextQuestion const& question, WordingOptions const& options) {
    if (!scene.text) {
        return "I cannot read text now: no model for reading is installed.";
    }
    if (scene.text->empty()) {
        return no_text_found;
    }
    if (!question.on.empty()) {
        auto const part = with_text_on(scene, question.on);
        if (part.text->empty()) {
            return "I cannot read anything on " + std::string(article(question.on)) + " " + question.on + ". " +
                   joined(describe_text(scene, options), " ");
        }
        return joined(read_all_text(part, options), " ");
    }
    switch (question.ask) {
    case Ask::read:
        return joined(read_all_text(scene, options), " ");
    case Ask::presence:
        return "Yes. " + joined(describe_text(scene, options), " ");
    case Ask::holds:
        return answer_words(scene, question, options);
    case Ask::where:
        break;
    }
    return question.words.empty() ? joined(describe_text(scene, options), " ") : answer_words(scene, question, options);
}

} // namespace echollama
