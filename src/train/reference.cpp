#include "train/reference.h"

#include "base/counter_rng.h"
#include "base/error.h"
#include "base/log.h"
#include "formats/safetensors.h"
#include "formats/safetensors_writer.h"

#include <algorithm>
#include <cstring>

namespace echollama::train {
namespace {

namespace fs = std::filesystem;

void append(std::string& bytes, Tokens const& tokens) {
    auto const count = tokens.size();
    bytes.append(reinterpret_cast<char const*>(&count), sizeof(count));
    bytes.append(reinterpret_cast<char const*>(tokens.data()), count * sizeof(tokens[0]));
}

std::string hexadecimal(std::uint64_t value) {
    char text[17];
    std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(value));
    return text;
}

// Doubles are kept bit for bit, as halves of a kind that safetensors has.
std::vector<ReferenceScore> read_scores(fs::path const& file, std::size_t rows) {
    try {
        auto const numbers = convert::Safetensors(file).integers("scores");
        if (numbers.size() != rows * 2) {
            return {};
        }
        std::vector<ReferenceScore> scores(rows);
        for (std::size_t i = 0; i < rows; ++i) {
            std::memcpy(&scores[i].chosen, &numbers[2 * i], sizeof(double));
            std::memcpy(&scores[i].rejected, &numbers[2 * i + 1], sizeof(double));
        }
        return scores;
    } catch (Error const& error) { // computed again
        log::warning(error.what());
        return {};
    }
}

void write_scores(fs::path const& file, std::vector<ReferenceScore> const& scores) {
    auto const* bytes = reinterpret_cast<std::uint8_t const*>(scores.data());
    convert::write_safetensors(file,
                               {{"scores",
                                 "I64",
                                 {static_cast<std::int64_t>(scores.size()), 2},
                                 {bytes, scores.size() * sizeof(ReferenceScore)}}},
                               {}, "the reference's log-probabilities");
}

// The rows of this process's share; of several processes all stop together.
void score_share(ReferenceWork const& work, std::vector<Row> const& rows, std::stop_token const& stop,
                 std::function<void(std::size_t done)> const& told, std::vector<ReferenceScore>& scores) {
    auto const at_once = work.at_once, stride = at_once * static_cast<std::size_t>(work.ranks.count());
    for (std::size_t from = 0; from < rows.size(); from += stride) {
        if (work.ranks.any(stop.stop_requested())) {
            throw Cancelled();
        }
        auto const first = from + at_once * static_cast<std::size_t>(work.ranks.rank());
        std::vector<Row const*> some;
        for (std::size_t i = first; i < std::min(first + at_once, rows.size()); ++i) {
            some.push_back(&rows[i]);
        }
        if (!some.empty()) {
            auto const batch = batch_of(some);
            auto const sums = work.with_adapter ? work.network.score(batch) : work.network.score_without_adapter(batch);
            auto const answers = sums.size() / some.size();
            for (std::size_t i = 0; i < some.size(); ++i) {
                scores[first + i] = {sums[answers * i].log_prob, answers > 1 ? sums[answers * i + 1].log_prob : 0};
            }
        }
        told(std::min(from + stride, rows.size()));
    }
}

} // namespace

Batch batch_of(std::span<Row const* const> rows) {
    Batch batch;
    for (auto const* row : rows) {
        std::vector<std::span<std::int32_t const>> answers{row->chosen};
        if (!row->rejected.empty()) {
            answers.emplace_back(row->rejected);
        }
        add_answers(batch, row->prompt, answers);
    }
    return batch;
}

std::uint64_t fingerprint(std::vector<Row> const& rows) {
    std::uint64_t hash = 0;
    for (auto const& row : rows) {
        std::string bytes;
        append(bytes, row.prompt);
        append(bytes, row.chosen);
        append(bytes, row.rejected);
        hash = splitmix64(hash, fnv1a64(bytes));
    }
    return hash;
}

std::vector<ReferenceScore> reference_scores(ReferenceWork const& work, std::vector<Row> const& rows,
                                             std::stop_token stop, std::function<void(std::size_t done)> const& told) {
    auto const file =
        work.folder / ("reference-" + hexadecimal(splitmix64(work.model, fingerprint(rows))) + ".safetensors");
    std::vector<ReferenceScore> scores;
    if (work.ranks.leads() && fs::exists(file)) {
        scores = read_scores(file, rows.size());
    }
    bool const known = !scores.empty();
    scores.resize(rows.size());
    if (!work.ranks.any(known)) {
        score_share(work, rows, stop, told, scores);
    }
    if (work.ranks.count() > 1) { // what a process does not know is 0
        work.ranks.sum(std::span(&scores[0].chosen, 2 * scores.size()));
    }
    if (work.ranks.leads() && !known) {
        write_scores(file, scores);
    }
    return scores;
}

} // namespace echollama::train
