// What a run tells of itself: TensorBoard's records to the byte, the report's figures and tables, and refusals.
#include "base/error.h"
#include "media/picture/image_io.h"
#include "tiny_run.h"
#include "train/event_file.h"
#include "train/report/report.h"

#include <cstring>

namespace echollama::test {
namespace {

using namespace train;

std::string contents(std::filesystem::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// RFC 3720, B.4.
TEST(EventFile, ChecksumsAreTheStandards) {
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
    EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
    EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
}

std::string hexadecimal(std::string const& bytes) {
    std::string text;
    for (unsigned char c : bytes) {
        char two[3];
        std::snprintf(two, sizeof(two), "%02x", c);
        text += two;
    }
    return text;
}

struct Record {
    std::string data;
    bool whole = false;
};

// The framing alone, as record_reader.cc checks it.
std::vector<Record> records_of(std::string const& bytes) {
    auto const word = [&](std::size_t at, std::size_t size) {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data() + at, size);
        return value;
    };
    auto const is_sum_of = [](std::uint64_t masked, std::string const& data) {
        auto const rotated = static_cast<std::uint32_t>(masked) - 0xA282EAD8U;
        return ((rotated >> 17U) | (rotated << 15U)) == crc32c(data);
    };
    std::vector<Record> records;
    for (std::size_t at = 0; at + 16 <= bytes.size();) {
        auto const length = word(at, 8);
        auto const data = bytes.substr(at + 12, length);
        records.push_back(
            {data, is_sum_of(word(at + 8, 4), bytes.substr(at, 8)) && is_sum_of(word(at + 12 + length, 4), data)});
        at += 16 + length;
    }
    return records;
}

TEST(EventFile, RecordsAreThoseOfTheProtocolBuffer) {
    auto const head = records_of(event_file_head(1.5));
    ASSERT_EQ(head.size(), 1U);
    EXPECT_TRUE(head[0].whole);
    EXPECT_EQ(hexadecimal(head[0].data), "09000000000000f83f1a0d" + hexadecimal("brain.Event:2"));
    auto const record = records_of(event_record(1.5, 300, {{"train/loss", 0.5F}, {"x", -2}}));
    ASSERT_EQ(record.size(), 1U);
    EXPECT_TRUE(record[0].whole);
    EXPECT_EQ(hexadecimal(record[0].data), "09000000000000f83f" // wall time
                                           "10ac02"             // step 300
                                           "2a1d"               // summary
                                           "0a110a0a" +
                                               hexadecimal("train/loss") + "150000003f" + // 0.5
                                               "0a080a01" + hexadecimal("x") + "15000000c0");
}

// Also of a run that was stopped and gone on with.
TEST(EventFile, HoldsAllStepsOfARunOnce) {
    TinyRun tiny;
    tiny.run_settings += "max_steps = 4\n";
    std::stop_source stop;
    RunHooks hooks{.stop = stop.get_token()};
    hooks.step = [&](StepReport const& report, std::int64_t, double, double) {
        if (report.step == 1) {
            stop.request_stop();
        }
    };
    run_training(Task::preferences, tiny.config(), hooks);
    run_training(Task::preferences, tiny.config(), {.resume = true});
    auto const records = records_of(contents(tiny.folder / "run" / "events.out.tfevents.echollama"));
    ASSERT_EQ(records.size(), 5U);
    for (std::size_t i = 0; i < records.size(); ++i) {
        EXPECT_TRUE(records[i].whole);
        EXPECT_EQ(records[i].data.find("train/rewards/margins") != std::string::npos, i > 0);
        if (i > 0) {
            EXPECT_EQ(records[i].data[9], '\x10');
            EXPECT_EQ(records[i].data[10], static_cast<char>(i)); // steps counted from 1
        }
    }
}

TEST(Chart, AxisMarksAreRoundAndInside) {
    EXPECT_EQ(axis_marks(0, 1, 5), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
    EXPECT_EQ(axis_marks(-5.2, 5.7, 6), (std::vector<double>{-4, -2, 0, 2, 4}));
    EXPECT_EQ(axis_marks(1, 1, 5), (std::vector<double>{}));
    for (double high : {1e-7, 0.3, 17.0, 63.0, 1e9}) {
        auto const marks = axis_marks(0, high, 6);
        EXPECT_GE(marks.size(), 3U) << high;
        EXPECT_LE(marks.size(), 8U) << high;
        EXPECT_LE(marks.back(), high * (1 + 1e-6));
    }
}

TEST(Report, TimesAreSaidAsPeopleDo) {
    EXPECT_EQ(duration_text(1), "1 second");
    EXPECT_EQ(duration_text(47 * 60), "47 minutes");
    EXPECT_EQ(duration_text(6000), "1 hour 40 minutes");
    EXPECT_EQ(duration_text(7200), "2 hours");
    EXPECT_EQ(duration_text(59.7), "1 minute");
}

// Colours of the lines that are drawn anywhere in the picture.
int coloured_pixels(Image const& image, int red, int green, int blue) {
    int count = 0;
    for (std::size_t i = 0; i + 2 < image.rgb.size(); i += 3) {
        count += std::abs(image.rgb[i] - red) < 12 && std::abs(image.rgb[i + 1] - green) < 12 &&
                 std::abs(image.rgb[i + 2] - blue) < 12;
    }
    return count;
}

TEST(Report, OfPreferencesHoldsThePapersTableAndFigure) {
    TinyRun tiny;
    write_pairs(tiny.folder / "eval.jsonl", 5);
    tiny.evaluates = "eval = \"eval.jsonl\"\n";
    run_training(Task::preferences, tiny.config(), {});
    auto const run = tiny.folder / "run";
    auto const curves = read_run_curves(run);
    EXPECT_TRUE(curves.preferences);
    EXPECT_EQ(curves.steps.size(), 20U);
    EXPECT_EQ(curves.evaluations.size(), 1U);
    EXPECT_EQ(curves.parameters, 512 * 32 + 32 + 2 * (64 + 2 * 32 * 32 + 2 * 16 * 32 + 3 * 64 * 32));
    EXPECT_GT(curves.seconds(), 0);
    write_report(curves, run);
    auto const text = contents(run / "report.md");
    for (auto const* expected : {"| Loss | 0.693 | 0.204 | 0.693 |", "| Margin | 0.0 | 5.289 | 0.000 |", "figure-5.svg",
                                 "| Learning rate | 2e-5 | 0 | 0.01 | 0.01 |", "## Evaluations", "| 20 | "}) {
        EXPECT_NE(text.find(expected), std::string::npos) << expected << " in\n" << text;
    }
    auto const svg = contents(run / "figure-5.svg");
    EXPECT_NE(svg.find("<svg"), std::string::npos);
    auto const image = load_image(run / "figure-5.png").image;
    EXPECT_EQ(image.width, 1440);
    EXPECT_EQ(image.height, 1200);
    EXPECT_GT(coloured_pixels(image, 0, 114, 178), 1000) << "loss and chosen reward";
    EXPECT_GT(coloured_pixels(image, 213, 94, 0), 300) << "rejected reward, dashed";
    EXPECT_GT(coloured_pixels(image, 0, 158, 115), 200) << "margin, dotted";
}

TEST(Report, OfAnswersHoldsTimeAndSize) {
    TinyRun tiny;
    tiny.run_settings += "max_steps = 3\n";
    run_training(Task::answers, tiny.config(), {});
    auto const curves = read_run_curves(tiny.folder / "run");
    EXPECT_FALSE(curves.preferences);
    auto const text = report_text(curves, "figure-6");
    EXPECT_NE(text.find("| Preprint | Orpheus-3B-0.1-ft | 3 | 47 minutes"), std::string::npos) << text;
    EXPECT_NE(text.find("| This run | model | 0.000 | "), std::string::npos) << text;
    EXPECT_EQ(run_chart(curves).x, (std::vector<double>{1, 2, 3}));
}

TEST(Report, SaysWhatIsWrongWithAFolder) {
    TempDir folder;
    auto const why = [&] {
        try {
            read_run_curves(folder.path());
        } catch (Error const& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_NE(why().find("run.json"), std::string::npos);
    std::ofstream(folder / "run.json") << "[]";
    EXPECT_NE(why().find("log.jsonl"), std::string::npos);
    std::ofstream(folder / "log.jsonl") << "";
    EXPECT_NE(why().find("no JSON object"), std::string::npos);
    std::ofstream(folder / "run.json") << R"({"task":"dpo","base_model":3})";
    EXPECT_NE(why().find("no step yet"), std::string::npos);
    std::ofstream(folder / "log.jsonl") << "{\"step\":0,\"loss\":1}\nnonsense\n{\"step\":1}\n";
    EXPECT_NE(why().find("line 2"), std::string::npos);
    for (auto const* impossible : {"9223372036854775807", "18446744073709551615", "-1", "1.5"}) {
        std::ofstream(folder / "log.jsonl") << "{\"step\":" << impossible << ",\"loss\":1}\n{\"step\":1}\n";
        EXPECT_NE(why().find("line 1 tells no step"), std::string::npos) << impossible;
    }
    std::ofstream(folder / "log.jsonl") << "{\"step\":0,\"loss\":1}\n{\"step\":1,\"lo";
    EXPECT_EQ(why(), "") << "a line that is being written";
}

} // namespace
} // namespace echollama::test
