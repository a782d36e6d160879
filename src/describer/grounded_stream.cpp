#include "describer/grounded_stream.h"

#include "base/error.h"
#include "base/log.h"
#include "scene/english.h"
#include "text/speech_text.h"
#include "wording/grounding.h"
#include "wording/mentions.h"

#include <algorithm>

namespace echollama {
namespace {

// "1. item": in a list of things the numbers tell nothing.
std::string without_list_number(std::string line) {
    auto digits = line.find_first_not_of("0123456789");
    bool numbered = digits != std::string::npos && digits > 0 && digits <= 2 &&
                    (line[digits] == '.' || line[digits] == ')') && line.compare(digits + 1, 1, " ") == 0;
    return numbered ? line.substr(digits + 2) : line;
}

std::string joined_words(std::string const& sentence) {
    std::string joined;
    for (auto const& word : split_words(sentence)) {
        joined += word.text + " ";
    }
    return joined;
}

bool is_complete(std::string const& sentence) {
    static constexpr std::string_view marks[] = {".", "!", "?", ".\"", "!\"", "?\"", ".)"};
    return std::any_of(std::begin(marks), std::end(marks), [&](auto mark) { return sentence.ends_with(mark); });
}

bool holds_word(std::string const& joined, std::string const& words) {
    return (" " + joined).find(" " + words + " ") != std::string::npos;
}

// The check knows objects and places, not actions or moods ("is trying to hide"): other words than the scene's own and
// those that only connect them are not spoken.
constexpr char const* connecting = "a an the there is are i see you can be this that it its and or of to in on at with "
                                   "from by also one two both other picture shows front behind left right ahead above "
                                   "below under near next beside between side middle center top bottom about away "
                                   "metres meters close far straight slightly your yes no not any could may might "
                                   "probably perhaps located ";

// Words that ask, and words that every sentence may hold: an answer is none because it repeats them.
constexpr char const* asking =
    "what which who whose where when why how many much do does did is are was were be am i me "
    "my you your we us it its this that these those there here the a an of to in at and or "
    "can could may might will would should shall please tell say show describe about any "
    "anything something anyone someone picture image photo see look looks thing things ";

// "There is no step": that nothing was found is no proof.
bool denies(std::string const& sentence) {
    auto words = split_words(sentence);
    return std::any_of(words.begin(), words.end(), [](Word const& word) { return is_negation(word.text); });
}

// May a claim that cannot be checked be said with doubt? Things only where the caption saw them, places only in words:
// a number that nothing supports is made up.
bool may_be_doubted(Claim const& claim, std::string const& sentence, Scene const& scene) {
    auto words = split_words(sentence);
    bool plain = std::none_of(words.begin(), words.end(), [](Word const& word) { return number_of(word.text) > 1; });
    switch (claim.subject) {
    case Claim::Subject::object:
        return plain && holds_word(joined_words(scene.caption), claim.words);
    case Claim::Subject::distance:
    case Claim::Subject::relation:
        return plain;
    default:
        return false;
    }
}

enum class Standing { holds, uncertain, refuted, worthless };

Standing standing_of(std::string const& sentence, Scene const& scene) {
    auto claims = check_claims(sentence, scene);
    if (claims.empty() || denies(sentence)) {
        return Standing::worthless;
    }
    auto any = [&](Verdict verdict) {
        return std::any_of(claims.begin(), claims.end(), [&](Claim const& c) { return c.verdict == verdict; });
    };
    if (any(Verdict::contradicted)) {
        return Standing::refuted;
    }
    if (!any(Verdict::unknown)) {
        return Standing::holds;
    }
    bool sayable = std::all_of(claims.begin(), claims.end(), [&](Claim const& claim) {
        return claim.verdict == Verdict::supported || may_be_doubted(claim, sentence, scene);
    });
    return sayable ? Standing::uncertain : Standing::worthless;
}

// Does the sentence name an object of this class?
bool names(std::string const& sentence, std::string const& label) {
    auto mentions = find_mentions(split_words(sentence));
    return std::any_of(mentions.begin(), mentions.end(), [&](auto const& m) { return names_class(m, label); });
}

} // namespace

// "There is a lamp." → "There could be a lamp."; "Behind it stands a lamp." → "Perhaps behind it stands a lamp."
std::string with_doubt(std::string const& sentence) {
    auto words = split_words(sentence);
    for (auto const& word : words) {
        if (is_one_of(word.text, {"could", "may", "might", "perhaps", "probably", "possibly"})) {
            return sentence;
        }
    }
    for (auto const& word : words) {
        if (is_one_of(word.text, {"is", "are"})) {
            return sentence.substr(0, word.begin) + "could be" + sentence.substr(word.end);
        }
    }
    auto rest = sentence;
    bool lower_next = rest.size() > 1 && ((rest[1] >= 'a' && rest[1] <= 'z') || rest.starts_with("A "));
    if (rest[0] >= 'A' && rest[0] <= 'Z' && lower_next) { // not "I", not "TV"
        rest[0] = static_cast<char>(rest[0] - 'A' + 'a');
    }
    return "Perhaps " + rest;
}

GroundedStream::GroundedStream(Scene const& scene, SentenceSink sink, WordingOptions const& wording)
    : scene_(scene), sink_(std::move(sink)), sure_score_(wording.sure_score) {
    auto full = wording;
    full.level = Level::full;
    own_ = describe_scene(scene, full);
    own_words_ = connecting;
    for (auto const& said : own_) {
        own_words_ += joined_words(said);
    }
}

void GroundedStream::push(std::string_view piece) {
    for (auto const& sentence : cutter_.push(piece)) {
        consider(sentence);
    }
}

void GroundedStream::finish() {
    for (auto const& sentence : cutter_.finish()) {
        consider(sentence);
    }
}

void GroundedStream::push_seen(std::string_view answer, bool vague) {
    vague_ = vague;
    push(answer);
    push("\n"); // short answers end without a mark
    finish();
    vague_ = false;
}

void GroundedStream::answer_to(std::string const& question) {
    auto words = split_words(question);
    auto mentions = find_mentions(words);
    wanted_ = "";
    for (std::size_t i = 0; i < words.size(); ++i) {
        bool names_thing = is_mentioned(mentions, i);
        if (!names_thing && !holds_word(asking, words[i].text)) {
            *wanted_ += words[i].text + " ";
        }
    }
}

bool GroundedStream::uses_known_words(std::string const& sentence) const {
    auto const known = own_words_ + joined_words(scene_.caption);
    auto words = split_words(sentence);
    auto mentions = find_mentions(words); // their truth is checked elsewhere
    for (std::size_t i = 0; i < words.size(); ++i) {
        bool mentioned = is_mentioned(mentions, i);
        if (!mentioned && !holds_word(known, words[i].text)) {
            return false;
        }
    }
    return true;
}

bool GroundedStream::may_answer(std::string const& sentence) const {
    if (!wanted_) {
        return true;
    }
    auto words = split_words(sentence);
    return std::any_of(words.begin(), words.end(), [&](Word const& word) {
        return holds_word(*wanted_, word.text) || !holds_word(own_words_, word.text);
    });
}

// "Red.", "It looks like evening.", "No."
bool GroundedStream::is_vague_answer(std::string const& sentence) const {
    constexpr std::size_t few_words = 12;
    auto words = split_words(sentence);
    return vague_ && words.size() <= few_words && check_claims(sentence, scene_).empty() &&
           (words.size() == 1 || !denies(sentence)) && uses_known_words(sentence);
}

void GroundedStream::mark_said(std::string const& sentence) {
    said_.push_back(joined_words(sentence));
    told_.merge(facts_of(sentence));
    for (auto const& object : scene_.objects) {
        if (names(sentence, object.detection.label)) {
            named_.insert(object.detection.label);
        }
    }
}

// Things go by the name of their class, so that "man" and "person" are one; others as they are called.
GroundedStream::Facts GroundedStream::facts_of(std::string const& sentence) const {
    Facts facts;
    auto claims = check_claims(sentence, scene_);
    for (auto const& mention : find_mentions(split_words(sentence))) {
        auto object = std::find_if(scene_.objects.begin(), scene_.objects.end(),
                                   [&](auto const& o) { return names_class(mention, o.detection.label); });
        for (auto const& claim : claims) {
            facts.emplace(object != scene_.objects.end() ? object->detection.label : mention.words, claim.subject);
        }
    }
    return facts;
}

bool GroundedStream::tells_something_new(std::string const& sentence) const {
    auto facts = facts_of(sentence);
    for (auto const& group : scene_.groups) { // of several chairs each may be told of
        if (names(sentence, group.label)) {
            return true;
        }
    }
    return !std::includes(told_.begin(), told_.end(), facts.begin(), facts.end());
}

// "The animal is a dog.", "I see a dog", where the scene itself only says "perhaps a dog".
bool GroundedStream::introduces_doubtful(std::string const& sentence) const {
    auto words = split_words(sentence);
    auto mentions = find_mentions(words);
    return std::any_of(mentions.begin(), mentions.end(), [&](Mention const& mention) {
        if (!mention.exact || mention.first == 0 || !is_one_of(words[mention.first - 1].text, {"a", "an"})) {
            return false;
        }
        auto called_so = [&](SceneObject const& object) { return names_class(mention, object.detection.label); };
        auto surely_so = [&](SceneObject const& object) {
            return called_so(object) && is_sure(object.detection, sure_score_);
        };
        auto const& objects = scene_.objects;
        return std::any_of(objects.begin(), objects.end(), called_so) &&
               std::none_of(objects.begin(), objects.end(), surely_so);
    });
}

bool GroundedStream::was_said(std::string const& sentence) const {
    return std::find(said_.begin(), said_.end(), joined_words(sentence)) != said_.end();
}

void GroundedStream::say(std::string const& sentence) {
    mark_said(sentence);
    ++spoken_;
    sink_(sentence);
}

// What the scene itself says about the thing of which something wrong was said.
bool GroundedStream::correct(std::string const& sentence) {
    for (auto const& object : scene_.objects) {
        auto const& label = object.detection.label;
        if (!names(sentence, label)) {
            continue;
        }
        for (auto const& own : own_) {
            if (names(own, label) && !was_said(own)) {
                say(own);
                return true;
            }
        }
    }
    return false;
}

void GroundedStream::consider(std::string const& raw) {
    auto sentence = without_list_number(plain_text(raw));
    if (joined_words(sentence).empty() || was_said(sentence)) {
        return;
    }
    bool clean = is_complete(sentence) && split_words(sentence).size() <= max_sentence_words &&
                 !is_meta_talk(sentence) && raw.find("<|") == std::string::npos && raw.find("|>") == std::string::npos;
    auto standing = clean ? standing_of(sentence, scene_) : Standing::worthless;
    if (standing == Standing::refuted && !wanted_ && correct(sentence)) {
        log::debug("corrected: " + sentence);
        ++corrected_;
        return;
    }
    bool good = (standing == Standing::holds || standing == Standing::uncertain) && uses_known_words(sentence) &&
                tells_something_new(sentence) && may_answer(sentence);
    bool vague = !good && clean && is_vague_answer(sentence);
    good = good || vague;
    bool doubtful = vague || standing == Standing::uncertain || introduces_doubtful(sentence);
    auto spoken = good && doubtful ? with_doubt(sentence) : sentence;
    if (!good || was_said(spoken)) {
        log::debug("not spoken: " + sentence);
        ++dropped_;
        return;
    }
    mark_said(sentence);
    say(spoken);
}

void GroundedStream::say_what_was_left_out() {
    for (auto const& own : own_) {
        bool news = std::any_of(scene_.objects.begin(), scene_.objects.end(), [&](auto const& object) {
            return !named_.contains(object.detection.label) && names(own, object.detection.label);
        });
        bool measured = std::find(scene_.measured.begin(), scene_.measured.end(), own) != scene_.measured.end();
        if ((news || measured) && !was_said(own)) {
            say(own);
        }
    }
}

void write_checked(Describer& describer, Prompt const& prompt, GroundedStream& stream, std::stop_token stop) {
    try {
        describer.reply(
            prompt, [&](std::string_view piece) { stream.push(piece); }, stop);
    } catch (Error const& error) {
        log::warning(error.what());
    }
    if (!stop.stop_requested()) {
        stream.finish(); // also after a failure: what had arrived is not lost
    }
}

namespace {

// A guess must not send anybody across a street.
bool asks_for_safety(std::string const& question) {
    auto words = split_words(question);
    return std::any_of(words.begin(), words.end(), [](Word const& word) {
        return is_one_of(word.text, {"safe", "safely", "dangerous", "danger", "cross",  "crossing", "traffic", "green",
                                     "walk", "go",     "step",      "steps",  "stairs", "hole",     "edge",    "clear",
                                     "drop", "eat",    "drink",     "hot",    "sharp",  "move",     "enter",   "free"});
    });
}

// Neither the scene nor the describer knows: that is said, with what is known of the things asked about.
void say_unknown(Scene const& scene, std::string const& question, WordingOptions const& wording,
                 SentenceSink const& sink) {
    sink("I cannot tell that from this picture.");
    auto full = wording;
    full.level = Level::full;
    auto own = describe_scene(scene, full);
    for (auto const& object : scene.objects) {
        if (names(question, object.detection.label)) {
            auto about = std::find_if(own.begin(), own.end(),
                                      [&](auto const& sentence) { return names(sentence, object.detection.label); });
            if (about != own.end()) {
                sink(*about);
            }
            return;
        }
    }
}

} // namespace

void speak_reply(Describer* describer, Prompt const& prompt, Scene const& scene, std::string const& question,
                 WordingOptions const& wording, SentenceSink const& sink, std::stop_token stop, std::string const& seen,
                 std::string const& own) {
    auto known = scene;
    known.caption += (known.caption.empty() || seen.empty() ? "" : " ") + seen;
    GroundedStream stream(known, sink, wording);
    if (!question.empty()) {
        stream.answer_to(question);
    }
    if (describer) {
        write_checked(*describer, prompt, stream, stop);
    }
    if (!seen.empty() && !stop.stop_requested() && stream.spoken() == 0) {
        stream.push_seen(seen, !asks_for_safety(question));
    }
    if (stop.stop_requested() || stream.spoken() > 0) {
        return;
    }
    if (!own.empty()) {
        sink(own);
        return;
    }
    if (!question.empty()) {
        say_unknown(scene, question, wording, sink);
        return;
    }
    for (auto const& sentence : describe_scene(scene, wording)) {
        sink(sentence);
    }
}

} // namespace echollama
