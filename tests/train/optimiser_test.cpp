// Optimisers and schedules against bitsandbytes and transformers (shared/golden/adamw8bit, shared/golden/training).
#include "golden_training.h"
#include "train/optim/adamw.h"
#include "train/optim/schedule.h"

namespace echollama::test {
namespace {

using namespace train;

TEST(Schedules, EqualTransformers) {
    SKIP_WITHOUT(golden("training/schedules.tsv"));
    for (auto const& line : read_table(golden("training/schedules.tsv"))) {
        Schedule schedule;
        schedule.kind = line.at("schedule") == "linear" ? ScheduleKind::linear : ScheduleKind::cosine;
        schedule.steps = std::stoll(line.at("total_steps"));
        schedule.warm_up = std::stoll(line.at("warmup"));
        EXPECT_NEAR(schedule.factor(std::stoll(line.at("step"))), std::stod(line.at("factor")), 1e-15)
            << line.at("schedule") << " " << line.at("total_steps") << " " << line.at("step");
    }
}

DynamicMap stored_map(std::string const& name) {
    auto const values = convert::Safetensors(golden("adamw8bit/maps.safetensors")).floats(name);
    std::array<float, 256> map{};
    std::copy(values.begin(), values.end(), map.begin());
    return DynamicMap::of(map);
}

TEST(DynamicMap, IsBitsandbytesMap) {
    SKIP_WITHOUT(golden("adamw8bit/maps.safetensors"));
    for (bool with_sign : {true, false}) {
        auto const expected = stored_map(with_sign ? "signed" : "unsigned").values;
        auto const made = DynamicMap::make(with_sign).values;
        for (std::size_t i = 0; i < made.size(); ++i) { // theirs are summed in vectors: two units in the last place
            EXPECT_NEAR(made[i], expected[i], std::abs(expected[i]) * 2.4e-7) << i;
        }
    }
}

TEST(DynamicMap, RoundsToTheNearestCode) {
    SKIP_WITHOUT(golden("adamw8bit/quantize.safetensors"));
    convert::Safetensors const file(golden("adamw8bit/quantize.safetensors"));
    auto const x = file.floats("x");
    for (std::string kind : {"signed", "unsigned"}) {
        auto const codes = file.integers(kind);
        auto const map = stored_map(kind);
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (kind == "signed" || x[i] >= 0) {
                ASSERT_EQ(map.nearest(x[i]), codes[i]) << kind << " " << x[i];
            }
        }
    }
}

// The gradients of shared/golden/adamw8bit/README.md.
std::vector<float> gradient(std::string const& tensor, int step, std::size_t count) {
    auto u = values_from_name("adamw8bit." + tensor + ".grad." + std::to_string(step), count);
    auto const exponents = codes_from_name("adamw8bit." + tensor + ".exponent", count);
    for (std::size_t i = 0; i < count; ++i) {
        auto const block = i / 256;
        bool const wide = tensor == "ragged" && (block == 5 || block == 6);
        float g = wide ? u[i] : std::copysign((1 + std::abs(u[i])) / 2, u[i]);
        g = std::ldexp(g, -(exponents[i] % (wide ? 16 : 8) + step % 3));
        g = block >= 8 && block <= 11 ? std::abs(g) : g;
        u[i] = block == 3 || i % 97 == 5 ? 0 : g;
    }
    return u;
}

std::vector<Parameter> golden_parameters() {
    std::vector<Parameter> parameters = {
        {"small", {63, 65}, {}, {}}, {"exact", {64, 64}, {}, {}}, {"ragged", {97, 103}, {}, {}}};
    for (auto& parameter : parameters) {
        auto const count = static_cast<std::size_t>(parameter.shape[0] * parameter.shape[1]);
        parameter.values = values_from_name("adamw8bit." + parameter.name, count, 0.1F);
        parameter.gradient.resize(count);
    }
    return parameters;
}

int differing(std::vector<std::uint8_t> const& codes, std::vector<std::int64_t> const& expected,
              std::vector<float> const& scales) {
    int count = 0;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        auto const difference = std::abs(codes[i] - expected.at(i));
        if (scales[i / 256] > 0) { // the codes of a block of zeros may be any
            EXPECT_LE(difference, 1);
            count += difference > 0 ? 1 : 0;
        }
    }
    return count;
}

void compare_scales(std::vector<float> const& scales, std::vector<float> const& expected) {
    for (std::size_t i = 0; i < scales.size(); ++i) {
        EXPECT_NEAR(scales[i], expected.at(i), 1e-6 * static_cast<double>(expected[i]));
    }
}

void compare_states(std::vector<Parameter> const& parameters, AdamW const& optimiser, int step) {
    convert::Safetensors const file(golden("adamw8bit/states.safetensors"));
    int differences = 0;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        auto const name = parameters[i].name + ".step" + std::to_string(step) + ".";
        auto const& m = optimiser.moments()[i];
        if (parameters[i].name == "small") {
            EXPECT_LT(relative_l2(m.m, file.floats(name + "m")), 1e-6);
            EXPECT_LT(relative_l2(m.v, file.floats(name + "v")), 1e-6);
            continue;
        }
        differences += differing(m.m_codes, file.integers(name + "m"), m.m_scales);
        differences += differing(m.v_codes, file.integers(name + "v"), m.v_scales);
        compare_scales(m.m_scales, file.floats(name + "absmax_m"));
        compare_scales(m.v_scales, file.floats(name + "absmax_v"));
    }
    EXPECT_LE(differences, 3);
}

void compare_parameters(std::vector<Parameter> const& parameters, std::string const& run, int step, double tolerance) {
    convert::Safetensors const file(golden("adamw8bit/params-" + run + ".safetensors"));
    for (auto const& parameter : parameters) {
        auto const expected = file.floats(parameter.name + ".step" + std::to_string(step));
        if (parameter.name == "ragged") {
            EXPECT_LT(relative_l2(parameter.values, expected), 5e-7);
            tolerance = 1e-5;
        }
        for (std::size_t i = 0; i < expected.size(); ++i) {
            ASSERT_NEAR(parameter.values[i], expected[i], tolerance) << run << " " << parameter.name << " " << i;
        }
    }
}

TEST(AdamW8bit, TwentyStepsEqualBitsandbytesKernels) {
    SKIP_WITHOUT(golden("adamw8bit/states.safetensors"));
    struct Case {
        char const* run;
        double rate, decay, tolerance;
    };
    for (auto const& [run, rate, decay, tolerance] :
         {Case{"wd0", 1e-3, 0, 1e-7}, {"wd0.01", 1e-3, 0.01, 1e-7}, {"wd0.5", 1e-2, 0.5, 5e-7}}) {
        auto parameters = golden_parameters();
        AdamW optimiser({.kind = OptimiserKind::adamw_8bit, .weight_decay = decay}, parameters, stored_map("signed"),
                        stored_map("unsigned"));
        for (int step = 1; step <= 20; ++step) {
            for (auto& parameter : parameters) {
                parameter.gradient = gradient(parameter.name, step, parameter.values.size());
            }
            optimiser.step(parameters, rate);
            if (step == 1 || step == 2 || step == 5 || step == 20) {
                SCOPED_TRACE(std::string(run) + " step " + std::to_string(step));
                compare_states(parameters, optimiser, step);
                compare_parameters(parameters, run, step, tolerance);
            }
        }
    }
}

TEST(AdamW8bit, LeavesElementsWithoutAFiniteGradientAlone) {
    SKIP_WITHOUT(golden("adamw8bit/nonfinite.safetensors"));
    convert::Safetensors const file(golden("adamw8bit/nonfinite.safetensors"));
    std::vector<Parameter> parameters = {golden_parameters()[1]};
    AdamW optimiser({.kind = OptimiserKind::adamw_8bit, .weight_decay = 0.01}, parameters, stored_map("signed"),
                    stored_map("unsigned"));
    for (int step = 1; step <= 3; ++step) {
        auto& g = parameters[0].gradient;
        g = gradient("exact", step, g.size());
        if (step == 2) {
            g[0] = NAN;
            g[300] = INFINITY;
            g[301] = -INFINITY;
            std::fill(g.begin() + 1024, g.begin() + 1280, NAN);
        }
        optimiser.step(parameters, 1e-3);
        if (step > 1) {
            auto const name = "exact.step" + std::to_string(step);
            auto const expected = file.floats(name);
            for (std::size_t i = 0; i < expected.size(); ++i) {
                ASSERT_NEAR(parameters[0].values[i], expected[i], 1e-7) << step << " " << i;
            }
            auto const& m = optimiser.moments()[0];
            EXPECT_LE(differing(m.m_codes, file.integers(name + ".m"), m.m_scales) +
                          differing(m.v_codes, file.integers(name + ".v"), m.v_scales),
                      1);
        }
    }
}

} // namespace
} // namespace echollama::test
