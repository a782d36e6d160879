// Text that arrives in pieces, cut into sentences; and its markup, unfolded to words.
#include "base/counter_rng.h"
#include "text/sentences.h"
#include "text/speech_text.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

namespace echollama {
namespace {

using Sentences = std::vector<std::string>;

Sentences cut_in_pieces(std::string const& text, std::uint64_t seed, std::size_t limit) {
    SentenceCutter cutter(limit);
    Sentences all;
    auto take = [&](Sentences const& more) { all.insert(all.end(), more.begin(), more.end()); };
    std::uint64_t draw = 0;
    for (std::size_t at = 0; at < text.size();) {
        auto size = 1 + splitmix64(seed, draw++) % 7;
        take(cutter.push(std::string_view(text).substr(at, size)));
        at += size;
    }
    take(cutter.finish());
    return all;
}

Sentences cut_trimmed(std::string const& text) {
    SentenceCutter cutter;
    auto all = cutter.push(text);
    auto rest = cutter.finish();
    all.insert(all.end(), rest.begin(), rest.end());
    for (auto& sentence : all) {
        sentence = trimmed(sentence);
    }
    return all;
}

TEST(Sentences, CutAsAReaderWould) {
    EXPECT_EQ(cut_trimmed("A cup. A chair!"), (Sentences{"A cup.", "A chair!"}));
    EXPECT_EQ(cut_trimmed("It is 2.5 metres away. Dr. Smith sits, e.g. there."),
              (Sentences{"It is 2.5 metres away.", "Dr. Smith sits, e.g. there."}));
    EXPECT_EQ(cut_trimmed("1. A cup.\n2. A chair."), (Sentences{"1. A cup.", "2. A chair."}));
    EXPECT_EQ(cut_trimmed("He said \"Stop!\" and left. \"Go.\" She went."),
              (Sentences{"He said \"Stop!\" and left.", "\"Go.\"", "She went."}));
    EXPECT_EQ(cut_trimmed("Well... maybe. Well... Yes."), (Sentences{"Well... maybe.", "Well...", "Yes."}));
}

TEST(Sentences, PiecesDoNotMatterAndNothingIsLost) {
    char const* parts[] = {"a cup",
                           ". ",
                           "! ",
                           "? ",
                           "...",
                           "\u2026 ",
                           "\n",
                           "\"",
                           "\u201D ",
                           "Dr. ",
                           "2.5",
                           "1. ",
                           " ",
                           "It",
                           "no.",
                           " A",
                           "b",
                           "\n\n",
                           "e.g. ",
                           "\u00E9",
                           "[",
                           "](",
                           ") ",
                           "`",
                           "<|",
                           "|>",
                           "<b>",
                           "| ",
                           " a line that is rather long, so long that ",
                           "**",
                           "\n# "};
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        std::string text;
        for (std::uint64_t i = 0; i < 60; ++i) {
            text += parts[splitmix64(seed, i) % std::size(parts)];
        }
        std::size_t limit = seed % 2 ? 600 : 24;
        SentenceCutter whole(limit);
        auto expected = whole.push(text);
        auto rest = whole.finish();
        expected.insert(expected.end(), rest.begin(), rest.end());
        for (std::uint64_t way = 0; way < 4; ++way) {
            EXPECT_EQ(cut_in_pieces(text, seed * 8 + way, limit), expected) << text;
        }
        EXPECT_EQ(std::accumulate(expected.begin(), expected.end(), std::string()), text);
    }
}

TEST(Sentences, MarkupIsNotCutInTwo) {
    EXPECT_EQ(cut_trimmed("See [the door. It is open](http://a.b/c?d=1). Then go."),
              (Sentences{"See [the door. It is open](http://a.b/c?d=1).", "Then go."}));
    EXPECT_EQ(cut_trimmed("![A dog. A cat.](x.png \"Two. Pets\") Both sit."),
              (Sentences{"![A dog. A cat.](x.png \"Two. Pets\") Both sit."}));
    EXPECT_EQ(cut_trimmed("Run `a. B` now. Then `c.` It ends."),
              (Sentences{"Run `a. B` now.", "Then `c.`", "It ends."}));
    EXPECT_EQ(cut_trimmed("| Mr. A. Is | here. So |\n|---|---|\n| b. C | d |\nEnd."),
              (Sentences{"| Mr. A. Is | here. So |", "|---|---|", "| b. C | d |", "End."}));
    EXPECT_EQ(cut_trimmed("A [bracket. That stays open. Until the end"),
              (Sentences{"A [bracket.", "That stays open.", "Until the end"}));
    EXPECT_EQ(cut_trimmed("A [bracket. It ends here.\nNext. [1] And so."),
              (Sentences{"A [bracket.", "It ends here.", "Next.", "[1] And so."}));
}

TEST(Sentences, AWrappedLineIsNoEnd) {
    EXPECT_EQ(cut_trimmed("There is a cup of coffee on the table, and\nthe chair is near. Yes."),
              (Sentences{"There is a cup of coffee on the table, and\nthe chair is near.", "Yes."}));
    EXPECT_EQ(cut_trimmed("cup\nchair\ntable"), (Sentences{"cup", "chair", "table"}));
    EXPECT_EQ(cut_trimmed("There is a cup of coffee on the table, and\n\nthe chair is near."),
              (Sentences{"There is a cup of coffee on the table, and", "the chair is near."}));
    EXPECT_EQ(cut_trimmed("These are all of the things on the table:\na cup\na plate"),
              (Sentences{"These are all of the things on the table:", "a cup", "a plate"}));
}

// What a person hears of a text that arrives whole or letter by letter.
std::string heard(std::string const& text, std::size_t step) {
    SentenceCutter cutter;
    std::string all;
    auto take = [&](Sentences const& sentences) {
        for (auto const& sentence : sentences) {
            auto plain = plain_text(sentence);
            all += (all.empty() || plain.empty() ? "" : " ") + plain;
        }
    };
    for (std::size_t at = 0; at < text.size(); at += step) {
        take(cutter.push(std::string_view(text).substr(at, step)));
    }
    take(cutter.finish());
    return all;
}

// How many sentences there are: a short form's full stop ends one only where a new one begins.
TEST(Sentences, ShortFormsAndUnits) {
    struct Case {
        char const* text;
        std::size_t sentences;
    };
    for (auto const& [text, sentences] : std::vector<Case>{{"The step is 5 in. high.", 1},
                                                           {"It is 5ft. 2 in. wide.", 1},
                                                           {"It is 5 ft. The door is open.", 2},
                                                           {"It is 10min. away.", 1},
                                                           {"Put it in. then go.", 2},
                                                           {"I counted 5. in all", 2},
                                                           {"on jan. 15 we met", 1},
                                                           {"on Jan. 15 we met", 1},
                                                           {"It began in Jan. It ended.", 2},
                                                           {"Lt. Col. Smith came. He left.", 2},
                                                           {"dr. Evil came", 1},
                                                           {"1428 Elm St. It was dark.", 2},
                                                           {"St. John lives", 1},
                                                           {"1428 Elm St. 4 doors down", 1},
                                                           {"the U.S. Army is big", 1},
                                                           {"in the U.S. It is big", 2},
                                                           {"at 9 p.m. Chairs are ahead", 2},
                                                           {"at 9 p.m. we go", 1},
                                                           {"at 9 a.m. Chairs are ahead", 2},
                                                           {"at 9 a.m. we go", 1},
                                                           {"Acme Inc. Boston sells", 1},
                                                           {"Acme Inc. It sells", 2},
                                                           {"cups, plates, etc. Forks too", 2},
                                                           {"No. 5 is alive", 1},
                                                           {"She said no. He left", 2},
                                                           {"approx. Five", 1},
                                                           {"J. Smith and I. Then", 2},
                                                           {"1. First", 1},
                                                           {"1234. First", 2}}) {
        SentenceCutter cutter;
        auto const before = cutter.push(text).size();
        EXPECT_EQ(before + cutter.finish().size(), sentences) << text;
    }
}

TEST(PlainText, MarkupBecomesItsWordsWhereverThePiecesEnd) {
    struct Case {
        char const* written;
        char const* plain;
    };
    Case const cases[] = {
        {"# The room\n\nA cup is there.", "The room. A cup is there."},
        {"See [the door. It is open](http://a.b/c?d=1). ![A dog.](x.png) Stop.",
         "See the door. It is open. A dog. Stop."},
        {"| Thing | Where |\n|:---|---:|\n| cup | left |\n| chair | right |\n",
         "Thing, Where. cup, left. chair, right."},
        {"```cpp\nint x = 1;\n```\nRun `make all` now.", "int x = 1; Run make all now."},
        {"- **A cup** on the left\n- A _chair_\n* [ ] a ~~dog~~ cat\n1. First\n2) Second\n",
         "A cup on the left. A chair. a dog cat. 1. First. 2) Second."},
        {"> Quoted. <b>Bold</b> &amp; more<br>next\n", "Quoted. Bold and more next."},
        {"A \\*star\\* and snake_case and 2 * 3 = 6.", "A *star* and snake_case and 2 * 3 = 6."},
        {"A cup.<|im_end|>\n<|im_start|>user\nHello", "A cup. user. Hello"},
        {"It is 2.5 m away, at 3:30, for $5 (50%).", "It is 2.5 m away, at 3:30, for $5 (50%)."},
    };
    for (auto const& [written, plain] : cases) {
        for (std::size_t step : {1000, 1, 2, 3, 5, 7}) {
            EXPECT_EQ(heard(written, step), plain) << "in steps of " << step;
        }
    }
}

TEST(PlainText, OfEmojiOnlyWhatTheWordsDoNotSay) {
    EXPECT_EQ(plain_text("\u26A0\uFE0F Mind the step! \U0001F600\U0001F600"), "warning Mind the step!");
    EXPECT_EQ(plain_text("Warning \u26A0: a step."), "Warning: a step.");
    EXPECT_EQ(plain_text("I see a \U0001F415 ahead."), "I see a dog ahead.");
    EXPECT_EQ(plain_text("A dog \U0001F415 ahead \U0001F415\u2764\uFE0F\u2728."), "A dog ahead.");
    EXPECT_EQ(plain_text("\U0001F697\U0001F697\U0001F697 on the road"), "car on the road");
    EXPECT_EQ(plain_text("\U0001F44D\U0001F3FD"), "thumbs up"); // all there is
    EXPECT_EQ(plain_text("\u25AA A cup \u25CF a chair"), "A cup a chair");
    EXPECT_EQ(plain_text("\U0001F9FF"), "nazar amulet");
}

// Words, numbers and marks without markup: not one character is lost, in whatever pieces they come.
TEST(PlainText, PlainTextStaysAsItIs) {
    char const* words[] = {"cup", "The", "left",   "2.5", "o'clock", "caf\u00E9",
                           "Dr.", "5 %", "(near)", "A-B", "x = 3",   "\u4F60"};
    char const* marks[] = {" ", " ", " ", ", ", ". ", "! ", "? ", "; ", ": "};
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        std::string text;
        for (std::uint64_t i = 0; i < 20; ++i) {
            text += words[splitmix64(seed, 2 * i) % std::size(words)];
            text += marks[splitmix64(seed, 2 * i + 1) % std::size(marks)];
        }
        text = trimmed(text);
        ASSERT_EQ(heard(text, 1 + seed % 6), text);
    }
}

} // namespace
} // namespace echollama
