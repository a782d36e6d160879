// From recordings and texts to rows of tokens, against unsloth's notebook (shared/golden/orpheus-tokens).
#include "convert/snac.h"
#include "golden_training.h"
#include "media/sound/audio_io.h"
#include "networks/snac.h"
#include "support/golden_snac.h"
#include "train/speech/sinc_resample.h"
#include "train/speech/speech_rows.h"
#include "voice/orpheus/orpheus_frames.h"

#include <nlohmann/json.hpp>

namespace echollama::test {
namespace {

using namespace train;

std::vector<nlohmann::json> lines_of(std::string const& file) {
    std::vector<nlohmann::json> lines;
    std::ifstream stream(golden("orpheus-tokens/" + file));
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(nlohmann::json::parse(line));
    }
    return lines;
}

TEST(SpeechRows, DropFramesThatRepeatTheCoarseCode) {
    SKIP_WITHOUT(golden("orpheus-tokens/duplicates.jsonl"));
    for (auto const& line : lines_of("duplicates.jsonl")) {
        auto const codes = to_codes(read_frames(line["codes_list"].get<std::vector<std::int32_t>>()));
        EXPECT_EQ(kept_frames(codes), line["kept_frames"].get<std::vector<std::size_t>>()) << line["case"];
        auto const tokens = speech_tokens({}, codes);
        std::vector<std::int32_t> const sound(tokens.begin() + 5, tokens.end() - 2);
        EXPECT_EQ(sound, line["result"].get<std::vector<std::int32_t>>()) << line["case"];
    }
}

TEST(SpeechRows, EqualTheNotebooks) {
    SKIP_WITHOUT(golden("orpheus-tokens/rows.jsonl"));
    TempDir dir;
    convert::convert_snac(golden_snac(), dir / "snac.gguf", convert::WeightType::f32);
    Snac snac(dir / "snac.gguf", 1);
    convert::Safetensors const numbers(golden("orpheus-tokens/audio.safetensors"));
    std::map<std::string, SnacCodes> codes;
    for (auto const& row : lines_of("rows.jsonl")) {
        auto const clip = row["clip"].get<std::string>();
        if (!codes.contains(clip)) {
            auto const sound = load_audio(golden("orpheus-tokens/clip-" + clip + ".wav"));
            auto const samples = sinc_resample(sound.samples, sound.rate, 24000);
            if (numbers.has(clip + ".resampled")) {
                auto const expected = numbers.floats(clip + ".resampled");
                ASSERT_EQ(samples.size(), expected.size());
                EXPECT_LT(relative_l2(samples, expected), 4e-6) << clip;
                for (std::size_t i = 0; i < samples.size(); ++i) {
                    ASSERT_NEAR(samples[i], expected[i], 3e-6) << clip << " " << i;
                }
            }
            codes[clip] = snac.encode(samples);
        }
        auto const text = row["text_ids"].get<std::vector<std::int32_t>>();
        EXPECT_EQ(speech_tokens(text, codes[clip]), row["input_ids"].get<std::vector<std::int32_t>>()) << row["row"];
    }
}

TEST(Recordings, AreReadFromEachLayout) {
    TempDir dir;
    std::filesystem::create_directories(dir / "wavs");
    for (char const* name : {"wavs/a.wav", "b.wav", "c,d.wav"}) {
        std::ofstream(dir / name) << "x";
    }
    std::ofstream(dir / "metadata.csv") << "a|It is 5.|It is five.\r\n";
    EXPECT_EQ(read_recordings(dir.path()).at(0).text, "It is five.");
    std::ofstream(dir / "metadata.csv")
        << "file_name,text,source\nb.wav,Hello.,tara\n\"c,d.wav\",\"\"\"No\"\", he said\",\n";
    auto const rows = read_recordings(dir.path());
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].text, "tara: Hello.");
    EXPECT_EQ(rows[1].text, "\"No\", he said");
    EXPECT_EQ(rows[1].sound, dir / "c,d.wav");
    std::ofstream(dir / "metadata.jsonl") << R"({"file_name":"b.wav","transcription":"Hi."})"
                                          << "\n";
    EXPECT_EQ(read_recordings(dir.path()).at(0).text, "Hi.");
}

TEST(Recordings, NameTheLineThatIsWrong) {
    for (auto const& [line, said] : std::vector<std::pair<std::string, std::string>>{
             {"{", "JSON object"},
             {R"({"file_name":"../b.wav","text":"a"})", "inside the folder"},
             {R"({"file_name":"/b.wav","text":"a"})", "inside the folder"},
             {R"({"file_name":"b.wav"})", "no text"},
             {R"({"file_name":"none.wav","text":"a"})", "is missing"}}) {
        TempDir dir;
        std::ofstream(dir / "metadata.jsonl") << line << "\n";
        auto const sentence = refusal([&] { read_recordings(dir.path()); });
        EXPECT_NE(sentence.find("line 1 of"), std::string::npos) << sentence;
        EXPECT_NE(sentence.find(said), std::string::npos) << sentence;
    }
    TempDir empty;
    EXPECT_NE(refusal([&] { read_recordings(empty.path()); }).find("metadata"), std::string::npos);
}

} // namespace
} // namespace echollama::test
