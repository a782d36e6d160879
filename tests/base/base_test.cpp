#include "base/abandonable_task.h"
#include "base/bounded_queue.h"
#include "base/counter_rng.h"
#include "base/destroy_with_timeout.h"
#include "base/timing.h"

#include <gtest/gtest.h>

#include <atomic>
#include <bit>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

namespace echollama {
namespace {

TEST(CounterRng, MatchesThePublishedCheckValues) {
    EXPECT_EQ(fnv1a64("a"), 0xaf63dc4c8601ec8cULL);
    float value = 2 * uniform(fnv1a64("a"), 0) - 1;
    EXPECT_EQ(std::bit_cast<std::uint32_t>(value), 0xbe8358f8U);
    EXPECT_EQ(splitmix64(fnv1a64("codes.0"), 0) >> 52, 108U);
}

TEST(BoundedQueue, DeliversInOrderAndDrainsAfterClose) {
    BoundedQueue<int> queue(2);
    std::jthread producer([&] {
        for (int i = 0; i < 100; ++i) {
            queue.push(i);
        }
        queue.close();
    });
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(queue.pop(), i);
    }
    EXPECT_EQ(queue.pop(), std::nullopt);
    EXPECT_FALSE(queue.push(1)) << "a closed queue takes nothing";
}

TEST(AbandonableTask, IsLeftAtOnceAndWaitedForByTheNext) {
    using namespace std::chrono_literals;
    std::atomic<int> ended{0};
    AbandonableTask<int> work;
    EXPECT_EQ(work.run([] { return 7; }, {}), 7);
    EXPECT_THROW(work.run([]() -> int { throw std::runtime_error("bad"); }, {}), std::runtime_error);
    std::stop_source stop;
    std::jthread later([&] {
        std::this_thread::sleep_for(5ms);
        stop.request_stop();
    });
    auto const begin = std::chrono::steady_clock::now();
    auto const left = work.run(
        [&] {
            std::this_thread::sleep_for(300ms);
            return ++ended;
        },
        stop.get_token());
    EXPECT_EQ(left, std::nullopt);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 200ms);
    EXPECT_EQ(work.run([] { return 1; }, stop.get_token()), std::nullopt) << "stopped while waiting for the first";
    EXPECT_EQ(work.run([&] { return ended.load(); }, {}), 1);
}

TEST(BoundedQueue, StopWakesBothEnds) {
    BoundedQueue<int> queue(1);
    ASSERT_TRUE(queue.push(1));
    std::stop_source stop;
    std::jthread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        stop.request_stop();
    });
    EXPECT_FALSE(queue.push(2, stop.get_token()));
    EXPECT_EQ(queue.pop(stop.get_token()), std::nullopt);
}

TEST(BoundedQueue, PopWaitsNoLongerThanTheDeadline) {
    BoundedQueue<int> queue(1);
    using Clock = std::chrono::steady_clock;
    auto const begin = Clock::now();
    EXPECT_EQ(queue.pop_until(begin + std::chrono::milliseconds(20)), std::nullopt);
    EXPECT_GE(Clock::now() - begin, std::chrono::milliseconds(20));
    queue.push(7);
    EXPECT_EQ(queue.pop_until(begin), 7) << "what is there does not wait";
    queue.close();
    auto const closed = Clock::now();
    EXPECT_EQ(queue.pop_until(closed + std::chrono::seconds(30)), std::nullopt);
    EXPECT_LT(Clock::now() - closed, std::chrono::seconds(10));
}

TEST(Timings, RecordsAStageThatThrows) {
    Timings timings;
    EXPECT_THROW(timings.measure("bad", []() -> int { throw std::runtime_error("x"); }), std::runtime_error);
    ASSERT_EQ(timings.stages().size(), 1U);
    EXPECT_EQ(timings.stages()[0].stage, "bad");
    EXPECT_EQ(timings.measure("good", [] { return 7; }), 7);
}

TEST(DestroyOrLeave, WaitsForADestructorButNotForEver) {
    struct Closing {
        std::future<void> may_end;
        std::shared_ptr<std::atomic<bool>> ended;
        ~Closing() {
            may_end.wait();
            *ended = true;
        }
    };
    auto const close = [](std::promise<void>& end, std::shared_ptr<std::atomic<bool>> ended) {
        std::unique_ptr<Closing> object(new Closing{end.get_future(), std::move(ended)});
        return destroy_with_timeout(std::move(object), std::chrono::milliseconds(50));
    };
    auto const ended = std::make_shared<std::atomic<bool>>(false);
    std::promise<void> now, never;
    now.set_value();
    EXPECT_TRUE(close(now, ended));
    EXPECT_TRUE(*ended);
    EXPECT_FALSE(close(never, std::make_shared<std::atomic<bool>>(false)));
    never.set_value();
}

} // namespace
} // namespace echollama
