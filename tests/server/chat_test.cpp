// What is asked, what is given back of a reply, and bytes in JSON.
#include "server/base64.h"
#include "server/chat.h"
#include "server/engine.h"

#include <gtest/gtest.h>

namespace echollama::server {
namespace {

TEST(AsksForDescription, InstructionsOfDescribersAreNoQuestions) {
    for (auto const* text : {"", "describe", "Describe this image.", "Please describe the picture in detail",
                             "What do you see in this picture?", "What is in this image?",
                             "Describe this image succinctly, but in as much detail as possible to someone who is "
                             "blind. If there is text, ensure it is included in your response."}) {
        EXPECT_TRUE(asks_for_description(text)) << text;
    }
    for (auto const* text :
         {"Where is the cup?", "Is there a dog in this picture?", "How far is the chair?", "Is the picture blurred?"}) {
        EXPECT_FALSE(asks_for_description(text)) << text;
    }
}

TEST(ReplyCutter, StopsAreFoundAcrossPiecesAndNothingElseIsLost) {
    std::string const text = "one two END three";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        ReplyCutter cutter({"END"}, 0);
        auto out = cutter.push(text.substr(0, cut));
        out += cutter.push(text.substr(cut));
        EXPECT_EQ(out + cutter.finish(), "one two ") << cut;
        ReplyCutter other({"ENDE"}, 0);
        out = other.push(text.substr(0, cut));
        out += other.push(text.substr(cut));
        EXPECT_EQ(out + other.finish(), text) << cut;
    }
}

TEST(Base64, ComesBackAndRefusesWhatIsNone) {
    for (std::size_t size = 0; size < 40; ++size) {
        std::vector<std::uint8_t> bytes(size);
        for (std::size_t i = 0; i < size; ++i) {
            bytes[i] = static_cast<std::uint8_t>(i * 37 + size);
        }
        auto const text = to_base64(bytes);
        EXPECT_EQ(from_base64(text), bytes);
        EXPECT_EQ(from_base64(text.substr(0, text.find('='))), bytes) << "without padding";
    }
    EXPECT_EQ(to_base64(std::vector<std::uint8_t>{'M', 'a', 'n', 'y'}), "TWFueQ==");
    EXPECT_EQ(from_base64("TW\nFu eQ=="), (std::vector<std::uint8_t>{'M', 'a', 'n', 'y'}));
    for (auto const* wrong : {"T", "TWFu$Q==", "TW=u", "TWFueQ===", "\xff\xff\xff\xff"}) {
        EXPECT_EQ(from_base64(wrong), std::nullopt) << wrong;
    }
}

} // namespace
} // namespace echollama::server
