// Rows from pictures, with a teacher that may be slow, fail or be absent.
#include "base/error.h"
#include "dataset/build.h"
#include "dataset/check.h"
#include "rows/row_lines.h"
#include "scene/build.h"
#include "support/support.h"
#include "wording/prompt.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

namespace echollama::dataset {
namespace {

class Says : public Describer {
  public:
    explicit Says(std::function<std::string(Prompt const&)> answer) : answer_(std::move(answer)) {}
    void reply(Prompt const& prompt, TextSink const& sink, std::stop_token) override { sink(answer_(prompt)); }

  private:
    std::function<std::string(Prompt const&)> answer_;
};

Question look(std::string const& image) {
    if (image.starts_with("broken")) {
        throw Error("it is no picture");
    }
    Intrinsics const camera{500, 500, 320, 240};
    float const x = image == "b" ? 20.0F : 280.0F;
    auto scene = build_scene({{"cup", -1, 0.9F, {x, 200, x + 80, 280}, {}}}, 640, 480, camera);
    return {scene_prompt(scene, "", {}), std::move(scene)};
}

class Build : public testing::Test {
  protected:
    std::vector<Failure> run(std::vector<std::string> const& images, BuildRoles roles) {
        roles.look = look;
        roles.base = roles.base ? roles.base : &base_;
        roles.base_name = "base";
        RowFile file(path_);
        return build_dataset(
            images, roles, file, {3}, [this](BuildProgress const& now) { last_ = now; }, stop_.get_token());
    }

    std::vector<Preference> rows() {
        std::vector<Preference> all;
        rows::for_each_line(path_, longest_row,
                            [&](std::size_t, std::string const& line) { all.push_back(parse_preference(line)); });
        return all;
    }

    test::TempDir dir_;
    std::filesystem::path path_ = dir_ / "data.jsonl";
    Says base_{[](Prompt const&) { return " There is a dog.\n"; }};
    BuildProgress last_;
    std::stop_source stop_;
};

TEST_F(Build, TheScenesOwnWordsTeachWithoutATeacher) {
    EXPECT_TRUE(run({"a", "b"}, {}).empty());
    auto const all = rows();
    ASSERT_EQ(all.size(), 2U);
    for (auto const& row : all) {
        EXPECT_NE(row.chosen.find("cup"), std::string::npos);
        EXPECT_EQ(row.rejected, "There is a dog.");
        EXPECT_NE(row.prompt.find("cup"), std::string::npos) << "what the model is told of the picture";
        EXPECT_GT(row.chosen_claims.supported, 0);
        EXPECT_EQ(row.chosen_claims.contradicted, 0) << row.chosen;
        EXPECT_GT(row.rejected_claims.contradicted, 0);
    }
    EXPECT_TRUE(check_dataset(path_).is_sound());
}

TEST_F(Build, WhatFailsCostsItsRowAndIsTriedAgain) {
    std::atomic<int> asked = 0;
    BuildRoles roles;
    roles.teacher_name = "teacher";
    roles.teacher = [&] {
        return std::make_unique<Says>([&](Prompt const&) -> std::string {
            if (++asked == 1) {
                throw Error("the server is busy");
            }
            return "A cup is here.";
        });
    };
    auto const failures = run({"a", "broken.png", "b"}, roles);
    ASSERT_EQ(failures.size(), 2U);
    std::set<std::string> reasons;
    for (auto const& failure : failures) {
        reasons.insert(failure.why);
    }
    EXPECT_EQ(reasons, (std::set<std::string>{"it is no picture", "the server is busy"}));
    EXPECT_EQ(rows().size(), 1U);
    EXPECT_EQ(last_.done + last_.failed, 3U);
    EXPECT_EQ(run({"a", "broken.png", "b"}, roles).size(), 1U) << "only the broken picture fails again";
    EXPECT_EQ(rows().size(), 2U);
    EXPECT_EQ(rows()[0].teacher, "teacher");
    EXPECT_TRUE(check_dataset(path_).is_sound()) << "no picture has two rows";
}

TEST_F(Build, SeveralRequestsAreUnderWayAtOnce) {
    std::atomic<int> now = 0, most = 0;
    BuildRoles roles;
    roles.teacher = [&] {
        return std::make_unique<Says>([&](Prompt const&) {
            int const running = ++now;
            for (int seen = most; seen < running && !most.compare_exchange_weak(seen, running);) {
            }
            for (int waited = 0; most < 3 && waited < 200; ++waited) { // until all three are here
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
            --now;
            return "A cup.";
        });
    };
    EXPECT_TRUE(run({"a", "b", "c", "d", "e", "f"}, roles).empty());
    EXPECT_EQ(most, 3);
    EXPECT_EQ(rows().size(), 6U);
}

TEST_F(Build, EmptyAndEqualAnswersAreNoRows) {
    for (std::string const answer : {"", "There is a dog."}) {
        BuildRoles roles;
        roles.teacher = [&] { return std::make_unique<Says>([&](Prompt const&) { return answer; }); };
        EXPECT_EQ(run({"a"}, roles).size(), 1U) << answer;
        EXPECT_TRUE(rows().empty());
    }
}

TEST_F(Build, AStopLeavesWholeRows) {
    BuildRoles roles;
    roles.teacher = [&] {
        return std::make_unique<Says>([&](Prompt const&) {
            stop_.request_stop();
            return "A cup.";
        });
    };
    EXPECT_THROW(run({"a", "b", "c", "d"}, roles), Cancelled);
    for (auto const& row : rows()) {
        EXPECT_EQ(row.chosen, "A cup.");
    }
}

} // namespace
} // namespace echollama::dataset
