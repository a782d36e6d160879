#include "wording/mentions.h"

#include "scene/coco.h"
#include "scene/english.h"

#include <algorithm>
#include <cctype>
#include <unordered_map>

namespace echollama {
namespace {

struct Term {
    std::string label; // empty: visible thing outside COCO, or a wider word
    bool plural = false;
    bool exact = true;
    bool special = false;
};

// Words for several classes.
struct WiderWord {
    std::string_view word;
    std::string_view labels; // comma separated
};
constexpr WiderWord wider_words[] = {
    {"animal", "bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe"},
    {"vehicle", "bicycle,car,motorcycle,airplane,bus,train,truck,boat"},
    {"pet", "cat,dog,bird"},
    {"furniture", "chair,couch,bed,dining table,bench"},
    {"food", "banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake"},
    {"fruit", "banana,apple,orange"},
    {"cutlery", "fork,knife,spoon"},
    {"utensil", "fork,knife,spoon"},
    {"device", "tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,refrigerator"},
    {"electronic device", "tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,refrigerator"},
    {"silverware", "fork,knife,spoon"},
    {"bag", "handbag,backpack,suitcase"},
    {"glass", "wine glass,cup"},
    {"somewhere to sit", "chair,couch,bench,bed"},
    {"place to sit", "chair,couch,bench,bed"},
    {"something to eat", "banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake"},
};

// "cup, mug" one after the other.
template <typename Visit>
void for_each_part(std::string_view list, Visit visit) {
    while (!list.empty()) {
        auto const comma = std::min(list.find(','), list.size());
        visit(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
}

// Visible things that are no COCO class. A sentence that claims one cannot be checked, so it is not supported.
constexpr std::string_view other_things[] = {
    "window",   "door",          "wall",       "floor",     "ceiling",       "lamp",      "light",      "curtain",
    "carpet",   "rug",           "shelf",      "bookshelf", "cabinet",       "drawer",    "mirror",     "picture frame",
    "painting", "poster",        "fireplace",  "staircase", "stair",         "doorway",   "ramp",       "pillow",
    "blanket",  "cushion",       "towel",      "basket",    "box",           "bag",       "candle",     "tree",
    "grass",    "flower",        "leaf",       "bush",      "rock",          "mountain",  "hill",       "river",
    "lake",     "ocean",         "sea",        "beach",     "sand",          "sky",       "cloud",      "sun",
    "moon",     "star",          "snow",       "rain",      "building",      "house",     "garage",     "bridge",
    "road",     "street",        "sidewalk",   "pavement",  "crosswalk",     "fence",     "gate",       "sign",
    "pole",     "wheel",         "tire",       "helmet",    "hat",           "cap",       "shirt",      "jacket",
    "coat",     "dress",         "pants",      "jeans",     "shoe",          "boot",      "glove",      "scarf",
    "suit",     "uniform",       "spacesuit",  "glasses",   "sunglasses",    "watch",     "ring",       "necklace",
    "camera",   "phone charger", "cable",      "printer",   "speaker",       "headphone", "radio",      "fan",
    "guitar",   "piano",         "toy",        "doll",      "paper",         "pen",       "pencil",     "newspaper",
    "letter",   "plate",         "saucer",     "napkin",    "tablecloth",    "jar",       "can",        "pot",
    "pan",      "kettle",        "teapot",     "coffee",    "tea",           "water",     "milk",       "juice",
    "beer",     "wine",          "bread",      "cheese",    "egg",           "meat",      "fish",       "rice",
    "pasta",    "salad",         "soup",       "fruit",     "vegetable",     "cookie",    "chocolate",  "sugar",
    "salt",     "flag",          "balloon",    "rope",      "chain",         "ladder",    "hammer",     "tool",
    "machine",  "engine",        "robot",      "rocket",    "space shuttle", "spaceship", "satellite",  "planet",
    "tractor",  "ambulance",     "helicopter", "stroller",  "wheelchair",    "cart",      "trolley",    "bucket",
    "broom",    "trash can",     "bin",        "statue",    "fountain",      "tent",      "park",       "garden",
    "forest",   "field",         "desert",     "island",    "farm",          "kitchen",   "bathroom",   "bedroom",
    "office",   "restaurant",    "store",      "shop",      "school",        "church",    "hospital",   "airport",
    "station",  "lion",          "tiger",      "wolf",      "fox",           "rabbit",    "mouse trap", "squirrel",
    "monkey",   "deer",          "pig",        "goat",      "frog",          "snake",     "turtle",     "whale",
    "dolphin",  "shark",         "butterfly",  "bee",       "spider",        "insect",    "crowd",      "band",
    "stage",    "screen door",   "countertop", "counter",   "stove top",     "faucet",    "tap",        "shower",
    "bathtub",  "tile",          "brick",      "stone",     "wood",          "metal",     "handle",     "button",
    "lock",     "key",           "coin",       "money",     "wallet",        "card",      "map",        "globe",
    "calendar", "whiteboard",    "blackboard", "projector", "tripod",        "nest",      "cage",       "leash",
    "collar",   "saddle",        "wing",       "tail",      "paw",           "fur",       "feather",
};

// The same, of which one is called as many are.
constexpr std::string_view pairs[] = {"eyeglasses", "sunglasses", "spectacles", "goggles", "binoculars"};
// And what is called a glass, but nobody drinks from it.
constexpr std::string_view other_glasses[] = {"magnifying glass", "looking glass", "hourglass", "spyglass"};

using Lexicon = std::unordered_map<std::string, Term>;

void add_term(Lexicon& lexicon, std::string const& words, Term term) {
    lexicon.try_emplace(words, term);
    term.plural = true;
    lexicon.try_emplace(plural_word(words), term);
}

Lexicon make_lexicon() {
    Lexicon lexicon;
    for (auto const& object : coco_classes()) {
        std::string name(object.name);
        bool always_plural = object.name == object.plural;
        lexicon[name] = {name, false, true, false};
        lexicon[std::string(object.plural)] = {name, !always_plural, true, false};
    }
    for (auto const& [word, labels] : wider_words) {
        add_term(lexicon, std::string(word), {"", false, false, false});
    }
    for (auto const& object : coco_classes()) {
        std::string const name(object.name);
        for_each_part(object.synonyms, [&](auto word) {
            add_term(lexicon, std::string(word), {name, false, true, false});
        });
        for_each_part(object.special, [&](auto word) {
            add_term(lexicon, std::string(word), {name, false, true, true});
        });
    }
    for (auto pair : pairs) {
        lexicon.try_emplace(std::string(pair), Term{"", true, true, false});
    }
    for (auto glass : other_glasses) {
        add_term(lexicon, std::string(glass), {"", false, true, false});
    }
    for (auto thing : other_things) {
        add_term(lexicon, std::string(thing), {"", false, true, false});
    }
    return lexicon;
}

Lexicon const& lexicon() {
    static Lexicon const terms = make_lexicon();
    return terms;
}

// Words that look like things but are not, where the next word decides.
bool is_figure_of_speech(std::vector<Word> const& words, std::size_t i) {
    auto next = [&](std::string_view word) { return i + 1 < words.size() && words[i + 1].text == word; };
    auto previous = [&](std::string_view word) { return i > 0 && words[i - 1].text == word; };
    auto const& word = words[i].text;
    return (word == "can" && !previous("a") && !previous("the")) ||
           (word == "light" && (previous("is") || next("brown"))) || (word == "watch" && next("out")) ||
           (word == "park" && previous("to")) || (word == "orange" && next("colour")) ||
           (word == "fish" && previous("to"));
}

bool is_persons(Word const& word) {
    bool const possessive = word.end - word.begin > word.text.size(); // "Anna's", without what split_words() cuts off
    return possessive || is_one_of(word.text, {"my", "your", "his", "her", "our", "their", "someone's", "somebody's"});
}

// "my [new] glasses", "reading glasses", "a pair of glasses", "wearing [dark] glasses", "a man with glasses".
bool are_eyeglasses(std::vector<Word> const& words, std::size_t i) {
    auto const is = [&](std::size_t at, std::initializer_list<std::string_view> any) {
        return at < words.size() && is_one_of(words[at].text, any); // one before the first is beyond the last
    };
    auto const before = [&](std::size_t count) { return i - count; };
    if (words[i].text != "glasses" || is(i + 1, {"of"})) {
        return false;
    }
    if (is(before(1), {"reading", "sun", "eye", "distance", "prescription", "safety", "dark", "smart", "swimming",
                       "ski", "3d", "driving", "protective", "computer", "bifocal", "varifocal"})) {
        return true;
    }
    if (is(before(1), {"wine",      "beer",     "water", "drinking", "juice", "milk", "whisky", "whiskey",
                       "champagne", "cocktail", "shot",  "empty",    "full",  "half", "pint",   "tall",
                       "plastic",   "crystal",  "two",   "three",    "four",  "five", "six",    "many"})) {
        return false;
    }
    constexpr std::string_view in_hand[] = {"raise", "raises",  "raising", "raised",   "hold",
                                            "holds", "holding", "clink",   "clinking", "fill",
                                            "fills", "filling", "drink",   "drinking", "drank"};
    if (std::any_of(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](Word const& word) { return is_one_of(word.text, in_hand); })) {
        return false;
    }
    auto const is_worn = [&](std::size_t at) {
        return at < i && (is_persons(words[at]) || is(at, {"wear", "wears", "wearing", "wore", "worn"}));
    };
    bool const with = is(before(1), {"with"}) || (is(before(2), {"with"}) && !is(before(1), {"the"}));
    auto const who = is(before(1), {"with"}) ? before(2) : before(3);
    bool const of_person =
        with && who < i && lexicon().contains(words[who].text) && lexicon().at(words[who].text).label == "person";
    return is_worn(before(1)) || is_worn(before(2)) || of_person ||
           (is(before(1), {"of"}) && is(before(2), {"pair", "pairs"}));
}

} // namespace

std::string joined_words(std::vector<Word> const& words, std::size_t first, std::size_t count) {
    std::string text;
    for (std::size_t i = first; i < first + count; ++i) {
        text += (i == first ? "" : " ") + words[i].text;
    }
    return text;
}

std::vector<Word> told_apart(std::vector<Word> words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (are_eyeglasses(words, i)) {
            words[i].text = "eyeglasses";
        }
    }
    return words;
}

std::vector<Word> split_words(std::string_view text) {
    std::vector<Word> words;
    auto part_of_word = [&](std::size_t i) {
        auto c = static_cast<unsigned char>(text[i]);
        if (std::isalnum(c) || c >= 0x80) {
            return true;
        }
        bool inner = i > 0 && i + 1 < text.size();
        auto before = inner ? static_cast<unsigned char>(text[i - 1]) : 0;
        auto after = inner ? static_cast<unsigned char>(text[i + 1]) : 0;
        return inner && ((c == '\'' && std::isalpha(before) && std::isalpha(after)) ||
                         (c == '.' && std::isdigit(before) && std::isdigit(after)));
    };
    for (std::size_t i = 0; i < text.size();) {
        if (!part_of_word(i)) {
            ++i;
            continue;
        }
        Word word{"", i, i};
        for (; i < text.size() && part_of_word(i); ++i) {
            word.text += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
        }
        word.end = i;
        if (word.text.size() > 2 && word.text.ends_with("'s")) { // possessive
            word.text.resize(word.text.size() - 2);
        }
        words.push_back(std::move(word));
    }
    return words;
}

std::vector<Mention> find_mentions(std::vector<Word> const& words) {
    std::vector<Mention> mentions;
    auto const meant = told_apart(words);
    for (std::size_t i = 0; i < words.size();) {
        std::size_t taken = 0;
        for (std::size_t count = std::min<std::size_t>(3, words.size() - i); count >= 1 && taken == 0; --count) {
            auto found = lexicon().find(joined_words(meant, i, count));
            if (found != lexicon().end() && !(count == 1 && is_figure_of_speech(words, i))) {
                auto const& term = found->second;
                mentions.push_back(
                    {term.label, joined_words(words, i, count), i, count, term.plural, term.exact, term.special});
                taken = count;
            }
        }
        i += std::max<std::size_t>(taken, 1);
    }
    return mentions;
}

bool names_class(Mention const& mention, std::string_view label) {
    if (mention.exact) {
        return mention.label == label;
    }
    for (auto const& [word, labels] : wider_words) {
        if (mention.words == word || mention.words == plural_word(std::string(word))) {
            bool named = false;
            for_each_part(labels, [&](auto part) { named = named || part == label; });
            return named;
        }
    }
    return false;
}

std::unordered_map<std::string, bool> const& thing_words() {
    static auto const words = [] {
        std::unordered_map<std::string, bool> all;
        for (auto const& [name, term] : lexicon()) {
            bool const of_class = !term.label.empty() || !term.exact;
            for (auto const& word : split_words(name)) {
                all[word.text] = all[word.text] || of_class;
            }
        }
        return all;
    }();
    return words;
}

bool is_mentioned(std::vector<Mention> const& mentions, std::size_t word) {
    return std::any_of(mentions.begin(), mentions.end(),
                       [&](Mention const& m) { return m.first <= word && word < m.first + m.count; });
}

} // namespace echollama
