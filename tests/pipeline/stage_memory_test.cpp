// Models that come and go in a limited memory: what is loaded never exceeds it, and what comes out is the same.
#include "base/error.h"
#include "pipeline/stage_memory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

namespace echollama {
namespace {

using namespace std::chrono_literals;

// Stages that note what is loaded.
struct Stages {
    explicit Stages(std::uint64_t bytes) : memory(bytes) {}

    std::size_t add(std::string const& name, std::uint64_t bytes) {
        return memory.add({name, bytes,
                           [this, name, bytes] {
                               auto const now = loaded += bytes;
                               auto before = most.load();
                               while (now > before && !most.compare_exchange_weak(before, now)) {
                               }
                               ++loads;
                               events += "+" + name;
                           },
                           [this, name, bytes] {
                               loaded -= bytes;
                               events += "-" + name;
                           }});
    }
    void use(std::size_t stage) {
        EXPECT_TRUE(memory.use(stage, {}, [] {}));
    }

    StageMemory memory;
    std::atomic<std::uint64_t> loaded{0}, most{0};
    std::atomic<int> loads{0};
    std::string events; // of tests with one thread
};

TEST(StageMemory, WhatFitsStaysAndTheLongestUnusedGoes) {
    Stages stages(100);
    auto const a = stages.add("a", 40), b = stages.add("b", 40), c = stages.add("c", 50);
    stages.use(a);
    stages.use(b);
    stages.use(a);
    EXPECT_EQ(stages.events, "+a+b");
    stages.use(c); // b was not used for longest
    EXPECT_EQ(stages.events, "+a+b-b+c");
    stages.use(b);
    EXPECT_EQ(stages.events, "+a+b-b+c-a+b");
    EXPECT_LE(stages.most, 100U);
}

TEST(StageMemory, WhatIsLargerThanAllGetsItAlone) {
    Stages stages(100);
    auto const a = stages.add("a", 40), large = stages.add("large", 500);
    stages.use(a);
    stages.use(large);
    stages.use(a);
    EXPECT_EQ(stages.events, "+a-a+large-large+a");
}

TEST(StageMemory, WhatIsUsedIsNotTakenAway) {
    Stages stages(100);
    auto const a = stages.add("a", 60), b = stages.add("b", 60);
    std::atomic<bool> b_ran{false};
    std::jthread other;
    stages.memory.use(a, {}, [&] {
        other = std::jthread([&] { stages.memory.use(b, {}, [&] { b_ran = true; }); });
        std::this_thread::sleep_for(30ms);
        EXPECT_FALSE(b_ran);
        EXPECT_EQ(stages.loaded, 60U);
    });
    other.join();
    EXPECT_TRUE(b_ran);
    EXPECT_EQ(stages.events, "+a-a+b");
}

TEST(StageMemory, AStopEndsTheWaiting) {
    Stages stages(100);
    auto const a = stages.add("a", 60), b = stages.add("b", 60);
    std::stop_source stop;
    stages.memory.use(a, {}, [&] {
        std::jthread stopper([&] {
            std::this_thread::sleep_for(20ms);
            stop.request_stop();
        });
        std::jthread waiter([&] { EXPECT_FALSE(stages.memory.use(b, stop.get_token(), [] { FAIL(); })); });
    });
    EXPECT_EQ(stages.events, "+a");
}

TEST(StageMemory, WhatCannotBeLoadedLeavesItsRoom) {
    StageMemory memory(100);
    auto const bad = memory.add({"bad", 80, [] { throw Error("damaged"); }, [] {}});
    int loads = 0;
    auto const good = memory.add({"good", 80, [&] { ++loads; }, [] {}});
    for (int i = 0; i < 3; ++i) {
        EXPECT_THROW(memory.use(bad, {}, [] {}), Error);
        EXPECT_TRUE(memory.use(good, {}, [] {}));
    }
    EXPECT_EQ(loads, 3) << "it makes room for what then fails";
    EXPECT_THROW(memory.use(good, {}, [] { throw Error("while it works"); }), Error);
    EXPECT_TRUE(memory.use(good, {}, [] {}));
    EXPECT_EQ(loads, 3) << "a failure of the work unloads nothing";
}

TEST(StageMemory, KnowsWhatFitsTogether) {
    StageMemory memory(100);
    memory.add({"a", 60, [] {}, [] {}});
    memory.add({"b", 40, [] {}, [] {}});
    memory.add({"c", 41, [] {}, [] {}});
    EXPECT_TRUE(memory.fit_together("a", "b"));
    EXPECT_FALSE(memory.fit_together("a", "c"));
    EXPECT_TRUE(memory.fit_together("a", "absent"));
}

// Any uses by any number of threads: never more than there is, everything is done, and each stage is there when used.
TEST(StageMemory, ManyThreadsNeverExceedIt) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        std::mt19937_64 random(seed);
        std::uint64_t const room = 100 + random() % 200;
        StageMemory memory(room);
        std::atomic<std::int64_t> loaded{0};
        std::atomic<int> done{0}, wrong{0};
        std::vector<std::atomic<bool>> there(6);
        std::vector<std::size_t> stages;
        for (std::size_t i = 0; i < there.size(); ++i) {
            auto const bytes = 1 + random() % 100;
            stages.push_back(memory.add({std::to_string(i), bytes,
                                         [&, i, bytes] {
                                             loaded += static_cast<std::int64_t>(bytes);
                                             wrong += loaded > static_cast<std::int64_t>(room) ? 1 : 0;
                                             there[i] = true;
                                         },
                                         [&, i, bytes] {
                                             there[i] = false;
                                             loaded -= static_cast<std::int64_t>(bytes);
                                         }}));
        }
        std::vector<std::jthread> threads;
        for (std::uint64_t t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                std::mt19937_64 mine(seed * 100 + t);
                for (int i = 0; i < 100; ++i) {
                    auto const which = mine() % stages.size();
                    memory.use(stages[which], {}, [&] {
                        wrong += there[which] ? 0 : 1;
                        std::this_thread::yield();
                        wrong += there[which] ? 0 : 1;
                        ++done;
                    });
                }
            });
        }
        threads.clear();
        EXPECT_EQ(wrong, 0) << seed;
        EXPECT_EQ(done, 400) << seed;
    }
}

class CountingSpeaker : public Speaker {
  public:
    explicit CountingSpeaker(int& alive) : alive_(alive) { ++alive_; }
    ~CountingSpeaker() override { --alive_; }
    int sample_rate() const override { return 24'000; }
    void say(std::string const& sentence, SpeechOptions const&, AudioSink const& sink, std::stop_token) override {
        AudioChunk chunk;
        chunk.rate = 24'000;
        chunk.samples.assign(sentence.size(), 0.5F);
        chunk.end = true;
        sink(std::move(chunk));
    }

  private:
    int& alive_;
};

class WordyDetector : public Detector {
  public:
    std::vector<Detection> detect(Image const& image, float threshold, std::stop_token) override {
        return {{"cup", 41, threshold, {0, 0, static_cast<float>(image.width), 1}, {}}};
    }
    float sure_score() const override { return 0.25F; }
};

TEST(StagedRoles, AnswerAsTheModelsDo) {
    auto const memory = std::make_shared<StageMemory>(100);
    Timings timings;
    int alive = 0;
    auto const speaker = staged(StageOptions{memory, "voice", 80, &timings},
                                MakeRole<Speaker>([&] { return std::make_shared<CountingSpeaker>(alive); }));
    auto const detector = staged(StageOptions{memory, "detector", 80, &timings},
                                 MakeRole<Detector>([] { return std::make_shared<WordyDetector>(); }));
    EXPECT_EQ(alive, 0) << "nothing is loaded before it is used";
    EXPECT_EQ(speaker->sample_rate(), 24'000);
    EXPECT_EQ(alive, 1);
    EXPECT_EQ(detector->sure_score(), 0.25F);
    EXPECT_EQ(alive, 0) << "both do not fit";
    EXPECT_EQ(speaker->sample_rate(), 24'000);
    EXPECT_EQ(alive, 0) << "that is known";
    auto const found = detector->detect({7, 5, std::vector<std::uint8_t>(105)}, 0.5F);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].box.x1, 7);
    std::size_t samples = 0;
    speaker->say("four", {}, [&](AudioChunk&& chunk) { samples += chunk.samples.size(); }, {});
    EXPECT_EQ(samples, 4U);
}

} // namespace
} // namespace echollama
