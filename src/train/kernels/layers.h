// The small layers of a LLaMA block, forwards and backwards, on rows of float32 numbers. Backward functions get the
// gradient of the loss by their output; formulas are the derivatives of the forward ones.
#pragma once

#include "train/kernels/workers.h"

#include <cstdint>
#include <span>
#include <vector>

namespace echollama::train {

// y = x * w / sqrt(mean(x^2) + eps), row by row (Zhang and Sennrich, arXiv 1910.07467). x and y [rows, w.size()].
void rms_norm(Workers& workers, std::int64_t rows, float const* x, std::span<float const> w, double eps, float* y);
// dx += its derivative times dy.
void rms_norm_backward(Workers& workers, std::int64_t rows, float const* x, std::span<float const> w, double eps,
                       float const* dy, float* dx);

// y = silu(gate) * up, silu(x) = x / (1 + e^-x).
void swiglu(Workers& workers, std::int64_t count, float const* gate, float const* up, float* y);
// dgate and dup from dy; they may be gate and up themselves.
void swiglu_backward(Workers& workers, std::int64_t count, float const* gate, float const* up, float const* dy,
                     float* dgate, float* dup);

// Rotary positions in Hugging Face's layout: of each head, element i turns with element i + head / 2.
class Rotation {
  public:
    // Angle of pair i at position p: p * theta^(-2 i / head) / divisors[i] (no divisors: 1), for positions below
    // `positions`.
    Rotation(std::int64_t head, double theta, std::span<float const> divisors, double stretch, std::int64_t positions);

    // Turns x [positions.size(), heads * head] in place; backwards by the opposite angle, which is the derivative.
    void apply(Workers& workers, std::span<std::int32_t const> positions, std::int64_t heads, float* x,
               bool backwards) const;
    std::int64_t positions() const { return static_cast<std::int64_t>(cosines_.size()) / (head_ / 2); }

  private:
    std::int64_t head_;
    std::vector<float> cosines_, sines_; // [positions, head / 2]
};

// Dropout (Srivastava et al., 2014; torch.nn.functional.dropout): y = x / (1 - share), or 0 where the number of the
// stream that belongs to the element is below `share`, which is at least 0 and below 1. The same stream leaves out the
// same elements, whatever the number of threads; y may be x.
void drop_out(Workers& workers, std::int64_t rows, std::int64_t columns, float share, std::uint64_t stream,
              float const* x, float* y);

// x += y and x *= factor.
void add(Workers& workers, std::int64_t count, float const* y, float* x);
void scale(std::span<float> x, float factor);

} // namespace echollama::train
