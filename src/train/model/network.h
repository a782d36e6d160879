// A LLaMA with a LoRA adapter, forwards to the log-probabilities of answers and backwards to the adapter's gradients.
// The base is frozen, so only activations and the small matrices have gradients. Written out by hand; formulas as in
// transformers, modeling_llama.py.
#pragma once

#include "nn/backend.h"
#include "train/kernels/attention.h"
#include "train/kernels/layers.h"
#include "train/kernels/output_layer.h"
#include "train/model/lora.h"

#include <memory>
#include <span>
#include <vector>

namespace echollama::train {

// A row whose network output predicts a token of an answer.
struct Target {
    std::int64_t row = 0;
    std::int32_t token = 0;
    std::int64_t answer = 0; // index of the sum that its log-probability belongs to
};

// Texts to be computed together, without padding: row by row a token and its position within its text.
struct Batch {
    std::vector<std::int32_t> ids, positions;
    std::vector<PieceGroup> groups;
    std::vector<Target> targets;
    std::int64_t answers = 0;

    std::int64_t rows() const { return static_cast<std::int64_t>(ids.size()); }
};

// Appends a prompt and its answers. The prompt is computed once, whatever the number of answers; the last token of an
// answer predicts nothing and is not computed. Neither the prompt nor an answer may be empty.
void add_answers(Batch& batch, std::span<std::int32_t const> prompt,
                 std::span<std::span<std::int32_t const> const> answers);

struct AnswerSum {
    double log_prob = 0;   // sum over its tokens
    double mean_logit = 0; // mean over its tokens and the vocabulary
    std::int64_t tokens = 0;
};

// How the frozen weights are stored and multiplied on a device; the adapter, activations and sums are float32.
enum class Precision {
    f32,
    bf16,
    f16, // slopes are made larger on the way back, so that none vanishes, and less large when one overflows
};

struct NetworkOptions {
    std::int64_t positions = 8192;        // longest text
    bool checkpointing = false;           // keep only the inputs of layers and compute the rest again on the way back
    std::string device = nn::cpu_device;  // as nn::make_backend knows them
    Precision precision = Precision::f32; // of a device
    std::uint64_t device_memory = 0;      // bytes that a device may give; 0: what it has free
};

class Network {
  public:
    // All three must live as long as the network. Throws Error when the device is not there or has too little memory.
    Network(LlamaWeights const& weights, Lora& lora, Workers& workers, NetworkOptions const& options);
    ~Network();

    // The adapter off: the reference. Nothing is kept.
    std::vector<AnswerSum> score_without_adapter(Batch const& batch);
    std::vector<AnswerSum> score(Batch const& batch);

    // Keeps what backward() needs. Where the adapter has dropout it is on here, and here alone; `stream` says which
    // inputs are left out.
    std::vector<AnswerSum> forward(Batch const& batch, std::uint64_t stream = 0);
    // Adds to the adapter's gradients those of a loss whose slopes by the answers' log-probabilities are given. After
    // forward() of the same batch, once.
    void backward(Batch const& batch, std::span<double const> slopes);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama::train
