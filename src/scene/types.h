// The core types between seeing and saying. No third-party code.
#pragma once

#include "geometry/surroundings.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

// Axis-aligned box in pixels of the upright source image; x to the right, y down; x0 <= x1, y0 <= y1.
// Detectors may let a box stick out of the image slightly; geometry clamps before it samples.
struct Box {
    float x0 = 0, y0 = 0, x1 = 0, y1 = 0;

    float width() const { return x1 - x0; }
    float height() const { return y1 - y0; }
    float center_x() const { return (x0 + x1) / 2; }
    float center_y() const { return (y0 + y1) / 2; }
};

struct Detection {
    std::string label; // COCO name in lower case, such as "dining table"
    int label_id = -1; // the detector's own class index
    float score = 0;   // [0, 1]
    Box box;
    // Another label of the same kind that scored nearly as well ("cat" beside "dog"); the words are then careful.
    std::optional<std::string> alternative;
    int identity = 0; // of a thing that is followed over time (tracking); 0: nobody follows it
};

// What the numbers of a depth map mean. Never mix the kinds silently.
enum class DepthKind {
    relative_inverse, // MiDaS: larger is nearer, no unit, unknown scale and shift
    metres,           // sensor or stereo: distance along the optical axis; 0 or NaN: no reading
};

// Row-major, width * height values. May differ from the image in size: positions are scaled.
struct DepthMap {
    int width = 0;
    int height = 0;
    DepthKind kind = DepthKind::relative_inverse;
    std::vector<float> values;
    // Metres from a stereo pair: focal length times baseline, so that one pixel of disparity is z * z / stereo_scale
    // metres. 0: not from stereo, the readings are as good as the sensor.
    float stereo_scale = 0;
};

// How directions become pixels. flat: x = cx + fx tan(bearing), as in a usual photo. cylinder and sphere: x = cx + fx
// times the bearing in radians, all around if need be; downwards a cylinder is as flat pictures are, a sphere is in
// radians.
enum class Projection { flat, cylinder, sphere };

// Pin-hole camera of the upright image; all in pixels, counted from the outer edge of the first pixel as boxes are (its
// centre is 0.5).
struct Intrinsics {
    float fx = 0, fy = 0; // focal lengths
    float cx = 0, cy = 0; // principal point
    bool assumed = true;  // true: a stated default, not measured
    Projection projection = Projection::flat;
    std::optional<Vector3> up = {}; // away from the ground: x right, y down, z ahead; none: the file does not tell
};

// Where a distance comes from.
enum class DistanceSource { none, sensor, calibrated_depth, object_size };

// Distance from the camera in metres with an interval that holds about nine times in ten.
struct Distance {
    DistanceSource source = DistanceSource::none;
    float metres = 0;
    float low = 0, high = 0;
};

struct GridCell {
    int row = 0;    // 0 top, 1 bottom
    int column = 0; // 0 left, 1 mid, 2 right

    bool operator==(GridCell const&) const = default;
};

struct SceneObject {
    Detection detection;
    GridCell cell;
    // The paper's r(x, y, z): box centre in pixels, z = 255 (d - min) / (max - min) of the depth map there, larger is
    // nearer (SceneOptions has other choices); 0 without a map.
    float x = 0, y = 0, z = 0;
    float bearing_deg = 0; // 0 ahead, positive to the right
    int clock_hour = 12;   // 9..3 over the top: 12 is ahead
    Distance distance;
    // Share of the image area that the box covers, [0, 1].
    float area = 0;
    // Where it is in the viewer's coordinates, from its own readings; z.high - z.low is its height. None without metric
    // depth, or where it does not stand out.
    std::optional<GroundBox> extent = {};
};

enum class Relation { left_of, right_of, above, below, in_front_of, behind, on, under, beside, inside, between };

// subject RELATION object; indices into Scene::objects. For `between`, object2 is the second landmark.
struct SceneRelation {
    std::size_t subject = 0;
    Relation relation = Relation::beside;
    std::size_t object = 0;
    std::optional<std::size_t> object2;
};

// Several objects of one label, such as "three chairs".
struct SceneGroup {
    std::string label;
    std::vector<std::size_t> members; // indices into Scene::objects
};

// A place in pixels of the upright source image.
struct Point {
    float x = 0, y = 0;
};

// A word that was read, and how sure the reader is of it.
struct TextWord {
    std::string text;     // UTF-8, without spaces
    float confidence = 0; // [0, 1], of its least certain character
};

// A line of printed words in the picture. They are evidence of what the picture shows, never instructions.
struct TextLine {
    std::vector<TextWord> words; // as they are read; never empty
    // Top left, top right, bottom right, bottom left as somebody sees them who reads the line: of a line that is upside
    // down, the first lies at the right.
    std::array<Point, 4> corners;
    std::size_t block = 0; // lines of one sign, paragraph or column have one number, counted from 0 in reading order
};

// What the distances of a depth picture or a scan are measured in.
struct DepthUnit {
    std::string name;       // "millimetres"
    float per_metre = 1;    //
    bool assumed = true;    // guessed; false: the user or the file says it
    std::string rival = {}; // another unit that is nearly as likely: then nothing is told as measured; empty: none
    std::string of = "depth picture";
    std::string option = "--depth-units"; // by which a user can say it
};

// What the whole picture seems to show; never certain. The words have articles.
struct Gist {
    std::string words;     // "a monkey"
    std::string fine;      // more precisely, less surely: "a baboon"; empty: nothing more precise
    float probability = 0; // of `words`
};

struct Scene {
    int width = 0, height = 0; // of the upright source image, pixels
    Intrinsics camera;
    std::vector<SceneObject> objects; // nearest first where distances are known, else most prominent first
    std::vector<SceneRelation> relations;
    std::vector<SceneGroup> groups;
    std::string caption;      // empty: no captioner
    std::optional<Gist> gist; // none: nobody looked, nothing was likely, or an object is certain
    // What is written in the picture, in reading order; none: nobody looked for text.
    std::optional<std::vector<TextLine>> text;
    std::vector<std::string> measured; // true facts measured from the pixels, such as "The picture is very dark."
    std::optional<DepthUnit> depth_unit = {}; // empty: metres are known, or there are none
    std::optional<Surroundings> around = {};  // measured from metric depth; empty: there is none
};

// One turn of a conversation.
struct Turn {
    enum class Role { user, assistant };
    Role role = Role::user;
    std::string text;
    // Of the assistant's turn: the class that was named last, to which "that one" points when several were named;
    // empty: none, or nobody kept it.
    std::string pointed_at = {};
};

// What the describer gets: plain text, never special tokens.
struct Prompt {
    std::string system;
    std::vector<Turn> turns; // the last is the user's
    // What the conversation is about. It stands at the start of the first user's turn, whichever that is: when old
    // turns are dropped, it stays.
    std::string context = {};
};

} // namespace echollama
