// echollama watch: a film, a folder and what cannot be watched, on the simulated clock.
#include "media/picture/image_io.h"
#include "media/sound/audio_io.h"
#include "seen_scene.h"
#include "support/film_pictures.h"
#include "support/support.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace echollama {
namespace {

std::vector<nlohmann::json> events_of(std::string const& text) {
    std::vector<nlohmann::json> events;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        events.push_back(nlohmann::json::parse(line));
    }
    return events;
}

TEST(Watch, AFilmOfNothingIsToldOnceAndThenThereIsSilence) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    test::TempDir const dir;
    test::write_film(dir / "film.mp4", {.frames = 40, .turned = 90});
    auto const film = (dir / "film.mp4").string(), record = (dir / "record").string();
    auto const result = test::echollama("watch " + film + " --simulate --json --record " + record + " </dev/null");
    ASSERT_EQ(result.code, 0) << result.err;
    auto const events = events_of(result.out);
    ASSERT_GE(events.size(), 3U) << result.out;
    EXPECT_EQ(events.front()["event"], "begins");
    EXPECT_EQ(events[1]["event"], "says");
    EXPECT_EQ(events[1]["kind"], nullptr);
    EXPECT_EQ(events.back()["event"], "ends");
    EXPECT_EQ(events.back()["frames_used"], 40);
    EXPECT_LE(events.back()["announcements"], 2);
    EXPECT_EQ(test::read_text(dir / "record/events.jsonl"), result.out);
    EXPECT_TRUE(test::read_text(dir / "record/tracks.csv").starts_with("seconds,thing,label"));
    auto const again = test::echollama("watch " + film + " --simulate --json </dev/null");
    EXPECT_EQ(events_of(again.out)[1], events[1]); // the same film, the same words
}

// The record while and after the watching: whole lines, ascending times, boxes in MOTChallenge's layout, a sound file.
TEST(Watch, ARecordIsWholeWhateverEndsTheWatching) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    SKIP_WITHOUT(test::photo("coffee.png"));
    test::TempDir const dir;
    auto const photo = load_image(test::photo("coffee.png")).image;
    test::write_film(
        dir / "film.avi",
        {.width = photo.width, .height = photo.height, .frames = 30, .picture = [&](int) { return photo; }});
    auto const film = (dir / "film.avi").string();
    struct Case {
        char const *name, *options, *before;
        bool sound;
    };
    for (auto const& [name, options, before, sound] :
         {Case{"end", " --simulate", "", false},
          Case{"interrupted", " --repeat --voice fast", "timeout --foreground -s INT 5", true},
          Case{"killed", " --repeat --voice fast", "timeout --foreground -s KILL 5", false}}) {
        auto const record = dir / name;
        auto const result =
            test::echollama("watch " + film + options + " --record " + record.string() + " </dev/null", before);
        double last = 0;
        auto const events = events_of(test::read_text(record / "events.jsonl"));
        ASSERT_GE(events.size(), 2U) << name << result.code << result.err << result.out;
        for (auto const& event : events) {
            EXPECT_GE(event["seconds"].get<double>(), last - 0.001) << name << event;
            last = event["seconds"];
        }
        EXPECT_EQ(events.back()["event"] == "ends", name != std::string("killed"))
            << name << result.code << result.err << events.back();
        std::istringstream rows(test::read_text(record / "tracks.csv")), boxes(test::read_text(record / "tracks.txt"));
        std::string row, box;
        std::getline(rows, row);
        EXPECT_TRUE(row.ends_with(",picture")) << row;
        int count = 0;
        while (std::getline(rows, row)) {
            ASSERT_TRUE(std::getline(boxes, box)) << name;
            int picture = 0, identity = 0;
            float x = 0, y = 0, w = 0, h = 0, score = 0;
            char rest[20];
            ASSERT_EQ(std::sscanf(box.c_str(), "%d,%d,%f,%f,%f,%f,%f,%19s", &picture, &identity, &x, &y, &w, &h, &score,
                                  rest),
                      8)
                << box;
            EXPECT_STREQ(rest, "-1,-1,-1");
            EXPECT_TRUE(picture >= 1 && identity >= 1 && w > 0 && h > 0) << box;
            EXPECT_EQ(std::count(row.begin(), row.end(), ','), 14) << row;
            EXPECT_TRUE(row.ends_with("," + std::to_string(picture))) << row << " " << box;
            ++count;
        }
        EXPECT_GT(count, 10) << name;
        EXPECT_EQ(std::filesystem::exists(record / "speech.wav"), sound) << name;
        if (sound) {
            double const length = load_audio(record / "speech.wav").seconds();
            EXPECT_GT(length, 1) << name;
            bool sounded = false;
            for (auto const& event : events) {
                if (event["event"] == "sounds") {
                    sounded = true;
                    EXPECT_LT(event["speech_s"].get<double>(), length) << event;
                }
            }
            EXPECT_TRUE(sounded) << name;
        }
        auto const absent = (dir / "absent").string();
        EXPECT_EQ(test::echollama("watch " + (dir / "no.avi").string() + " --simulate --record " + absent).code, 1);
        EXPECT_TRUE(std::filesystem::is_empty(absent)) << "what cannot be watched leaves no record";
        auto const again = test::echollama("watch " + film + " --simulate --record " + record.string() + " </dev/null");
        EXPECT_EQ(again.code, 1) << name;
        EXPECT_NE(again.err.find("holds a record already"), std::string::npos) << again.err;
        EXPECT_EQ(events_of(test::read_text(record / "events.jsonl")).size(), events.size()) << "it is untouched";
    }
}

TEST(Watch, QuestionsAreAnsweredFromThePresentScene) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    test::TempDir const dir;
    test::write_film(dir / "film.avi", {.frames = 30});
    auto const result = test::echollama("watch " + (dir / "film.avi").string() + " --simulate",
                                        "printf 'what changed?\\nhow many dogs are there?\\n' |");
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_NE(result.out.find("Nothing has changed."), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("dog"), std::string::npos) << result.out;
}

// The coffee table, looked at so far to the right of its left edge, in pixels of the photo.
Image table_from(int x0) {
    static Image const photo = load_image(test::photo("coffee.png")).image;
    Image part{photo.height, photo.height, {}};
    for (int y = 0; y < photo.height; ++y) {
        auto const* row = photo.pixel(x0, y);
        part.rgb.insert(part.rgb.end(), row, row + static_cast<std::ptrdiff_t>(3) * part.width);
    }
    return part;
}

void write_table_film(std::filesystem::path const& file, int frames, std::function<int(int frame)> const& from) {
    test::write_film(file, {.width = 320, .height = 320, .frames = frames, .picture = [&](int frame) {
                                return table_from(from(frame));
                            }});
}

TEST(Watch, WhatIsWrittenIsReadWhenItIsAskedFor) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    SKIP_WITHOUT(test::models_dir() / "ppocrv6-small");
    SKIP_WITHOUT(test::data("ppocr/sign.png"));
    test::TempDir const dir;
    auto const sign = load_image(test::data("ppocr/sign.png")).image;
    test::write_film(
        dir / "sign.mkv",
        {.coding = AV_CODEC_ID_FFV1, .width = sign.width, .height = sign.height, .frames = 15, .picture = [&](int) {
             return sign;
         }});
    auto const asked =
        test::echollama("ask --no-llm " + test::data("ppocr/sign.png").string() + " 'what does it say?'");
    auto const result =
        test::echollama("watch " + (dir / "sign.mkv").string() + " --simulate", "echo 'what does it say?' |");
    ASSERT_EQ(result.code, 0) << result.err;
    auto const line = asked.out.substr(0, asked.out.find('\n'));
    EXPECT_FALSE(line.empty()) << asked.err;
    EXPECT_NE(result.out.find(line), std::string::npos) << result.out << "\nask: " << asked.out;
}

TEST(Watch, TonesLeadToWhatIsLookedFor) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    SKIP_WITHOUT(test::photo("coffee.png"));
    test::TempDir const dir;
    write_table_film(dir / "film.avi", 32, [](int frame) { return std::min(frame, 24) * 20 / 3; });
    auto const watch = "watch " + (dir / "film.avi").string() + " --simulate --json";
    auto const result = test::echollama(watch, "echo 'find the cup' |");
    ASSERT_EQ(result.code, 0) << result.err;
    std::vector<double> bearings;
    for (auto const& event : events_of(result.out)) {
        if (event["event"] != "leads" || event["bearing_deg"].is_null()) {
            continue;
        }
        bearings.push_back(event["bearing_deg"].get<double>());
        EXPECT_EQ(event["thing"], "cup");
        EXPECT_EQ(event["pan"].get<double>() > 0, bearings.back() > 0) << event;
        EXPECT_EQ(event["pan"].get<double>() < 0, bearings.back() < 0) << event;
        EXPECT_GT(event["tones_per_second"].get<double>(), 1);
    }
    ASSERT_GE(bearings.size(), 3U) << result.out;
    EXPECT_GT(bearings.front(), 4) << "it begins on the right";
    EXPECT_LT(bearings.back(), -4) << "and the camera turns past it";
    EXPECT_EQ(test::echollama(watch + " --seconds 1 --lead words", "echo 'find the cup' |").out.find("leads"),
              std::string::npos);
    auto const none = test::echollama(watch + " --seconds 1", "printf 'find the dog\\n' |");
    EXPECT_NE(none.out.find("\"bearing_deg\":null"), std::string::npos) << none.out;
    EXPECT_NE(none.out.find("I do not see a dog"), std::string::npos) << none.out;
}

std::string with_data_in(test::TempDir const& dir, std::string const& question = "") {
    return (question.empty() ? "" : "echo '" + question + "' | ") + "XDG_DATA_HOME=" + (dir / "data").string();
}

TEST(Watch, RemembersBeyondItsEndOnlyWhenAskedAndForgets) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    SKIP_WITHOUT(test::photo("coffee.png"));
    test::TempDir const dir;
    auto const file = dir / "data/echollama/sightings.db";
    write_table_film(dir / "table.avi", 12, [](int) { return 80; });
    test::write_film(dir / "nothing.avi", {.frames = 12});
    auto const table = "watch " + (dir / "table.avi").string() + " --simulate";
    auto const nothing = "watch " + (dir / "nothing.avi").string() + " --simulate";
    auto const where = "where did you last see the cup?";
    ASSERT_EQ(test::echollama(table + " </dev/null", with_data_in(dir)).code, 0);
    EXPECT_FALSE(std::filesystem::exists(file)) << "nobody asked";
    ASSERT_EQ(test::echollama(table + " --remember </dev/null", with_data_in(dir)).code, 0);
    EXPECT_TRUE(std::filesystem::exists(file));
    auto const later = test::echollama(nothing + " --remember", with_data_in(dir, where));
    EXPECT_NE(later.out.find("I last saw a cup in a film that I watched "), std::string::npos) << later.out;
    auto const ask = "ask --no-llm " + test::photo("chelsea.png").string() + " '" + where + "'";
    auto const asked = test::echollama(ask, with_data_in(dir));
    EXPECT_TRUE(asked.out.starts_with("I last saw a cup in a film that I watched ")) << asked.out << asked.err;
    auto const chat = "chat --no-llm " + test::photo("chelsea.png").string();
    auto const talked = test::echollama(chat, with_data_in(dir, where));
    EXPECT_NE(talked.out.find("I last saw a cup in a film"), std::string::npos) << talked.out << talked.err;
    EXPECT_EQ(test::echollama("forget", with_data_in(dir)).out, "All that was remembered is forgotten.\n");
    EXPECT_EQ(test::echollama("forget", with_data_in(dir)).out, "Nothing was remembered.\n");
    auto const after = test::echollama(nothing + " --remember", with_data_in(dir, where));
    EXPECT_NE(after.out.find("I do not remember to have seen a cup."), std::string::npos) << after.out;
}

TEST(Watch, ADamagedMemoryIsToldOnceAndTheWatchingGoesOn) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    test::TempDir const dir;
    auto const file = dir / "data/echollama/sightings.db";
    std::filesystem::create_directories(file.parent_path());
    std::vector<std::uint8_t> const bytes(4000, 'x');
    test::write_bytes(file, bytes);
    test::write_film(dir / "film.avi", {.frames = 15});
    auto const watch = "watch " + (dir / "film.avi").string() + " --simulate --remember --json </dev/null";
    auto const result = test::echollama(watch, with_data_in(dir));
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    std::size_t told = 0;
    for (auto const& event : events_of(result.out)) {
        told += event["event"] == "says" && event["text"].get<std::string>().find("damaged") != std::string::npos;
    }
    EXPECT_EQ(told, 1U) << result.out;
    EXPECT_EQ(events_of(result.out).back()["frames_used"], 15);
    EXPECT_EQ(test::bytes_of_file(file), bytes);
}

// Whatever is wrong with a film, it is told to its end or refused in one sentence.
TEST(Watch, OddFilmsAreToldOrRefusedInOneSentence) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    test::TempDir const dir;
    test::write_film(dir / "whole.mkv", {.coding = AV_CODEC_ID_FFV1, .frames = 20});
    auto const whole = test::bytes_of_file(dir / "whole.mkv");
    for (std::size_t const part : {20U, 10U, 2U}) {
        test::write_bytes(dir / ("cut" + std::to_string(part) + ".mkv"), std::span(whole).first(whole.size() / part));
    }
    auto broken = whole;
    for (std::size_t i = broken.size() / 4; i < broken.size() / 2; ++i) {
        broken[i] = static_cast<std::uint8_t>(broken[i] ^ (i * 37 & 0xFF));
    }
    test::write_bytes(dir / "broken.mkv", broken);
    test::write_film(dir / "small.mjpeg", {.coding = AV_CODEC_ID_MJPEG, .format = AV_PIX_FMT_YUVJ420P, .frames = 5});
    test::write_film(
        dir / "large.mjpeg",
        {.coding = AV_CODEC_ID_MJPEG, .format = AV_PIX_FMT_YUVJ420P, .width = 160, .height = 96, .frames = 5});
    auto sizes = test::bytes_of_file(dir / "small.mjpeg");
    auto const large = test::bytes_of_file(dir / "large.mjpeg");
    sizes.insert(sizes.end(), large.begin(), large.end());
    test::write_bytes(dir / "sizes.mjpeg", sizes);
    test::write_film(dir / "one.mp4", {.frames = 1});
    test::write_film(dir / "tiny.mkv", {.coding = AV_CODEC_ID_FFV1, .width = 8, .height = 8});
    test::write_film(dir / "deep.mkv", {.coding = AV_CODEC_ID_FFV1, .format = AV_PIX_FMT_YUV444P10, .turned = 90});
    for (auto const& name :
         {"cut20.mkv", "cut10.mkv", "cut2.mkv", "broken.mkv", "sizes.mjpeg", "one.mp4", "tiny.mkv", "deep.mkv"}) {
        auto const result = test::echollama("watch " + (dir / name).string() + " --simulate --json </dev/null");
        if (result.code == 0) {
            auto const events = events_of(result.out);
            EXPECT_EQ(events.back()["event"], "ends") << name;
            EXPECT_GE(events.back()["frames_used"], 1) << name;
        } else {
            EXPECT_EQ(result.code, 1) << name;
            EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << name << result.err;
            EXPECT_TRUE(result.err.starts_with("error: ") && result.err.ends_with(".\n")) << name << result.err;
        }
        bool const too_short = name == std::string("cut20.mkv") || name == std::string("cut10.mkv");
        EXPECT_TRUE(result.code == 0 || too_short) << name << result.err;
    }
}

TEST(Watch, WhatCannotBeWatchedIsRefusedInOneSentence) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    test::TempDir const dir;
    test::write_film_sound(dir / "sound.m4a", AV_CODEC_ID_AAC, 16000, 1, std::vector<float>(16000));
    std::filesystem::create_directory(dir / "empty");
    test::write_bytes(dir / "broken.mp4", std::vector<std::uint8_t>(3000, 'x'));
    for (auto const& source : {(dir / "sound.m4a").string(), (dir / "empty").string(), (dir / "broken.mp4").string(),
                               (dir / "absent.mp4").string(), std::string("/dev/video97"), std::string("camera:97")}) {
        auto const result = test::echollama("watch " + source + " --simulate </dev/null");
        EXPECT_EQ(result.code, 1) << source;
        EXPECT_EQ(result.out, "") << source;
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
        EXPECT_TRUE(result.err.starts_with("error: ") && result.err.ends_with(".\n")) << result.err;
    }
    EXPECT_EQ(test::echollama("watch a.mp4 --simulate --play").code, 2);
}

} // namespace
} // namespace echollama
