#include "support/hard_sound.h"

#include <functional>

namespace echollama::test {
namespace {

constexpr int rate = 16000;
constexpr std::size_t length = 4 * rate;

float tone(double hertz, double seconds) {
    return static_cast<float>(std::sin(2 * std::numbers::pi * hertz * seconds));
}

Samples scaled(Samples samples, float level) {
    float const gain = level / std::max(1e-9F, rms(samples));
    for (auto& sample : samples) {
        sample = std::clamp(sample * gain, -1.0F, 1.0F);
    }
    return samples;
}

Samples made(std::function<float(double seconds)> const& at) {
    Samples samples(length);
    for (std::size_t i = 0; i < length; ++i) {
        samples[i] = at(static_cast<double>(i) / rate);
    }
    return samples;
}

// Adds a sound that begins there and fades.
void strike(Samples& samples, double at_s, double fade_s, float level, std::function<float(double)> const& wave) {
    auto const first = static_cast<std::size_t>(at_s * rate);
    for (std::size_t i = first; i < samples.size(); ++i) {
        double const t = static_cast<double>(i - first) / rate;
        samples[i] += level * wave(t) * static_cast<float>(std::exp(-t / fade_s));
    }
}

Samples keyboard(std::uint64_t seed) {
    Samples samples(length);
    double at = 0.2;
    for (std::uint64_t k = 0; at < 3.8; ++k) {
        strike(samples, at, 0.004, 0.3F,
               [&](double t) { return normal(seed + k, static_cast<std::uint64_t>(t * rate)); });
        at += 0.08 + 0.2 * static_cast<double>(uniform(seed, k));
    }
    return samples;
}

Samples knocks(std::uint64_t seed) {
    Samples samples(length);
    for (int k = 0; k < 4; ++k) {
        strike(samples, 0.5 + 0.35 * k, 0.03, 0.8F, [&](double t) {
            return tone(110 + 20 * static_cast<double>(seed), t) +
                   0.3F * normal(seed, static_cast<std::uint64_t>(t * rate));
        });
    }
    return samples;
}

// Broken chords on a plucked string or an organ.
Samples music(std::uint64_t seed, double fade_s) {
    static constexpr double steps[] = {0, 4, 7, 12, 7, 4, 5, 9, 12, 17, 12, 9, 7, 11, 14, 19};
    Samples samples(length);
    double const base = 196 * std::pow(2.0, static_cast<double>(seed % 5) / 12);
    for (int n = 0; n < 16; ++n) {
        double const hertz = base * std::pow(2.0, steps[n] / 12);
        strike(samples, 0.24 * n, fade_s, 0.15F,
               [&](double t) { return tone(hertz, t) + 0.5F * tone(2 * hertz, t) + 0.25F * tone(3 * hertz, t); });
    }
    return samples;
}

// A short sound with a falling pitch and noise in it, several times.
Samples dog(std::uint64_t seed) {
    Samples samples(length);
    for (int k = 0; k < 5; ++k) {
        double const at = 0.3 + 0.7 * k + 0.1 * static_cast<double>(uniform(seed, static_cast<std::uint64_t>(k)));
        double const base = 350 + 60 * static_cast<double>(seed % 4);
        strike(samples, at, 0.06, 0.9F, [&](double t) {
            float voice = 0;
            for (int h = 1; h < 6; ++h) {
                voice += tone(h * (base - 900 * t), t) / static_cast<float>(h);
            }
            return voice + 0.6F * normal(seed, static_cast<std::uint64_t>(t * rate));
        });
    }
    return samples;
}

Samples drips(std::uint64_t seed) {
    Samples samples(length);
    for (int k = 0; k < 7; ++k) {
        double const at = 0.2 + 0.5 * k + 0.2 * static_cast<double>(uniform(seed, static_cast<std::uint64_t>(k)));
        strike(samples, at, 0.03, 0.4F, [](double t) { return tone(900 + 6000 * t, t); });
    }
    return samples;
}

Samples mixed(Samples a, Samples const& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        a[i] += b[i];
    }
    return a;
}

} // namespace

std::vector<NamedSound> sixty_sounds_without_speech() {
    std::vector<NamedSound> all;
    auto add = [&](std::string const& name, Samples const& samples, float level) {
        all.push_back({name, {rate, level > 0 ? scaled(samples, level) : samples}});
    };
    for (float const level : {0.0F, 0.0003F, 0.003F}) {
        add("silence " + std::to_string(level), level > 0 ? white_noise(length, 1) : Samples(length), level);
    }
    for (std::uint64_t k = 0; k < 4; ++k) {
        float const level = 0.01F * std::pow(2.5F, static_cast<float>(k));
        auto const n = " " + std::to_string(k + 1);
        auto const shift = static_cast<double>(k);
        add("white noise" + n, white_noise(length, 10 + k), level);
        add("pink noise" + n, pink_noise(length, 20 + k), level);
        add(
            "gusts of wind" + n,
            [&] {
                auto noise = pink_noise(length, 30 + k);
                for (std::size_t i = 0; i < length; ++i) {
                    noise[i] *= 1 + 0.9F * tone(0.4 + 0.2 * shift, static_cast<double>(i) / rate);
                }
                return noise;
            }(),
            level);
        add("hum" + n,
            made([&](double t) { return tone(50, t) + 0.5F * tone(100, t) + 0.3F * tone(150 + 50 * shift, t); }),
            level);
        add("engine" + n, mixed(scaled(pink_noise(length, 40 + k), 0.3F), made([&](double t) {
                                    return std::fmod(t * (28 + 9 * shift), 1.0) < 0.3 ? 0.6F : -0.3F;
                                })),
            level);
        add("keyboard" + n, keyboard(50 + k), 0.02F);
        add("knocks" + n, knocks(k), 0.05F);
        add("strings" + n, music(k, 0.4), 0.08F);
        add("organ" + n, music(k + 7, 3), 0.1F);
        add("dog" + n, dog(70 + k), 0.1F);
        add("siren" + n,
            made([&](double t) { return tone(700 + 60 * shift, t + 0.15 * std::sin(2 * std::numbers::pi * 0.5 * t)); }),
            0.08F);
        add(
            "bell" + n,
            [&] {
                Samples bell(length);
                for (double const at : {0.3, 1.6, 2.9}) {
                    for (double const part : {1.0, 2.0, 2.76, 5.4}) {
                        strike(bell, at, 0.6, 0.2F, [&](double t) { return tone((500 + 90 * shift) * part, t); });
                    }
                }
                return bell;
            }(),
            0.08F);
        add("drips" + n, drips(80 + k), 0.02F);
        add("clicks and steps" + n, mixed(knocks(k + 3), keyboard(90 + k)), 0.05F);
    }
    add("whistle", made([](double t) { return tone(1400 + 200 * std::sin(3 * t), t); }), 0.06F);
    return all;
}

std::vector<NamedSound> forty_other_sounds_without_speech() {
    std::vector<NamedSound> all;
    auto add = [&](std::string const& name, Samples const& samples, float level) {
        all.push_back({name, {rate, scaled(samples, level)}});
    };
    auto const pulse = [](double t, double period, double share) { return std::fmod(t, period) < share * period; };
    for (std::uint64_t k = 0; k < 3; ++k) {
        auto const n = " " + std::to_string(k + 1);
        auto const shift = static_cast<double>(k);
        auto const noise = white_noise(length, 200 + k);
        auto noise_at = [&](double t) { return noise[std::min(length - 1, static_cast<std::size_t>(t * rate))]; };
        Samples brown(length);
        float sum = 0;
        for (std::size_t i = 0; i < length; ++i) {
            sum = 0.998F * sum + noise[i];
            brown[i] = sum;
        }
        add("brown noise" + n, brown, 0.05F);
        add("noise in the rhythm of syllables" + n,
            made([&](double t) { return noise_at(t) * (1 + 0.95F * tone(3.5 + shift, t)); }), 0.05F);
        add("telephone" + n, made([&](double t) {
                return pulse(t, 2, 0.5) ? (tone(440 + 30 * shift, t) + tone(480, t)) * (1 + tone(20, t)) : 0.0F;
            }),
            0.08F);
        add("dialling" + n, made([&](double t) {
                static constexpr double low[] = {697, 770, 852, 941}, high[] = {1209, 1336, 1477};
                auto const key = static_cast<std::size_t>(t / 0.3) + k;
                return pulse(t, 0.3, 0.6) ? tone(low[key % 4], t) + tone(high[key % 3], t) : 0.0F;
            }),
            0.08F);
        add("alarm" + n, made([&](double t) {
                return pulse(t, 0.25 + 0.1 * shift, 0.5) ? (std::fmod(t * 2900, 1.0) < 0.5 ? 1.0F : -1.0F) : 0.0F;
            }),
            0.05F);
        add("game tune" + n, made([&](double t) {
                static constexpr int steps[] = {0, 7, 12, 3, 10, 5, 8, 2};
                double const hertz = 220 * std::pow(2.0, steps[(static_cast<std::size_t>(t / 0.15) + k) % 8] / 12.0);
                return std::fmod(t * hertz, 1.0) < 0.25 ? 1.0F : -1.0F;
            }),
            0.06F);
        Samples drums(length), birds(length), rain(length), applause(length), cough(length);
        for (int beat = 0; beat < 16; ++beat) {
            double const at = 0.1 + beat * (0.22 + 0.02 * shift);
            strike(drums, at, beat % 2 == 0 ? 0.08 : 0.03, 0.8F,
                   [&](double t) { return beat % 2 == 0 ? tone(60 + 40 * std::exp(-t * 30), t) : noise_at(t); });
        }
        add("drums" + n, drums, 0.08F);
        for (int call = 0; call < 8; ++call) {
            strike(birds, 0.2 + 0.45 * call, 0.05, 0.5F,
                   [&](double t) { return tone(2500 + 400 * shift + 800 * std::sin(40 * t), t); });
        }
        add("birds" + n, birds, 0.05F);
        for (std::uint64_t drop = 0; drop < 900; ++drop) {
            auto const at = static_cast<std::size_t>(uniform(300 + k, drop) * static_cast<float>(length - 200));
            for (std::size_t i = 0; i < 60; ++i) {
                rain[at + i] += normal(400 + k, drop * 60 + i) * std::exp(-static_cast<float>(i) / 12);
            }
        }
        add("rain" + n, rain, 0.03F);
        for (std::uint64_t clap = 0; clap < 120; ++clap) {
            auto const at = static_cast<std::size_t>(uniform(500 + k, clap) * static_cast<float>(length - 900));
            for (std::size_t i = 0; i < 800; ++i) {
                applause[at + i] += normal(600 + k, clap * 800 + i) * std::exp(-static_cast<float>(i) / 150);
            }
        }
        add("applause" + n, applause, 0.08F);
        add("crickets" + n,
            made([&](double t) { return pulse(t, 0.5, 0.6) ? tone(4300 + 200 * shift, t) * (1 + tone(60, t)) : 0.0F; }),
            0.03F);
        add("sweep" + n, made([&](double t) { return tone((100 + 150 * shift) * std::pow(2.0, t), t * 0.7); }), 0.06F);
        for (double const at : {0.5, 0.9, 2.4}) {
            strike(cough, at, 0.07, 0.8F, [&](double t) { return noise_at(t + at) * (1 + tone(90, t)); });
        }
        add("cough without a voice" + n, cough, 0.06F);
    }
    add("buzzer", made([](double t) { return std::fmod(t * 110, 1.0) < 0.5 ? 1.0F : -1.0F; }), 0.06F);
    return all;
}

} // namespace echollama::test
