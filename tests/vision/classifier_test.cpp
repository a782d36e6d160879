#include "base/counter_rng.h"
#include "scene/imagenet.h"
#include "vision/classifier.h"

#include <gtest/gtest.h>

#include <numeric>

namespace echollama {
namespace {

std::size_t class_named(std::string_view name) {
    for (std::size_t i = 0; i < imagenet_class_count; ++i) {
        if (imagenet_name(i) == name) {
            return i;
        }
    }
    throw std::logic_error("no class " + std::string(name));
}

std::vector<float> probabilities(std::initializer_list<std::pair<std::string_view, float>> some) {
    std::vector<float> all(imagenet_class_count);
    for (auto const& [name, p] : some) {
        all[class_named(name)] = p;
    }
    return all;
}

TEST(Classifier, ProbabilitiesAreASoftmax) {
    std::vector<float> const logits{1000, 1000, -1000};
    auto const p = class_probabilities(logits);
    EXPECT_NEAR(p[0], 0.5F, 1e-6F);
    EXPECT_NEAR(p[2], 0, 1e-6F);
}

TEST(Classifier, FineClassesBecomeWordsPeopleKnow) {
    auto const sure = gist_of(probabilities({{"baboon", 0.8F}, {"macaque", 0.1F}}));
    ASSERT_TRUE(sure);
    EXPECT_EQ(sure->words, "a monkey");
    EXPECT_EQ(sure->fine, "a baboon");
    EXPECT_NEAR(sure->probability, 0.9F, 1e-6F);
    auto const many = gist_of(probabilities({{"baboon", 0.3F}, {"macaque", 0.2F}, {"langur", 0.2F}}));
    ASSERT_TRUE(many);
    EXPECT_EQ(many->words, "a monkey");
    EXPECT_EQ(many->fine, "");
}

struct Likely {
    std::initializer_list<std::pair<std::string_view, float>> classes;
    std::string words, fine; // empty words: nothing is said
};

TEST(Classifier, TheNarrowestWordsThatAreLikelyEnough) {
    for (auto const& one : {
             Likely{{{"apple", 0.9F}}, "an apple", ""}, // no word twice
             Likely{{{"apple", 0.46F}}, "an apple", ""},
             Likely{{{"apple", 0.44F}}, "food", "an apple"},
             Likely{{{"apple", 0.2F}, {"pizza", 0.2F}}, "food", ""},
             Likely{{{"apple", 0.34F}}, "", ""},
             Likely{{{"ibex", 0.35F}, {"impala", 0.3F}, {"llama", 0.1F}}, "an animal", "a sheep or goat"},
             Likely{{{"pedestal", 0.66F}}, "a pedestal", ""},
             Likely{{{"pedestal", 0.64F}}, "a place outdoors", "a pedestal"},
             Likely{{{"castle", 0.25F}, {"bell cote", 0.2F}, {"cliff", 0.2F}},
                    "a building or monument",
                    "a castle or palace"},
             Likely{{{"castle", 0.2F}, {"pier", 0.2F}, {"cliff", 0.2F}}, "a place outdoors", ""},
             Likely{{{"ibex", 0.3F}, {"volcano", 0.3F}}, "", ""},
             Likely{{}, "", ""},
         }) {
        auto const gist = gist_of(probabilities(one.classes));
        EXPECT_EQ(gist ? gist->words : "", one.words);
        EXPECT_EQ(gist ? gist->fine : "", one.fine) << one.words;
    }
}

// Whatever the classifier says: words are said once, and what is named besides is likely.
TEST(Classifier, HoldsItsPromisesOnAnyProbabilities) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        std::vector<float> logits(imagenet_class_count);
        for (std::size_t i = 0; i < logits.size(); ++i) {
            float const u = uniform(seed, i);
            logits[i] = (seed % 3 == 0 ? 20 : 12) * u * u * u;
        }
        auto const p = class_probabilities(logits);
        if (auto const gist = gist_of(p)) {
            EXPECT_GE(gist->probability, GistLimits{}.family);
            EXPECT_LE(gist->probability, 1.001F);
            EXPECT_FALSE(gist->words.empty());
            EXPECT_EQ(gist->words.find(gist->fine.empty() ? "-" : gist->fine), std::string::npos) << gist->words;
        }
    }
}

TEST(Classifier, SharesAreSumsOverTheClassesOfALabel) {
    auto const p = probabilities({{"tabby", 0.5F}, {"Egyptian cat", 0.3F}, {"beagle", 0.2F}});
    EXPECT_NEAR(coco_share(p, "cat").value(), 0.8F, 1e-6F);
    EXPECT_NEAR(coco_share(p, "dog").value(), 0.2F, 1e-6F);
    EXPECT_FALSE(coco_share(p, "giraffe"));
    EXPECT_FALSE(has_imagenet_class("giraffe"));
    EXPECT_NEAR(coco_share(probabilities({{"suit", 0.5F}, {"beagle", 0.5F}}), "person").value(), 0.5F, 1e-6F);
}

} // namespace
} // namespace echollama
