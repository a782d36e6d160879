#include "scene/size_prior.h"

#include "scene/coco.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace echollama {
namespace {

constexpr float nine_of_ten = 1.645F; // standard deviations

// Of the outline of a rigid thing: turned a little, seen from a little above, drawn a little wrong by its detector.
constexpr float rigid = 0.12F;
constexpr float soft = 0.25F;  // of what bends, opens or is partly covered
constexpr float loose = 0.45F; // of what is seldom seen as a whole

// The same kind of thing in its poses. Metres; everyday knowledge as in coco.cpp, whose spread holds for all poses
// together; here it is of the thing itself.
struct Posed {
    std::string_view label;
    float spread; // factor: nine of ten such things are between size / spread and size * spread
    std::vector<SeenPose> poses;
};

std::vector<Posed> const& posed_classes() {
    static std::vector<Posed> const classes{
        {"person",
         1.2F,
         {{0.45F, 1.68F, 0.52F, 0.06F, soft},    // upright
          {0.12F, 1.68F, 0.95F, 0.08F, soft},    // walking, arms spread
          {0.20F, 1.25F, 0.70F, 0.12F, soft},    // sitting
          {0.12F, 0.75F, 0.55F, soft, soft},     // the lower part is hidden
          {0.04F, 0.45F, 1.60F, 0.30F, 0.15F},   // lying
          {0.07F, 1.70F, 1.50F, 0.10F, 0.40F}}}, // several in one box
        {"bicycle",
         1.15F,
         {{0.6F, 1.08F, 1.75F, rigid, rigid}, {0.2F, 1.08F, 1.25F, rigid, 0.20F}, {0.2F, 1.10F, 0.70F, rigid, soft}}},
        {"motorcycle",
         1.15F,
         {{0.6F, 1.18F, 2.10F, rigid, rigid}, {0.2F, 1.18F, 1.55F, rigid, 0.20F}, {0.2F, 1.20F, 0.90F, rigid, soft}}},
        {"car",
         1.15F,
         {{0.50F, 1.55F, 4.40F, rigid, 0.15F},   // from the side or a corner
          {0.25F, 1.55F, 3.20F, rigid, 0.20F},   // from before a corner
          {0.25F, 1.55F, 1.95F, rigid, rigid}}}, // from the front
        {"bus",
         1.2F,
         {{0.5F, 3.20F, 11.0F, rigid, soft}, {0.25F, 3.20F, 6.50F, rigid, soft}, {0.25F, 3.20F, 2.80F, rigid, 0.15F}}},
        {"truck", 1.35F, {{0.5F, 2.80F, 6.50F, rigid, loose}, {0.5F, 2.80F, 2.40F, rigid, rigid}}},
        {"train", 1.15F, {{0.5F, 3.90F, 20.0F, rigid, 0.60F}, {0.5F, 3.90F, 3.20F, rigid, soft}}},
        {"chair",
         1.2F,
         {{0.60F, 0.90F, 0.52F, rigid, 0.18F},
          {0.20F, 0.95F, 0.70F, rigid, 0.18F}, // with arms
          {0.20F, 0.55F, 0.50F, soft, soft}}}, // its back behind a table
        {"couch", 1.2F, {{0.8F, 0.85F, 1.90F, 0.15F, soft}, {0.2F, 0.85F, 0.95F, 0.15F, soft}}},
        {"bench", 1.2F, {{0.7F, 0.85F, 1.50F, rigid, soft}, {0.3F, 0.85F, 0.80F, rigid, soft}}},
        {"dining table", 1.25F, {{1, 0.70F, 1.40F, 0.35F, 0.35F}}}, // its top alone, or with its legs
        {"bed", 1.25F, {{1, 0.70F, 1.70F, 0.30F, 0.30F}}},
        {"bottle", 1.35F, {{0.85F, 0.25F, 0.075F, rigid, 0.15F}, {0.15F, 0.075F, 0.25F, 0.15F, soft}}},
        {"wine glass", 1.3F, {{1, 0.20F, 0.08F, rigid, 0.15F}}},
        {"cup", 1.35F, {{0.8F, 0.095F, 0.10F, 0.15F, 0.20F}, {0.2F, 0.13F, 0.085F, 0.15F, 0.15F}}},
        {"bowl", 1.5F, {{1, 0.09F, 0.17F, soft, rigid}}},
        {"cell phone",
         1.15F,
         {{0.5F, 0.15F, 0.075F, 0.15F, 0.15F},
          {0.25F, 0.075F, 0.15F, 0.15F, 0.15F},
          {0.25F, 0.06F, 0.11F, loose, soft}}},
        {"book",
         1.4F,
         {{0.4F, 0.23F, 0.16F, soft, soft}, // its face
          {0.2F, 0.16F, 0.23F, soft, soft},
          {0.2F, 0.08F, 0.21F, loose, soft},    // lying, seen from the side
          {0.2F, 0.23F, 0.03F, rigid, loose}}}, // its back, on a shelf
        {"laptop", 1.2F, {{0.7F, 0.24F, 0.34F, 0.15F, rigid}, {0.3F, 0.13F, 0.34F, soft, 0.15F}}},
        {"suitcase", 1.3F, {{0.75F, 0.62F, 0.42F, rigid, 0.18F}, {0.25F, 0.40F, 0.62F, soft, 0.15F}}},
    };
    return classes;
}

// Of a class with the sizes of a side view.
std::vector<SeenPose> animal_poses(float height, float width) {
    return {{0.45F, height, width, rigid, 0.20F},                // from the side
            {0.25F, height, 0.45F * width, rigid, soft},         // from the front
            {0.15F, 1.05F * height, 0.60F * width, 0.15F, soft}, // sitting
            {0.15F, 0.55F * height, width, soft, soft}};         // lying
}

bool stands(ObjectClass const& object) {
    static constexpr std::array<std::string_view, 12> others{"airplane", "boat",  "traffic light", "stop sign",
                                                             "bird",     "cat",   "potted plant",  "dining table",
                                                             "bed",      "couch", "train",         ""};
    bool const kind = object.kind == Kind::person || object.kind == Kind::vehicle || object.kind == Kind::outdoor ||
                      object.kind == Kind::animal || object.kind == Kind::furniture;
    bool const appliance = object.name == "refrigerator";
    return appliance || (kind && std::find(others.begin(), others.end(), object.name) == others.end());
}

} // namespace

SizePrior size_prior(std::string_view label) {
    auto const* object = find_class(label);
    if (!object || (object->height <= 0 && object->width <= 0)) {
        return {};
    }
    SizePrior prior;
    prior.length_only = object->height <= 0;
    prior.round = label == "pizza" || label == "donut";
    prior.stands_on_floor = stands(*object);
    auto const& all = posed_classes();
    auto const posed = std::find_if(all.begin(), all.end(), [&](auto const& one) { return one.label == label; });
    prior.scale_doubt = std::log(posed != all.end() ? posed->spread : object->spread) / nine_of_ten;
    if (posed != all.end()) {
        prior.poses = posed->poses;
    } else if (object->kind == Kind::animal && label != "giraffe") {
        prior.poses = animal_poses(object->height, object->width);
    } else {
        prior.poses = {{1, object->height, object->width, rigid, 0.18F}};
    }
    return prior;
}

} // namespace echollama
