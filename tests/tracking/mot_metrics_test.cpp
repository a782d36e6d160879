// The measures of following, by hand and against py-motmetrics (`pip install motmetrics`, a tool of this test alone).
#include "base/counter_rng.h"
#include "support/run_shell.h"
#include "support/support.h"
#include "tracking/follow_world.h"
#include "tracking/mot_metrics.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace echollama {
namespace {

MarkedBox at(int identity, float x) {
    return {identity, {x, 0, x + 10, 20}};
}

TEST(MotMetrics, ByHand) {
    // Thing 1 is followed, then by another identity; thing 2 is missed once; one is invented.
    std::vector<MotFrame> const frames = {{{at(1, 0), at(2, 50)}, {at(7, 0), at(8, 50)}},
                                          {{at(1, 0), at(2, 50)}, {at(7, 1), at(9, 200)}},
                                          {{at(1, 0), at(2, 50)}, {at(10, 0), at(8, 51)}}};
    auto const score = mot_score(frames);
    EXPECT_EQ(score.truths, 6);
    EXPECT_EQ(score.misses, 1);
    EXPECT_EQ(score.invented, 1);
    EXPECT_EQ(score.switches, 1);
    EXPECT_DOUBLE_EQ(score.mota(), 0.5);
    EXPECT_EQ(score.id_matches, 4); // 1 with 7 twice, 2 with 8 twice
    EXPECT_DOUBLE_EQ(score.idf1(), 8.0 / 12);
    EXPECT_EQ(mot_score({}).idf1(), 0);
}

TEST(MotMetrics, AgreeWithPyMotmetrics) {
    char const* python = std::getenv("ECHOLLAMA_MOTMETRICS_PYTHON");
    std::string const interpreter = python ? python : "python3";
    if (test::run_shell(interpreter + " -c 'import motmetrics'").code != 0) {
        GTEST_SKIP()
            << "needs py-motmetrics: pip install motmetrics, or a Python that has it in ECHOLLAMA_MOTMETRICS_PYTHON";
    }
    for (std::uint64_t seed = 21; seed <= 23; ++seed) {
        MovingWorldOptions options;
        options.rendered = false;
        options.way = CameraWay::turns; // without pictures the tracker loses things, which is what is to be counted
        auto const world = make_moving_world(seed, options);
        auto const frames = mot_frames(follow(world));
        auto const score = mot_score(frames);
        test::TempDir const dir;
        std::ofstream(dir / "gt.txt") << mot_lines(frames, MotSide::truth);
        std::ofstream(dir / "told.txt") << mot_lines(frames, MotSide::told);
        auto const result = test::run_shell(interpreter + " " + test::data("mot_peer.py").string() + " " +
                                            (dir / "gt.txt").string() + " " + (dir / "told.txt").string());
        ASSERT_EQ(result.code, 0) << result.err;
        std::istringstream in(result.out);
        double mota = 0, idf1 = 0;
        double switches = 0, misses = 0, invented = 0;
        in >> mota >> idf1 >> switches >> misses >> invented;
        EXPECT_GT(score.switches, 0);
        EXPECT_NEAR(score.mota(), mota, 1e-6);
        EXPECT_NEAR(score.idf1(), idf1, 1e-6);
        EXPECT_EQ(score.switches, switches);
        EXPECT_EQ(score.misses, misses);
        EXPECT_EQ(score.invented, invented);
    }
}

} // namespace
} // namespace echollama
