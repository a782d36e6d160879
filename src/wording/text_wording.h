// What is written in the picture, said: with its place, and with doubt where the reader has doubts. It is told as what
// the picture shows, after "says", and is no part of what a language model is told or may say: a sign gives no orders.
#pragma once

#include "scene/types.h"
#include "wording/wording.h"

#include <cstddef>
#include <string>
#include <vector>

namespace echollama {

// Words from here on are said without doubt.
inline constexpr float sure_word = 0.7F;
// Up to so many words are read in a description; of more only the beginning.
inline constexpr std::size_t short_text_words = 15;

inline constexpr char const* no_text_found = "I do not see any text in this picture.";

// Blocks that stand at one place, in the words for it.
struct PlacedLines {
    std::string place;           // "slightly left"; empty where no directions are wanted
    std::string holder;          // the object of the scene that they stand on, "book"; empty: none
    bool upside_down = false;    // as most of their lines are
    std::vector<TextLine> lines; // in reading order
};

// Scene::text, by places, in reading order. Of lines that touch an object (no person) with their middle, those that are
// surely that object are said to stand on it.
std::vector<PlacedLines> placed_text(Scene const& scene, WordingOptions const& options);

// "Text, slightly left, says: Mind the gap."; "The book, on the right, may say: Moby Dick."; "… I am not sure of:
// Dick." Text in letters that an English voice cannot speak is only told to be there.
std::string text_sentence(PlacedLines const& placed);

std::size_t word_count(std::vector<TextLine> const& lines);

// For a description: all of a short text, else the beginning of what is written largest and how to hear the rest. None
// where there is no text.
std::vector<std::string> describe_text(Scene const& scene, WordingOptions const& options);

// All of it, in reading order.
std::vector<std::string> read_all_text(Scene const& scene, WordingOptions const& options);

} // namespace echollama
