#include "base/error.h"
#include "base/processor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace echollama {
namespace {

TEST(Processor, ItsLevelsGoFromTheLeastToTheBest) {
    auto const levels = processor_levels();
    ASSERT_FALSE(levels.empty());
    auto const place = [&](char const* level) { return std::find(levels.begin(), levels.end(), level); };
#if defined(__x86_64__)
    EXPECT_EQ(levels.front(), "x86-64-v2"); // what the compilers of today ask for
    if (place("avx512") != levels.end()) {
        EXPECT_LT(place("avx2"), place("avx512"));
    }
#elif defined(__aarch64__)
    EXPECT_EQ(levels.front(), "armv8");
#endif
    EXPECT_EQ(std::adjacent_find(levels.begin(), levels.end()), levels.end());
}

TEST(Processor, AProgramRunsWhereItWasBuiltFor) {
    unsetenv("ECHOLLAMA_CPU");
    EXPECT_NO_THROW(check_processor());
    setenv("ECHOLLAMA_CPU", std::string(program_level()).c_str(), 1);
    EXPECT_NO_THROW(check_processor());
    setenv("ECHOLLAMA_CPU", "another", 1);
    try {
        check_processor();
        ADD_FAILURE() << "it runs as what it is not";
    } catch (Error const& error) {
        EXPECT_NE(std::string(error.what()).find("'another'"), std::string::npos) << error.what();
    }
    unsetenv("ECHOLLAMA_CPU");
}

} // namespace
} // namespace echollama
