// Kokoro voices as published become folders as sherpa-onnx publishes them.
#include "base/error.h"
#include "convert/kokoro_voice.h"
#include "convert/piper_voice.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <fstream>

namespace echollama {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t style_bytes = 510 * 256 * 4;

void write(fs::path const& path, std::string const& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

std::string read(fs::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Published {
    test::TempDir dir;
    Published() {
        fs::create_directory(dir / "voices");
        write(dir / "model.onnx", "\x08\x08\x12\x02me");
        write(dir / "config.json", R"({"vocab":{"b":2,";":1," ":16,"ˈ":156}})");
        write(dir / "voices/bf_emma.bin", std::string(style_bytes, 'e'));
        write(dir / "voices/af_heart.bin", std::string(style_bytes, 'h'));
    }
    void prepare() const {
        convert::prepare_kokoro_voice(dir / "model.onnx", dir / "config.json", dir / "voices", dir / "out");
    }
    std::string refusal() const {
        try {
            prepare();
        } catch (Error const& error) {
            EXPECT_FALSE(fs::exists(dir / "out/model.onnx")) << "what is half made is no voice";
            return error.what();
        }
        return "";
    }
};

TEST(KokoroVoice, BecomesAModelThatTellsItsSpeakersTokensAndStyles) {
    Published kokoro;
    kokoro.prepare();
    EXPECT_EQ(read(kokoro.dir / "out/tokens.txt"), "; 1\nb 2\n  16\nˈ 156\n") << "in order of the numbers";
    auto const styles = read(kokoro.dir / "out/voices.bin");
    EXPECT_EQ(styles, std::string(style_bytes, 'h') + std::string(style_bytes, 'e')) << "in order of the names";
    auto const model = read(kokoro.dir / "out/model.onnx");
    EXPECT_TRUE(model.starts_with(read(kokoro.dir / "model.onnx")));
    for (std::string const part : {"af_heart,bf_emma", "510,1,256", "24000", "kokoro"}) {
        EXPECT_NE(model.find(part), std::string::npos) << part;
    }
    write(kokoro.dir / "config.json", R"({"model":{"type":"WordLevel","vocab":{"$":0,"a":1}}})");
    kokoro.prepare();
    EXPECT_EQ(read(kokoro.dir / "out/tokens.txt"), "$ 0\na 1\n") << "as tokenizer.json has it";
}

TEST(KokoroVoice, WhatDoesNotFitIsRefusedAndNothingIsLost) {
    for (std::string const json : {"", "{}", R"({"vocab":{}})", R"({"vocab":{"a":-1}})", R"({"vocab":{"a":1,"b":1}})",
                                   R"({"vocab":{"a":"x"}})", R"({"vocab":[1]})", R"({"vocab":{"a\nb 3":1}})"}) {
        Published kokoro;
        write(kokoro.dir / "config.json", json);
        EXPECT_NE(kokoro.refusal(), "") << json;
    }
    Published kokoro;
    write(kokoro.dir / "voices/xx.bin", "short");
    EXPECT_NE(kokoro.refusal().find("xx.bin is not a speaker"), std::string::npos);
    fs::remove_all(kokoro.dir / "voices");
    EXPECT_NE(kokoro.refusal().find("holds no speakers"), std::string::npos);
    Published other;
    write(other.dir / "model.onnx", "GGUF");
    EXPECT_NE(other.refusal().find("not an ONNX file"), std::string::npos);
    Published same;
    auto const before = read(same.dir / "model.onnx");
    EXPECT_THROW(convert::prepare_kokoro_voice(same.dir / "model.onnx", same.dir / "config.json", same.dir / "voices",
                                               same.dir.path()),
                 Error);
    EXPECT_EQ(read(same.dir / "model.onnx"), before) << "the source is not overwritten";
}

TEST(PiperVoice, IsNotWrittenOverItsSource) {
    test::TempDir dir;
    write(dir / "model.onnx", "\x08\x08\x12\x02me");
    write(dir / "model.onnx.json",
          R"({"audio":{"sample_rate":22050},"espeak":{"voice":"en-us"},"inference":{},"phoneme_id_map":{"_":[0]}})");
    EXPECT_THROW(convert::prepare_piper_voice(dir / "model.onnx", dir / "model.onnx.json", dir.path()), Error);
    EXPECT_EQ(fs::file_size(dir / "model.onnx"), 6U);
    convert::prepare_piper_voice(dir / "model.onnx", dir / "model.onnx.json", dir / "voice");
    EXPECT_TRUE(fs::exists(dir / "voice/voice.json"));
    write(dir / "voice/model.gguf", "of the voice before");
    convert::prepare_piper_voice(dir / "model.onnx", dir / "model.onnx.json", dir / "voice");
    EXPECT_FALSE(fs::exists(dir / "voice/model.gguf")) << "it would be preferred";
    write(dir / "model.onnx.json", R"({"inference":3})");
    try {
        convert::prepare_piper_voice(dir / "model.onnx", dir / "model.onnx.json", dir / "voice");
        ADD_FAILURE();
    } catch (Error const& error) {
        EXPECT_EQ(std::string(error.what()).find("exception"), std::string::npos) << error.what();
    }
}

} // namespace
} // namespace echollama
