// Preference data from pictures: what a language model is told of each, a teacher's answer and the base model's.
#pragma once

#include "dataset/preference.h"
#include "dataset/row_file.h"
#include "roles/roles.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::dataset {

// What one picture gives. `scene` is for the check of the answers.
struct Question {
    Prompt prompt;
    Scene scene;
};

// Who answers: makes a Describer for each thread that asks. A teacher without one is the scene's own words.
using MakeDescriber = std::function<std::unique_ptr<Describer>()>;

struct BuildRoles {
    std::function<Question(std::string const& image)> look; // throws Error for pictures that cannot be used
    Describer* base = nullptr;                              // answers one after the other
    std::string base_name;
    MakeDescriber teacher = {}; // empty: the scene's own words, the same facts that the check knows
    std::string teacher_name = "the scene's own words";
};

struct BuildOptions {
    int requests = 4; // to the teacher at once
};

struct Failure {
    std::string image, why;
};

// After each picture, from one thread at a time.
struct BuildProgress {
    std::size_t done = 0, failed = 0, all = 0;
};

// Adds a row for each picture that the file does not hold yet. Pictures are looked at and the base model answers in
// order; the teacher's answers come side by side, and rows stand in the file in the order in which they are complete. A
// picture or an answer that fails costs its row only. Throws what the file throws (a full disk), and Cancelled when
// stop is requested: what is in the file then is whole.
std::vector<Failure> build_dataset(std::vector<std::string> const& images, BuildRoles const& roles, RowFile& file,
                                   BuildOptions const& options, std::function<void(BuildProgress const&)> const& tell,
                                   std::stop_token stop);

} // namespace echollama::dataset
