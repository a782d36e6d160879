#include "nn/cpu/matrix_unit.h"

#if defined(ECHOLLAMA_AMX)
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#endif

namespace echollama::nn {

#if defined(ECHOLLAMA_AMX)
namespace {

constexpr int line = 64, units_at_once = line / 4; // bytes of a row of a tile; units of a panel that one step takes
constexpr int tile_rows = unit_rows / 2;

// The tiles: both halves of a panel, and two sets of rows with their sums of both halves. A task of more rows than a
// tile has takes both sets; of fewer, the one of its size: where products are cut into equally many rows, or one fewer,
// the sizes, whose change takes as long as a product, stay as they are.
constexpr int weights0 = 0, weights1 = 1, sets = 2;
constexpr int inputs_of(int set) {
    return 2 + 3 * set;
}
constexpr int sums0_of(int set) {
    return inputs_of(set) + 1;
}
constexpr int sums1_of(int set) {
    return inputs_of(set) + 2;
}

struct alignas(line) Sizes { // as LDTILECFG reads them
    std::uint8_t palette = 1, start = 0, reserved[14] = {};
    std::uint16_t row_bytes[16] = {};
    std::uint8_t rows[16] = {};
};
static_assert(sizeof(Sizes) == line);

thread_local int held = 0;             // MatrixUnits of this thread
thread_local int sized[sets] = {0, 0}; // rows of each set; 0: as the unit was found

// Compilers' own names for these instructions take the number of a tile as text, and GCC 12's do not say that they read
// memory.
template <int Tile>
void zero() {
    asm volatile("tilezero %%tmm%c0" : : "i"(Tile));
}
template <int Tile>
void load(void const* from, std::ptrdiff_t row_bytes) {
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(row_bytes), "i"(Tile) : "memory");
}
template <int Tile>
void store(void* to, std::ptrdiff_t row_bytes) {
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(row_bytes), "i"(Tile) : "memory");
}
template <int Weights, int Inputs, int Sums>
void multiply_bytes() {
    asm volatile("tdpbusd %%tmm%c0, %%tmm%c1, %%tmm%c2" : : "i"(Weights), "i"(Inputs), "i"(Sums));
}
template <int Weights, int Inputs, int Sums>
void multiply_bf16() {
    asm volatile("tdpbf16ps %%tmm%c0, %%tmm%c1, %%tmm%c2" : : "i"(Weights), "i"(Inputs), "i"(Sums));
}
void configure(void const* sizes) {
    asm volatile("ldtilecfg %0" : : "m"(*static_cast<unsigned char const(*)[line]>(sizes)));
}
void keep_configuration(void* sizes) {
    asm volatile("sttilecfg %0" : "=m"(*static_cast<unsigned char(*)[line]>(sizes)));
}

// Linux lends the unit's registers to a process that asks for them.
bool lent() {
    constexpr int request_permission = 0x1023, tile_data = 18; // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    static bool const yes = syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
    return yes;
}

void configure_for(int rows0, int rows1) {
    Sizes sizes;
    auto const size = [&](int tile, int its_rows) {
        sizes.rows[tile] = static_cast<std::uint8_t>(its_rows);
        sizes.row_bytes[tile] = its_rows > 0 ? line : 0;
    };
    sized[0] = rows0;
    sized[1] = rows1;
    size(weights0, units_at_once);
    size(weights1, units_at_once);
    for (int set = 0; set < sets; ++set) {
        for (int const tile : {inputs_of(set), sums0_of(set), sums1_of(set)}) {
            size(tile, sized[set]);
        }
    }
    configure(&sizes);
}

struct Bytes {
    using Sums = tile::Int8;
    template <int Set>
    static void begin(tile::Task const&, int) {
        zero<sums0_of(Set)>();
        zero<sums1_of(Set)>();
    }
    template <int Weights, int Inputs, int Result>
    static void multiply() {
        multiply_bytes<Weights, Inputs, Result>();
    }
};

struct Bf16 {
    using Sums = tile::Bf16;
    template <int Set>
    static void begin(tile::Task const& t, int row) {
        auto const pitch = t.start ? 0 : t.sums ? tile::width : t.c_stride;
        load<sums0_of(Set)>(t.before(row), pitch * static_cast<std::ptrdiff_t>(sizeof(float)));
        load<sums1_of(Set)>(t.before(row) + tile::lanes, pitch * static_cast<std::ptrdiff_t>(sizeof(float)));
    }
    template <int Weights, int Inputs, int Result>
    static void multiply() {
        multiply_bf16<Weights, Inputs, Result>();
    }
};

constexpr auto panel_pitch = static_cast<std::ptrdiff_t>(tile::width * sizeof(float));

// A step of one set of rows, or of both. A tile is emptied as soon as nobody needs it: the unit has places for about
// ten, shared out between the two threads of a core, each holds one until then, and loads wait for a free one. Two that
// are left behind full make everything take two and a half times as long.
template <typename Format, int Set>
void step(char const* rows, std::ptrdiff_t row_bytes, float const* weights) {
    load<inputs_of(Set)>(rows, row_bytes);
    load<weights0>(weights, panel_pitch);
    Format::template multiply<weights0, inputs_of(Set), sums0_of(Set)>();
    zero<weights0>();
    load<weights1>(weights + tile::lanes, panel_pitch);
    Format::template multiply<weights1, inputs_of(Set), sums1_of(Set)>();
    zero<weights1>();
    zero<inputs_of(Set)>();
}
template <typename Format>
void step_of_both(char const* rows, char const* rows_below, std::ptrdiff_t row_bytes, float const* weights) {
    load<inputs_of(0)>(rows, row_bytes);
    load<weights0>(weights, panel_pitch);
    Format::template multiply<weights0, inputs_of(0), sums0_of(0)>();
    load<weights1>(weights + tile::lanes, panel_pitch);
    Format::template multiply<weights1, inputs_of(0), sums1_of(0)>();
    zero<inputs_of(0)>();
    load<inputs_of(1)>(rows_below, row_bytes);
    Format::template multiply<weights0, inputs_of(1), sums0_of(1)>();
    zero<weights0>();
    Format::template multiply<weights1, inputs_of(1), sums1_of(1)>();
    zero<weights1>();
    zero<inputs_of(1)>();
}

// The last units, fewer than a tile is deep, with zeros behind them.
struct alignas(line) LastUnits {
    float rows[unit_rows * units_at_once] = {}, weights[units_at_once * tile::width] = {};
    LastUnits(int count, float const* from, std::ptrdiff_t stride, float const* panel, int units) {
        for (int r = 0; r < count; ++r) {
            std::memcpy(rows + r * units_at_once, from + r * stride, static_cast<std::size_t>(units) * sizeof(float));
        }
        std::memcpy(weights, panel, static_cast<std::size_t>(units * tile::width) * sizeof(float));
    }
    char const* row(int r) const { return reinterpret_cast<char const*>(rows + r * units_at_once); }
};

// The results, and what they are added to, come last and lie in a line of memory for each row: processors do not
// foresee that.
void prefetch_results(int rows, tile::Task const& t) {
    std::size_t const size = t.bf16 ? 2 : 4;
    auto const row = t.c_stride * static_cast<std::ptrdiff_t>(size);
    auto const *add = static_cast<char const*>(t.add), *c = static_cast<char const*>(t.c);
    for (int r = 0; r < rows; ++r) {
        for (std::size_t at = 0; at < tile::width * size; at += line) {
            if (add) {
                __builtin_prefetch(add + r * row + at);
            }
            __builtin_prefetch(c + r * row + at, 1);
        }
    }
}

// Sums of one set to rows of two vectors.
template <int Set, typename Sum>
void take_sums(Sum* to) {
    store<sums0_of(Set)>(to, 2 * sizeof(Sum));
    zero<sums0_of(Set)>();
    store<sums1_of(Set)>(to + 1, 2 * sizeof(Sum));
    zero<sums1_of(Set)>();
}

// Set: the only one, or `sets` for both, the first with rows [0, sized[0]).
template <typename Format, int Set>
void run_sets(int rows, tile::Task const& given) {
    constexpr bool both = Set == sets;
    tile::Task const t = given; // which no result can overwrite, as far as the compiler knows
    prefetch_results(rows, t);
    int const below = both ? sized[0] : 0;
    if constexpr (both) {
        Format::template begin<0>(t, 0);
        Format::template begin<1>(t, below);
    } else {
        Format::template begin<Set>(t, 0);
    }
    auto const one_step = [&](char const* first, std::ptrdiff_t row_bytes, float const* weights) {
        for (int at = 0; at < units_at_once * panel_pitch; at += line) {
            __builtin_prefetch(reinterpret_cast<char const*>(weights) + tile::prefetched + at);
        }
        if constexpr (both) {
            step_of_both<Format>(first, first + below * row_bytes, row_bytes, weights);
        } else {
            step<Format, Set>(first, row_bytes, weights);
        }
    };
    auto const* weights = static_cast<float const*>(t.panel);
    int unit = 0;
    for (; unit + units_at_once <= t.units; unit += units_at_once) {
        one_step(reinterpret_cast<char const*>(t.a + unit), t.a_stride * static_cast<std::ptrdiff_t>(sizeof(float)),
                 weights + unit * tile::width);
    }
    if (unit < t.units) {
        LastUnits const last(rows, t.a + unit, t.a_stride, weights + unit * tile::width, t.units - unit);
        one_step(last.row(0), line, last.weights);
    }
    // Not straight to the results: a store that waits for far memory keeps its tile from being emptied.
    typename Format::Sums::Sum sums[unit_rows][2];
    if constexpr (both) {
        take_sums<0>(sums[0]);
        take_sums<1>(sums[below]);
    } else {
        take_sums<Set>(sums[0]);
    }
    for (int r = 0; r < rows; ++r) {
        tile::finish<typename Format::Sums>(t, r, 0, sums[r][0]);
        tile::finish<typename Format::Sums>(t, r, 1, sums[r][1]);
    }
}

template <typename Format>
bool run(int rows, tile::Task const& task) {
    if (held == 0) {
        return false;
    }
    if (rows > tile_rows) {
        if (int const half = (rows + 1) / 2; sized[0] != half || sized[1] != rows - half) {
            configure_for(half, rows - half);
        }
        run_sets<Format, sets>(rows, task);
        return true;
    }
    if (rows != sized[0] && rows != sized[1]) {
        configure_for(rows, rows - 1);
    }
    rows == sized[0] ? run_sets<Format, 0>(rows, task) : run_sets<Format, 1>(rows, task);
    return true;
}

} // namespace

bool has_matrix_unit() {
    return lent();
}

MatrixUnit::MatrixUnit() {
    if (!lent()) {
        return;
    }
    outermost_ = held++ == 0;
    if (outermost_) {
        keep_configuration(before_);
    }
}

MatrixUnit::~MatrixUnit() {
    if (!lent()) {
        return;
    }
    --held;
    if (outermost_ && sized[0] > 0) {
        sized[0] = sized[1] = 0;
        configure(before_); // what was in the tiles is lost; ggml keeps nothing there between its operations
    }
}

template <>
bool run_on_matrix_unit<tile::Int8>(int rows, tile::Task const& task) {
    return run<Bytes>(rows, task);
}
template <>
bool run_on_matrix_unit<tile::Bf16>(int rows, tile::Task const& task) {
    return run<Bf16>(rows, task);
}

#else

bool has_matrix_unit() {
    return false;
}

MatrixUnit::MatrixUnit() = default;
MatrixUnit::~MatrixUnit() = default;

#endif

} // namespace echollama::nn
