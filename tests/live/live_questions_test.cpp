// Questions to somebody who watches, told apart from those about the scene.
#include "live/live_questions.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

enum class Of { stop, change, camera, scene };

Of kind_of(char const* text) {
    return asks_to_stop(text)           ? Of::stop
           : asks_for_camera_help(text) ? Of::camera
           : asks_what_changed(text)    ? Of::change
                                        : Of::scene;
}

TEST(LiveQuestions, EachIsTakenForWhatItIs) {
    struct Case {
        char const* text;
        Of of;
    };
    for (auto const& [text, of] : std::initializer_list<Case>{
             {"stop", Of::stop},
             {"Enough!", Of::stop},
             {"thank you", Of::stop},
             {"stop sign?", Of::scene},
             {"where is the stop sign?", Of::scene},
             {"what changed?", Of::change},
             {"What has changed since?", Of::change},
             {"what's new?", Of::change},
             {"what is different", Of::change},
             {"did anything happen, or what moved?", Of::change},
             {"is the new car on the left?", Of::scene},
             {"are the cups different?", Of::scene},
             {"help", Of::camera},
             {"Is the picture any good?", Of::camera},
             {"how do I hold the camera?", Of::camera},
             {"am I holding my phone right?", Of::camera},
             {"is something over the lens?", Of::camera},
             {"is my finger in the picture?", Of::camera},
             {"is the camera tilted?", Of::camera},
             {"what is in front of the camera?", Of::scene},
             {"how far is the dog from the camera?", Of::scene},
             {"is the man holding a phone?", Of::scene},
             {"is the picture blurred?", Of::scene},
             {"is it dark?", Of::scene},
             {"does she claim that?", Of::scene},
             {"how many dogs are there?", Of::scene},
             {"what is on the left?", Of::scene},
             {"who are you?", Of::scene},
             {"hello", Of::scene},
             {"", Of::scene},
         }) {
        EXPECT_EQ(kind_of(text), of) << text;
    }
}

} // namespace
} // namespace echollama
