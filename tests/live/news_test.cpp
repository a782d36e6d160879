// News is told while it is fresh or not as news; what was missed is told as what is so now, or when asked.
#include "base/counter_rng.h"
#include "live/stage.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <set>

namespace echollama {
namespace {

using test::has;
using test::person_at;
using test::Stage;

// A street on which people, dogs and bicycles come into view, walk across, stop and go again.
struct Walker {
    char const* label;
    double from, until;
    float bearing, deg_s, metres, m_s;
};

std::vector<Walker> street(std::uint64_t seed, double seconds, double every_s) {
    Draws draws(seed);
    std::vector<Walker> walkers;
    for (double at = 1; at < seconds; at += every_s * static_cast<double>(draws.between(0.3F, 1.7F))) {
        char const* const labels[] = {"person", "person", "person", "dog", "bicycle"};
        float const side = draws.chance(0.5F) ? 1.0F : -1.0F;
        double const stays = static_cast<double>(draws.between(2, 14));
        bool const comes = draws.chance(0.2F);
        walkers.push_back({labels[draws.below(5)], at, at + stays, -side * draws.between(0, 25),
                           comes ? 0 : side * draws.between(0, 9), draws.between(4, 11),
                           comes ? -draws.between(0.5F, 1.5F) : 0});
    }
    return walkers;
}

std::vector<Detection> seen_at(std::vector<Walker> const& walkers, double now) {
    std::vector<Detection> all;
    for (auto const& one : walkers) {
        auto const t = static_cast<float>(now - one.from);
        float const bearing = one.bearing + one.deg_s * t, metres = one.metres + one.m_s * t;
        if (now >= one.from && now < one.until && std::abs(bearing) < 28 && metres > 1) {
            all.push_back(person_at(bearing, metres, one.label));
        }
    }
    return all;
}

class Streets : public testing::TestWithParam<double> {};

TEST_P(Streets, NothingOlderThanItsLifeBeginsAsNews) {
    int news = 0, states = 0;
    std::vector<double> ages_s; // of everything told, from the picture that first showed the oldest of it
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        auto const walkers = street(seed, 90, GetParam());
        Stage stage;
        stage.play(0, 90, [&](double now) { return seen_at(walkers, now); });
        for (auto const& [seconds, text, urgency, announcement] : stage.said) {
            if (!announcement.kind) {
                continue;
            }
            (announcement.is_state ? states : news) += 1;
            ages_s.push_back(seconds - announcement.shown_at);
            if (!announcement.is_state) {
                EXPECT_LE(seconds - announcement.shown_at, news_lives_s(*announcement.kind) + 1e-6) << text;
            } else {
                EXPECT_NE(urgency, Urgency::now) << text;
                EXPECT_LE(seconds - announcement.shown_at, 13) << text;
            }
        }
    }
    auto const middle = ages_s.begin() + static_cast<std::ptrdiff_t>(ages_s.size() / 2);
    std::nth_element(ages_s.begin(), middle, ages_s.end());
    EXPECT_LE(*middle, 0.8);
    EXPECT_GT(news, 40);
    EXPECT_GT(states, 4);
}

TEST_P(Streets, WordsRestOnTheLatestPictureAndLeaveRoomToListen) {
    auto const walkers = street(11, 90, GetParam());
    Stage stage;
    stage.play(0, 90, [&](double now) { return seen_at(walkers, now); });
    double ended = -10;
    for (auto const& [seconds, text, urgency, announcement] : stage.said) {
        EXPECT_DOUBLE_EQ(announcement.known_at, seconds) << text;
        if (urgency != Urgency::now && announcement.kind) {
            EXPECT_GE(seconds - ended, (urgency == Urgency::soon ? 0.3 : 1.2) - 0.11) << text; // a picture's time
            EXPECT_LT(std::count(text.begin(), text.end(), ' '), 18) << text;
        }
        ended = seconds + spoken_seconds(text);
    }
}

// Whoever is there for long enough is told of at some time, unless it came so close that it is asked for.
TEST_P(Streets, WhoStaysIsToldOrAnsweredToWhoAsks) {
    for (std::uint64_t seed = 21; seed <= 24; ++seed) {
        auto const walkers = street(seed, 60, GetParam());
        Stage stage;
        std::map<int, double> first, last;
        std::set<int> told;
        stage.play(0, 60, [&](double now) {
            for (auto const& thing : stage.tracker.things()) {
                if (thing.present) {
                    first.try_emplace(thing.identity(), now);
                    last[thing.identity()] = now;
                }
            }
            return seen_at(walkers, now);
        });
        for (auto const& one : stage.said) {
            told.insert(one.announcement.identities.begin(), one.announcement.identities.end());
        }
        auto const changes = stage.narrator.what_changed(60);
        for (auto const& thing : stage.tracker.things()) {
            bool const long_there = thing.present && first.count(thing.identity()) > 0 && first[thing.identity()] < 45;
            if (long_there && told.count(thing.identity()) == 0) {
                EXPECT_TRUE(has(changes, thing.detection.label)) << seed << "\n" << stage.all() << changes;
            }
        }
    }
}

// Whoever watches for hours needs no more memory than for some minutes.
TEST(News, WatchingForLongTakesNoMoreMemory) {
    auto const walkers = street(31, 1500, 3);
    Stage stage;
    auto in_use_after = [&, from = 0.0](double seconds) mutable {
        stage.play(from, seconds, [&](double now) { return seen_at(walkers, now); });
        from = seconds;
        std::vector<test::Said>().swap(stage.said); // of the test
        return mallinfo2().uordblks;
    };
    auto most = in_use_after(120);
    for (double seconds = 140; seconds <= 300; seconds += 20) {
        most = std::max(most, in_use_after(seconds));
    }
    auto later = in_use_after(1300);
    for (double seconds = 1320; seconds <= 1500; seconds += 20) {
        later = std::min(later, in_use_after(seconds));
    }
    EXPECT_LT(later, most + 16 * 1024);
}

INSTANTIATE_TEST_SUITE_P(Crowds, Streets, testing::Values(6.0, 2.0, 0.7));

TEST(News, TheFreshestIsToldFirst) {
    Stage stage;
    // While the description is said, somebody begins to cross, later somebody else does.
    stage.play(0, 14, [](double now) {
        auto const t = static_cast<float>(now);
        std::vector<Detection> there{person_at(-10, 8, "chair"), person_at(0, 9, "bench"), person_at(20, 9, "car")};
        there.push_back(person_at(-25 + (now > 1 ? std::min(9 * (t - 1), 20.0F) : 0), 6, "dog"));
        if (now > 3) {
            there.push_back(person_at(26 - std::min(9 * (t - 3), 45.0F), 5));
        }
        return there;
    });
    auto const dog = stage.all().find("dog slightly left goes"), person = stage.all().find("A person");
    EXPECT_NE(person, std::string::npos) << stage.all();
    EXPECT_TRUE(dog == std::string::npos || person < dog) << stage.all();
}

TEST(News, ManyWhoCameWhileSomethingElseWasSaidAreOneSentence) {
    Stage stage;
    std::string const question = "Nothing of what you ask for is here, and I have looked at all of it for a long time.";
    stage.play(0, 5, [](double) { return std::vector{person_at(0, 7, "chair")}; });
    stage.narrator.answer(5, question);
    stage.play(5, 20, [](double now) {
        std::vector<Detection> there{person_at(0, 7, "chair")};
        for (int i = 0; i < 4; ++i) {
            if (now > 5.3 + i * 0.5) {
                there.push_back(person_at(-20 + 11 * static_cast<float>(i), 5));
            }
        }
        return there;
    });
    ASSERT_EQ(stage.said.size(), 3U) << stage.all();
    EXPECT_TRUE(stage.said[2].announcement.is_state);
    EXPECT_TRUE(has(stage.said[2].text, "Four people, the nearest")) << stage.all();
    EXPECT_NEAR(stage.said[2].announcement.shown_at, 5.4, 0.11); // the oldest of it
}

TEST(News, WhoStoppedWithoutHavingBeenToldToMoveIsNone) {
    Stage stage;
    stage.play(0, 4, [](double) { return std::vector{person_at(-20, 5)}; });
    stage.narrator.answer(4, std::string(60, 'x') + " a b c d e f g h i j k l m n o p q r s t u v w x y z"); // 9 s
    stage.play(4, 20, [](double now) {
        return std::vector{person_at(-20 + 9 * static_cast<float>(std::clamp(now - 4.5, 0.0, 3.0)), 5)};
    });
    EXPECT_FALSE(has(stage.all(), "stopped")) << stage.all();
}

TEST(News, WhatADangerCutOffAtItsBeginningIsToldAfterwards) {
    Stage stage;
    stage.play(0, 16, [](double now) {
        std::vector<Detection> there{person_at(-20, 9, "bench")};
        if (now > 6) {
            there.push_back(person_at(18, 4, "chair"));
        }
        if (now > 6.6 && now < 8) {
            there.push_back(person_at(0, 1.6F));
        }
        return there;
    });
    auto const cut = stage.all().find("A chair"), danger = stage.all().find("Careful, a person"),
               again = stage.all().rfind("A chair");
    ASSERT_NE(cut, std::string::npos) << stage.all();
    ASSERT_NE(danger, std::string::npos) << stage.all();
    EXPECT_LT(cut, danger) << stage.all();
    EXPECT_GT(again, danger) << stage.all();
}

TEST(News, OneOfManyIsNotThePerson) {
    Stage stage;
    stage.play(0, 20, [](double now) {
        std::vector<Detection> there{person_at(-20, 6), person_at(5, 6)};
        if (now < 8) {
            there.push_back(person_at(20, 5));
        }
        return there;
    });
    EXPECT_TRUE(has(stage.all(), "A person is gone.")) << stage.all();
}

} // namespace
} // namespace echollama
