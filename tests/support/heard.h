// What a voice says, all of it.
#pragma once

#include "roles/roles.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace echollama::test {

struct Heard {
    std::vector<float> samples;
    int rate = 0, ends = 0;
};

inline Heard listen(Speaker& speaker, std::string const& text, SpeechOptions const& options = {}) {
    Heard heard;
    speaker.say(text, options,
                [&](AudioChunk&& chunk) {
                    EXPECT_EQ(heard.ends, 0) << "nothing after the end";
                    EXPECT_EQ(chunk.first_sample, static_cast<std::int64_t>(heard.samples.size()));
                    EXPECT_TRUE(heard.rate == 0 || heard.rate == chunk.rate);
                    heard.samples.insert(heard.samples.end(), chunk.samples.begin(), chunk.samples.end());
                    heard.rate = chunk.rate;
                    heard.ends += chunk.end;
                },
                {});
    EXPECT_EQ(heard.ends, 1);
    return heard;
}

} // namespace echollama::test
