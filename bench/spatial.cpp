// Placing sound: bench_spatial: time to load the measured head, to prepare a place, and to render a second of speech.
#include "media/spatial/spatial.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

using namespace echollama;
using Clock = std::chrono::steady_clock;

int main() {
    auto const ms_since = [](Clock::time_point begin) {
        return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    };
    auto const median = [](std::vector<double> values) {
        std::sort(values.begin(), values.end());
        return values[values.size() / 2];
    };
    constexpr int rate = 24000;
    std::vector<float> second(rate);
    for (std::size_t i = 0; i < second.size(); ++i) {
        second[i] = static_cast<float>(0.3 * std::sin(0.05 * static_cast<double>(i)));
    }
    std::vector<double> load, prepare, render;
    for (int round = 0; round < 15; ++round) {
        auto begin = Clock::now();
        auto const head = default_head();
        load.push_back(ms_since(begin));
        begin = Clock::now();
        SpatialStream stream(head, {static_cast<float>(13 * round - 90), 2}, rate);
        prepare.push_back(ms_since(begin));
        begin = Clock::now();
        float sink = 0;
        for (std::size_t at = 0; at < second.size(); at += 480) { // pieces of 20 ms
            sink += stream.push(std::span(second).subspan(at, 480)).back();
        }
        sink += stream.finish().back();
        render.push_back(ms_since(begin) + 0 * static_cast<double>(sink));
    }
    std::printf("head loaded in %.0f ms, a place prepared in %.2f ms, a second of speech rendered in %.2f ms "
                "(medians of 15, one thread, %d Hz)\n",
                median(load), median(prepare), median(render), rate);
}
