#include "questions/spelling.h"

#include <algorithm>

namespace echollama {
namespace {

constexpr std::size_t shortest_mended = 4;

// Words of their own that are one letter from the name of a thing or from a word that asks.
constexpr std::string_view own_words[] = {
    "apply",   "applies", "bait",    "bake",    "bananas", "bang",   "bar",    "bars",    "bases",  "basic",  "bath",
    "baths",   "battle",  "battles", "bays",    "beads",   "beak",   "beam",   "beams",   "beans",  "beard",  "beards",
    "beat",    "beach",   "beaches", "beech",   "bell",    "bells",  "bends",  "bills",   "binds",  "bites",  "blame",
    "blaze",   "blown",   "boast",   "boils",   "bolts",   "boom",   "bows",   "brook",   "brow",   "bulbs",  "bully",
    "bunch",   "bunches", "burner",  "busy",    "bushes",  "calls",  "calm",   "camel",   "cane",   "canes",  "canon",
    "cape",    "capes",   "cares",   "cases",   "cast",    "castle", "caves",  "cello",   "chart",  "chat",   "chats",
    "child",   "chill",   "choir",   "chows",   "click",   "cloak",  "coffer", "compute", "cooler", "cough",  "crab",
    "crabs",   "crouch",  "crows",   "decks",   "dining",  "disco",  "discs",  "disks",   "diving", "docks",  "dried",
    "dries",   "driver",  "drivers", "fares",   "file",    "files",  "fines",  "fire",    "fired",  "firm",   "flag",
    "flash",   "fleet",   "folks",   "font",    "food",    "fool",   "form",   "forms",   "fort",   "frost",  "fries",
    "furry",   "glad",    "gloss",   "grove",   "hairy",   "hood",   "hook",   "horn",    "hose",   "hoses",  "host",
    "hosts",   "house",   "houses",  "kites",   "knit",    "lace",   "lane",   "lanes",   "limbs",  "loose",  "maces",
    "mail",    "makes",   "males",   "mangy",   "mark",    "marks",  "mats",   "maze",    "metro",  "miles",  "mines",
    "mint",    "mist",    "mix",     "moose",   "moss",    "mousse", "move",   "moved",   "navel",  "opens",  "pack",
    "packing", "pane",    "panes",   "pant",    "paring",  "parson", "part",   "parting", "phony",  "picked", "places",
    "plan",    "plane",   "planes",  "plank",   "planks",  "plans",  "played", "plus",    "ponds",  "poppy",  "posted",
    "poster",  "potter",  "prayer",  "prison",  "pulse",   "pure",   "push",   "rack",    "rage",   "ranger", "remove",
    "ride",    "rides",   "settle",  "shear",   "sheen",   "sheer",  "sheet",  "sheets",  "shirt",  "shop",   "shops",
    "sing",    "sings",   "skin",    "skins",   "skip",    "sleep",  "sleeps", "slip",    "spears", "spool",  "sport",
    "sports",  "spots",   "stall",   "steep",   "stem",    "stems",  "stoke",  "stole",   "stood",  "stool",  "stools",
    "sweat",   "sweep",   "tablet",  "tablets", "tale",    "tales",  "tank",   "tax",     "taxes",  "team",   "teams",
    "theme",   "these",   "tide",    "tile",    "times",   "tires",  "toast",  "track",   "tracks", "trail",  "trails",
    "trainer", "trait",   "trays",   "trick",   "tricks",  "trunk",  "trunks", "truce",   "wheat",  "whine",  "wind",
    "winds",   "wine",    "wipes",   "wires",   "wise",
};

bool is_own_word(std::string_view word) {
    return std::find(std::begin(own_words), std::end(own_words), word) != std::end(own_words);
}

} // namespace

bool is_one_slip_apart(std::string_view a, std::string_view b) {
    if (a.size() > b.size()) {
        std::swap(a, b);
    }
    if (b.size() - a.size() > 1) {
        return false;
    }
    auto const split = std::mismatch(a.begin(), a.end(), b.begin());
    auto const at = static_cast<std::size_t>(split.first - a.begin());
    if (a.size() < b.size()) {
        return a.substr(at) == b.substr(at + 1);
    }
    if (at == a.size()) {
        return false; // the same
    }
    bool const exchanged =
        at + 1 < a.size() && a[at] == b[at + 1] && a[at + 1] == b[at] && a.substr(at + 2) == b.substr(at + 2);
    return exchanged || a.substr(at + 1) == b.substr(at + 1);
}

std::optional<std::string> nearest_word(std::string const& word, std::vector<std::string> const& known) {
    if (word.size() < shortest_mended || is_own_word(word)) {
        return std::nullopt;
    }
    std::optional<std::string> found;
    for (auto const& candidate : known) {
        // One wrong letter of four leaves too many words that may be meant.
        bool const vague = candidate.size() < shortest_mended ||
                           (candidate.size() == shortest_mended && word.size() == shortest_mended &&
                            !std::is_permutation(word.begin(), word.end(), candidate.begin()));
        if (candidate[0] != word[0] || vague || !is_one_slip_apart(word, candidate)) {
            continue;
        }
        if (found && *found != candidate) {
            return std::nullopt;
        }
        found = candidate;
    }
    return found;
}

} // namespace echollama
