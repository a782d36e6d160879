#include "scene/answers.h"

#include "scene/coco.h"
#include "scene/english.h"
#include "scene/mentions.h"

#include <algorithm>

namespace echollama {
namespace {

using Indices = std::vector<std::size_t>;

struct Question {
    std::vector<Word> words;
    std::vector<Mention> mentions;

    bool has(std::initializer_list<std::string_view> wanted) const {
        return std::any_of(words.begin(), words.end(), [&](Word const& word) {
            return std::find(wanted.begin(), wanted.end(), word.text) != wanted.end();
        });
    }
    bool starts(std::string_view first, std::string_view second = {}) const {
        return !words.empty() && words[0].text == first &&
               (second.empty() || (words.size() > 1 && words[1].text == second));
    }
};

Indices objects_named(Scene const& scene, Mention const& mention) {
    Indices found;
    for (std::size_t i = 0; i < scene.objects.size(); ++i) {
        if (names_class(mention, scene.objects[i].detection.label)) {
            found.push_back(i);
        }
    }
    return found;
}

std::string place_of(SceneObject const& object, WordingOptions const& options) {
    std::string place = direction_words(object, options.directions);
    std::string distance = distance_words(object.distance, options.units);
    return place + (place.empty() || distance.empty() ? "" : ", ") + distance;
}

std::string sentence_about(SceneObject const& object, WordingOptions const& options) {
    std::string place = place_of(object, options);
    return capitalised(careful_name(object.detection, options.sure_score)) + (place.empty() ? "." : ", " + place + ".");
}

std::string several(Scene const& scene, Indices const& found, WordingOptions const& options) {
    Scene part = scene;
    part.objects.clear();
    part.relations.clear();
    part.measured.clear();
    for (auto index : found) {
        part.objects.push_back(scene.objects[index]);
    }
    WordingOptions brief = options;
    brief.level = Level::brief;
    std::string text;
    for (auto const& sentence : describe_scene(part, brief)) {
        text += (text.empty() ? "" : " ") + sentence;
    }
    return text;
}

std::string not_seen(Mention const& mention) {
    return "I do not see any " + mention.words + " in this picture.";
}

std::optional<std::string> answer_about(Scene const& scene, Question const& question, WordingOptions const& options) {
    auto const& mention = question.mentions.front();
    if (mention.label.empty() && mention.exact) {
        return std::nullopt; // a thing the detector does not know: the scene cannot say
    }
    auto found = objects_named(scene, mention);
    if (question.has({"many"})) {
        return found.empty() ? not_seen(mention)
                             : "I see " + number_word(found.size()) + ". " + several(scene, found, options);
    }
    if (found.empty()) {
        return question.has({"where", "there", "see", "far"}) ? std::optional(not_seen(mention)) : std::nullopt;
    }
    auto const& nearest = scene.objects[found[0]];
    if (question.has({"far", "distance", "close"})) {
        std::string distance = distance_words(nearest.distance, options.units);
        return distance.empty()
                   ? "I cannot tell how far the " + nearest.detection.label + " is."
                   : capitalised(careful_name(nearest.detection, options.sure_score)) + ", " + distance + ".";
    }
    if (question.has({"where"}) || question.starts("find")) {
        return found.size() == 1 ? sentence_about(nearest, options) : several(scene, found, options);
    }
    bool yes_or_no = question.starts("is", "there") || question.starts("are", "there") ||
                     question.starts("do", "you") || question.starts("can", "you");
    if (yes_or_no && question.mentions.size() == 1) {
        return "Yes. " + (found.size() == 1 ? sentence_about(nearest, options) : several(scene, found, options));
    }
    return std::nullopt;
}

// Whether it is safe is more than a camera can tell; what is there, nearest first, helps to find out.
bool asks_whether_safe(Question const& question) {
    return question.has({"safe", "safely", "danger", "dangerous", "cross"}) ||
           (question.has({"way", "path"}) && question.has({"free", "clear", "my", "in"})) ||
           (question.starts("can", "i") && question.has({"walk", "go"}));
}

std::string side_answer(Scene const& scene, int side, WordingOptions const& options) {
    Indices found;
    for (std::size_t i = 0; i < scene.objects.size(); ++i) {
        float const bearing = scene.objects[i].bearing_deg;
        if (side == 0 ? is_nearly_ahead(bearing) : side_of(bearing) == side) {
            found.push_back(i);
        }
    }
    std::string where = side < 0 ? "on the left" : side > 0 ? "on the right" : "straight ahead";
    return found.empty() ? "I do not see anything " + where + "." : several(scene, found, options);
}

std::string everything(Scene const& scene, WordingOptions const& options) {
    Indices all(scene.objects.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = i;
    }
    return several(scene, all, options);
}

Question read_question(std::string const& text) {
    Question question{split_words(text), {}};
    question.mentions = find_mentions(question.words);
    return question;
}

} // namespace

std::optional<std::string> answer_question(Scene const& scene, std::string const& text, WordingOptions const& options) {
    auto const question = read_question(text);
    if (question.words.empty()) {
        return std::nullopt;
    }
    if (question.starts("thanks") || question.starts("thank", "you")) {
        return "You are welcome.";
    }
    if (asks_whether_safe(question)) {
        return "I cannot tell whether it is safe. " + everything(scene, options);
    }
    if (!question.mentions.empty()) {
        return answer_about(scene, question, options);
    }
    if (question.starts("who") && question.words.size() <= 5) {
        return answer_about(scene, read_question("where is the person"), options);
    }
    if (question.starts("describe") ||
        (question.starts("what") && question.words.size() == 3 && question.has({"this", "that", "it"}))) {
        return everything(scene, options);
    }
    if (!question.starts("what") && !question.starts("who") && !question.starts("anything") && !question.starts("is")) {
        return std::nullopt;
    }
    if (question.has({"left"}) != question.has({"right"})) {
        return side_answer(scene, question.has({"left"}) ? -1 : 1, options);
    }
    if (question.has({"ahead", "front", "middle", "center", "centre"})) {
        return side_answer(scene, 0, options);
    }
    if (question.has({"nearest", "closest"}) && !scene.objects.empty() &&
        scene.objects[0].distance.source != DistanceSource::none) {
        return sentence_about(scene.objects[0], options);
    }
    if (question.starts("what") && question.has({"see", "there", "here", "around", "picture"})) {
        return everything(scene, options);
    }
    return std::nullopt;
}

} // namespace echollama
