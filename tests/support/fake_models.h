// Models that are told what to find and say, for tests of what stands before them: server, agents, devices.
#pragma once

#include "media/picture/image_io.h"
#include "server/engine.h"
#include "support/support.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <thread>
#include <vector>

namespace echollama::test {

using namespace std::chrono_literals;

// A cup straight ahead, in every picture.
struct FakeDetector : Detector {
    std::atomic<int> looked = 0;
    std::vector<Detection> detect(Image const& image, float, std::stop_token) override {
        ++looked;
        Detection cup;
        cup.label = "cup";
        cup.score = 0.9F;
        cup.box = {0.4F * static_cast<float>(image.width), 0.4F * static_cast<float>(image.height),
                   0.6F * static_cast<float>(image.width), 0.6F * static_cast<float>(image.height)};
        return {cup};
    }
};

// Says what it was asked; takes its time when that is wanted, and notices when it is stopped.
struct FakeDescriber : Describer {
    std::chrono::milliseconds pause{0};
    std::atomic<int> running = 0, stopped = 0, most_at_once = 0;
    void reply(Prompt const& prompt, TextSink const& sink, std::stop_token stop) override {
        most_at_once = std::max(most_at_once.load(), ++running);
        for (auto const* word : {"You", " said", " \u201e"}) {
            for (auto until = std::chrono::steady_clock::now() + pause;
                 std::chrono::steady_clock::now() < until && !stop.stop_requested();) {
                std::this_thread::sleep_for(2ms);
            }
            if (stop.stop_requested()) {
                --running;
                ++stopped;
                return;
            }
            sink(word);
        }
        sink(prompt.turns.back().text + ".");
        --running;
    }
};

struct FakeSpeaker : Speaker {
    bool noise = false;                 // which no format makes small
    std::chrono::milliseconds pause{0}; // before it speaks
    std::atomic<int> running = 0, stopped = 0;
    std::function<void()> after_first = {}; // called when the first samples were handed on
    std::atomic<std::chrono::steady_clock::time_point> first_made{};
    int sample_rate() const override { return 16000; }
    void say(std::string const& sentence, SpeechOptions const&, AudioSink const& sink, std::stop_token stop) override {
        ++running;
        for (auto const until = std::chrono::steady_clock::now() + pause; std::chrono::steady_clock::now() < until;) {
            if (stop.stop_requested()) {
                --running;
                ++stopped;
                return;
            }
            std::this_thread::sleep_for(2ms);
        }
        AudioChunk chunk;
        chunk.rate = 16000;
        chunk.samples.assign(160 * sentence.size(), 0.25F); // 10 ms a letter
        unsigned state = 1;
        for (auto& sample : chunk.samples) {
            state = state * 1664525 + 1013904223;
            sample = noise ? static_cast<float>(state >> 16) / 65536 - 0.5F : sample;
        }
        first_made = std::chrono::steady_clock::now();
        sink(std::move(chunk));
        if (after_first) {
            after_first();
        }
        AudioChunk end;
        end.rate = 16000;
        end.end = true;
        sink(std::move(end));
        --running;
    }
};

struct FakeListener : Listener {
    std::string text = "Where is the cup?";
    std::atomic<double> heard_s = 0;
    Transcript hear(AudioBuffer const& audio, std::string const&, std::stop_token) override {
        Transcript transcript;
        heard_s = audio.seconds();
        transcript.text = text;
        transcript.segments.push_back({0, audio.seconds(), transcript.text, 0.01F});
        return transcript;
    }
};

struct FakeModels {
    std::shared_ptr<FakeDetector> detector = std::make_shared<FakeDetector>();
    std::shared_ptr<FakeDescriber> describer = std::make_shared<FakeDescriber>();
    std::shared_ptr<FakeSpeaker> speaker = std::make_shared<FakeSpeaker>();
    std::shared_ptr<FakeListener> listener = std::make_shared<FakeListener>();

    server::EngineModels engine_models() const {
        server::EngineModels models;
        models.seeing.detector = ready<Detector>(detector);
        models.describer = ready<Describer>(describer);
        models.listener = ready<Listener>(listener);
        models.voices = {"natural", "fast"};
        models.voice = [speaker = speaker](std::string const&) { return speaker; };
        return models;
    }
};

// A small grey PNG.
inline std::vector<std::uint8_t> picture() {
    static auto const bytes = [] {
        TempDir dir;
        Image image;
        image.width = 64;
        image.height = 48;
        image.rgb.assign(64UL * 48 * 3, 120);
        save_png(dir / "p.png", image);
        std::ifstream file(dir / "p.png", std::ios::binary);
        return std::vector<std::uint8_t>(std::istreambuf_iterator<char>(file), {});
    }();
    return bytes;
}

} // namespace echollama::test
