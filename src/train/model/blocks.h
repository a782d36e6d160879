// What lies between a network's embedding and the probabilities of its tokens, on whatever computes it.
#pragma once

#include "train/kernels/output_layer.h"
#include "train/model/network.h"

#include <memory>
#include <span>
#include <vector>

namespace echollama::train {

using Numbers = std::vector<float>;

struct Pass {
    bool adapted = true; // with the adapter
    bool keep = false;   // what the way back needs
    std::uint64_t stream = 0;
};

class Blocks {
  public:
    Blocks() = default;
    Blocks(Blocks const&) = delete;
    Blocks& operator=(Blocks const&) = delete;
    virtual ~Blocks() = default;

    // x, the batch's rows of the embedding, becomes the rows that come out of the last block.
    virtual void forward(Batch const& batch, Numbers& x, Pass const& pass) = 0;
    // Adds to the adapter's gradients from x, the slopes of the last block's rows; what becomes of x is left open.
    // After a forward() of the same batch that kept what this needs.
    virtual void backward(Batch const& batch, Numbers& x) = 0;
    // As score_tokens() of train/kernels/output_layer.h.
    virtual void score(float const* normed, std::span<std::int32_t const> tokens, TokenScores* scores,
                       float* slopes) = 0;
};

std::unique_ptr<Blocks> make_cpu_blocks(LlamaWeights const& weights, Lora& lora, Workers& workers,
                                        NetworkOptions const& options);
// Throws Error when there is no such device, or not enough of its memory.
std::unique_ptr<Blocks> make_device_blocks(LlamaWeights const& weights, Lora& lora, int threads,
                                           NetworkOptions const& options);

} // namespace echollama::train
