// Conversations without a voice: what is said to each line, when lines refer to what was said and heard before.
#include "conversation/dialogue.h"
#include "questions/answers.h"
#include "scene/english.h"
#include "scene/placed_things.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

using test::placed_thing;
using Act = Response::Act;

Distance guessed(float value, float low, float high) {
    return {DistanceSource::object_size, value, low, high};
}
Distance measured(float value) {
    return {DistanceSource::sensor, value, value * 0.95F, value * 1.05F};
}

Scene kitchen() {
    return test::scene_of_things(
        {placed_thing("cup", 220, 200, measured(1), 0.84F), placed_thing("cup", 560, 220, measured(2)),
         placed_thing("chair", 320, 300, guessed(3, 2.6F, 3.5F), 0.71F), placed_thing("bottle", 80, 240, measured(4))});
}

// Speaks every answer to its end, unless it is cut.
class Talk {
  public:
    explicit Talk(Scene scene = kitchen(), bool spoken = false)
        : dialogue({}, [](std::string const& name) { return name == "there.jpg" || name == "my photo"; }),
          spoken_(spoken) {
        dialogue.look(std::move(scene), 0.5F);
    }

    // What is said; of other acts their name.
    std::string operator()(std::string const& line) {
        auto response = dialogue.hear({line, spoken_, false});
        if (response.act == Act::answer) {
            auto const known =
                answer_question(dialogue.scene(), response.question, dialogue.wording(), response.history);
            response.sentences.push_back(known ? known->text : "-");
        }
        static constexpr char const* names[] = {"", "", "look at ", "stop", "speed", "rate", "volume", "end"};
        if (response.act != Act::answer && response.act != Act::say) {
            return names[static_cast<int>(response.act)] + response.words;
        }
        if (!response.again) {
            speak(response.sentences);
            dialogue.memory().heard_all();
        }
        return joined(response.sentences, " ");
    }

    void begin(std::vector<std::string> const& sentences) {
        dialogue.begin_turn();
        speak(sentences);
        dialogue.memory().heard_all();
    }

    Dialogue dialogue;

  private:
    void speak(std::vector<std::string> const& sentences) {
        for (auto const& sentence : sentences) {
            dialogue.memory().say(sentence);
        }
    }

    bool spoken_;
};

TEST(Dialogue, ReferencesReachOverTurns) {
    Talk talk;
    EXPECT_EQ(talk("Where is the chair?"), "A chair, straight ahead, about 3 metres away.");
    EXPECT_EQ(talk("how far is it?"), "A chair, about 3 metres away.");
    EXPECT_EQ(talk("How far is the cup on the right?"), "A cup, 2 metres away.");
    EXPECT_EQ(talk("and the other one?"), "A cup, 1 metre away.") << "the one that was not asked about";
    EXPECT_EQ(talk("no, the right one"), "A cup, 2 metres away.");
    EXPECT_EQ(talk("and in feet?"), "A cup, 7 feet away.");
    EXPECT_EQ(talk("no, the bottle"), "A bottle, 13 feet away.");
    auto const red = talk("no, the red one");
    EXPECT_NE(red.find("cannot tell"), std::string::npos) << red;
    EXPECT_NE(red.find("bottle"), std::string::npos) << red;
}

TEST(Dialogue, ThatOneIsTheThingThatSoundedLast) {
    Talk talk;
    talk.begin(describe_scene(talk.dialogue.scene(), talk.dialogue.wording()));
    EXPECT_NE(talk("how far is that one?").find("bottle"), std::string::npos) << "it was named last";

    Talk cut;
    cut.begin({"A cup, slightly left, 1 metre away.", "A chair, straight ahead.", "A bottle on the left."});
    cut.dialogue.memory().heard("A cup, slightly left, 1 metre away. A chair,");
    EXPECT_EQ(cut("how far is that one?"), "A chair, about 3 metres away.") << "the bottle was never heard";
    auto const* history = cut.dialogue.memory().last();
    ASSERT_NE(history, nullptr);
    EXPECT_EQ(cut.dialogue.memory().history()[1].text, "A cup, slightly left, 1 metre away. A chair,");
}

TEST(Dialogue, NextToThat) {
    Talk talk(
        test::scene_of_things({placed_thing("chair", 320, 300, measured(3)), placed_thing("cup", 362, 300, measured(3)),
                               placed_thing("bottle", 80, 240, measured(1))}));
    EXPECT_EQ(talk("Where is the chair?"), "A chair, straight ahead, 3 metres away.");
    for (auto const* line : {"what is next to that?", "what's next to it?"}) {
        auto const said = talk(line);
        EXPECT_NE(said.find("cup"), std::string::npos) << said;
        EXPECT_EQ(said.find("bottle"), std::string::npos) << said;
        talk("Where is the chair?");
    }
}

TEST(Dialogue, RepeatGoBackShorterMoreAndSpell) {
    Talk talk;
    EXPECT_EQ(talk("repeat"), "Nothing was said yet.");
    auto const chair = talk("Where is the chair?"), cups = talk("How many cups are there?");
    EXPECT_EQ(talk("again please"), cups);
    EXPECT_EQ(talk(""), cups);
    EXPECT_EQ(talk("go back"), chair);
    EXPECT_EQ(talk("how far is it?"), "A chair, about 3 metres away.") << "going back goes back to what was meant";
    EXPECT_EQ(talk("shorter"), "About 3 metres.");
    EXPECT_EQ(talk("spell it"), "C, H, A, I, R.");
    EXPECT_EQ(talk("spell dining table"), "D, I, N, I, N, G; T, A, B, L, E.");
    Talk more;
    more.begin({"A cup, slightly left.", "A chair, straight ahead.", "A bottle on the left."});
    more.dialogue.memory().heard("A cup, slightly left. A chair,");
    EXPECT_EQ(more("go on"), "A chair, straight ahead. A bottle on the left.")
        << "what was not heard, from its sentence";
    Talk brief;
    brief.begin({"A cup, slightly left, 1 metre away."});
    EXPECT_NE(brief("more").find("bottle"), std::string::npos) << "what the description left out";
}

TEST(Dialogue, WhySaysWhatTheLastClaimRestsOn) {
    Talk talk;
    talk("Where is the chair?");
    EXPECT_EQ(talk("why?"),
              "My detector is 71 percent sure that it is a chair; its distance, between 2.5 metres and 3.5 "
              "metres, is guessed from how large a chair usually is.");
    talk("Where is the bottle?");
    auto const sure = talk("are you sure?");
    EXPECT_NE(sure.find("90 percent"), std::string::npos) << sure;
    EXPECT_NE(sure.find("was measured"), std::string::npos) << sure;
    talk("Is there a dog?");
    auto const dog = talk("are you sure");
    EXPECT_NE(dog.find("Nothing that my detector found in this picture looks like a dog"), std::string::npos) << dog;
    Talk empty{test::scene_of_things({})};
    empty("what do you see?");
    EXPECT_NE(empty("why").find("found nothing"), std::string::npos);
}

TEST(Dialogue, UnitsLastFromNowOn) {
    Talk talk;
    EXPECT_EQ(talk("in feet from now on"), "Distances in feet from now on.");
    EXPECT_EQ(talk("How far is the bottle?"), "A bottle, 13 feet away.");
    EXPECT_EQ(talk("use steps please"), "Distances in steps from now on.");
    EXPECT_EQ(talk("How far is the bottle?"), "A bottle, 6 steps away.");
    EXPECT_EQ(talk("use the clock"), "Directions by the clock from now on.");
    EXPECT_NE(talk("Where is the bottle?").find("o'clock"), std::string::npos);
}

TEST(Dialogue, WithoutAPictureItSaysHowToGiveOne) {
    Dialogue dialogue({}, [](std::string const&) { return false; });
    auto const response = dialogue.hear({"where is the cup?", false, false});
    EXPECT_EQ(response.act, Act::say);
    EXPECT_NE(response.sentences.at(0).find("look at"), std::string::npos);
    EXPECT_EQ(dialogue.hear({"look at photo.jpg", false, false}).words, "photo.jpg");
    EXPECT_EQ(dialogue.hear({"repeat", false, false}).sentences.at(0), "Nothing was said yet.");
}

TEST(Dialogue, AnotherPictureForgetsWhatItWas) {
    Talk talk;
    talk("Where is the chair?");
    EXPECT_EQ(talk("look at there.jpg"), "look at there.jpg");
    talk.dialogue.look(test::scene_of_things({placed_thing("dog", 100, 200)}), 0.5F);
    EXPECT_EQ(talk("repeat"), "A chair, straight ahead, about 3 metres away.") << "it was said";
    EXPECT_EQ(talk("spell it"), "Say which word to spell.") << "nothing was said of this picture";
}

TEST(Mending, MisheardNamesAreMendedAndTold) {
    Talk talk(kitchen(), true);
    struct Row {
        char const* line;
        char const* heard;
        char const* taken;
    };
    for (auto const& [line, heard, taken] : std::initializer_list<Row>{{"Where is the cop?", "cop", "cup"},
                                                                       {"Where's the copp?", "copp", "cup"},
                                                                       {"Is there a share?", "share", "chair"},
                                                                       {"How far is the cheer?", "cheer", "chair"},
                                                                       {"Where are the cops?", "cops", "cups"},
                                                                       {"Where is the buttle?", "buttle", "bottle"},
                                                                       {"Where is the bottel?", "bottel", "bottle"}}) {
        auto const said = talk(line);
        if (said.find("I heard") == std::string::npos) { // the parser mends slips of the finger by itself
            EXPECT_NE(said.find(taken), std::string::npos) << line << ": " << said;
            continue;
        }
        EXPECT_TRUE(said.starts_with(std::string("I heard ") + heard + "; I take it as " + taken + ". "))
            << line << ": " << said;
        EXPECT_NE(said.find("metre"), std::string::npos) << line << ": " << said;
    }
}

TEST(Mending, OtherWordsStayAsTheyAre) {
    Talk talk(kitchen(), true);
    for (auto const* line :
         {"Where is the dog?", "Where is the cap?", "Is there a cat?", "Where is the door?", "Where is the zebra?",
          "Is there a giraffe?", "Where is the carburettor?", "Is my brother there?", "Where is the window?",
          "What is on the ceiling?", "Is it Tuesday?", "Where is the telescope?", "Do you like music?"}) {
        EXPECT_EQ(talk(line).find("I heard"), std::string::npos) << line << ": " << talk(line);
    }
    Talk typed;
    EXPECT_EQ(typed("Where is the cop?").find("I heard"), std::string::npos) << "it was not heard";
}

} // namespace
} // namespace echollama
