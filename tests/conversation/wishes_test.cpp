// Which lines are wishes, and which are none.
#include "conversation/sounds_alike.h"
#include "conversation/wishes.h"

#include <gtest/gtest.h>

#include <array>
#include <initializer_list>
#include <utility>

namespace echollama {
namespace {

using Kind = Wish::Kind;

Wish wish(std::string const& line) {
    return read_wish(line, [](std::string const& name) { return name == "holiday" || name == "a photo of us.jpg"; });
}

TEST(Wishes, AreUnderstoodHoweverTheyArePut) {
    for (auto const& [line, kind] : std::initializer_list<std::pair<char const*, Kind>>{
             {"", Kind::repeat},
             {"Repeat.", Kind::repeat},
             {"Could you say that again, please?", Kind::repeat},
             {"Pardon?", Kind::repeat},
             {"I didn't hear that.", Kind::repeat},
             {"Stop!", Kind::stop},
             {"okay stop now", Kind::stop},
             {"be quiet please", Kind::stop},
             {"no more", Kind::stop},
             {"Shorter.", Kind::shorter},
             {"That's too long", Kind::shorter},
             {"More", Kind::more},
             {"Tell me more, please.", Kind::more},
             {"Go on.", Kind::more},
             {"Why?", Kind::why},
             {"But why?", Kind::why},
             {"Are you sure?", Kind::why},
             {"Are you sure about that?", Kind::why},
             {"How do you know?", Kind::why},
             {"Spell it.", Kind::spell},
             {"How do you spell that?", Kind::spell},
             {"Go back.", Kind::go_back},
             {"Slower!", Kind::speed},
             {"Could you speak a bit slower please", Kind::speed},
             {"Speak faster", Kind::speed},
             {"rate 1.5", Kind::rate},
             {"Louder, please.", Kind::volume},
             {"in feet from now on", Kind::units},
             {"From now on in metres, please.", Kind::units},
             {"use the clock", Kind::directions},
             {"short answers from now on", Kind::level},
             {"Help!", Kind::help},
             {"What can I say?", Kind::help},
             {"Goodbye.", Kind::end},
             {"quit", Kind::end},
         }) {
        EXPECT_EQ(wish(line).kind, kind) << line;
    }
    EXPECT_LT(wish("speak slower").factor, 1);
    EXPECT_GT(wish("speak faster").factor, 1);
    EXPECT_EQ(wish("rate 1.5").factor, 1.5F);
    EXPECT_EQ(wish("use feet").units, Units::feet);
    EXPECT_EQ(wish("Spell dining table.").words, "dining table");
}

TEST(Wishes, AWordTooManyMakesAQuestion) {
    for (auto const* line : {"Is there a stop sign?",
                             "stop sign",
                             "Why is it dark?",
                             "Where is the help desk?",
                             "Is the car slower?",
                             "How far in feet?",
                             "in feet",
                             "What is at the back?",
                             "more cups?",
                             "Is there more than one cup?",
                             "Which car is louder than the others?",
                             "repeat the picture of the cup on the table",
                             "what is it",
                             "Are you sure the cup is red?",
                             "Who is quiet?",
                             "look at the cup",
                             "show me the chair",
                             "spell out how far the cup is from here",
                             "rate 9",
                             "rate fast",
                             "rate",
                             "is the exit ahead",
                             "where is the exit",
                             "open the door",
                             "?x",
                             "go left",
                             "Can I go ahead?",
                             "go ahead"}) {
        EXPECT_EQ(wish(line).kind, Kind::none) << line;
    }
}

TEST(Wishes, FilesAreNamedAsPeopleAndDesktopsNameThem) {
    for (auto const& [line, file] : std::initializer_list<std::pair<char const*, char const*>>{
             {"look at photo.jpg", "photo.jpg"},
             {"Look at photo.JPG.", "photo.JPG"},
             {"please open /tmp/x/room.png", "/tmp/x/room.png"},
             {"show me 'my pictures/cat one.webp'", "my pictures/cat one.webp"},
             {"'/home/me/a b.png'", "/home/me/a b.png"},
             {"\"/home/me/a b.png\"", "/home/me/a b.png"},
             {"/home/me/a\\ b.png ", "/home/me/a b.png"},
             {"file:///home/me/a%20b.png", "/home/me/a b.png"},
             {"file://host/home/me/%C3%A4.png", "/home/me/\xC3\xA4.png"},
             {"look at holiday", "holiday"},
             {"holiday", "holiday"},
             {"a photo of us.jpg", "a photo of us.jpg"},
             {"describe scan.ply", "scan.ply"},
         }) {
        EXPECT_EQ(wish(line).kind, Kind::look_at) << line;
        EXPECT_EQ(wish(line).words, file) << line;
    }
    for (auto const* line : {"where is the photo.jpg on the table", "what is in this picture?", "look at it", "file://",
                             "look at ", "'", "%", "\\"}) {
        EXPECT_NE(wish(line).kind, Kind::look_at) << line;
    }
}

TEST(SoundsAlike, NearWordsAreNearerThanOthers) {
    for (auto const& [near, word, far] : std::initializer_list<std::array<char const*, 3>>{
             {"cop", "cup", "cat"},
             {"share", "chair", "char"},
             {"bole", "bowl", "bell"},
             {"fone", "phone", "fan"},
             {"nife", "knife", "knee"},
             {"bordel", "bottle", "battery"},
             {"caut", "cat", "clock"},
             {"byecycle", "bicycle", "motorcycle"},
         }) {
        EXPECT_LT(sound_distance(near, word), sound_distance(far, word)) << near << " " << word << " " << far;
    }
    EXPECT_EQ(sound_distance("knife", "nife"), 0);
    EXPECT_EQ(sound_distance("cup", "cup"), 0);
    EXPECT_EQ(sound_distance("", "cup"), 1);
    EXPECT_EQ(sound_distance("", ""), 0);
    for (auto const* word : {"a", "e", "queue", "rhythm", "xyz", "aeiouy", "the", "\xC3\xA9t\xC3\xA9"}) {
        EXPECT_EQ(sound_distance(word, word), 0) << word;
        EXPECT_EQ(sound_distance(word, "table"), sound_distance("table", word)) << word;
    }
}

} // namespace
} // namespace echollama
