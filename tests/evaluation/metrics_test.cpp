// The measures themselves, on truths made by hand: what counts as right must be what the measure says it is.
#include "evaluation/evaluate.h"
#include "evaluation/metrics.h"
#include "scene/camera.h"
#include "scene/coco.h"
#include "scene/grid.h"

#include <gtest/gtest.h>

#include <cmath>

namespace echollama {
namespace {

ToyObject truly(std::string label, Box box, float depth_m = 2) {
    ToyObject object;
    object.label = std::move(label);
    object.box = box;
    object.depth_m = depth_m;
    return object;
}

SceneObject seen(std::string label, Box box) {
    SceneObject object;
    object.detection = {std::move(label), -1, 0.9F, box, {}};
    return object;
}

ToyPicture truth_of(std::vector<ToyObject> objects) {
    ToyPicture truth;
    truth.width = 300, truth.height = 200;
    truth.objects = std::move(objects);
    return truth;
}

GeometryScore scored(std::vector<SceneObject> objects, ToyPicture const& truth,
                     std::vector<SceneRelation> relations = {}) {
    Scene scene;
    scene.objects = std::move(objects);
    scene.relations = std::move(relations);
    GeometryScore score;
    score.add(scene, truth);
    return score;
}

Box const whole{0, 0, 100, 100};

TEST(GeometryScore, PairsThingsThatShareHalfOfTheirBoxes) {
    auto const truth = truth_of({truly("cup", whole)});
    struct {
        char const* why;
        char const* label;
        Box box;
        std::size_t invented;
    } const table[] = {
        {"the same", "cup", whole, 0},
        {"half of it", "cup", {0, 0, 100, 50}, 0},
        {"half of it", "cup", {0, 0, 50, 100}, 0},
        {"less", "cup", {0, 0, 100, 49}, 1},
        {"half of both together", "cup", {0, 0, 100, 200}, 0},
        {"less", "cup", {0, 0, 100, 201}, 1},
        {"moved by a third", "cup", {33, 0, 133, 100}, 0},
        {"moved by more", "cup", {34, 0, 134, 100}, 1},
        {"moved by more", "cup", {0, 34, 100, 134}, 1},
        {"beside it", "cup", {100, 0, 200, 100}, 1},
        {"far away in both ways", "cup", {300, 300, 500, 500}, 1},
        {"another label", "bowl", whole, 1},
    };
    for (auto const& row : table) {
        auto const score = scored({seen(row.label, row.box)}, truth);
        EXPECT_EQ(score.invented, row.invented) << row.why;
        EXPECT_EQ(score.missed, row.invented) << row.why;
        EXPECT_EQ(score.cells.all, 1 - row.invented) << row.why;
    }
    EXPECT_EQ(scored({seen("cup", whole), seen("cup", whole)}, truth).invented, 1U) << "each thing has one partner";
    EXPECT_EQ(scored({}, truth).missed, 1U);
}

TEST(GeometryScore, TakesTheThingThatSharesMost) {
    auto far = truly("cup", whole, 9);
    auto near = truly("cup", {20, 0, 120, 100}, 2);
    auto cup = seen("cup", {18, 0, 118, 100});
    cup.distance = {DistanceSource::sensor, 2, 2, 2};
    EXPECT_EQ(scored({cup}, truth_of({far, near})).distances.right, 1U);
    EXPECT_EQ(scored({cup}, truth_of({near, far})).distances.right, 1U);
}

TEST(GeometryScore, BearingsOfWhatIsSeenWhole) {
    auto errors = [](float visible) {
        auto thing = truly("cup", whole);
        thing.bearing_deg = 20;
        thing.visible = visible;
        auto cup = seen("cup", whole);
        cup.bearing_deg = 14;
        return scored({cup}, truth_of({thing})).bearing_errors_deg;
    };
    EXPECT_EQ(errors(1), (std::vector<float>{6}));
    EXPECT_EQ(errors(0.9F), (std::vector<float>{6}));
    EXPECT_TRUE(errors(0.89F).empty());
}

// Written twice, once for the scene and once for the measure: both must know the same hours and cells.
TEST(GeometryScore, HoursAndCellsAreThoseOfTheScene) {
    for (int degrees = -180; degrees <= 180; ++degrees) {
        auto thing = truly("cup", whole);
        thing.seen_deg = static_cast<float>(degrees);
        auto cup = seen("cup", whole);
        cup.clock_hour = clock_hour_of(thing.seen_deg);
        EXPECT_EQ(scored({cup}, truth_of({thing})).clock_hours.right, 1U) << degrees;
        cup.clock_hour = cup.clock_hour % 12 + 1;
        EXPECT_EQ(scored({cup}, truth_of({thing})).clock_hours.right, 0U) << degrees;
    }
    for (int x = 10; x <= 290; ++x) {
        for (int y : {10, 99, 100, 101, 190}) {
            Box const box{static_cast<float>(x - 10), static_cast<float>(y - 10), static_cast<float>(x + 10),
                          static_cast<float>(y + 10)};
            auto cup = seen("cup", box);
            cup.cell = cell_of(box, 300, 200);
            EXPECT_EQ(scored({cup}, truth_of({truly("cup", box)})).cells.right, 1U) << x << " " << y;
            cup.cell.column = (cup.cell.column + 1) % 3;
            EXPECT_EQ(scored({cup}, truth_of({truly("cup", box)})).cells.right, 0U) << x << " " << y;
        }
    }
}

TEST(GeometryScore, DistancesWithinAQuarter) {
    auto measured = [](Distance distance) {
        auto cup = seen("cup", whole);
        cup.distance = distance;
        return scored({cup}, truth_of({truly("cup", whole, 4)}));
    };
    for (float right : {3.0F, 4.0F, 5.0F}) {
        EXPECT_EQ(measured({DistanceSource::sensor, right, 1, 9}).distances.right, 1U) << right;
    }
    for (float wrong : {2.9F, 5.1F, 8.0F, 0.1F}) {
        EXPECT_EQ(measured({DistanceSource::sensor, wrong, 1, 9}).distances.right, 0U) << wrong;
    }
    EXPECT_EQ(measured({}).distances.right, 0U);
    EXPECT_EQ(measured({}).distances.all, 1U);
    EXPECT_EQ(measured({}).intervals.all, 0U);
    struct {
        float low, high;
        std::size_t inside;
    } const table[] = {{4, 5, 1}, {3, 4, 1}, {3, 5, 1}, {4.1F, 5, 0}, {3, 3.9F, 0}};
    for (auto const& row : table) {
        EXPECT_EQ(measured({DistanceSource::sensor, 4, row.low, row.high}).intervals.right, row.inside)
            << row.low << " " << row.high;
        EXPECT_EQ(measured({DistanceSource::sensor, 4, row.low, row.high}).intervals.all, 1U);
    }
}

Box const left_box{0, 0, 40, 40}, middle_box{100, 0, 140, 40}, right_box{200, 0, 240, 40};

// Of three things from left to right the first relation that is judged; none: nothing is.
std::optional<bool> judged(SceneRelation const& relation, float depth_of_first = 2) {
    std::vector<ToyObject> things{truly("cup", left_box, depth_of_first), truly("bowl", middle_box, 20),
                                  truly("vase", right_box, 20)};
    for (std::size_t i = 0; i < things.size(); ++i) {
        things[i].seen_deg = 10 * static_cast<float>(i) - 10;
    }
    things[0].rests_on = 1;
    auto const score = scored({seen("cup", left_box), seen("bowl", middle_box), seen("vase", right_box)},
                              truth_of(things), {relation});
    return score.relations.all == 0 ? std::nullopt : std::optional(score.relations.right == 1);
}

TEST(GeometryScore, JudgesRelations) {
    using enum Relation;
    struct {
        SceneRelation relation;
        std::optional<bool> expected;
    } const table[] = {
        {{0, left_of, 1, {}}, true},
        {{1, left_of, 0, {}}, false},
        {{1, left_of, 1, {}}, false},
        {{1, right_of, 0, {}}, true},
        {{0, right_of, 1, {}}, false},
        {{1, right_of, 1, {}}, false},
        {{0, in_front_of, 1, {}}, true},
        {{1, in_front_of, 0, {}}, false},
        {{1, behind, 0, {}}, true},
        {{0, behind, 1, {}}, false},
        {{1, behind, 2, {}}, std::nullopt},
        {{0, on, 1, {}}, true},
        {{0, on, 2, {}}, false},
        {{1, on, 0, {}}, false},
        {{1, under, 0, {}}, true},
        {{2, under, 0, {}}, false},
        {{0, under, 1, {}}, false},
        {{1, between, 0, 2}, true},
        {{1, between, 2, 0}, true},
        {{0, between, 1, 2}, false},
        {{2, between, 0, 1}, false},
        {{0, between, 0, 1}, false},
        {{1, between, 0, 1}, false},
        {{0, beside, 1, {}}, std::nullopt},
        {{0, above, 1, {}}, std::nullopt},
    };
    for (auto const& row : table) {
        EXPECT_EQ(judged(row.relation), row.expected)
            << row.relation.subject << " " << static_cast<int>(row.relation.relation) << " " << row.relation.object;
    }
    // Nearer by less than one in twenty is neither before nor behind.
    EXPECT_EQ(judged({1, in_front_of, 0, {}}, 21), true);
    EXPECT_EQ(judged({1, in_front_of, 0, {}}, 20.9F), std::nullopt);
    EXPECT_EQ(judged({0, behind, 1, {}}, 21), true);
}

TEST(GeometryScore, TheFirstThingMayCarryAnother) {
    auto cup = truly("cup", middle_box);
    cup.rests_on = 0;
    auto const truth = truth_of({truly("bench", left_box), cup});
    std::vector<SceneObject> const objects{seen("bench", left_box), seen("cup", middle_box)};
    EXPECT_EQ(scored(objects, truth, {{0, Relation::under, 1, {}}}).relations.right, 1U);
    EXPECT_EQ(scored(objects, truth, {{1, Relation::on, 0, {}}}).relations.right, 1U);
    EXPECT_EQ(scored(objects, truth, {{1, Relation::on, 0, {}}}).on.right, 1U);
}

TEST(GeometryScore, LeavesRelationsOfInventedThingsAlone) {
    auto const truth = truth_of({truly("cup", left_box), truly("bowl", middle_box)});
    std::vector<SceneObject> const objects{seen("cup", left_box), seen("bowl", middle_box), seen("dog", right_box)};
    for (SceneRelation const& relation :
         {SceneRelation{0, Relation::left_of, 2, {}}, SceneRelation{2, Relation::left_of, 0, {}},
          SceneRelation{0, Relation::between, 1, 2}}) {
        EXPECT_EQ(scored(objects, truth, {relation}).relations.all, 0U);
    }
    EXPECT_EQ(scored(objects, truth, {{0, Relation::left_of, 1, {}}}).relations.all, 1U);
}

TEST(GeometryScore, WhatRestsOnWhat) {
    auto cup = truly("cup", left_box);
    cup.rests_on = 1;
    auto const truth = truth_of({cup, truly("dining table", middle_box)});
    std::vector<SceneObject> const objects{seen("cup", left_box), seen("dining table", middle_box)};
    auto on = [&](std::vector<SceneRelation> const& relations) { return scored(objects, truth, relations).on; };
    EXPECT_EQ(on({}).all, 1U);
    EXPECT_EQ(on({}).right, 0U);
    EXPECT_EQ(on({{0, Relation::on, 1, {}}}).right, 1U);
    EXPECT_EQ(on({{1, Relation::under, 0, {}}}).right, 1U);
    EXPECT_EQ(on({{1, Relation::on, 0, {}}}).right, 0U);
    EXPECT_EQ(on({{0, Relation::under, 1, {}}}).right, 0U);
    EXPECT_EQ(on({{0, Relation::beside, 1, {}}}).right, 0U);
    EXPECT_EQ(on({{0, Relation::on, 0, {}}}).right, 0U);
    EXPECT_EQ(on({{1, Relation::under, 1, {}}}).right, 0U);
    EXPECT_EQ(scored({objects[0]}, truth).on.all, 0U) << "the table was not found";
    EXPECT_EQ(scored({seen("dog", right_box), objects[1]}, truth).on.all, 0U);
}

TEST(MirroredRelations, ChangeLeftAndRightOnly) {
    auto with = [](std::vector<SceneRelation> relations) {
        Scene scene;
        scene.relations = std::move(relations);
        return scene;
    };
    using enum Relation;
    auto tally = [&](std::vector<SceneRelation> const& a, std::vector<SceneRelation> const& b) {
        auto const t = mirrored_relations(with(a), with(b));
        return std::pair(t.right, t.all);
    };
    using Pair = std::pair<std::size_t, std::size_t>;
    EXPECT_EQ(tally({{0, left_of, 1, {}}}, {{0, right_of, 1, {}}}), Pair(1, 1));
    EXPECT_EQ(tally({{0, right_of, 1, {}}}, {{0, left_of, 1, {}}}), Pair(1, 1));
    EXPECT_EQ(tally({{0, left_of, 1, {}}}, {{0, left_of, 1, {}}}), Pair(0, 1));
    EXPECT_EQ(tally({{0, right_of, 1, {}}}, {{0, right_of, 1, {}}}), Pair(0, 1));
    EXPECT_EQ(tally({{0, on, 1, {}}}, {{0, on, 1, {}}}), Pair(1, 1));
    EXPECT_EQ(tally({{0, on, 1, {}}}, {{1, on, 0, {}}}), Pair(0, 1));
    EXPECT_EQ(tally({{0, on, 1, {}}}, {{2, on, 1, {}}}), Pair(0, 1));
    EXPECT_EQ(tally({{0, on, 1, {}}}, {{0, on, 2, {}}}), Pair(0, 1));
    EXPECT_EQ(tally({{0, between, 1, 2}}, {{0, between, 1, 2}}), Pair(1, 1));
    EXPECT_EQ(tally({{0, between, 1, 2}}, {{0, between, 1, 3}}), Pair(0, 1));
    EXPECT_EQ(tally({{0, on, 1, {}}}, {{0, on, 1, {}}, {0, beside, 2, {}}, {1, beside, 2, {}}}), Pair(1, 3))
        << "what only the mirror image has is wrong";
    EXPECT_EQ(tally({{0, on, 1, {}}, {0, beside, 2, {}}}, {}), Pair(0, 2));
}

Scene with_labels(std::vector<std::string> const& labels) {
    Scene scene;
    for (auto const& label : labels) {
        scene.objects.push_back(seen(label, whole));
    }
    return scene;
}

TEST(ChairScore, JudgesClassesThatAreNamed) {
    struct {
        char const* sentence;
        std::size_t right, all;
    } const table[] = {{"A cup.", 1, 1},  {"A dog.", 0, 1},     {"A cup and a dog.", 1, 2}, {"A window.", 0, 0},
                       {"No dog.", 0, 0}, {"A vehicle.", 0, 1}, {"A glass.", 1, 1},         {"Nothing at all.", 0, 0}};
    for (auto const& row : table) {
        ChairScore score;
        score.add(row.sentence, with_labels({"cup", "bowl"}));
        EXPECT_EQ(score.named.right, row.right) << row.sentence;
        EXPECT_EQ(score.named.all, row.all) << row.sentence;
        EXPECT_EQ(score.sentences.all, 1U);
        EXPECT_EQ(score.sentences.right, row.right == row.all ? 1U : 0U) << row.sentence;
    }
    ChairScore order;
    order.add("A dog and a cup.", with_labels({"cup"}));
    EXPECT_EQ(order.sentences.right, 0U) << "what is there does not make up for what is not";
    EXPECT_DOUBLE_EQ(order.chair_i(), 0.5);
    EXPECT_DOUBLE_EQ(order.chair_s(), 1);
}

TEST(YesOrNo, IsReadFromTheFirstWords) {
    struct {
        char const* answer;
        std::optional<bool> read;
    } const table[] = {
        {"Yes. A cup.", true},
        {"No. A cup.", false},
        {"Probably a cup.", true},
        {"Perhaps a cup, not far.", true},
        {"There is a cup.", true},
        {"There are cups.", true},
        {"I see a cup.", true},
        {"There is no cup.", false},
        {"I do not see any cup.", false},
        {"It isn't there.", false},
        {"There", std::nullopt},
        {"There stands a cup.", std::nullopt},
        {"I have a cup.", std::nullopt},
        {"A cup is there.", std::nullopt},
        {"What is there?", std::nullopt},
        {"We see a cup.", std::nullopt},
        {"", std::nullopt},
    };
    for (auto const& row : table) {
        EXPECT_EQ(yes_or_no(row.answer), row.read) << row.answer;
    }
}

TEST(Pope, CountsEachKindOfAnswer) {
    std::vector<PopeQuestion> const questions{{0, "cup", "1", true},  {0, "cup", "2", true},  {0, "cup", "3", true},
                                              {0, "dog", "4", false}, {0, "dog", "5", false}, {0, "dog", "6", false},
                                              {0, "dog", "7", false}};
    auto const score = pope_score(questions, [](PopeQuestion const& q) -> std::string {
        return q.text == "7" ? "?" : q.text == "1" || q.text == "4" || q.text == "5" ? "Yes." : "No.";
    });
    EXPECT_EQ(score.true_yes, 1U);
    EXPECT_EQ(score.false_yes, 2U);
    EXPECT_EQ(score.false_no, 2U);
    EXPECT_EQ(score.true_no, 1U);
    EXPECT_EQ(score.no_answer, 1U);
    PopeScore const distinct{1, 2, 4, 8, 16};
    EXPECT_DOUBLE_EQ(distinct.accuracy(), 5.0 / 31);
    EXPECT_DOUBLE_EQ(distinct.f1(), 2.0 / 12);
    EXPECT_DOUBLE_EQ(distinct.yes_share(), 3.0 / 31);
    EXPECT_DOUBLE_EQ(PopeScore{}.accuracy(), 1);
    EXPECT_DOUBLE_EQ(PopeScore{}.f1(), 1);
    EXPECT_DOUBLE_EQ(PopeScore{}.yes_share(), 0);
}

// The absent class that the first scene is asked about.
std::string first_absent(std::vector<Scene> const& scenes, PopeSampling sampling, std::uint64_t seed = 7) {
    auto const questions = pope_questions(scenes, sampling, seed);
    EXPECT_GE(questions.size(), 2U);
    EXPECT_TRUE(questions[0].present);
    EXPECT_FALSE(questions[1].present);
    EXPECT_EQ(questions[1].text.find("Is there a"), 0U);
    return questions[1].label;
}

TEST(Pope, AsksForWhatTempts) {
    std::vector<Scene> const scenes{with_labels({"cup"}), with_labels({"cup", "bowl"}), with_labels({"dog"}),
                                    with_labels({"dog"})};
    EXPECT_EQ(first_absent(scenes, PopeSampling::popular), "dog");
    EXPECT_EQ(first_absent(scenes, PopeSampling::adversarial), "bowl");
    std::set<std::string> random;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        random.insert(first_absent(scenes, PopeSampling::random, seed));
        EXPECT_EQ(first_absent(scenes, PopeSampling::random, seed), first_absent(scenes, PopeSampling::random, seed));
        EXPECT_EQ(first_absent(scenes, PopeSampling::popular, seed), "dog");
    }
    EXPECT_GT(random.size(), 10U);
    EXPECT_TRUE(pope_questions({Scene{}}, PopeSampling::random, 1).empty());
    auto labels = coco_labels();
    labels.resize(41); // 39 are absent: nobody asks twice for one of them
    EXPECT_EQ(pope_questions({with_labels(labels)}, PopeSampling::random, 1).size(), 78U);
}

TEST(MedianOf, IsTheMiddleOne) {
    EXPECT_EQ(median_of({}), 0);
    EXPECT_EQ(median_of({3}), 3);
    EXPECT_EQ(median_of({9, 1, 5}), 5);
    EXPECT_EQ(median_of({4, 1, 3, 2}), 3);
}

TEST(EvaluateScenes, CoversWhatWasAskedFor) {
    EvaluateOptions options;
    options.rooms = 6, options.told_rooms = 4, options.width = 160, options.height = 120;
    std::vector<std::size_t> told, done;
    options.progress = [&](std::size_t n, std::size_t all) {
        done.push_back(n);
        EXPECT_EQ(all, 6U);
    };
    auto const result = evaluate_scenes(options);
    EXPECT_EQ(done, (std::vector<std::size_t>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(result.rooms, 6U);
    ASSERT_EQ(result.variants.size(), 7U);
    for (auto const& variant : result.variants) {
        bool const bare = variant.variant == ToyVariant::blank || variant.variant == ToyVariant::junk;
        EXPECT_EQ(variant.empty.all, bare ? 6U : 0U) << variant_name(variant.variant);
        EXPECT_EQ(variant.empty.right, variant.empty.all);
        EXPECT_EQ(variant.by_depth.distances.all > 0, !bare);
        EXPECT_EQ(variant.by_depth.distances.all, variant.by_size.distances.all);
        EXPECT_EQ(variant.by_depth.distances.all, variant.by_relative_depth.distances.all);
        EXPECT_GE(variant.by_depth.distances.share(), 0.85);
        EXPECT_GE(variant.by_relative_depth.distances.share(), bare ? 1 : 0.5);
    }
    EXPECT_GT(result.mirrored.all, 0U);
    EXPECT_EQ(result.mirrored.right, result.mirrored.all);
    EXPECT_EQ(result.text.headlines.all, 4U);
    EXPECT_EQ(result.text.headlines.right, 4U);
    EXPECT_GT(result.text.claims.all, 0U);
    EXPECT_EQ(result.text.claims.right, result.text.claims.all);
    EXPECT_EQ(result.text.chair.chair_i(), 0);
    for (auto const& pope : result.text.pope) {
        EXPECT_EQ(pope.accuracy(), 1);
        EXPECT_GT(pope.true_yes, 0U);
    }
}

TEST(EvaluateScenes, JudgesTheWordsOfOthers) {
    EvaluateOptions options;
    options.rooms = 2, options.width = 64, options.height = 48;
    options.describe = [](Scene const&) { return std::vector<std::string>{"A giraffe.", "A zebra, nearby."}; };
    options.answer = [](Scene const&, std::string const&) { return "Yes."; };
    options.detect = [](ToyPicture const& picture) {
        return std::vector<Detection>{{"cup", -1, 0.9F, {0, 0, static_cast<float>(picture.width), 10}, {}}};
    };
    auto const result = evaluate_scenes(options);
    EXPECT_EQ(result.text.chair.chair_i(), 1);
    EXPECT_EQ(result.text.claims.all, 4U);
    EXPECT_EQ(result.text.claims.right, 0U);
    EXPECT_EQ(result.text.pope[0].accuracy(), 0.5);
    EXPECT_EQ(result.variants.back().empty.right, 0U);
    EXPECT_GT(result.variants.front().by_depth.invented, 0U);
}

TEST(EvaluateScenes, StopsWhenAsked) {
    std::stop_source source;
    EvaluateOptions options;
    options.rooms = 5, options.width = 64, options.height = 48;
    options.progress = [&](std::size_t n, std::size_t) {
        if (n == 2) {
            source.request_stop();
        }
    };
    auto const result = evaluate_scenes(options, source.get_token());
    EXPECT_EQ(result.rooms, 2U);
    EXPECT_EQ(result.text.headlines.all, 0U);
    EXPECT_EQ(result.text.pope[0].true_yes, 0U);
}

} // namespace
} // namespace echollama
