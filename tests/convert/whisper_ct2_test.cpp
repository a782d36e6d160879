#include "base/error.h"
#include "convert/whisper_ct2.h"
#include "convert/whisper_mel.h"
#include "convert/whisper_vocabulary.h"
#include "formats/ctranslate2.h"
#include "support/ct2_writer.h"
#include "support/support.h"

#include <ggml.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <numeric>

namespace echollama::convert {
namespace {

namespace fs = std::filesystem;
using Shape = std::vector<std::int64_t>;
using test::Ct2Writer;
using test::small_whisper;

void write(fs::path const& path, std::string const& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

std::string message_of(std::function<void()> const& work) {
    try {
        work();
    } catch (Error const& error) {
        return error.what();
    }
    return "";
}

TEST(WhisperMel, EqualsTheFormulaComputedElsewhere) {
    // Slaney's formula in Python's double precision; [0][1], [1][1] and [1][2] are also the published values of
    // Whisper's mel_filters.npz.
    auto const bank = mel_filter_bank(80);
    ASSERT_EQ(bank.size(), 80U * 201U);
    auto at = [&](std::size_t band, std::size_t bin) { return bank[band * 201 + bin]; };
    EXPECT_EQ(at(0, 0), 0);
    EXPECT_NEAR(at(0, 1), 0.02486259398417609, 1e-8);
    EXPECT_NEAR(at(1, 1), 0.0019908218880980706, 1e-8);
    EXPECT_NEAR(at(1, 2), 0.022871772096078023, 1e-8);
    EXPECT_NEAR(at(40, 43), 0.014735565741439144, 1e-8);
    EXPECT_NEAR(at(79, 192), 0.0031647117391764836, 1e-8);
    EXPECT_NEAR(std::accumulate(bank.begin(), bank.end(), 0.0), 1.9990241029178577, 1e-5);
}

TEST(WhisperMel, EveryBandIsOneTriangle) {
    for (int bands : {80, 128}) {
        auto const bank = mel_filter_bank(bands);
        std::ptrdiff_t last_peak = -1;
        for (int band = 0; band < bands; ++band) {
            auto const row = bank.begin() + band * 201;
            auto const peak = std::max_element(row, row + 201);
            EXPECT_GT(*peak, 0) << band;
            EXPECT_GE(peak - row, last_peak) << band;
            EXPECT_TRUE(std::is_sorted(row, peak)) << band;
            EXPECT_TRUE(std::is_sorted(peak, row + 201, std::greater<>())) << band;
            last_peak = peak - row;
        }
    }
}

TEST(WhisperVocabulary, TokensBecomeBytes) {
    EXPECT_EQ(token_bytes("Ġask"), " ask");
    EXPECT_EQ(token_bytes("Ċ"), "\n");
    EXPECT_EQ(token_bytes("Ã©"), "\xC3\xA9");
    EXPECT_EQ(token_bytes("\xC4\x80"), std::string(1, '\0')); // U+0100 is byte 0
    EXPECT_EQ(token_bytes("\xC5\x83"), "\xAD");               // U+0143, the last of the shifted ones
    EXPECT_EQ(token_bytes(""), "");
    for (auto const* bad : {"\xE2\x82\xAC", "\xC5\x84", "\xC3", "\xFF", " "}) {
        EXPECT_THROW(token_bytes(bad), Error) << bad;
    }
}

TEST(WhisperVocabulary, EveryByteHasOneCharacter) {
    // All code points from U+0021 to U+0143 that stand for a byte: 256 different ones.
    std::map<std::string, int> seen;
    for (unsigned code = 0x21; code <= 0x143; ++code) {
        std::string printable;
        if (code < 0x80) {
            printable += static_cast<char>(code);
        } else {
            printable += static_cast<char>(0xC0 | code >> 6);
            printable += static_cast<char>(0x80 | (code & 0x3F));
        }
        try {
            ++seen[token_bytes(printable)];
        } catch (Error const&) {
        }
    }
    EXPECT_EQ(seen.size(), 256U);
    for (auto const& [byte, times] : seen) {
        EXPECT_EQ(byte.size(), 1U);
        EXPECT_EQ(times, 1);
    }
}

TEST(WhisperVocabulary, ReadsAllThreeFiles) {
    test::TempDir dir;
    EXPECT_THROW(read_whisper_tokens(dir.path(), 2), Error);
    write(dir / "tokenizer.json",
          R"({"model":{"vocab":{"a":0,"Ġb":1}},"added_tokens":[{"id":2,"content":"<|end|>"}]})");
    EXPECT_EQ(read_whisper_tokens(dir.path(), 3), (std::vector<std::string>{"a", " b", "<|end|>"}));
    EXPECT_THROW(read_whisper_tokens(dir.path(), 4), Error);
    write(dir / "vocabulary.json", R"(["c","Ġd"])");
    EXPECT_EQ(read_whisper_tokens(dir.path(), 2), (std::vector<std::string>{"c", " d"}));
    write(dir / "vocabulary.txt", "e\n\nf\n"); // an empty token is a token
    EXPECT_EQ(read_whisper_tokens(dir.path(), 3), (std::vector<std::string>{"e", "", "f"}));
    for (auto const* damaged : {"", "[1]", "{", "[\"\xE2\x82\xAC\",\"a\"]"}) {
        fs::remove(dir / "vocabulary.txt");
        write(dir / "vocabulary.json", damaged);
        EXPECT_NE(message_of([&] { read_whisper_tokens(dir.path(), 2); }).find("vocabulary.json"), std::string::npos)
            << damaged;
    }
}

TEST(Ctranslate2, ReadsVariablesAlsoAcrossParts) {
    Ct2Writer writer;
    writer.floats("a", {3, 5});
    writer.floats("b", {7});
    writer.integer("n", 12);
    auto const bytes = writer.bytes();
    test::TempDir dir;
    for (std::size_t cut : {std::size_t{1}, std::size_t{50}, bytes.size() / 2, bytes.size() - 1}) {
        write(dir / "1", bytes.substr(0, cut));
        write(dir / "2", bytes.substr(cut));
        Ct2File file({dir / "1", dir / "2"});
        EXPECT_EQ(file.specification(), "WhisperSpec");
        EXPECT_EQ(file.integer("n"), 12);
        auto const a = file.floats("a", {3, 5});
        EXPECT_EQ(file.floats("alias", {3, 5}), a);
        for (std::int64_t i = 0; i < 15; ++i) {
            EXPECT_EQ(a[static_cast<std::size_t>(i)], Ct2Writer::value("a", i));
        }
        EXPECT_THROW(file.floats("a", {5, 3}), Error);
        EXPECT_THROW(file.floats("missing", {1}), Error);
        EXPECT_THROW(file.integer("a"), Error);
    }
}

TEST(Ctranslate2, AnyTruncationIsAnError) {
    Ct2Writer writer;
    writer.floats("a", {2, 3});
    writer.integer("n", 1);
    auto const bytes = writer.bytes();
    test::TempDir dir;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        write(dir / "model.bin", bytes.substr(0, length));
        auto const message = message_of([&] { Ct2File file({dir / "model.bin"}); });
        EXPECT_NE(message.find("model.bin"), std::string::npos) << length;
    }
    write(dir / "model.bin", bytes + "x");
    EXPECT_THROW(Ct2File({dir / "model.bin"}), Error);
}

TEST(Ctranslate2, LiesAreErrors) {
    test::TempDir dir;
    auto refuses = [&](std::string const& bytes, std::string const& reason) {
        write(dir / "model.bin", bytes);
        auto const message = message_of([&] { Ct2File file({dir / "model.bin"}); });
        EXPECT_NE(message.find(reason), std::string::npos) << message;
    };
    Ct2Writer sound;
    sound.floats("a", {2});
    refuses(sound.bytes("WhisperSpec", 5), "version");
    auto many = sound.bytes();
    many.replace(4 + 2 + 12 + 4, 4, "\xFF\xFF\xFF\xFF");
    refuses(many, "claims");

    Ct2Writer size;
    size.raw("a", {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, 0, "1234");
    refuses(size.bytes(), "does not match");
    Ct2Writer rank;
    rank.raw("a", Shape(200, 1), 0, "1234");
    refuses(rank.bytes(), "dimensions");
    Ct2Writer type;
    type.raw("a", {1}, 17, "1234");
    refuses(type.bytes(), "type");
    Ct2Writer twice;
    twice.floats("a", {1});
    twice.floats("a", {1});
    refuses(twice.bytes(), "twice");
    Ct2Writer alias;
    alias.floats("b", {1});
    refuses(alias.bytes(), "points to");
    EXPECT_THROW(Ct2File({dir / "missing"}), Error);
    EXPECT_THROW(Ct2File({dir.path()}), Error);
}

TEST(Ctranslate2, QuantisedWeightsAreRefusedWithAdvice) {
    Ct2Writer writer;
    writer.raw("a", {4}, 1, "abcd");
    test::TempDir dir;
    write(dir / "model.bin", writer.bytes());
    Ct2File file({dir / "model.bin"});
    EXPECT_NE(message_of([&] { file.floats("a", {4}); }).find("float16"), std::string::npos);
}

struct GgmlTensor {
    std::vector<std::int32_t> shape; // fastest first
    int type = 0;
    std::vector<float> values;
};

struct GgmlContent {
    std::vector<std::int32_t> header; // 11 hyper-parameters
    std::vector<std::string> tokens;
    std::map<std::string, GgmlTensor> tensors;
};

// Reads the file as whisper.cpp's whisper_model_load does.
GgmlContent read_ggml(fs::path const& path) {
    std::ifstream file(path, std::ios::binary);
    auto number = [&] {
        std::int32_t value = 0;
        file.read(reinterpret_cast<char*>(&value), sizeof value);
        return value;
    };
    auto text = [&](int length) {
        std::string value(static_cast<std::size_t>(length), '\0');
        file.read(value.data(), length);
        return value;
    };
    GgmlContent content;
    EXPECT_EQ(number(), 0x67676d6c);
    for (int i = 0; i < 11; ++i) {
        content.header.push_back(number());
    }
    auto const filters = number();
    EXPECT_EQ(number(), 201);
    file.seekg(filters * 201 * 4, std::ios::cur);
    for (int i = number(); i > 0; --i) {
        content.tokens.push_back(text(number()));
    }
    for (std::int32_t dimensions = number(); file; dimensions = number()) {
        auto const length = number();
        GgmlTensor tensor;
        tensor.type = number();
        std::size_t count = 1;
        for (int i = 0; i < dimensions; ++i) {
            tensor.shape.push_back(number());
            count *= static_cast<std::size_t>(tensor.shape.back());
        }
        auto const name = text(length);
        tensor.values.resize(count);
        for (auto& value : tensor.values) {
            if (tensor.type == GGML_TYPE_F16) {
                ggml_fp16_t half = 0;
                file.read(reinterpret_cast<char*>(&half), sizeof half);
                value = ggml_fp16_to_fp32(half);
            } else {
                file.read(reinterpret_cast<char*>(&value), sizeof value);
            }
        }
        content.tensors[name] = tensor;
    }
    return content;
}

void write_small_model(fs::path const& dir, std::string const& bytes) {
    write(dir / "model.bin", bytes);
    std::string vocabulary;
    for (int i = 0; i < 51864; ++i) {
        vocabulary += "Ġ" + std::to_string(i) + "\n";
    }
    write(dir / "vocabulary.txt", vocabulary);
}

TEST(WhisperConversion, SplitsProjectionsAndKeepsEverythingElse) {
    test::TempDir dir;
    write_small_model(dir.path(), small_whisper().bytes());
    convert_whisper_ctranslate2(dir.path(), dir / "out.bin");
    auto const content = read_ggml(dir / "out.bin");
    EXPECT_EQ(content.header, (std::vector<std::int32_t>{51864, 20, 8, 2, 1, 30, 8, 2, 1, 80, 1}));
    ASSERT_EQ(content.tokens.size(), 50256U);
    EXPECT_EQ(content.tokens[77], " 77");
    EXPECT_EQ(content.tensors.size(), 10U + 1 + 15 + 24); // as whisper.cpp expects of one layer each

    auto expect = [&](std::string const& name, std::vector<std::int32_t> const& shape, int type,
                      std::string const& source, std::int64_t first) {
        auto found = content.tensors.find(name);
        ASSERT_NE(found, content.tensors.end()) << name;
        EXPECT_EQ(found->second.shape, shape) << name;
        EXPECT_EQ(found->second.type, type) << name;
        for (std::size_t i = 0; i < found->second.values.size(); ++i) {
            ASSERT_EQ(found->second.values[i], Ct2Writer::value(source, first + static_cast<std::int64_t>(i))) << name;
        }
    };
    std::string const self = "decoder/layer_0/self_attention/linear_0", cross = "decoder/layer_0/attention/linear_1";
    expect("decoder.blocks.0.attn.query.weight", {8, 8}, GGML_TYPE_F16, self + "/weight", 0);
    expect("decoder.blocks.0.attn.key.weight", {8, 8}, GGML_TYPE_F16, self + "/weight", 64);
    expect("decoder.blocks.0.attn.value.weight", {8, 8}, GGML_TYPE_F16, self + "/weight", 128);
    expect("decoder.blocks.0.attn.query.bias", {8}, GGML_TYPE_F32, self + "/bias", 0);
    expect("decoder.blocks.0.attn.value.bias", {8}, GGML_TYPE_F32, self + "/bias", 16);
    expect("decoder.blocks.0.cross_attn.key.weight", {8, 8}, GGML_TYPE_F16, cross + "/weight", 0);
    expect("decoder.blocks.0.cross_attn.value.weight", {8, 8}, GGML_TYPE_F16, cross + "/weight", 64);
    expect("decoder.blocks.0.cross_attn.value.bias", {8}, GGML_TYPE_F32, cross + "/bias", 8);
    expect("decoder.blocks.0.cross_attn.out.weight", {8, 8}, GGML_TYPE_F16, "decoder/layer_0/attention/linear_2/weight",
           0);
    expect("encoder.conv1.weight", {3, 80, 8}, GGML_TYPE_F16, "encoder/conv1/weight", 0);
    expect("encoder.conv1.bias", {1, 8}, GGML_TYPE_F32, "encoder/conv1/bias", 0);
    expect("encoder.blocks.0.mlp.2.weight", {32, 8}, GGML_TYPE_F16, "encoder/layer_0/ffn/linear_1/weight", 0);
    expect("encoder.positional_embedding", {8, 20}, GGML_TYPE_F32, "encoder/position_encodings/encodings", 0);
    expect("encoder.ln_post.weight", {8}, GGML_TYPE_F32, "encoder/layer_norm/gamma", 0);
    expect("decoder.token_embedding.weight", {8, 51864}, GGML_TYPE_F16, "decoder/embeddings/weight", 0);
    EXPECT_FALSE(content.tensors.contains("decoder.blocks.0.attn.key.bias"));
    EXPECT_FALSE(content.tensors.contains("decoder.blocks.0.cross_attn.key.bias"));
}

TEST(WhisperConversion, NothingIsLeftBehindWhenItFails) {
    test::TempDir dir;
    fs::create_directory(dir / "out");
    auto fails = [&](std::string const& reason) {
        auto const message = message_of([&] { convert_whisper_ctranslate2(dir.path(), dir / "out/out.bin"); });
        EXPECT_NE(message.find(reason), std::string::npos) << message;
        EXPECT_TRUE(fs::is_empty(dir / "out")) << reason;
    };
    fails("no model.bin");
    write_small_model(dir.path(), small_whisper().bytes("TransformerSpec"));
    fails("TransformerSpec");
    write_small_model(dir.path(), small_whisper().bytes());
    fs::remove(dir / "vocabulary.txt");
    fails("vocabulary");
    Ct2Writer heads = small_whisper();
    auto bytes = heads.bytes();
    auto at = bytes.find(std::string("decoder/num_heads\0", 18)) + 18 + 1 + 1 + 4;
    bytes[at] = 3; // 8 is no multiple of 3
    write_small_model(dir.path(), bytes);
    fails("attention heads");
    write_small_model(dir.path(), small_whisper().bytes());
    EXPECT_THROW(convert_whisper_ctranslate2(dir.path(), dir / "no/such/folder.bin"), Error);
}

TEST(WhisperConversion, PartsAreOneModel) {
    test::TempDir dir;
    auto const bytes = small_whisper().bytes();
    write_small_model(dir.path(), bytes);
    convert_whisper_ctranslate2(dir.path(), dir / "whole");
    fs::remove(dir / "model.bin");
    write(dir / "model.bin.part1", bytes.substr(0, 1000));
    write(dir / "model.bin.part2", bytes.substr(1000, 100000));
    write(dir / "model.bin.part3", bytes.substr(101000));
    EXPECT_EQ(find_whisper_parts(dir.path()).size(), 3U);
    convert_whisper_ctranslate2(dir.path(), dir / "parts");
    std::ifstream whole(dir / "whole", std::ios::binary), parts(dir / "parts", std::ios::binary);
    EXPECT_TRUE(std::equal(std::istreambuf_iterator<char>(whole), {}, std::istreambuf_iterator<char>(parts),
                           std::istreambuf_iterator<char>()));
}

} // namespace
} // namespace echollama::convert
