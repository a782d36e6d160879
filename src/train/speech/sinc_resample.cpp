#include "train/speech/sinc_resample.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>

namespace echollama::train {
namespace {

constexpr double width = 6, roll_off = 0.99;

// With the rates divided by their greatest common divisor: output j is the sum over k of
// x[j / to * from + k] h[j mod to][k + reach], k from -reach to reach + from - 1.
struct Filter {
    std::int64_t from, to, reach;
    std::vector<float> taps; // [to][2 reach + from]

    Filter(std::int64_t f, std::int64_t t) : from(f), to(t) {
        double const base = roll_off * static_cast<double>(std::min(from, to));
        auto const o = static_cast<double>(from);
        reach = static_cast<std::int64_t>(std::ceil(width * o / base));
        for (std::int64_t phase = 0; phase < to; ++phase) {
            for (std::int64_t k = -reach; k < reach + from; ++k) {
                double const shift = static_cast<double>(phase) / static_cast<double>(to);
                double const time = std::clamp((static_cast<double>(k) / o - shift) * base, -width, width);
                double const window = std::cos(time * std::numbers::pi / width / 2);
                double const angle = time * std::numbers::pi;
                double const sinc = angle == 0 ? 1 : std::sin(angle) / angle;
                taps.push_back(static_cast<float>(window * window * sinc * base / o));
            }
        }
    }
    std::int64_t length() const { return 2 * reach + from; }
};

} // namespace

std::vector<float> sinc_resample(std::span<float const> samples, int from, int to) {
    if (from == to) {
        return {samples.begin(), samples.end()};
    }
    int const common = std::gcd(from, to);
    Filter const filter(from / common, to / common);
    auto const count = static_cast<std::int64_t>(samples.size());
    std::vector<float> out(static_cast<std::size_t>((filter.to * count + filter.from - 1) / filter.from));
    for (std::size_t j = 0; j < out.size(); ++j) {
        auto const block = static_cast<std::int64_t>(j) / filter.to, phase = static_cast<std::int64_t>(j) % filter.to;
        float const* taps = filter.taps.data() + phase * filter.length();
        std::int64_t const first = block * filter.from - filter.reach;
        double sum = 0;
        for (std::int64_t k = std::max<std::int64_t>(0, -first); k < filter.length() && first + k < count; ++k) {
            sum += static_cast<double>(taps[k]) * static_cast<double>(samples[static_cast<std::size_t>(first + k)]);
        }
        out[j] = static_cast<float>(sum);
    }
    return out;
}

} // namespace echollama::train
