// --vtt with the whole program.
#include "media/sound/audio_io.h"
#include "run_program.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <sstream>

namespace echollama {
namespace {

struct Cue {
    double start_s = 0, end_s = 0;
    std::string text; // without times
};

double seconds(std::string const& time) {
    return 3600 * std::stod(time.substr(0, 2)) + 60 * std::stod(time.substr(3, 2)) + std::stod(time.substr(6));
}

// A strict reader of what the format allows us to write.
std::vector<Cue> read_cues(std::string const& file) {
    EXPECT_TRUE(file.starts_with("WEBVTT\n\n"));
    static std::regex const timing(R"((\d\d:\d\d:\d\d\.\d{3}) --> (\d\d:\d\d:\d\d\.\d{3}))");
    static std::regex const tag(R"(<\d\d:\d\d:\d\d\.\d{3}>)");
    std::vector<Cue> cues;
    std::istringstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_match(line, match, timing)) {
            Cue cue{seconds(match[1]), seconds(match[2]), ""};
            std::getline(lines, line);
            cue.text = std::regex_replace(line, tag, "");
            cues.push_back(cue);
        }
    }
    return cues;
}

TEST(Subtitles, AreTheSentencesAtTheTimesOfTheSound) {
    auto const photo = test::models_dir().parent_path() / "photos" / "coffee.png";
    SKIP_WITHOUT(test::models_dir() / "centernet.gguf");
    SKIP_WITHOUT(photo);
    test::TempDir dir;
    for (std::string const more : {"--voice fast", "--voice fast --spatial --rate 2"}) {
        auto const result =
            test::echollama("describe " + photo.string() + " --no-llm --out " + (dir / "a.wav").string() + " --vtt " +
                            (dir / "a.vtt").string() + " " + more);
        ASSERT_EQ(result.code, 0) << result.err;
        auto const cues = read_cues(test::read_text(dir / "a.vtt"));
        std::string text;
        double last = 0;
        auto const sound = load_audio(dir / "a.wav");
        for (auto const& cue : cues) {
            text += cue.text + "\n";
            EXPECT_GE(cue.start_s, last);
            EXPECT_GT(cue.end_s, cue.start_s);
            last = cue.end_s;
            auto const at = [&](double s) {
                return sound.samples.begin() +
                       static_cast<std::ptrdiff_t>(std::min(s * sound.rate, static_cast<double>(sound.samples.size())));
            };
            auto const loud = [](float sample) { return std::abs(sample) > 0.01F; };
            EXPECT_TRUE(std::any_of(at(cue.start_s), at(cue.start_s + 0.1), loud)) << "speech begins with " << cue.text;
            EXPECT_TRUE(std::any_of(at(cue.end_s - 0.1), at(cue.end_s), loud)) << "and ends with it";
        }
        EXPECT_EQ(text, result.out) << "the subtitles are what was spoken";
        EXPECT_LE(last, sound.seconds());
        EXPECT_GT(last, sound.seconds() - 1);
    }
}

TEST(Subtitles, OfSayAreWhatWasWritten) {
    test::TempDir dir;
    auto const result =
        test::echollama("say 'It is 3 m away. Dr. Smith is < 5 & waits.' --voice fast --bearing 30 --out " +
                        (dir / "a.wav").string() + " --vtt -");
    ASSERT_EQ(result.code, 0) << result.err;
    auto const cues = read_cues(result.out);
    ASSERT_EQ(cues.size(), 2U);
    EXPECT_EQ(cues[0].text, "It is 3 m away.");
    EXPECT_EQ(cues[1].text, "Dr. Smith is &lt; 5 &amp; waits.");
    EXPECT_NE(result.out.find("NOTE The voice tells"), std::string::npos) << result.out;
    EXPECT_EQ(test::echollama("say x --voice fast --out - --vtt -").code, 2);
}

TEST(Subtitles, NeedSpeech) {
    test::TempDir dir;
    auto const result = test::echollama("describe x.png --vtt " + (dir / "a.vtt").string());
    EXPECT_EQ(result.code, 2);
    EXPECT_NE(result.err.find("--out"), std::string::npos) << result.err;
    EXPECT_FALSE(std::filesystem::exists(dir / "a.vtt"));
}

} // namespace
} // namespace echollama
