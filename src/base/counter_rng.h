// Counter-based random numbers (SplitMix64 finaliser): value i of a stream depends only on (seed, i), so results do not
// depend on how work is cut into pieces.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numbers>
#include <string_view>

namespace echollama {

// FNV-1a, 64 bit: turns a name into a seed.
constexpr std::uint64_t fnv1a64(std::string_view text) {
    std::uint64_t h = 0xcbf29ce484222325ULL;
    for (char c : text) {
        h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    return h;
}

// Sebastiano Vigna's SplitMix64, element `index` of the stream that starts at `seed`.
constexpr std::uint64_t splitmix64(std::uint64_t seed, std::uint64_t index) {
    std::uint64_t z = seed + (index + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

// Uniform in [0, 1), a multiple of 2^-24.
constexpr float uniform(std::uint64_t seed, std::uint64_t index) {
    return static_cast<float>(splitmix64(seed, index) >> 40) * 0x1p-24f;
}

// Standard normal by Box-Muller from two uniforms of the stream.
inline float normal(std::uint64_t seed, std::uint64_t index) {
    double u1 = (static_cast<double>(splitmix64(seed, 2 * index) >> 11) + 1.0) * 0x1p-53; // (0, 1]
    double u2 = static_cast<double>(splitmix64(seed, 2 * index + 1) >> 11) * 0x1p-53;
    return static_cast<float>(std::sqrt(-2.0 * std::log(u1)) * std::cos(2.0 * std::numbers::pi * u2));
}

// Numbers of one stream, one after the other.
class Draws {
  public:
    explicit Draws(std::uint64_t seed) : seed_(seed) {}
    float between(float low, float high) { return low + (high - low) * uniform(seed_, next_++); }
    int below(int n) { return static_cast<int>(splitmix64(seed_, next_++) % static_cast<std::uint64_t>(n)); }
    bool chance(float probability) { return uniform(seed_, next_++) < probability; }
    template <class List>
    auto const& any_of(List const& list) {
        return list[static_cast<std::size_t>(below(static_cast<int>(std::size(list))))];
    }

  private:
    std::uint64_t seed_, next_ = 0;
};

} // namespace echollama
