// AdamW (Loshchilov and Hutter, arXiv 1711.05101) with moments in 32 or, block by block, in 8 bits.
#pragma once

#include "train/kernels/dynamic_map.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace echollama::train {

// Numbers that are trained, with the gradient of the loss by them.
struct Parameter {
    std::string name;
    std::vector<std::int64_t> shape; // PyTorch order
    std::vector<float> values, gradient;
};

// The L2 norm of all gradients as one vector.
double gradient_norm(std::span<Parameter const> parameters);
// Multiplies them by min(1, most / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_.
void clip_gradients(std::span<Parameter> parameters, double norm, double most);

enum class OptimiserKind { adamw, adamw_8bit };

struct AdamWOptions {
    OptimiserKind kind = OptimiserKind::adamw;
    double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0;
};

inline constexpr std::size_t state_block = 256;      // numbers of an 8-bit state with one scale
inline constexpr std::size_t fewest_for_8bit = 4096; // smaller parameters keep 32-bit states

// First and second moments of one parameter: as floats, or as codes with a scale for each block.
struct Moments {
    std::vector<float> m, v;
    std::vector<std::uint8_t> m_codes, v_codes;
    std::vector<float> m_scales, v_scales;
};

class AdamW {
  public:
    // The maps of the codes may be given, for comparison with other programs' rounding.
    AdamW(AdamWOptions const& options, std::span<Parameter const> parameters);
    AdamW(AdamWOptions const& options, std::span<Parameter const> parameters, DynamicMap const& with_sign,
          DynamicMap const& without_sign);

    // One step at the given rate. adamw: torch.optim.AdamW, the decay before the update. adamw_8bit: bitsandbytes' CUDA
    // kernels (csrc/kernels.cu), also for the parameters that are too small for codes: the decay after the update, and
    // an element whose gradient is not finite is left alone.
    void step(std::span<Parameter> parameters, double rate);

    // For saving and going on: everything that the next step depends on. restore() throws Error when the moments are of
    // other parameters.
    std::int64_t steps() const { return steps_; }
    std::vector<Moments> const& moments() const { return moments_; }
    void restore(std::int64_t steps, std::vector<Moments> moments);

  private:
    AdamWOptions options_;
    DynamicMap with_sign_, without_sign_;
    std::vector<Moments> moments_; // as the parameters
    std::int64_t steps_ = 0;
};

} // namespace echollama::train
