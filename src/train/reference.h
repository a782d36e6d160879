// What the untrained model thinks of the answers: computed once, because it never changes, and remembered on disk.
#pragma once

#include "train/data.h"
#include "train/model/network.h"
#include "train/ranks.h"

#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

namespace echollama::train {

// Log-probabilities of a row's answers before anything is learnt: with the adapter off, or as the run begins.
struct ReferenceScore {
    double chosen = 0, rejected = 0;
};

// The rows of a step or of less, prompts shared between the answers of a row.
Batch batch_of(std::span<Row const* const> rows);

struct ReferenceWork {
    Network& network;
    bool with_adapter = false;
    std::uint64_t model = 0;      // tells models, and adapters where they count, apart
    std::size_t at_once = 1;      // rows that are computed together
    Ranks& ranks;                 // each scores a share of the rows
    std::filesystem::path folder; // where the scores are kept, in a file whose name tells model and data
};

// In the order of the rows; what is on the disk and fits is read instead of computed. told(done) is called as rows are
// finished. Throws Error, and Cancelled on a stop.
std::vector<ReferenceScore> reference_scores(ReferenceWork const& work, std::vector<Row> const& rows,
                                             std::stop_token stop, std::function<void(std::size_t done)> const& told);

// Changes with any token of any row, and with their order.
std::uint64_t fingerprint(std::vector<Row> const& rows);

} // namespace echollama::train
