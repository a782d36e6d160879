// Whole answers to questions (tests/data/questions/answers.tsv): every rule that shapes one is in a row of the table.
#include "questions/answers.h"
#include "scene/placed_things.h"
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

using test::placed_thing;

Scene scene_of(std::vector<SceneObject> objects) {
    auto scene = test::scene_of_things(std::move(objects));
    scene.relations = find_relations(scene.objects);
    return scene;
}

std::map<std::string, Scene> scenes() {
    auto table = placed_thing("dining table", 320, 260);
    table.detection.box = {100, 230, 600, 460};
    std::map<std::string, Scene> all{
        {"room", scene_of({placed_thing("cup", 220, 200, metres(1)), placed_thing("cup", 560, 220, metres(2)),
                           placed_thing("chair", 320, 300, metres(3)), placed_thing("bottle", 100, 240, {}, 0.4F)})},
        {"one", scene_of({placed_thing("cup", 320, 240, metres(0.6F))})},
        {"table", scene_of({placed_thing("cup", 320, 240), table})},
        {"empty", scene_of({})},
        {"animal", scene_of({placed_thing("dog", 320, 240, metres(2), 0.4F)})},
        {"chairs", scene_of({placed_thing("chair", 100, 300, metres(2)), placed_thing("chair", 560, 300, metres(3)),
                             placed_thing("chair", 320, 300, metres(4), 0.4F)})},
        {"flat", scene_of({placed_thing("chair", 100, 300), placed_thing("person", 400, 200)})},
        {"nodist", scene_of({placed_thing("chair", 100, 300), placed_thing("chair", 500, 300),
                             placed_thing("person", 400, 200, metres(2))})},
        {"row", scene_of({placed_thing("cup", 100, 240, metres(1, 0.9F, 1.1F)),
                          placed_thing("dog", 300, 240, metres(1.05F, 0.9F, 1.2F)),
                          placed_thing("chair", 500, 240, metres(1, 0.9F, 1.1F))})},
    };
    all["empty"].measured = {"The picture is very dark."};
    std::vector<SceneObject> few;
    for (char const* label : {"cup", "bowl", "fork", "spoon", "book", "vase"}) {
        auto const number = static_cast<float>(few.size());
        few.push_back(placed_thing(label, 40 + 30 * number, 200, metres(1 + number)));
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
