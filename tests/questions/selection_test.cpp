// Which objects a question means: the borders between the parts of a picture, and what stays open.
#include "questions/selection.h"
#include "scene/placed_things.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

SceneObject thing(std::string label, float x = 320, float y = 240, Distance distance = {}, float score = 0.9F) {
    return test::placed_thing(std::move(label), x, y, distance, score);
}

Distance measured(float metres, float low, float high) {
    return {DistanceSource::sensor, metres, low, high};
}

Mention mention(char const* text) {
    return find_mentions(split_words(text)).at(0);
}

using Kind = AskedPlace::Kind;

Fit fit_at(float bearing, AskedPlace const& place) {
    auto object = thing("cup");
    object.bearing_deg = bearing;
    object.clock_hour = clock_hour_of(bearing);
    return fits_place(test::scene_of_things({object}), object, place);
}

TEST(FitsPlace, SidesOverlapALittle) {
    struct {
        int side;
        float bearing;
        Fit fit;
    } const table[] = {
        {0, 0, Fit::yes},      {0, 25, Fit::yes},        {0, 25.1F, Fit::unsure},  {0, 29.4F, Fit::unsure},
        {0, 29.5F, Fit::no},   {0, -25, Fit::yes},       {0, -25.1F, Fit::unsure}, {0, -29.5F, Fit::no},
        {1, 8.1F, Fit::yes},   {1, 8, Fit::unsure},      {1, 4.1F, Fit::unsure},   {1, 4, Fit::no},
        {1, -20, Fit::no},     {1, 160, Fit::yes},       {1, 160.5F, Fit::no},     {-1, -8.1F, Fit::yes},
        {-1, -8, Fit::unsure}, {-1, -4.1F, Fit::unsure}, {-1, -4, Fit::no},        {-1, 20, Fit::no},
        {-1, -160, Fit::yes},  {-1, -160.5F, Fit::no},
    };
    for (auto const& row : table) {
        EXPECT_EQ(fit_at(row.bearing, {Kind::side, row.side, ""}), row.fit) << row.side << " " << row.bearing;
    }
}

TEST(FitsPlace, HoursOverlapALittle) {
    struct {
        int hour;
        float bearing;
        Fit fit;
    } const table[] = {
        {12, 14, Fit::yes},     {12, 16, Fit::unsure}, {12, 19, Fit::unsure}, {12, 19.1F, Fit::no},
        {12, -19, Fit::unsure}, {12, -19.1F, Fit::no}, {1, 11, Fit::unsure},  {1, 10.9F, Fit::no},
        {11, -11, Fit::unsure}, {11, 11, Fit::no},     {6, 180, Fit::yes},    {6, -170, Fit::yes},
        {6, -161, Fit::unsure}, {6, 161, Fit::unsure}, {6, -160.9F, Fit::no}, {7, -150, Fit::yes},
    };
    for (auto const& row : table) {
        EXPECT_EQ(fit_at(row.bearing, {Kind::clock, row.hour, ""}), row.fit) << row.hour << " " << row.bearing;
    }
}

TEST(FitsPlace, RowsHaveASoftBorder) {
    struct {
        int row;
        float y;
        Fit fit;
    } const table[] = {
        {0, 100, Fit::yes}, {0, 191, Fit::yes},    {0, 193, Fit::unsure}, {0, 287, Fit::unsure}, {0, 289, Fit::no},
        {1, 100, Fit::no},  {1, 193, Fit::unsure}, {1, 287, Fit::unsure}, {1, 289, Fit::yes},    {1, 470, Fit::yes},
    };
    for (auto const& row : table) {
        auto const object = thing("cup", 320, row.y);
        EXPECT_EQ(fits_place(test::scene_of_things({object}), object, {Kind::row, row.row, ""}), row.fit)
            << row.row << " " << row.y;
    }
}

TEST(FitsPlace, NearAndWithinReach) {
    auto fit = [](Kind kind, Distance const& distance) {
        auto const object = thing("cup", 320, 240, distance);
        return fits_place(test::scene_of_things({object}), object, {kind, 0, ""});
    };
    EXPECT_EQ(fit(Kind::near, {}), Fit::unsure);
    EXPECT_EQ(fit(Kind::near, measured(1, 1, 2)), Fit::yes);
    EXPECT_EQ(fit(Kind::near, measured(1, 1, 2.1F)), Fit::unsure);
    EXPECT_EQ(fit(Kind::near, measured(5, 4, 6)), Fit::unsure);
    EXPECT_EQ(fit(Kind::near, measured(5, 4.1F, 6)), Fit::no);
    EXPECT_EQ(fit(Kind::reach, measured(0.7F, 0.6F, 0.75F)), Fit::yes);
    EXPECT_EQ(fit(Kind::reach, measured(0.7F, 0.6F, 0.8F)), Fit::unsure);
    EXPECT_EQ(fit(Kind::reach, measured(1.1F, 1, 1.2F)), Fit::unsure);
    EXPECT_EQ(fit(Kind::reach, measured(1.1F, 1.05F, 1.2F)), Fit::no);
}

TEST(FitsPlace, OnlyBehindIsEverSeenOfTheOutside) {
    EXPECT_EQ(fit_at(110, {Kind::outside, 0, ""}), Fit::no);
    EXPECT_EQ(fit_at(110.5F, {Kind::outside, 0, ""}), Fit::yes);
    EXPECT_EQ(fit_at(-110.5F, {Kind::outside, 0, ""}), Fit::yes);
    EXPECT_EQ(fit_at(170, {Kind::outside, 1, ""}), Fit::no);
    EXPECT_EQ(fit_at(20, {Kind::outside, 0, ""}), Fit::no);
}

TEST(ObjectsNamed, ByTheirClassOrItsRival) {
    auto scene = test::scene_of_things({thing("cup"), thing("dog"), thing("cup"), thing("cow")});
    scene.objects[3].detection.alternative = "dog";
    EXPECT_EQ(objects_named(scene, mention("cup")), (Indices{0, 2}));
    EXPECT_EQ(objects_named(scene, mention("dog")), (Indices{1, 3}));
    EXPECT_EQ(objects_named(scene, mention("cow")), (Indices{3}));
    EXPECT_EQ(objects_named(scene, mention("animal")), (Indices{1, 3}));
    EXPECT_EQ(objects_named(scene, mention("bed")), Indices{});
}

TEST(ObjectsPossiblyNamed, AreOfTheKindAndInDoubt) {
    auto scene = test::scene_of_things({thing("dog", 0, 0, {}, 0.4F), thing("dog"), thing("car", 0, 0, {}, 0.4F),
                                        thing("cup", 0, 0, {}, 0.4F), thing("zorblat", 0, 0, {}, 0.4F)});
    EXPECT_EQ(objects_possibly_named(scene, mention("cat"), 0.5F), (Indices{0}));
    EXPECT_EQ(objects_possibly_named(scene, mention("bus"), 0.5F), (Indices{2}));
    EXPECT_EQ(objects_possibly_named(scene, mention("bowl"), 0.5F), Indices{}) << "cups are called by their name";
    EXPECT_EQ(objects_possibly_named(scene, mention("window"), 0.5F), Indices{});
}

AskedRelation relation(Relation relation, char const* object, char const* object2 = nullptr) {
    return {relation, {mention(object)}, object2 ? std::optional(AskedThing{mention(object2)}) : std::nullopt};
}

TEST(FitsRelation, ToAnyOfTheThingsNamed) {
    auto const scene = test::scene_of_things({thing("cup", 100), thing("dog", 300), thing("cup", 500)});
    EXPECT_EQ(fits_relation(scene, 1, relation(Relation::left_of, "cup")), Fit::yes) << "of the second cup";
    EXPECT_EQ(fits_relation(scene, 1, relation(Relation::right_of, "cup")), Fit::yes) << "of the first cup";
    EXPECT_EQ(fits_relation(scene, 2, relation(Relation::left_of, "cup")), Fit::no);
    EXPECT_EQ(fits_relation(scene, 0, relation(Relation::left_of, "cup")), Fit::yes);
    EXPECT_EQ(fits_relation(scene, 1, relation(Relation::left_of, "dog")), Fit::no) << "nothing is left of itself";
    EXPECT_EQ(fits_relation(scene, 1, relation(Relation::inside, "cup")), Fit::unsure);
    EXPECT_EQ(fits_relation(scene, 1, relation(Relation::left_of, "bed")), Fit::unsure) << "no bed is seen";
    EXPECT_EQ(fits_relation(scene, 1, relation(Relation::left_of, "window")), Fit::unsure);
}

TEST(FitsRelation, BetweenTwo) {
    auto scene = test::scene_of_things({thing("cup", 100), thing("dog", 300), thing("chair", 500), thing("bowl", 600)});
    auto fit = [&](std::size_t object, char const* a, char const* b) {
        return fits_relation(scene, object, relation(Relation::between, a, b));
    };
    EXPECT_EQ(fit(1, "cup", "chair"), Fit::unsure) << "in the picture, but perhaps before or behind";
    EXPECT_EQ(fit(1, "chair", "cup"), Fit::unsure);
    EXPECT_EQ(fit(0, "dog", "chair"), Fit::no);
    EXPECT_EQ(fit(3, "dog", "chair"), Fit::no);
    EXPECT_EQ(fit(1, "dog", "chair"), Fit::no);
    EXPECT_EQ(fit(1, "cup", "dog"), Fit::no);
    EXPECT_EQ(fit(1, "cup", "cup"), Fit::no);
    EXPECT_EQ(fit(1, "cup", "bed"), Fit::unsure) << "no bed is seen";
    EXPECT_EQ(fits_relation(scene, 1, relation(Relation::between, "cup")), Fit::unsure);
    scene.relations.push_back({1, Relation::between, 0, 2});
    EXPECT_EQ(fit(1, "cup", "chair"), Fit::yes);
    EXPECT_EQ(fit(1, "chair", "cup"), Fit::yes);
    EXPECT_EQ(fit(1, "cup", "bowl"), Fit::unsure) << "the chair is the neighbour";
    scene.relations = {{2, Relation::between, 0, 3}};
    EXPECT_EQ(fit(1, "cup", "bowl"), Fit::unsure) << "of another thing";
    scene.relations = {{1, Relation::between, 0, 3}};
    EXPECT_EQ(fit(1, "cup", "chair"), Fit::unsure);
    scene.relations = {{1, Relation::between, 2, 3}};
    EXPECT_EQ(fit(1, "cup", "bowl"), Fit::unsure);
    scene.relations = {{1, Relation::on, 0, 2}};
    EXPECT_EQ(fit(1, "cup", "chair"), Fit::unsure);
    scene.objects[1].x = 100;
    scene.relations.clear();
    EXPECT_EQ(fit(1, "cup", "chair"), Fit::no) << "over the cup";
    scene.objects[1].x = 500;
    EXPECT_EQ(fit(1, "cup", "chair"), Fit::no) << "over the chair";
}

TEST(IsOutOfView, OfAPictureThatLooksAhead) {
    Scene scene;
    scene.width = 640, scene.height = 480;
    auto out = [&](Kind kind, int value, float focal) {
        scene.camera = {focal, focal, 320, 240, false};
        return is_out_of_view(scene, {kind, value, ""});
    };
    // The camera sees 45 degrees to each side where the focal length is half of the width.
    EXPECT_TRUE(out(Kind::clock, 2, 322));
    EXPECT_FALSE(out(Kind::clock, 2, 318));
    EXPECT_TRUE(out(Kind::clock, 10, 322));
    EXPECT_FALSE(out(Kind::clock, 10, 318));
    EXPECT_FALSE(out(Kind::clock, 12, 500));
    EXPECT_FALSE(out(Kind::clock, 1, 500));
    EXPECT_TRUE(out(Kind::clock, 3, 320));
    EXPECT_TRUE(out(Kind::clock, 6, 320));
    EXPECT_TRUE(out(Kind::clock, 7, 320));
    EXPECT_TRUE(out(Kind::outside, 0, 320));
    EXPECT_TRUE(out(Kind::outside, 1, 320));
    for (auto kind : {Kind::side, Kind::row, Kind::near, Kind::reach}) {
        EXPECT_FALSE(out(kind, 0, 320));
    }
    EXPECT_FALSE(out(Kind::clock, 6, 0)) << "nothing is known of the camera";
    EXPECT_TRUE(out(Kind::outside, 0, 0));
}

TEST(IsOutOfView, OfPanoramas) {
    Scene scene;
    auto out = [&](Kind kind, int value, float left_deg, float right_deg) {
        scene.camera = {180 / 3.14159265F, 100, -left_deg, 100, false, Projection::cylinder}; // a pixel is a degree
        scene.width = static_cast<int>(right_deg - left_deg), scene.height = 200;
        return is_out_of_view(scene, {kind, value, ""});
    };
    EXPECT_FALSE(out(Kind::clock, 6, -180, 180));
    EXPECT_FALSE(out(Kind::clock, 6, -170, 100)) << "from the left";
    EXPECT_TRUE(out(Kind::clock, 6, -160, 100));
    EXPECT_FALSE(out(Kind::clock, 6, -100, 170)) << "from the right";
    EXPECT_TRUE(out(Kind::clock, 6, -100, 160));
    EXPECT_FALSE(out(Kind::clock, 3, -100, 100));
    EXPECT_TRUE(out(Kind::clock, 3, -170, 70));
    EXPECT_FALSE(out(Kind::clock, 7, -140, 100));
    EXPECT_TRUE(out(Kind::clock, 7, -130, 100));
    EXPECT_FALSE(out(Kind::outside, 0, -180, 180));
    EXPECT_TRUE(out(Kind::outside, 0, -100, 100));
    EXPECT_FALSE(out(Kind::outside, 0, -120, 100));
    EXPECT_FALSE(out(Kind::outside, 0, -100, 120));
    EXPECT_TRUE(out(Kind::outside, 0, -109, 109));
    EXPECT_TRUE(out(Kind::outside, 1, -180, 180));
}

TEST(SortByPlace, AllPlacesMustHold) {
    auto const scene = test::scene_of_things({thing("cup", 100, 100), thing("cup", 100, 400), thing("cup", 600, 100),
                                              thing("cup", 100, 240), thing("dog", 300, 240)});
    Question question;
    Indices const cups{0, 1, 2, 3};
    EXPECT_EQ(sort_by_place(scene, cups, question).there, cups);
    question.places = {{Kind::side, -1, ""}, {Kind::row, 0, ""}};
    auto placed = sort_by_place(scene, cups, question);
    EXPECT_EQ(placed.there, (Indices{0}));
    EXPECT_EQ(placed.perhaps, (Indices{3}));
    EXPECT_EQ(placed.elsewhere, (Indices{1, 2}));
    question.places.clear();
    question.relation = relation(Relation::left_of, "dog");
    placed = sort_by_place(scene, cups, question);
    EXPECT_EQ(placed.there, (Indices{0, 1, 3}));
    EXPECT_EQ(placed.elsewhere, (Indices{2}));
}

TEST(ExtremeOf, ByBearingAndByDistance) {
    auto const scene =
        test::scene_of_things({thing("cup", 300, 240, measured(2, 2, 2)), thing("cup", 100, 240, {}),
                               thing("cup", 600, 240, measured(1, 1, 1)), thing("cup", 400, 240, measured(3, 3, 3))});
    Indices const all{0, 1, 2, 3};
    EXPECT_EQ(extreme_of(scene, all, Extreme::none), all);
    EXPECT_EQ(extreme_of(scene, all, Extreme::leftmost), (Indices{1}));
    EXPECT_EQ(extreme_of(scene, all, Extreme::rightmost), (Indices{2}));
    EXPECT_EQ(extreme_of(scene, all, Extreme::nearest), (Indices{2}));
    EXPECT_EQ(extreme_of(scene, all, Extreme::farthest), (Indices{3}));
    EXPECT_EQ(extreme_of(scene, {}, Extreme::nearest), Indices{});
    EXPECT_EQ(extreme_of(scene, {}, Extreme::leftmost), Indices{});
    EXPECT_EQ(extreme_of(scene, {1}, Extreme::nearest), (Indices{1})) << "the only one";
    EXPECT_EQ(extreme_of(test::scene_of_things({thing("cup"), thing("cup")}), {0, 1}, Extreme::nearest), Indices{});
}

} // namespace
} // namespace echollama
