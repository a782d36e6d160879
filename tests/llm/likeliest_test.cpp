// The likeliest token.
#include "base/counter_rng.h"
#include "llm/llm_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace echollama {
namespace {

constexpr float nothing = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();

TEST(Likeliest, IsTheFirstOfTheGreatestInAnyNumberOfWords) {
    for (std::size_t const words : {1U, 2U, 15U, 16U, 17U, 1023U, 1024U, 1025U, 3000U, 49152U}) {
        for (std::uint64_t seed = 0; seed < 8; ++seed) {
            std::vector<float> logits;
            for (std::size_t i = 0; i < words; ++i) { // few values, so that the greatest comes more than once
                logits.push_back(static_cast<float>(splitmix64(seed, i) % 100) - 200);
            }
            EXPECT_EQ(likeliest(logits), std::max_element(logits.begin(), logits.end()) - logits.begin()) << words;
        }
    }
}

TEST(Likeliest, IsFoundWhereverItStands) {
    for (std::size_t at = 0; at < 2100; ++at) {
        std::vector<float> logits(2100, -3);
        logits[at] = -2;
        ASSERT_EQ(likeliest(logits), static_cast<LlmToken>(at));
    }
}

TEST(Likeliest, IsNeverWhatIsNoNumber) {
    EXPECT_EQ(likeliest(std::vector{nothing, 1.0F, nothing, 2.0F, nothing}), 3);
    EXPECT_EQ(likeliest(std::vector(40, nothing)), 0);
    EXPECT_EQ(likeliest(std::vector(40, -infinite)), 0);
    EXPECT_EQ(likeliest(std::vector{1.0F, infinite, 2.0F, infinite}), 1);
    EXPECT_EQ(likeliest({}), 0);
}

} // namespace
} // namespace echollama
