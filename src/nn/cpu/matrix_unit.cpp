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

// The tiles: both halves of a panel, and two sets of the rows and of both halves' sums. Products are cut into equally
// many rows, or one fewer, so with a set for each the sizes, whose change takes as long as a product, stay as they are.
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

thread_local int held = 0;       // MatrixUnits of this thread
thread_local int sized_rows = 0; // of the first set; the second has one fewer; 0: as the unit was found

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

void configure_for(int rows) {
    Sizes sizes;
    auto const size = [&](int tile, int its_rows) {
        sizes.rows[tile] = static_cast<std::uint8_t>(its_rows);
        sizes.row_bytes[tile] = its_rows > 0 ? line : 0;
    };
    size(weights0, units_at_once);
    size(weights1, units_at_once);
    for (int set = 0; set < sets; ++set) {
        for (int const tile : {inputs_of(set), sums0_of(set), sums1_of(set)}) {
            size(tile, rows - set);
        }
    }
    configure(&sizes);
    sized_rows = rows;
}

struct Bytes {
    using Sums = tile::Int8;
    template <int Set>
    static void begin(tile::Task const&) {
        zero<sums0_of(Set)>();
        zero<sums1_of(Set)>();
    }
    template <int Set>
    static void step() {
        multiply_bytes<weights0, inputs_of(Set), sums0_of(Set)>();
        multiply_bytes<weights1, inputs_of(Set), sums1_of(Set)>();
    }
};

struct Bf16 {
    using Sums = tile::Bf16;
    template <int Set>
    static void begin(tile::Task const& t) {
        auto const pitch = t.start ? 0 : t.sums ? tile::width : t.c_stride;
        load<sums0_of(Set)>(t.before(0), pitch * static_cast<std::ptrdiff_t>(sizeof(float)));
        load<sums1_of(Set)>(t.before(0) + tile::lanes, pitch * static_cast<std::ptrdiff_t>(sizeof(float)));
    }
    template <int Set>
    static void step() {
        multiply_bf16<weights0, inputs_of(Set), sums0_of(Set)>();
        multiply_bf16<weights1, inputs_of(Set), sums1_of(Set)>();
    }
};

template <typename Format, int Set>
void step(void const* rows, std::ptrdiff_t row_bytes, float const* weights) {
    constexpr auto pitch = static_cast<std::ptrdiff_t>(tile::width * sizeof(float));
    load<inputs_of(Set)>(rows, row_bytes);
    load<weights0>(weights, pitch);
    load<weights1>(weights + tile::lanes, pitch);
    Format::template step<Set>();
}

// The last units, fewer than a tile is deep, with zeros behind them.
template <typename Format, int Set>
void last_step(int rows, float const* from, std::ptrdiff_t stride, float const* weights, int units) {
    alignas(line) float some_rows[tile::rows * units_at_once] = {}, some_weights[units_at_once * tile::width] = {};
    for (int r = 0; r < rows; ++r) {
        std::memcpy(some_rows + r * units_at_once, from + r * stride, static_cast<std::size_t>(units) * sizeof(float));
    }
    std::memcpy(some_weights, weights, static_cast<std::size_t>(units * tile::width) * sizeof(float));
    step<Format, Set>(some_rows, line, some_weights);
}

// What the sums are added to is read last and lies in a line of memory for each row: processors do not foresee that.
void prefetch_results(int rows, tile::Task const& t) {
    std::size_t const size = t.bf16 ? 2 : 4;
    auto const row = t.c_stride * static_cast<std::ptrdiff_t>(size);
    auto const* add = static_cast<char const*>(t.add);
    for (int r = 0; add && r < rows; ++r) {
        for (std::size_t at = 0; at < tile::width * size; at += line) {
            __builtin_prefetch(add + r * row + at);
        }
    }
}

template <typename Format, int Set>
void run_set(int rows, tile::Task const& given) {
    tile::Task const t = given; // which no result can overwrite, as far as the compiler knows
    prefetch_results(rows, t);
    Format::template begin<Set>(t);
    auto const* weights = static_cast<float const*>(t.panel);
    auto const row_bytes = t.a_stride * static_cast<std::ptrdiff_t>(sizeof(float));
    int unit = 0;
    for (; unit + units_at_once <= t.units; unit += units_at_once) {
        step<Format, Set>(t.a + unit, row_bytes, weights + unit * tile::width);
    }
    if (unit < t.units) {
        last_step<Format, Set>(rows, t.a + unit, t.a_stride, weights + unit * tile::width, t.units - unit);
    }
    typename Format::Sums::Sum sums[tile::rows][2];
    store<sums0_of(Set)>(&sums[0][0], sizeof(sums[0]));
    store<sums1_of(Set)>(&sums[0][1], sizeof(sums[0]));
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
    if (rows > sized_rows || rows + 1 < sized_rows) {
        configure_for(rows > sized_rows ? rows : rows + 1);
    }
    rows == sized_rows ? run_set<Format, 0>(rows, task) : run_set<Format, 1>(rows, task);
    return true;
}

} // namespace

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
    if (outermost_ && sized_rows > 0) {
        sized_rows = 0;
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

MatrixUnit::MatrixUnit() = default;
MatrixUnit::~MatrixUnit() = default;

#endif

} // namespace echollama::nn
