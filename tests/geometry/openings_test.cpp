// How wide openings are told to be, over how thick the wall is, from where one looks, and through which sensor.
#include "geometry/measure.h"
#include "pieces.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace echollama {
namespace {

struct Doorway {
    bool side = false;   // in the wall on the right, else in the one ahead
    float low = 0, high; // its sides, along that wall
    float thick = 0.12F;
    Look look;
};

constexpr float front_m = 4.6F, right_m = 1.8F, ceiling_m = 2.6F;

// A room that is open on the left, with more floor and a wall behind the doorway.
std::vector<Piece> room_with(Doorway const& door) {
    float const at = door.side ? right_m : front_m;
    auto wall = [&](bool side, float from, float to, float low) {
        Extent const across{side ? right_m : front_m, (side ? right_m : front_m) + door.thick};
        return side ? box({across, {from, to}, {low, ceiling_m}}) : box({{from, to}, across, {low, ceiling_m}});
    };
    Extent const whole = door.side ? Extent{-1, front_m} : Extent{-3, right_m};
    std::vector<Piece> pieces{{{-3, -1, 0}, {9, 0, 0}, {0, 11, 0}}};
    pieces = joined(pieces, wall(door.side, whole.low, door.low, 0));
    pieces = joined(pieces, wall(door.side, door.high, whole.high, 0));
    pieces = joined(pieces, wall(door.side, door.low, door.high, 2.05F));
    pieces = joined(pieces, door.side ? box({{-3, right_m}, {front_m, front_m + 0.1F}, {0, ceiling_m}})
                                      : box({{right_m, right_m + 0.1F}, {-1, front_m}, {0, ceiling_m}}));
    pieces.push_back(door.side ? Piece{{at + 2.2F, -1, 0}, {0, 9, 0}, {0, 0, ceiling_m}}
                               : Piece{{-3, at + 2.2F, 0}, {9, 0, 0}, {0, 0, ceiling_m}});
    return pieces;
}

TEST(Openings, WidthDoesNotSufferFromTheSidesOfAThickWall) {
    std::vector<Doorway> doors;
    for (float thick : {0.03F, 0.12F, 0.25F}) {
        doors.push_back({false, -0.4F, 0.55F, thick, {12, 0}});   // straight ahead
        doors.push_back({false, -1.7F, -0.8F, thick, {12, -15}}); // its left side shows
        doors.push_back({false, 0.3F, 1.2F, thick, {12, 12}});
        doors.push_back({true, 2.5F, 3.6F, thick, {12, 22}}); // from aside
        doors.push_back({true, 2.9F, 4.1F, thick, {12, 18}});
    }
    int all = 0, found = 0, right = 0;
    std::string faults;
    for (auto sensor : {DepthSensor::structured_light, DepthSensor::stereo}) {
        for (std::size_t i = 0; i < doors.size(); ++i) {
            auto const& door = doors[i];
            auto const told = measure_surroundings(sensed_view(room_with(door), door.look, sensor, 500 + i));
            float const true_m = door.high - door.low;
            ++all;
            for (auto const& opening : told.openings) {
                if (std::abs(opening.width.metres - true_m) < 0.4F) {
                    ++found;
                    right += std::abs(opening.width.metres - true_m) <= 0.05F;
                    faults += std::abs(opening.width.metres - true_m) <= 0.05F
                                  ? ""
                                  : std::to_string(i) + ": " + std::to_string(opening.width.metres) + " for " +
                                        std::to_string(true_m) + "; ";
                    break;
                }
            }
        }
    }
    EXPECT_GE(found, all - 3);
    EXPECT_GE(right, found - 1) << faults;
}

// A closed door lies a little behind the wall that it is in.
TEST(Openings, ADoorThatIsSetBackIsClosed) {
    for (float back : {0.05F, 0.1F}) {
        Doorway const door{false, -0.4F, 0.55F, 0.12F, {12, 0}};
        auto pieces = room_with(door);
        pieces.push_back({{door.low, front_m + back, 0}, {door.high - door.low, 0, 0}, {0, 0, 2.05F}});
        EXPECT_TRUE(measure_surroundings(sensed_view(pieces, door.look, DepthSensor::stereo, 7)).openings.empty());
    }
}

} // namespace
} // namespace echollama
