#include "scene/coco.h"
#include "scene/imagenet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace echollama {
namespace {

TEST(Imagenet, EveryClassHasAName) {
    for (std::size_t i = 0; i < imagenet_class_count; ++i) {
        auto const name = imagenet_name(i);
        EXPECT_FALSE(name.empty()) << i;
        EXPECT_EQ(name.find(','), std::string_view::npos) << name;
    }
    EXPECT_EQ(imagenet_name(0), "tench");
    EXPECT_EQ(imagenet_name(285), "Egyptian cat");
    EXPECT_EQ(imagenet_name(372), "baboon");
    EXPECT_EQ(imagenet_name(948), "apple");
    EXPECT_EQ(imagenet_name(999), "toilet paper");
}

TEST(Imagenet, ArticlesAreWhatPeopleSay) {
    EXPECT_EQ(imagenet_words(285), "an Egyptian cat");
    EXPECT_EQ(imagenet_words(372), "a baboon");
    EXPECT_EQ(imagenet_words(970), "mountains");
}

TEST(Imagenet, AClassIsOfOneKindAtMostAndKindsOfCocoAreItsClasses) {
    std::set<std::size_t> taken;
    std::set<std::string_view> labels;
    for (auto const& kind : imagenet_kinds()) {
        ASSERT_FALSE(kind.classes.empty()) << kind.words;
        for (auto i : kind.classes) {
            EXPECT_LT(i, imagenet_class_count);
            EXPECT_TRUE(taken.insert(i).second) << kind.words << " " << i;
            EXPECT_EQ(imagenet_kind(i), &kind);
        }
        if (!kind.coco.empty()) {
            EXPECT_NE(find_class(kind.coco), nullptr) << kind.coco;
            EXPECT_TRUE(labels.insert(kind.coco).second) << kind.coco;
        }
    }
    EXPECT_EQ(imagenet_kind(285)->coco, "cat");
}

TEST(Imagenet, FamiliesHoldWholeKinds) {
    for (auto const& family : imagenet_families()) {
        EXPECT_GT(family.classes.size(), 9U) << family.words;
        EXPECT_TRUE(std::is_sorted(family.classes.begin(), family.classes.end())) << family.words;
        EXPECT_EQ(std::adjacent_find(family.classes.begin(), family.classes.end()), family.classes.end())
            << family.words;
        EXPECT_LT(family.classes.back(), imagenet_class_count);
    }
    for (std::size_t i = 0; i < 398; ++i) { // ImageNet's animals come first
        EXPECT_TRUE(
            std::binary_search(imagenet_families()[0].classes.begin(), imagenet_families()[0].classes.end(), i));
    }
    for (auto i : imagenet_worn()) {
        EXPECT_GE(i, 398U) << imagenet_name(i);
    }
}

} // namespace
} // namespace echollama
