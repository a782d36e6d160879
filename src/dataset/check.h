// What a data set holds, and what a trainer would learn from it that nobody meant.
#pragma once

#include "dataset/preference.h"

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace echollama::dataset {

struct Refusal {
    std::size_t line = 0; // from 1
    std::string why;
};

struct DatasetReport {
    std::size_t rows = 0, refused = 0;
    std::vector<Refusal> first_refused;                            // at most 20
    std::size_t repeated = 0;                                      // rows that stood before: same prompt and answers
    std::size_t same_answers = 0;                                  // chosen and rejected do not differ
    std::size_t chosen_longer = 0;                                 // in words
    double chosen_words = 0, rejected_words = 0, prompt_words = 0; // medians
    std::size_t with_claims = 0;               // rows that say how their answers hold against the scene
    ClaimTally chosen_claims, rejected_claims; // sums over those
    std::set<std::string> teachers, bases;     // who wrote the answers, where rows say so; at most 20 of each
    std::size_t leaked = 0;                    // rows of the other file whose prompt or image is in this one
    std::vector<std::string> first_leaked;     // at most 20: images, or the beginnings of prompts

    // A trainer can learn "longer is better" from it: above 80 percent of the chosen answers are the longer ones.
    bool prefers_length() const { return rows >= 20 && chosen_longer * 5 > rows * 4; }
    bool is_sound() const { return rows > 0 && refused == 0 && repeated == 0 && same_answers == 0 && leaked == 0; }
};

// Reads all rows; prompts are compared without their spaces and case. `evaluation`: another file that must hold nothing
// of this one; empty: none. Throws Error when a file cannot be read.
DatasetReport check_dataset(std::filesystem::path const& path, std::filesystem::path const& evaluation = {});

} // namespace echollama::dataset
