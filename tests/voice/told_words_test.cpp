// When the words of a natural voice are heard.
#include "base/counter_rng.h"
#include "support/needs_espeak.h"
#include "support/support.h"
#include "text/sentences.h"
#include "text/speech_text.h"
#include "text/utf8.h"
#include "voice/subtitles.h"
#include "voice/told_words.h"
#include "voice/voices.h"
#include "voice/word_alignment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

namespace echollama {
namespace {

std::vector<std::int32_t> codes(std::string const& ipa) {
    std::vector<std::int32_t> out;
    for (std::size_t at = 0; at < ipa.size();) {
        auto const character = character_at(ipa, at);
        out.push_back(static_cast<std::int32_t>(character.code));
        at += character.length;
    }
    return out;
}

// The sentence with a bar before each word that was found.
std::string parted(std::string const& sentence, std::vector<std::string> const& words) {
    std::vector<std::vector<std::int32_t>> each(words.size());
    std::transform(words.begin(), words.end(), each.begin(), codes);
    auto const begins = word_begins(codes(sentence), each);
    EXPECT_EQ(begins.size(), words.size());
    std::string out;
    std::size_t index = 0;
    for (std::size_t at = 0; at < sentence.size(); ++index) {
        auto const length = character_at(sentence, at).length;
        out += (std::count(begins.begin(), begins.end(), index) > 0 ? "|" : "") + sentence.substr(at, length);
        at += length;
    }
    return out;
}

TEST(WordBegins, AreFoundWhereSpeechRunsWordsTogether) {
    EXPECT_EQ(parted("əvðə dˈɑːɡ, ɐ kˈʌp.", {"ʌv", "ðə", "dˈɑːɡ,", "ˈeɪ", "kˈʌp."}), "|əv|ðə |dˈɑːɡ, |ɐ |kˈʌp.");
    EXPECT_EQ(parted("le-z ɑ̃fˈɑ̃z ˈɔ̃ amˈi", {"lˈe-", "ɑ̃fˈɑ̃", "ˈɔ̃", "amˈi"}), "|le-z |ɑ̃fˈɑ̃z |ˈɔ̃ |amˈi");
    EXPECT_EQ(parted("ðə ðə ðə dˈɑːɡ", {"ðə", "ðə", "ðə", "dˈɑːɡ"}), "|ðə |ðə |ðə |dˈɑːɡ");
    EXPECT_EQ(parted("fˈɔːɹɾi kˈʌps", {"fˈɔːɹɾi", "", "kˈʌps"}), "|fˈɔːɹɾi |kˈʌps") << "a dash is not heard";
}

TEST(WordBegins, WhatIsNotThereIsNotFound) {
    EXPECT_EQ(parted("ˈaɪnə mɪljˈoːn lˈɔøtə", {"ˈaɪns", "nˈʊlnˈʊl nˈʊl", "lˈɔøtə"}), "|ˈaɪnə mɪljˈoːn |lˈɔøtə");
    EXPECT_EQ(parted("kˈʌp ɪz ɹˈɛd", {"dˈɔlfɪn", "hˈoʊɡæn"}), "kˈʌp ɪz ɹˈɛd");
    EXPECT_EQ(parted("", {"ɹˈɛd"}), "");
    EXPECT_EQ(parted("ɹˈɛd", {}), "ɹˈɛd");
    std::vector<std::string> const many(1500, "kʌp");
    std::string long_one;
    for (auto const& word : many) {
        long_one += word + ' ';
    }
    EXPECT_EQ(parted(long_one, many), long_one) << "too long to align";
}

TEST(WordBegins, GrowForAnySounds) {
    auto const some = codes("abtɹəː ˈ,ʌvŋ̃");
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Draws draws(seed);
        auto const draw = [&](int most) {
            std::vector<std::int32_t> out(static_cast<std::size_t>(draws.below(most)));
            for (auto& code : out) {
                code = some[static_cast<std::size_t>(draws.below(static_cast<int>(some.size())))];
            }
            return out;
        };
        std::vector<std::int32_t> sentence;
        std::vector<std::vector<std::int32_t>> words;
        for (int i = draws.below(8); i >= 0; --i) {
            words.push_back(draw(7));
            auto const said = draws.chance(0.7F) ? words.back() : draw(7);
            sentence.insert(sentence.end(), said.begin(), said.end());
        }
        std::optional<std::size_t> last;
        for (auto const& begin : word_begins(sentence, words)) {
            if (begin) {
                EXPECT_LT(*begin, sentence.size()) << seed;
                EXPECT_TRUE(!last || *begin > *last) << seed;
                last = begin;
            }
        }
    }
}

struct Speech {
    AudioBuffer sound;
    std::vector<SpokenWord> words;
    double latest_s = 0; // the most that a word was told after the sound in which it begins
};

Speech speak(Speaker& voice, std::string const& sentence, SpeechOptions const& options = {}) {
    Speech speech;
    voice.say(sentence, options,
              [&](AudioChunk&& chunk) {
                  auto& samples = speech.sound.samples;
                  speech.sound.rate = chunk.rate;
                  for (auto const& word : chunk.words) {
                      speech.latest_s = std::max(speech.latest_s, speech.sound.seconds() - word.start_s);
                      speech.words.push_back(word);
                  }
                  samples.insert(samples.end(), chunk.samples.begin(), chunk.samples.end());
              },
              {});
    return speech;
}

// The loudest sample of each 5 ms.
std::vector<float> heights(AudioBuffer const& sound) {
    std::vector<float> out;
    auto const length = static_cast<std::size_t>(sound.rate) / 200;
    for (std::size_t at = 0; at + length <= sound.samples.size(); at += length) {
        float height = 0;
        for (auto const sample : std::span(sound.samples).subspan(at, length)) {
            height = std::max(height, std::abs(sample));
        }
        out.push_back(height);
    }
    return out;
}

// Where sound begins after silence of at least so long, and at first.
std::vector<double> onsets(AudioBuffer const& sound, double silence_s) {
    constexpr float quiet = 0.03F; // of the loudest
    auto const all = heights(sound);
    float const threshold = all.empty() ? 0 : quiet * *std::max_element(all.begin(), all.end());
    std::vector<double> found;
    int silent = 1 << 20;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i] > threshold && silent * 0.005 >= silence_s) {
            found.push_back(static_cast<double>(i) * 0.005);
        }
        silent = all[i] > threshold ? 0 : silent + 1;
    }
    return found;
}

std::string letters(std::string const& text) {
    std::string out;
    for (char const c : text) {
        bool const mark = std::string_view(" \t()[]\"'.,;:!?").find(c) != std::string_view::npos;
        out += mark ? "" : std::string(1, c);
    }
    return out;
}

std::string told_letters(Speech const& speech) {
    std::string out;
    for (auto const& word : speech.words) {
        out += letters(word.text);
    }
    return out;
}

void expect_in_order(Speech const& speech, std::string const& about) {
    double last = 0;
    for (auto const& word : speech.words) {
        EXPECT_GE(word.start_s, last) << about << ": " << word.text;
        EXPECT_LT(word.start_s, speech.sound.seconds()) << about << ": " << word.text;
        last = word.start_s;
    }
    EXPECT_LT(speech.latest_s, 0.03) << about << ": a word was told after it was heard";
}

std::filesystem::path joe() {
    return test::models_dir() / "piper-joe";
}

std::vector<std::string> const sentences{
    "A red cup, slightly left, about 40 centimetres away.",
    "Watch out: there is a knife on the right, and a dog at 2 o'clock!",
    "Dr. Smith paid $12.50 on 3 May 2024 for 2 kg of apples in the U.S. of a kind.",
    "Stop!",
    "The table, the chair and the lamp stand by the wall; the door is open.",
    "I see a dog, a cat, two people, a bus, a big tree - and snow.",
    ("There is a large wooden table in the middle of the room, with four chairs around it, two white cups on it, a "
     "brown dog lying under it, 1,250 books on the shelves behind it and www.example.com on the screen."),
    "It's 3:45 p.m.; the temperature is -5 °C, and 3/4 of the way isn't free.",
};

TEST(NaturalVoiceWords, AreToldOnceInOrderAtEverySpeed) {
    SKIP_WITHOUT_ESPEAK();
    SKIP_WITHOUT(joe());
    auto const voice = make_network_voice(joe(), "", 1);
    std::size_t turn = 0;
    for (auto const& sentence : sentences) {
        auto const normal = speak(*voice, sentence).words;
        constexpr std::array rates{1.0F, 0.5F, 1.6F, 2.0F};
        for (auto const& options :
             {SpeechOptions{.rate = rates[turn % 4]}, SpeechOptions{.rate = rates[(turn + 1) % 4]},
              SpeechOptions{.rate = rates[(turn + 2) % 4], .soon = true}}) {
            auto const speech = speak(*voice, sentence, options);
            auto const about = sentence + " at " + std::to_string(options.rate);
            expect_in_order(speech, about);
            EXPECT_EQ(told_letters(speech), letters(spoken_text(sentence, "en-us"))) << about;
            ASSERT_EQ(speech.words.size(), normal.size()) << about;
            for (std::size_t i = 0; i < normal.size() && !options.soon; ++i) { // then the pauses are others
                EXPECT_NEAR(speech.words[i].start_s, normal[i].start_s / static_cast<double>(options.rate), 1e-6)
                    << about;
            }
        }
        ++turn;
    }
}

// What the sound itself says: it begins with the first word, and behind the pauses with the words behind the marks.
TEST(NaturalVoiceWords, BeginWhereTheirSoundBegins) {
    SKIP_WITHOUT_ESPEAK();
    SKIP_WITHOUT(joe());
    auto const voice = make_network_voice(joe(), "", 1);
    std::vector<double> errors_ms;
    for (std::string const sentence : {
             "Ahead, left, behind, near, lamp, mirror, only, wall.",
             "Mind the step, look left, wait, move on, and listen.",
             "All is well: no cars, no lights, nobody near, nothing else.",
             "One lamp, no windows, my left hand; you are here.",
         }) {
        for (float const rate : {0.5F, 1.0F, 2.0F}) {
            auto const speech = speak(*voice, sentence, {.rate = rate});
            auto const written = written_words(sentence);
            ASSERT_EQ(speech.words.size(), written.size());
            auto const begins = onsets(speech.sound, 0.07 / static_cast<double>(rate));
            ASSERT_FALSE(begins.empty());
            EXPECT_NEAR(speech.words[0].start_s, begins[0], 0.04 / std::min(1.0, static_cast<double>(rate)))
                << sentence;
            for (auto const begin : begins) {
                auto const nearest = [&](SpokenWord const& a, SpokenWord const& b) {
                    return std::abs(a.start_s - begin) < std::abs(b.start_s - begin);
                };
                auto const word = std::min_element(speech.words.begin(), speech.words.end(), nearest);
                auto const index = static_cast<std::size_t>(word - speech.words.begin());
                if (index > 0 && std::ispunct(static_cast<unsigned char>(written[index - 1].back())) != 0) {
                    errors_ms.push_back(1000 * std::abs(word->start_s - begin) * static_cast<double>(rate));
                }
            }
        }
    }
    ASSERT_GE(errors_ms.size(), 20U);
    std::sort(errors_ms.begin(), errors_ms.end());
    auto const median = errors_ms[errors_ms.size() / 2], tenth = errors_ms[errors_ms.size() * 9 / 10];
    RecordProperty("onsets", std::to_string(errors_ms.size()));
    RecordProperty("median_ms", std::to_string(median));
    RecordProperty("worst_tenth_ms", std::to_string(tenth));
    EXPECT_LT(median, 25);
    EXPECT_LT(tenth, 70);
}

TEST(NaturalVoiceWords, AreFoundInOtherLanguages) {
    SKIP_WITHOUT_ESPEAK();
    SKIP_WITHOUT(joe());
    struct Line {
        char const *language, *text;
        std::size_t words; // that are told at least
    };
    for (auto const& line : {
             Line{"de", "Am 3. Mai 2024 kommen 40 Leute, z. B. aus Köln.", 9},
             Line{"fr", "Les enfants ont 40 amis à l'école, n'est-ce pas?", 8},
             Line{"es", "Hay 40 sillas a la izquierda, y una mesa.", 8},
             Line{"ru", "У меня 40 яблок и 2 кошки, а в доме собака.", 10},
             Line{"pl", "Mam 40 jabłek i 2 koty, a w domu z 3 oknami jest pies.", 11},
             Line{"ar", "عندي 40 تفاحة، وفي البيت كلب كبير.", 6},
             Line{"hi", "मेरे पास 40 सेब हैं, और घर में एक कुत्ता है।", 10},
             Line{"ko", "나는 사과 40 개와 고양이 2 마리가 있습니다.", 6},
             Line{"ja", "わたしは りんごを 40 こ もっています。", 3},
             Line{"cmn", "你好，世界。我有 40 个苹果。", 2},
         }) {
        test::TempDir dir;
        std::filesystem::copy(joe(), dir.path(), std::filesystem::copy_options::recursive);
        std::ofstream(dir / "voice.json") << R"({"sample_rate":22050,"voice":")" << line.language << R"("})";
        auto const speech = speak(*make_network_voice(dir.path(), "", 1), line.text);
        expect_in_order(speech, line.text);
        auto const written = written_words(spoken_text(line.text, line.language));
        EXPECT_GE(speech.words.size(), line.words) << line.text;
        EXPECT_LE(speech.words.size(), written.size()) << line.text;
        std::size_t at = 0; // each is one of those that are written, in order
        for (auto const& word : speech.words) {
            while (at < written.size() && letters(written[at]) != letters(word.text)) {
                ++at;
            }
            EXPECT_LT(at++, written.size()) << line.text << ": " << word.text;
        }
    }
}

// How far estimates are from what the voice knows.
TEST(NaturalVoiceWords, AreNearTheEstimates) {
    SKIP_WITHOUT_ESPEAK();
    SKIP_WITHOUT(joe());
    auto const voice = make_network_voice(joe(), "", 1);
    std::vector<double> errors;
    for (auto const& sentence : sentences) {
        std::vector<Subtitle> got;
        SpeechSubtitles subtitles([&](Subtitle const& subtitle) { got.push_back(subtitle); });
        subtitles.expect(sentence);
        voice->say(sentence, {}, [&](AudioChunk&& chunk) { subtitles.write(chunk); }, {});
        ASSERT_EQ(got.size(), 1U);
        EXPECT_EQ(got[0].times, WordTimes::told);
        auto const estimated = word_times(sentence, speak(*voice, sentence).sound, {});
        ASSERT_EQ(estimated.size(), got[0].words.size());
        for (std::size_t i = 0; i < estimated.size(); ++i) {
            errors.push_back(std::abs(estimated[i].start_s - got[0].words[i].start_s));
        }
    }
    std::sort(errors.begin(), errors.end());
    RecordProperty("words", std::to_string(errors.size()));
    RecordProperty("median_ms", std::to_string(1000 * errors[errors.size() / 2]));
    RecordProperty("worst_tenth_ms", std::to_string(1000 * errors[errors.size() * 9 / 10]));
    RecordProperty("worst_ms", std::to_string(1000 * errors.back()));
    EXPECT_LT(errors[errors.size() / 2], 0.12); // a long number or address can put the rest of its clause a second off
}

} // namespace
} // namespace echollama
