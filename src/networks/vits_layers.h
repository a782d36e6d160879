// The layers of VITS as its GGUF file holds them. Where the original reverses the order of channels between two steps,
// the converter has reversed weights instead.
#pragma once

#include "nn/cpu/sequence_layer.h"
#include "nn/cpu/sequence_steps.h"
#include "nn/weights.h"

#include <array>
#include <cstdint>
#include <vector>

namespace echollama::vits {

using nn::sequence::Layer, nn::sequence::Norm, nn::sequence::RelativeAttention;

// attentions.py, Encoder
struct EncoderBlock {
    Layer qkv, out;
    RelativeAttention attention;
    Norm after_attention;
    Layer widen, narrow; // feed forward
    Norm after_forward;
};

// modules.py, DDSConv: x + gelu(norm(1x1(gelu(norm(depthwise(x)))))), three times
struct SeparableStep {
    Layer depthwise;
    Norm first;
    Layer mix;
    Norm second;
};
using Separable = std::array<SeparableStep, 3>;

// modules.py, ConvFlow, backwards: one of two channels is bent, as the other says.
struct SplineFlow {
    Layer pre; // of both channels; that which is bent counts as zero
    Separable separable;
    Layer numbers; // of the spline (networks/vits_spline.h)
    int bent = 0;
};

// modules.py, ResidualCouplingLayer, backwards: z - post(…(pre(z))), half of the channels by the other half
struct Coupling {
    struct Step { // of WN
        Layer in, next, skip;
    };
    Layer pre;
    std::array<Step, 4> steps; // `next` of the last is empty
    Layer post;
};

// models.py, Generator
struct Level {
    struct Block { // modules.py, ResBlock2
        Layer first, second;
    };
    Layer up;
    std::array<Block, 3> blocks;
};

struct Network {
    int sample_rate = 0, channels = 0, symbols = 0, samples_per_frame = 1;
    std::vector<float> embedding; // [symbols][channels], times the root of channels
    std::array<EncoderBlock, 6> encoder;
    Layer prior; // mean and logarithm of the deviation
    Layer duration_pre, duration_proj;
    Separable duration_separable;
    std::array<SplineFlow, 3> splines; // in the order in which they run
    float duration_shift = 0, duration_scale = 1;
    std::array<Coupling, 4> couplings; // in the order in which they run
    Layer pre;
    std::vector<Level> levels;
    Layer post;
    std::int64_t reach = 0; // frames on each side that a frame's samples depend on
};

// Throws Error when the file is of another network or its values are impossible. The layers use the numbers where
// `weights` has them.
Network read_network(nn::Weights const& weights);

} // namespace echollama::vits
