// Which part of the work this one of several programs does.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace echollama::dataset {

struct Shard {
    std::size_t index = 0, count = 1; // from 0

    bool operator==(Shard const&) const = default;
    // Every item belongs to exactly one shard.
    bool holds(std::size_t item) const { return item % count == index; }
};

// "2/8": the second of eight. Throws UsageError for anything else.
Shard parse_shard(std::string const& text);

// Rank and size that SLURM, Open MPI, MPICH's launchers or torchrun give their programs by environment variables.
// Empty: there are none, or they tell of one program. Throws Error when they contradict themselves (rank 8 of 8).
std::optional<Shard> shard_from_environment();

// "data.jsonl" → "data.2-of-8.jsonl"; the name itself where there is one shard.
std::string shard_name(std::string const& name, Shard const& shard);

} // namespace echollama::dataset
