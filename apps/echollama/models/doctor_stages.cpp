#include "models/doctor_stages.h"

#include "base/error.h"
#include "media/device/microphone.h"
#include "media/device/playback.h"
#include "models/choice.h"
#include "models/devices.h"
#include "models/ear.h"
#include "options/language_options.h"
#include "options/seeing_options.h"
#include "options/voice_options.h"

#include <chrono>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

using Clock = std::chrono::steady_clock;

constexpr char const* test_sentence = "The quick brown fox jumps over the lazy dog.";

// Runs the work, which returns what came out.
StageResult attempt(std::string const& name, std::function<std::string()> const& work) {
    StageResult result{name};
    auto const begin = Clock::now();
    try {
        result.says = work();
        result.works = true;
    } catch (Cancelled const&) {
        throw;
    } catch (std::exception const& error) {
        result.says = error.what();
    }
    result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    return result;
}

StageResult absent(std::string const& name) {
    StageResult result{name};
    result.absent = true;
    return result;
}

// Grey with a lighter disc: nothing that a model must know.
Image test_picture() {
    Image picture{640, 480, std::vector<std::uint8_t>(std::size_t{640} * 480 * 3, 90)};
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
            if (std::hypot(x - 320, y - 240) < 120) {
                picture.pixel(x, y)[0] = picture.pixel(x, y)[1] = 200;
            }
        }
    }
    return picture;
}

std::string loudness_words(std::vector<float> const& samples) {
    double sum = 0;
    for (float const sample : samples) {
        sum += static_cast<double>(sample) * sample;
    }
    auto const rms = samples.empty() ? 0 : std::sqrt(sum / static_cast<double>(samples.size()));
    if (rms < 1e-5) {
        return "silence, as of a microphone that is switched off";
    }
    return "loudness " + std::to_string(std::lround(20 * std::log10(rms))) + " decibels of full scale";
}

} // namespace

std::vector<StageResult> try_stages(AppContext const& context, std::function<void(std::string const&)> const& begin) {
    std::vector<StageResult> results;
    Timings timings;
    auto const picture = test_picture();
    auto const stage = [&](std::string const& name, auto const& work) {
        if (context.stop.stop_requested()) {
            throw Cancelled();
        }
        begin(name);
        results.push_back(attempt(name, work));
    };
    VoiceOptions voice;
    voice.choice.name.clear();
    voice.target.out = "-"; // wanted; nothing is written here
    SeeingModels seeing;
    stage("finding objects", [&] {
        decide_devices(context,
                       {seeing_stages(context, {}), describer_stages(context, {}), speaker_stages(context, voice)});
        seeing = load_seeing_models(context, {}, timings);
        seeing.detector.get()->detect(picture, -1, context.stop);
        return std::string();
    });
    auto const role = [&](std::string const& name, auto const& loading, auto const& work) {
        loading.valid() ? stage(name,
                                [&] {
                                    work(*loading.get());
                                    return std::string();
                                })
                        : results.push_back(absent(name));
    };
    role("depth", seeing.depth, [&](auto& depth) { depth.depth(picture, context.stop); });
    role("captions", seeing.captioner, [&](auto& captioner) { captioner.caption(picture, {}, context.stop); });
    role("reading", seeing.reader, [&](auto& reader) { reader.read(picture, context.stop); });
    seeing = {};
    stage("words", [&] {
        LanguageOptions options;
        options.max_tokens = 8;
        auto const describer = load_describer(context, options, timings).get();
        std::string text;
        describer->reply(
            {"You describe places.", {{Turn::Role::user, "Say yes."}}}, [&](std::string_view piece) { text += piece; },
            context.stop);
        if (text.empty()) {
            throw Error("The language model wrote nothing.");
        }
        return std::string();
    });
    AudioBuffer speech;
    stage("voice", [&] {
        auto const speaker = load_speaker(context, voice, timings).get();
        speech.rate = speaker->sample_rate();
        speaker->say(
            test_sentence, {},
            [&](AudioChunk&& chunk) {
                for (std::size_t i = 0; i < chunk.samples.size(); i += static_cast<std::size_t>(chunk.channels)) {
                    speech.samples.push_back(chunk.samples[i]);
                }
            },
            context.stop);
        if (speech.samples.empty()) {
            throw Error("The voice made no sound.");
        }
        return std::string();
    });
    auto ear = model_set(context).listener;
    ear = ear.empty() ? context.models_dir / "whisper-tiny.en.bin" : ear;
    std::error_code failed;
    if (!std::filesystem::exists(ear, failed)) {
        results.push_back(absent("ear"));
    } else if (!speech.samples.empty()) {
        stage("ear", [&] {
            auto const heard = make_ear(ear, {{}, context.threads, "en"}, device_of(context, listener_files(ear)))
                                   ->hear(speech, "", context.stop);
            return "it hears the voice say: " + heard.text;
        });
    }
    return results;
}

std::vector<StageResult> try_sound(AppContext const& context) {
    constexpr int rate = 48'000;
    std::vector<StageResult> results;
    results.push_back(attempt("loudspeaker", [&] {
        std::vector<float> tone(rate / 2);
        for (std::size_t i = 0; i < tone.size(); ++i) {
            auto const fade =
                std::min<double>({1.0, static_cast<double>(i) / 2400, static_cast<double>(tone.size() - i) / 2400});
            tone[i] =
                static_cast<float>(0.2 * fade * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i) / rate));
        }
        Player player(rate);
        player.push(tone, context.stop);
        player.end();
        player.drain(context.stop);
        return std::string("half a second of a tone was played");
    }));
    results.push_back(attempt("microphone", [&] {
        Microphone microphone(rate);
        std::vector<float> samples;
        while (samples.size() < rate && !context.stop.stop_requested()) {
            auto const more = microphone.read(context.stop);
            samples.insert(samples.end(), more.begin(), more.end());
        }
        return loudness_words(samples);
    }));
    return results;
}

} // namespace echollama
