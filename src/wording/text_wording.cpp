#include "wording/text_wording.h"

#include "scene/camera.h"
#include "scene/english.h"
#include "scene/grid.h"
#include "wording/reading_order.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

Box box_of(std::vector<TextLine> const& lines) {
    Box box;
    bool first = true;
    for (auto const& line : lines) {
        for (auto const& corner : line.corners) {
            box.x0 = first ? corner.x : std::min(box.x0, corner.x);
            box.x1 = first ? corner.x : std::max(box.x1, corner.x);
            box.y0 = first ? corner.y : std::min(box.y0, corner.y);
            box.y1 = first ? corner.y : std::max(box.y1, corner.y);
            first = false;
        }
    }
    return box;
}

std::string place_of(Box const& box, Scene const& scene, WordingOptions const& options) {
    SceneObject place;
    place.cell = cell_of(box, scene.width, scene.height);
    place.bearing_deg = bearing_of(box.center_x(), scene.camera);
    place.clock_hour = clock_hour_of(place.bearing_deg);
    return direction_words(place, options.directions);
}

bool holds_middle(Box const& outer, Box const& inner) {
    return inner.center_x() >= outer.x0 && inner.center_x() <= outer.x1 && inner.center_y() >= outer.y0 &&
           inner.center_y() <= outer.y1;
}

// The smallest object that is surely named and reaches round the block.
std::string holder_of(Box const& box, Scene const& scene, WordingOptions const& options) {
    SceneObject const* best = nullptr;
    for (auto const& object : scene.objects) {
        auto const& outer = object.detection.box;
        bool const large_enough = outer.width() >= 0.9F * box.width() && outer.height() >= 0.9F * box.height();
        if (object.detection.label != "person" && is_sure(object.detection, options.sure_score) && large_enough &&
            holds_middle(outer, box) && (!best || object.area < best->area)) {
            best = &object;
        }
    }
    return best ? best->detection.label : "";
}

bool is_upside_down(std::vector<TextLine> const& lines) {
    constexpr float turned = 135; // degrees
    auto const count = std::count_if(lines.begin(), lines.end(),
                                     [](TextLine const& line) { return std::abs(angle_of(line)) > turned; });
    return 2 * static_cast<std::size_t>(count) > lines.size();
}

// Letters that are not Latin are at least three bytes long in UTF-8, or Greek, Cyrillic and their neighbours in two.
bool is_latin(std::vector<TextLine> const& lines) {
    std::size_t latin = 0, other = 0;
    for (auto const& line : lines) {
        for (unsigned char const c : text_of(line)) {
            latin +=
                (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c >= 0xC3 && c < 0xC9);
            other += c >= 0xCD;
        }
    }
    return latin >= other;
}

bool is_capital(std::string const& text) {
    return !text.empty() && text[0] >= 'A' && text[0] <= 'Z';
}

bool has_small_letters(std::string const& text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool ends_with_one_of(std::string const& text, std::string_view marks) {
    return !text.empty() && marks.find(text.back()) != std::string_view::npos;
}

// A pause between lines where a new thought seems to begin: another block, or a capital after small letters ("Museum,
// Adults 12"), or words after a figure at a line's end ("adults 12.00, children free").
char const* pause_between(TextLine const& upper, TextLine const& lower) {
    auto const before = text_of(upper), after = text_of(lower);
    bool const punctuated = ends_with_one_of(before, ".,;:!?-");
    if (upper.block != lower.block) {
        return punctuated ? " " : ". ";
    }
    bool const figure_ends = ends_with_one_of(before, "0123456789") && !(after[0] >= '0' && after[0] <= '9');
    bool const begins = (is_capital(after) && has_small_letters(before)) || figure_ends;
    return begins && !punctuated ? ", " : " ";
}

std::string spoken_text(std::vector<TextLine> const& lines) {
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        text += (i == 0 ? "" : pause_between(lines[i - 1], lines[i])) + text_of(lines[i]);
    }
    return text;
}

std::vector<std::string> unsure_words(std::vector<TextLine> const& lines) {
    std::vector<std::string> unsure;
    for (auto const& line : lines) {
        for (auto const& word : line.words) {
            if (word.confidence < sure_word) {
                unsure.push_back(word.text);
            }
        }
    }
    return unsure;
}

std::string doubt_sentence(std::vector<std::string> const& unsure) {
    constexpr std::size_t few = 3;
    if (unsure.empty()) {
        return "";
    }
    if (unsure.size() > few) {
        return " I am not sure of " + std::to_string(unsure.size()) + " of the words.";
    }
    std::string text = " I am not sure of: ";
    for (std::size_t i = 0; i < unsure.size(); ++i) {
        text += (i == 0 ? "" : ", ") + unsure[i];
    }
    return text + ".";
}

// "Text, slightly left, upside down,"
std::string subject_of(PlacedLines const& placed) {
    std::string text = placed.holder.empty() ? "Text" : "The " + placed.holder;
    std::string const place =
        (placed.place.empty() ? "" : ", " + placed.place) + (placed.upside_down ? ", upside down" : "");
    return text + place + (place.empty() ? "" : ",");
}

std::string with_full_stop(std::string const& text) {
    return text + (ends_with_one_of(text, ".!?") ? "" : ".");
}

// The first words of the lines, at most so many.
std::vector<TextLine> beginning_of(std::vector<TextLine> const& lines, std::size_t words) {
    std::vector<TextLine> first;
    for (auto line : lines) {
        if (words == 0) {
            break;
        }
        line.words.resize(std::min(words, line.words.size()));
        words -= line.words.size();
        first.push_back(std::move(line));
    }
    return first;
}

float letter_height(PlacedLines const& placed) {
    float most = 0;
    for (auto const& line : placed.lines) {
        most = std::max(most, std::hypot(line.corners[3].x - line.corners[0].x, line.corners[3].y - line.corners[0].y));
    }
    return most;
}

std::vector<PlacedLines> placed_blocks(Scene const& scene, WordingOptions const& options) {
    std::vector<PlacedLines> blocks;
    auto const lines = scene.text.value_or(std::vector<TextLine>());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i == 0 || lines[i].block != lines[i - 1].block) {
            blocks.emplace_back();
        }
        blocks.back().lines.push_back(lines[i]);
    }
    for (auto& block : blocks) {
        auto const box = box_of(block.lines);
        block.place = place_of(box, scene, options);
        block.holder = holder_of(box, scene, options);
        block.upside_down = is_upside_down(block.lines);
    }
    return blocks;
}

} // namespace

std::size_t word_count(std::vector<TextLine> const& lines) {
    std::size_t count = 0;
    for (auto const& line : lines) {
        count += line.words.size();
    }
    return count;
}

std::vector<PlacedLines> placed_text(Scene const& scene, WordingOptions const& options) {
    std::vector<PlacedLines> places;
    for (auto& block : placed_blocks(scene, options)) {
        bool const same = !places.empty() && places.back().place == block.place &&
                          places.back().holder == block.holder && places.back().upside_down == block.upside_down;
        if (same) {
            auto& known = places.back().lines;
            known.insert(known.end(), block.lines.begin(), block.lines.end());
        } else {
            places.push_back(std::move(block));
        }
    }
    return places;
}

std::string text_sentence(PlacedLines const& placed) {
    if (!is_latin(placed.lines)) {
        return subject_of(placed) + (placed.holder.empty() ? " is" : " has text") + " in letters that I cannot speak.";
    }
    auto const unsure = unsure_words(placed.lines);
    bool const none_sure = unsure.size() == word_count(placed.lines);
    return subject_of(placed) + (none_sure ? " may say: " : " says: ") + with_full_stop(spoken_text(placed.lines)) +
           (none_sure ? "" : doubt_sentence(unsure));
}

std::vector<std::string> read_all_text(Scene const& scene, WordingOptions const& options) {
    std::vector<std::string> sentences;
    for (auto const& placed : placed_text(scene, options)) {
        sentences.push_back(text_sentence(placed));
    }
    return sentences;
}

std::vector<std::string> describe_text(Scene const& scene, WordingOptions const& options) {
    auto const blocks = placed_blocks(scene, options);
    auto const words = word_count(scene.text.value_or(std::vector<TextLine>()));
    if (words <= short_text_words) {
        return read_all_text(scene, options);
    }
    auto const largest = std::max_element(
        blocks.begin(), blocks.end(), [](auto const& a, auto const& b) { return letter_height(a) < letter_height(b); });
    std::string const more = "There are " + std::to_string(words) + " words; ask me to read the text to hear them all.";
    if (!is_latin(largest->lines) || word_count(largest->lines) <= short_text_words) {
        return {text_sentence(*largest), more};
    }
    auto beginning = *largest;
    beginning.lines = beginning_of(largest->lines, short_text_words);
    return {subject_of(beginning) + " begins: " + spoken_text(beginning.lines) + "\u2026", more};
}

} // namespace echollama
