// The innermost loops: a few rows times one panel. Compiled for the processor at hand; included only by files that are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace echollama::nn::tile {

// A panel is two vectors wide; as many rows as registers allow.
#if defined(__AVX512F__)
constexpr int lanes = 16, rows = 14;
#elif defined(__AVX__)
constexpr int lanes = 8, rows = 6;
#elif defined(__aarch64__) // 32 registers
constexpr int lanes = 4, rows = 12;
#else
constexpr int lanes = 4, rows = 6;
#endif
constexpr int width = 2 * lanes;

#if defined(__AVX512F__)
constexpr bool has_f16 = true;
#else
constexpr bool has_f16 = false;
#endif
#if defined(__AVX512BF16__)
constexpr bool has_bf16 = true;
#else
constexpr bool has_bf16 = false;
#endif
#if defined(__AVX512VNNI__) || defined(__AVXVNNI__)
constexpr bool has_int8 = true;
#else
constexpr bool has_int8 = false;
#endif
// Where neither of them is: products of sixteen bits, of which a register takes twice as many as floats.
#if defined(__AVX2__) && !defined(__AVX512BF16__) && !defined(__AVX512VNNI__)
constexpr bool has_int16 = true;
#else
constexpr bool has_int16 = false;
#endif

// The inputs of one row, in units of four bytes (one float, two BF16 or whole numbers of sixteen bits, or four bytes),
// and the distance between two gathered rows, not a power of two so that rows do not compete for the same cache lines.
constexpr int depth = 256, pitch = depth + 16;

// Bytes of a panel that are fetched ahead: processors stop doing so at the end of a page. Weights that come from memory
// are multiplied a quarter faster; those in the cache as fast as without.
constexpr std::size_t prefetched = 8192;

typedef float Reg __attribute__((vector_size(lanes * 4)));
typedef float Loose __attribute__((vector_size(lanes * 4), aligned(4), may_alias));

inline Reg load(float const* p) {
    return *reinterpret_cast<Loose const*>(p);
}
inline void store(float* p, Reg v) {
    *reinterpret_cast<Loose*>(p) = v;
}

// A number of a picture in memory: F32, or BF16 where the processor has instructions for it (has_bf16).
inline Reg load(void const* p, std::ptrdiff_t at, [[maybe_unused]] bool bf16) {
#if defined(__AVX512BF16__)
    if (bf16) {
        auto const* half = reinterpret_cast<__m256i const*>(static_cast<std::uint16_t const*>(p) + at);
        __m512i wide = _mm512_maskz_cvtepu16_epi32(0xFFFF, _mm256_loadu_si256(half));
        return reinterpret_cast<Reg>(_mm512_maskz_slli_epi32(0xFFFF, wide, 16));
    }
#endif
    return load(static_cast<float const*>(p) + at);
}
inline void store(void* p, std::ptrdiff_t at, Reg v, [[maybe_unused]] bool bf16) {
#if defined(__AVX512BF16__)
    if (bf16) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(static_cast<std::uint16_t*>(p) + at),
                            reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v)));
        return;
    }
#endif
    store(static_cast<float*>(p) + at, v);
}

inline Reg splat(float v) {
    return v - Reg{};
}
// a > b ? a : b, for which GCC 12 takes a comparison and a choice.
inline Reg greater(Reg a, Reg b) {
#if defined(__AVX512F__)
    return _mm512_maskz_max_ps(0xFFFF, a, b);
#elif defined(__AVX__)
    return _mm256_max_ps(a, b);
#else
    return a > b ? a : b;
#endif
}
inline Reg less(Reg a, Reg b) {
#if defined(__AVX512F__)
    return _mm512_maskz_min_ps(0xFFFF, a, b);
#elif defined(__AVX__)
    return _mm256_min_ps(a, b);
#else
    return a < b ? a : b;
#endif
}

// Lane i and lane i ^ half change places.
template <std::size_t half, std::size_t... lane>
inline Reg exchanged(Reg v, std::index_sequence<lane...>) {
    return __builtin_shufflevector(v, v, static_cast<int>(lane ^ half)...);
}

// All lanes together, halves by halves: one after the other each would wait for the one before.
template <std::size_t half = lanes / 2, typename Operation>
inline float together(Reg v, Operation operation) {
    if constexpr (half == 0) {
        return v[0];
    } else {
        return together<half / 2>(operation(v, exchanged<half>(v, std::make_index_sequence<lanes>())), operation);
    }
}
inline float largest(Reg v) {
    return together(v, [](Reg a, Reg b) { return greater(a, b); });
}
inline float total(Reg v) {
    return together(v, [](Reg a, Reg b) { return a + b; });
}

// What a row of whole numbers stands for: scale * number - shift.
struct WholeRow {
    float scale = 0, shift = 0;
};

struct Task {
    float const* a = nullptr; // [rows][a_stride]
    std::ptrdiff_t a_stride = pitch;
    void const* panel = nullptr;
    int units = 0;
    // What later tasks read, of which `ahead_step` bytes are fetched with each unit; nullptr: what follows in the
    // panel.
    void const* ahead = nullptr;
    std::ptrdiff_t ahead_step = 0;
    void* c = nullptr;
    std::ptrdiff_t c_stride = 0;
    bool bf16 = false;            // c and add; only with start, and whole panels
    float const* start = nullptr; // the sums begin with these `width` values; nullptr: with `sums`
    float const* sums = nullptr;  // rows of `width` floats; nullptr: with what c holds
    void const* add = nullptr;    // at the end: one row of each, as c; nullptr: nothing
    bool relu = false;
    float ceiling = std::numeric_limits<float>::max(); // of ReLU
    // Int8 and Int16 only
    WholeRow const* whole = nullptr;    // one a row of a
    float const* scales = nullptr;      // `width`
    float const* corrections = nullptr; // `width`, of Int8; nullptr: no row has a shift

    float const* before(int row) const {
        return start ? start : sums ? sums + row * width : static_cast<float const*>(c) + row * c_stride;
    }
};

// Formats that sum in F32 from what was there before.
struct FloatSums {
    using Sum = Reg;
    static Sum begin(Task const& t, int r, int j) { return load(t.before(r) + j * lanes); }
    static Reg end(Task const&, int, int, Sum sum) { return sum; }
};

struct F32 : FloatSums {
    using Weight = float;
    using Value = Reg;
    static Value weight(float const* p) { return *reinterpret_cast<Reg const*>(p); }
    static void step(Reg& sum, Reg w, float const* a) { sum += w * *a; }
};

#if defined(__AVX512F__)
struct F16 : FloatSums {
    using Weight = std::uint16_t;
    using Value = Reg;
    static Value weight(std::uint16_t const* p) { // the plain form warns in GCC 12
        return _mm512_maskz_cvtph_ps(0xFFFF, _mm256_load_si256(reinterpret_cast<__m256i const*>(p)));
    }
    static void step(Reg& sum, Reg w, float const* a) { sum += w * *a; }
};
#endif

#if defined(__AVX512BF16__)
// Each unit holds two inputs.
struct Bf16 : FloatSums {
    using Weight = float;
    using Value = Reg;
    static Value weight(float const* p) { return *reinterpret_cast<Reg const*>(p); }
    static void step(Reg& sum, Reg w, float const* a) {
        __m512i pair = _mm512_set1_epi32(*reinterpret_cast<int const*>(a));
        sum = _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(pair), reinterpret_cast<__m512bh>(w));
    }
};
#endif

#if defined(__AVX2__)
// Whole numbers of 32 bits, as many as a Reg holds floats.
#if defined(__AVX512F__)
using Whole = __m512i;
inline Whole splat_whole(int v) {
    return _mm512_set1_epi32(v);
}
inline Reg to_floats(Whole v) {
    return _mm512_maskz_cvtepi32_ps(0xFFFF, v);
}
#else
using Whole = __m256i;
inline Whole splat_whole(int v) {
    return _mm256_set1_epi32(v);
}
inline Reg to_floats(Whole v) {
    return _mm256_cvtepi32_ps(v);
}
#endif
#endif

#if defined(__AVX512VNNI__) || defined(__AVXVNNI__)
// Each unit holds four inputs: bytes of the picture without a sign, of the weights with one.
struct Int8 {
    using Weight = float;
    using Value = Whole;
    using Sum = Whole;
    static Value weight(float const* p) { return *reinterpret_cast<Value const*>(p); }
    static Sum begin(Task const&, int, int) { return Sum{}; }
    static void step(Sum& sum, Value w, float const* a) {
        Whole const four = splat_whole(*reinterpret_cast<int const*>(a));
        // GCC 12 copies every sum for the intrinsic: 450 instead of 1060 billion operations a second
#if defined(__AVX512VNNI__)
        asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(four), "v"(w));
#else
        asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(four), "x"(w));
#endif
    }
    static Reg end(Task const& t, int r, int j, Sum sum) {
        Reg const scaled = to_floats(sum) * load(t.scales + j * lanes);
        Reg const value = load(t.before(r) + j * lanes) + scaled * t.whole[r].scale;
        return t.corrections ? value - load(t.corrections + j * lanes) * t.whole[r].shift : value;
    }
};
#endif

// Each unit holds two inputs of sixteen bits with a sign, eleven of them used: so the sum over a chunk, of at most
// 2 * depth products, is exact in 32 bits.
constexpr int largest_int16 = 2047;
static_assert(std::int64_t{largest_int16} * largest_int16 * 2 * depth <= std::numeric_limits<std::int32_t>::max());

#if defined(__AVX2__)
struct Int16 {
    using Weight = float;
    using Value = Whole;
    using Sum = Whole;
    static Value weight(float const* p) { return *reinterpret_cast<Value const*>(p); }
    static Sum begin(Task const&, int, int) { return Sum{}; }
    static void step(Sum& sum, Value w, float const* a) {
        Whole const pair = splat_whole(*reinterpret_cast<int const*>(a));
        // GCC 12 copies every sum for the intrinsics, as it does above.
#if defined(__AVX512BW__)
        __m512i const products = _mm512_madd_epi16(w, pair);
        asm("vpaddd %1, %0, %0" : "+v"(sum) : "v"(products));
#elif defined(__AVXVNNI__)
        asm("%{vex%} vpdpwssd %2, %1, %0" : "+x"(sum) : "x"(pair), "x"(w));
#else
        __m256i const products = _mm256_madd_epi16(w, pair);
        asm("vpaddd %1, %0, %0" : "+x"(sum) : "x"(products));
#endif
    }
    static Reg end(Task const& t, int r, int j, Sum sum) {
        return load(t.before(r) + j * lanes) + to_floats(sum) * load(t.scales + j * lanes) * t.whole[r].scale;
    }
};
#endif

// Vector `j` of row `r` of the result, from its sum.
template <typename Format>
inline void finish(Task const& t, int r, int j, typename Format::Sum sum) {
    Reg value = Format::end(t, r, j, sum);
    if (t.add) {
        value += load(t.add, r * t.c_stride + j * lanes, t.bf16);
    }
    if (t.relu) {
        value = less(greater(value, Reg{}), splat(t.ceiling));
    }
    store(t.c, r * t.c_stride + j * lanes, value, t.bf16);
}

// rows [0, R) of c = start + a panel
template <int R, typename Format>
inline void run(Task const& t) {
    typename Format::Sum sum[R][2];
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
        sum[r][0] = Format::begin(t, r, 0);
        sum[r][1] = Format::begin(t, r, 1);
    }
    auto const* w = static_cast<typename Format::Weight const*>(t.panel);
    // Two pointers, the second of them hidden from the compiler as what it is: with one, GCC 12 keeps the distance of
    // each row in a register of its own, has too few and reads some from memory in every step (3 % slower).
    std::ptrdiff_t const stride = t.a_stride;
    constexpr int half = (R + 1) / 2;
    float const* a = t.a;
    float const* b = t.a + half * stride;
    asm("" : "+r"(b));
    char const* ahead = t.ahead ? static_cast<char const*>(t.ahead) : reinterpret_cast<char const*>(w) + prefetched;
    std::ptrdiff_t const step = t.ahead ? t.ahead_step : static_cast<std::ptrdiff_t>(width * sizeof(*w));
    for (int k = 0; k < t.units; ++k, ++a, ++b, w += width, ahead += step) {
        for (std::size_t line = 0; line < width * sizeof(*w); line += 64) {
            __builtin_prefetch(ahead + line);
        }
        typename Format::Value w0 = Format::weight(w), w1 = Format::weight(w + lanes);
#pragma GCC unroll 16
        for (int r = 0; r < R; ++r) {
            float const* input = r < half ? a + r * stride : b + (r - half) * stride;
            Format::step(sum[r][0], w0, input);
            Format::step(sum[r][1], w1, input);
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
        finish<Format>(t, r, 0, sum[r][0]);
        finish<Format>(t, r, 1, sum[r][1]);
    }
}

// R between 1 and `rows`.
template <typename Format, int R = rows>
inline void run_rows(int count, Task const& task) {
    if constexpr (R > 0) {
        if (count == R) {
            run<R, Format>(task);
        } else {
            run_rows<Format, R - 1>(count, task);
        }
    }
}

} // namespace echollama::nn::tile
