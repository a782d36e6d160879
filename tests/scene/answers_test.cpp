// Whole answers to questions (tests/data/questions/answers.tsv): every rule that shapes one is in a row of the table.
#include "random_scene.h"
#include "scene/answers.h"
#include "scene/camera.h"
#include "scene/grid.h"
#include "scene/relations.h"
#include "support/paths.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

namespace echollama {
namespace {

Distance metres(float value, float low = 0, float high = 0) {
    return {DistanceSource::sensor, value, low > 0 ? low : value, high > 0 ? high : value};
}

SceneObject thing(std::string label, float x, float y, Distance distance = {}, float score = 0.9F) {
    SceneObject object;
    object.detection = test::detection(std::move(label), {x - 20, y - 20, x + 20, y + 20}, score);
    object.x = x, object.y = y;
    object.cell = cell_of(object.detection.box, 640, 480);
    object.bearing_deg = bearing_of(x, test::plain_camera());
    object.clock_hour = clock_hour_of(object.bearing_deg);
    object.distance = distance;
    return object;
}

Scene scene_of(std::vector<SceneObject> objects) {
    Scene scene;
    scene.width = 640, scene.height = 480;
    scene.camera = test::plain_camera();
    scene.objects = std::move(objects);
    scene.relations = find_relations(scene.objects);
    return scene;
}

std::map<std::string, Scene> scenes() {
    auto table = thing("dining table", 320, 260);
    table.detection.box = {100, 230, 600, 460};
    std::map<std::string, Scene> all{
        {"room", scene_of({thing("cup", 220, 200, metres(1)), thing("cup", 560, 220, metres(2)),
                           thing("chair", 320, 300, metres(3)), thing("bottle", 100, 240, {}, 0.4F)})},
        {"one", scene_of({thing("cup", 320, 240, metres(0.6F))})},
        {"table", scene_of({thing("cup", 320, 240), table})},
        {"empty", scene_of({})},
        {"animal", scene_of({thing("dog", 320, 240, metres(2), 0.4F)})},
        {"chairs", scene_of({thing("chair", 100, 300, metres(2)), thing("chair", 560, 300, metres(3)),
                             thing("chair", 320, 300, metres(4), 0.4F)})},
        {"flat", scene_of({thing("chair", 100, 300), thing("person", 400, 200)})},
        {"nodist",
         scene_of({thing("chair", 100, 300), thing("chair", 500, 300), thing("person", 400, 200, metres(2))})},
        {"row",
         scene_of({thing("cup", 100, 240, metres(1, 0.9F, 1.1F)), thing("dog", 300, 240, metres(1.05F, 0.9F, 1.2F)),
                   thing("chair", 500, 240, metres(1, 0.9F, 1.1F))})},
    };
    all["empty"].measured = {"The picture is very dark."};
    std::vector<SceneObject> few;
    for (char const* label : {"cup", "bowl", "fork", "spoon", "book", "vase"}) {
        auto const number = static_cast<float>(few.size());
        few.push_back(thing(label, 40 + 30 * number, 200, metres(1 + number)));
        all[std::to_string(few.size()) + " things"] = scene_of(few);
    }
    return all;
}

// "~ " before what is said in part, "-" for no answer.
std::string said(Scene const& scene, std::string questions) {
    std::vector<Turn> history;
    std::string answer;
    for (bool last = false; !last;) {
        auto const end = questions.find(" | ");
        last = end == std::string::npos;
        auto const question = questions.substr(0, end);
        auto const known = answer_question(scene, question, {}, history);
        answer = known ? (known->complete ? "" : "~ ") + known->text : "-";
        history.push_back({Turn::Role::user, question});
        history.push_back({Turn::Role::assistant, answer});
        questions.erase(0, last ? questions.size() : end + 3);
    }
    return answer;
}

TEST(WholeAnswers, AreWordForWord) {
    auto const all = scenes();
    std::ifstream file(test::data_dir() / "questions" / "answers.tsv");
    ASSERT_TRUE(file);
    int rows = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#")) {
            continue;
        }
        auto const first = line.find('\t'), second = line.find('\t', first + 1);
        ASSERT_NE(second, std::string::npos) << line;
        auto const question = line.substr(first + 1, second - first - 1);
        EXPECT_EQ(said(all.at(line.substr(0, first)), question), line.substr(second + 1)) << question;
        ++rows;
    }
    EXPECT_GT(rows, 200);
}

} // namespace
} // namespace echollama
