// Folders of voices: what they are, and that nothing broken reaches the libraries that would end the program.
#include "base/error.h"
#include "formats/onnx_metadata.h"
#include "support/support.h"
#include "voice/kokoro_phonemes.h"
#include "voice/voice_folder.h"
#include "voice/voices.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

namespace echollama {
namespace {

namespace fs = std::filesystem;
using Entries = std::map<std::string, std::string>;

// Protocol buffer: a length-delimited field.
std::string field(int number, std::string const& bytes) {
    std::string out(1, static_cast<char>(number << 3 | 2));
    std::size_t size = bytes.size();
    for (; size >= 0x80; size >>= 7) {
        out += static_cast<char>((size & 0x7F) | 0x80);
    }
    return out + static_cast<char>(size) + bytes;
}

// Looks like an ONNX file: ir_version, producer, a "graph" of some bytes, metadata.
std::string onnx(Entries const& entries) {
    std::string bytes = "\x08\x08" + field(2, "a test") + field(7, std::string(300, '\x7F'));
    for (auto const& [key, value] : entries) {
        bytes += field(14, field(1, key) + field(2, value));
    }
    return bytes;
}

void write(fs::path const& path, std::string const& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

Entries piper_entries() {
    return {{"sample_rate", "22050"}, {"n_speakers", "2"}, {"model_type", "vits"}, {"comment", "piper"}};
}

std::string refusal_of(fs::path const& folder) {
    return test::refusal([&] { read_voice_folder(folder); });
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(OnnxMetadata, EntriesAreReadAndNothingElse) {
    EXPECT_EQ(onnx_metadata(onnx(piper_entries())), piper_entries());
    EXPECT_EQ(onnx_metadata(onnx({})), Entries{});
}

TEST(OnnxMetadata, WhatIsCutShortOrNoOnnxFileIsRefused) {
    auto const whole = onnx(piper_entries());
    std::size_t complete = 0;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        complete += onnx_metadata(whole.substr(0, length)).has_value() ? 1 : 0;
    }
    EXPECT_LE(complete, 7u) << "only a cut between two fields goes unnoticed";
    for (std::string const& bytes :
         {std::string("GGUF....."), std::string(), std::string("\x08"), std::string("\x0A\x01"),
          "\x08\x08" + field(14, std::string(70000, 'x')), std::string(50, '\xFF')}) {
        EXPECT_FALSE(onnx_metadata(bytes).has_value());
    }
    for (std::size_t at = 0; at < whole.size(); ++at) { // any damage: an answer, never a crash
        auto damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
        onnx_metadata(damaged);
    }
}

TEST(VoiceFolder, PiperAsPublishedBySherpaOnnxAndAsPrepared) {
    test::TempDir dir;
    write(dir / "en_GB-alan-low.onnx", onnx(piper_entries()));
    write(dir / "en_GB-alan-low.onnx.json",
          R"({"espeak":{"voice":"en-gb"},"inference":{"noise_scale":0.5,"length_scale":1.2},"num_speakers":2})");
    write(dir / "tokens.txt", "_ 0\n");
    for (auto const& path : {dir.path(), dir / "en_GB-alan-low.onnx"}) {
        auto const voice = read_voice_folder(path);
        EXPECT_EQ(voice.kind, VoiceFolder::Kind::piper);
        EXPECT_EQ(voice.language, "en-gb");
        EXPECT_EQ(voice.speakers, 2);
        EXPECT_FLOAT_EQ(voice.noise_scale, 0.5F);
        EXPECT_FLOAT_EQ(voice.length_scale, 1.2F);
    }
    write(dir / "voice.json", R"({"voice":"en-us","noise_scale":0.1})");
    EXPECT_EQ(read_voice_folder(dir.path()).language, "en-us");
}

TEST(VoiceFolder, KokoroByItsFiles) {
    test::TempDir dir;
    write(dir / "model.onnx",
          onnx({{"sample_rate", "24000"}, {"n_speakers", "11"}, {"model_type", "kokoro"}, {"style_dim", "510,1,256"}}));
    write(dir / "tokens.txt", "_ 0\n");
    EXPECT_SAYS(refusal_of(dir.path()), "voices.bin is missing");
    write(dir / "voices.bin", std::string(11 * 510 * 256 * 4, '\0'));
    auto const voice = read_voice_folder(dir.path());
    EXPECT_EQ(voice.kind, VoiceFolder::Kind::kokoro);
    EXPECT_EQ(voice.speakers, 11);
    EXPECT_EQ(voice.sample_rate, 24000);
    write(dir / "voices.bin", std::string(1000, '\0'));
    EXPECT_SAYS(refusal_of(dir.path()), "voices.bin is cut short");
}

TEST(VoiceFolder, SpeakersHaveNamesAndLanguages) {
    VoiceFolder voice;
    voice.kind = VoiceFolder::Kind::kokoro;
    voice.speakers = 3;
    voice.names = {"af_alloy", "af_heart", "bf_emma"};
    EXPECT_EQ(find_speaker(voice, ""), 1) << "the best one";
    EXPECT_EQ(find_speaker(voice, "bf_emma"), 2);
    EXPECT_EQ(find_speaker(voice, "0"), 0);
    for (auto const* wrong : {"3", "-1", "emma", "1x", "99999999999"}) {
        try {
            find_speaker(voice, wrong);
            ADD_FAILURE() << wrong;
        } catch (UsageError const& error) {
            EXPECT_SAYS(std::string(error.what()), "af_heart, bf_emma");
        }
    }
    EXPECT_EQ(speaker_language(voice, 1), "en-us");
    EXPECT_EQ(speaker_language(voice, 2), "en-gb");
    voice.names.clear();
    EXPECT_EQ(find_speaker(voice, ""), 0);
    EXPECT_EQ(find_speaker(voice, "2"), 2);
    EXPECT_THROW(find_speaker(voice, "af_heart"), UsageError);
    EXPECT_EQ(speaker_language(voice, 2), "en-us");
}

TEST(KokoroPhonemes, AreTheLettersItWasTrainedOn) {
    auto const spelled = [](std::u32string_view ipa, char const* language) {
        auto const codes = kokoro_phonemes({ipa.begin(), ipa.end()}, language);
        return std::u32string(codes.begin(), codes.end());
    };
    EXPECT_EQ(spelled(U"həlˈoʊ wˈɜːld", "en-us"), U"həlˈO wˈɜɹld");
    EXPECT_EQ(spelled(U"həlˈəʊ wˈɜːld", "en-gb"), U"həlˈQ wˈɜːld");
    EXPECT_EQ(spelled(U"tʃˈeɪndʒ ɐ lˈaɪt", "en-us"), U"ʧˈAnʤ ə lˈIt");
    EXPECT_EQ(spelled(U"tʃaʊ", "it"), U"tʃaʊ") << "other languages are plain IPA";
    EXPECT_EQ(spelled(U"", "en-us"), U"");
}

TEST(VoiceFolder, EveryLackIsOneSentenceThatNamesIt) {
    test::TempDir dir;
    EXPECT_SAYS(refusal_of(dir / "absent"), "There is no voice");
    EXPECT_SAYS(refusal_of(dir.path()), "holds no network");
    write(dir / "model.onnx", "These are words.");
    EXPECT_SAYS(refusal_of(dir.path()), "damaged or cut short");
    write(dir / "model.onnx", onnx({}));
    EXPECT_SAYS(refusal_of(dir.path()), "models convert");
    write(dir / "model.onnx", onnx({{"sample_rate", "fast"}, {"n_speakers", "1"}}));
    EXPECT_SAYS(refusal_of(dir.path()), "sample_rate");
    write(dir / "model.onnx", onnx(piper_entries()));
    EXPECT_SAYS(refusal_of(dir.path()), "tokens.txt is missing");
    write(dir / "tokens.txt", "_ 0\n");
    EXPECT_SAYS(refusal_of(dir.path()), "model.onnx.json is missing or damaged");
    write(dir / "voice.json", "{\"voice\":");
    EXPECT_SAYS(refusal_of(dir.path()), "voice.json is missing or damaged");
    write(dir / "voice.json", "{\"noise_scale\":1}");
    EXPECT_SAYS(refusal_of(dir.path()), "no espeak-ng voice");
    write(dir / "voice.json", "{\"voice\":\"en-us\"}");
    EXPECT_EQ(refusal_of(dir.path()), "");
    auto split = piper_entries();
    split["weights_bytes"] = "4";
    write(dir / "model.onnx", onnx(split));
    EXPECT_SAYS(refusal_of(dir.path()), "model.weights is missing or cut short");
    write(dir / "model.weights", "123");
    EXPECT_SAYS(refusal_of(dir.path()), "model.weights is missing or cut short");
    write(dir / "model.weights", "1234");
    EXPECT_EQ(refusal_of(dir.path()), "");
    write(dir / "other.onnx", onnx(piper_entries()));
    EXPECT_EQ(refusal_of(dir.path()), "") << "model.onnx is the one";
    fs::rename(dir / "model.onnx", dir / "another.onnx");
    EXPECT_SAYS(refusal_of(dir.path()), "several .onnx");
}

TEST(VoiceFolder, OurOwnNetworkIsPreferred) {
    test::TempDir dir;
    write(dir / "model.onnx", onnx(piper_entries()));
    write(dir / "model.gguf", "GGUF");
    write(dir / "tokens.txt", "_ 0\n");
    write(dir / "voice.json", R"({"voice":"en-gb","sample_rate":16000,"noise_w":0.5})");
    auto const voice = read_voice_folder(dir.path());
    EXPECT_EQ(voice.model, dir / "model.gguf");
    EXPECT_EQ(voice.sample_rate, 16000);
    EXPECT_EQ(voice.language, "en-gb");
    EXPECT_EQ(voice.noise_w, 0.5F);
    EXPECT_EQ(voice.speakers, 1);
    EXPECT_EQ(read_voice_folder(dir / "model.onnx").model, dir / "model.onnx") << "but what is named is taken";
}

TEST(VoiceFolder, TheStarterVoiceCutShortIsRefused) {
    auto const joe = test::models_dir() / "piper-joe";
    SKIP_WITHOUT(joe);
    EXPECT_EQ(read_voice_folder(joe).sample_rate, 22050);
    EXPECT_THROW(make_network_voice(joe, "1", 1), UsageError) << "it has one speaker";
    test::TempDir dir;
    fs::copy(joe, dir / "joe", fs::copy_options::recursive);
    auto const model = read_voice_folder(dir / "joe").model;
    auto const size = fs::file_size(model);
    for (auto length : {size - 1, size / 2, std::uintmax_t{10}, std::uintmax_t{0}}) {
        fs::resize_file(model, length);
        EXPECT_THROW(make_network_voice(dir / "joe", "", 1), Error) << length;
    }
}

} // namespace
} // namespace echollama
