// CHAIR-i of what is spoken about toy scenes: with the starter model, and with one that says anything.
#include "base/counter_rng.h"
#include "describer/grounded_stream.h"
#include "describer/local_describer.h"
#include "support/language.h"
#include "wording/grounding.h"
#include "wording/mentions.h"
#include "wording/prompt.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>

namespace echollama {
namespace {

using namespace test;

// Two things of eight kinds, anywhere.
Scene toy_scene(std::uint64_t i) {
    char const* labels[] = {"cup", "chair", "person", "dog", "car", "bottle", "laptop", "bench"};
    auto x = static_cast<float>(splitmix64(i, 1) % 500);
    auto y = static_cast<float>(splitmix64(i, 2) % 250);
    return scene_of({{labels[splitmix64(i, 3) % 8], -1, 0.9F, {x, y, x + 120, y + 200}, {}},
                     {labels[splitmix64(i, 4) % 8], -1, 0.9F, {500 - x, 200, 600 - x, 400}, {}}});
}

// Objects named and, of these, not in the scene; what else must be true of everything spoken is expected here.
struct Named {
    int all = 0, wrong = 0;
};

// Words that name nothing. Everything else that is spoken must come from the scene's own sentences.
bool is_connecting(std::string const& word) {
    static std::set<std::string> const words{
        "a",     "an",       "the",      "there",   "is",     "are",    "i",       "see",   "you",   "can",
        "be",    "this",     "that",     "it",      "its",    "and",    "or",      "of",    "to",    "in",
        "on",    "at",       "with",     "from",    "by",     "also",   "one",     "two",   "both",  "other",
        "front", "behind",   "left",     "right",   "ahead",  "above",  "below",   "under", "near",  "next",
        "side",  "beside",   "middle",   "between", "center", "top",    "bottom",  "about", "away",  "close",
        "far",   "straight", "slightly", "your",    "yes",    "no",     "not",     "any",   "could", "may",
        "might", "probably", "perhaps",  "located", "metres", "meters", "picture", "shows"};
    return words.contains(word);
}

Named check_spoken(Scene const& scene, Sentences const& all) {
    Named named;
    std::set<std::string> own;
    for (auto const& sentence : describe_scene(scene, {})) {
        for (auto const& word : split_words(sentence)) {
            own.insert(word.text);
        }
    }
    EXPECT_FALSE(all.empty());
    for (auto const& sentence : all) {
        auto words = split_words(sentence);
        EXPECT_LE(words.size(), max_sentence_words);
        EXPECT_FALSE(is_meta_talk(sentence)) << sentence;
        auto mentions = find_mentions(words);
        for (auto const& mention : mentions) {
            bool there = std::any_of(scene.objects.begin(), scene.objects.end(),
                                     [&](auto const& object) { return names_class(mention, object.detection.label); });
            ++named.all;
            named.wrong += !there;
            EXPECT_TRUE(there) << sentence;
        }
        for (std::size_t i = 0; i < words.size(); ++i) {
            bool names_thing = std::any_of(mentions.begin(), mentions.end(),
                                           [&](auto const& m) { return m.first <= i && i < m.first + m.count; });
            EXPECT_TRUE(names_thing || own.contains(words[i].text) || is_connecting(words[i].text))
                << "'" << words[i].text << "' in: " << sentence;
        }
    }
    return named;
}

Sentences told(Describer& describer, Scene const& scene) {
    Sentences all;
    speak_reply(&describer, scene_prompt(scene, "", {}), scene, "", {},
                [&](auto const& sentence) { all.push_back(sentence); }, {});
    return all;
}

struct Toys {
    Named named;
    int from_model = 0; // scenes in which the model's words were spoken
    std::size_t spoken = 0, corrected = 0, dropped = 0;
};

Toys tell_toys(Describer& describer, int scenes, PromptStyle style) {
    Toys toys;
    for (int i = 0; i < scenes; ++i) {
        auto scene = toy_scene(static_cast<std::uint64_t>(i));
        Sentences all;
        GroundedStream stream(scene, [&](auto const& sentence) { all.push_back(sentence); });
        write_checked(describer, scene_prompt(scene, "", {.style = style}), stream, {});
        toys.from_model += stream.spoken() > stream.corrected();
        toys.spoken += stream.spoken();
        toys.corrected += stream.corrected();
        toys.dropped += stream.dropped();
        stream.say_what_was_left_out();
        auto named = check_spoken(scene, all);
        toys.named.all += named.all;
        toys.named.wrong += named.wrong;
    }
    std::cout << toys.named.all << " objects named, " << toys.named.wrong << " wrong; the model's words in "
              << toys.from_model << " of " << scenes << " scenes; " << toys.spoken << " sentences spoken, "
              << toys.corrected << " of them corrected, " << toys.dropped << " dropped\n";
    return toys;
}

// CHAIR-i of what is spoken, with the starter model. Twenty scenes; with ECHOLLAMA_LONG_TESTS 200 in both styles of
// prompt (docs/performance.md).
TEST(ToyScenes, NothingIsNamedThatIsNotThere) {
    SKIP_WITHOUT(smollm());
    bool whole = std::getenv("ECHOLLAMA_LONG_TESTS") != nullptr;
    auto describer = make_local_describer(smollm(), {.sampling = {.max_tokens = 32, .temperature = 0}});
    int const scenes = whole ? 200 : 20;
    auto toys = tell_toys(*describer, scenes, PromptStyle::standard);
    EXPECT_GE(toys.named.all, scenes);
    EXPECT_GE(toys.from_model, scenes / 2);
    if (whole) {
        EXPECT_EQ(tell_toys(*describer, scenes, PromptStyle::paper).named.wrong, 0);
    }
}

// The same with a model that says anything: half of it false, with plumbing, markup and special tokens between.
TEST(ToyScenes, AModelThatSaysAnythingIsNotRepeated) {
    char const* things[] = {"cup",    "chair",   "person",  "dog",  "car",    "bottle", "laptop",       "bench",
                            "window", "giraffe", "toaster", "lamp", "dragon", "cups",   "three chairs", "people"};
    char const* forms[] = {"There is a % on the left. ",
                           "There is a % on the right. ",
                           "I see a %. ",
                           "No % is there. ",
                           "**The %** is next to the bench. ",
                           "The % is trying to escape. ",
                           "1. A %, about 2 metres away.\n",
                           "The % costs $5. ",
                           "As an AI, I see a %. ",
                           "<|im_end|> a % ",
                           "The % is far away. ",
                           "The matrix says % at (3, 4). ",
                           "\xF0\x9F\x98\x80 A happy %! ",
                           "Is there a %? "};
    Named sum;
    for (std::uint64_t i = 0; i < 200; ++i) {
        std::string text;
        for (std::uint64_t k = 0; k < 12; ++k) {
            std::string form = forms[splitmix64(i, 10 + k) % std::size(forms)];
            text += form.replace(form.find('%'), 1, things[splitmix64(i, 40 + k) % std::size(things)]);
        }
        auto scene = toy_scene(i);
        FixedDescriber liar(text);
        auto named = check_spoken(scene, told(liar, scene));
        sum.all += named.all;
        sum.wrong += named.wrong;
    }
    EXPECT_GT(sum.all, 200);
    EXPECT_EQ(sum.wrong, 0);
}

} // namespace
} // namespace echollama
