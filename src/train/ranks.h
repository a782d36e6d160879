// Several processes that learn together, on one machine or many: each computes its share of a step's rows, and the
// small gradients of the adapter are summed over TCP. Started as torchrun, mpirun or SLURM start processes.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace echollama::train {

struct RankPlace {
    int rank = 0, count = 1;           // this process, counted from 0, and their number
    std::string address = "127.0.0.1"; // where rank 0 listens
    int port = 29500;                  // torchrun's usual one
};

// RANK and WORLD_SIZE (torchrun), OMPI_COMM_WORLD_RANK and _SIZE, PMI_RANK and _SIZE, or SLURM_PROCID and SLURM_NTASKS;
// MASTER_ADDR and MASTER_PORT. One process where none of them is set. Throws Error when they contradict each other.
RankPlace rank_from_environment();

class Ranks {
  public:
    // Meets the others: rank 0 waits for them, they look for it as long as `patience`. Throws Error.
    explicit Ranks(RankPlace place, std::chrono::seconds patience = std::chrono::seconds(120));
    Ranks() = default; // one process alone
    ~Ranks();
    Ranks(Ranks const&) = delete;
    Ranks& operator=(Ranks const&) = delete;

    int rank() const { return place_.rank; }
    int count() const { return place_.count; }
    bool leads() const { return place_.rank == 0; } // and writes the files

    // Every number becomes the sum over all processes, added in the order of ranks, with the same bits in all of them.
    // All must call it with as many numbers at the same moment of the run. Throws Error when another process is gone.
    void sum(std::span<double> numbers);
    void sum(std::span<float> numbers);
    // Is it so in any of them?
    bool any(bool here);

  private:
    template <class Number>
    void sum_of(std::span<Number> numbers);

    RankPlace place_;
    std::vector<int> others_; // of rank 0: sockets of ranks 1, 2, …; of the others: that of rank 0
};

} // namespace echollama::train
