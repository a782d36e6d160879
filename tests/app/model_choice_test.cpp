// Which model plays which role: by path, by name, by preset; and that a model of another kind is refused by what it is.
#include "run_program.h"
#include "support/tiny_networks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

namespace echollama::test {
namespace {

namespace fs = std::filesystem;

struct ModelChoice : testing::Test {
    ModelChoice() {
        tiny_detr().write(models() / "found.gguf");
        tiny_dpt().write(models() / "near.gguf");
        tiny_moondream_vision().write(models() / "looks.gguf");
        auto language = tiny_detr();
        language.architecture = "llama";
        language.write(models() / "words.gguf");
        std::ofstream(models() / "pauses.bin", std::ios::binary)
            << "lmgg" << std::string("\x0a\0\0\0", 4) << "silero-16k";
        std::ofstream(models() / "ear.bin", std::ios::binary) << "lmgg" << std::string("\x98\xca\0\0", 4);
        std::ofstream(models() / "published.safetensors", std::ios::binary) << std::string("\x02\0\0\0\0\0\0\0{}", 10);
        fs::create_directories(models() / "signs");
        std::ofstream(models() / "signs/det.onnx") << "x";
        std::ofstream(models() / "signs/rec.onnx") << "x";
    }
    fs::path models() const { return dir.path(); }
    Result run(std::string const& arguments) const {
        return echollama("--models " + models().string() + " " + arguments);
    }

    TempDir dir;
};

TEST_F(ModelChoice, ANameThatIsNoModelSaysWhatMayBeMeant) {
    auto const picture = data("ppocr/sign.png").string();
    EXPECT_NE(run("detect " + picture + " --detector nanodet").err.find("models pull nanodet.gguf"), std::string::npos);
    EXPECT_NE(run("detect " + picture + " --detector nanodte.gguf").err.find("did you mean nanodet.gguf?"),
              std::string::npos);
    EXPECT_NE(run("detect " + picture + " --detector hf:a/b:Q8_0").err.find("models pull hf:a/b:Q8_0"),
              std::string::npos);
    EXPECT_NE(run("scene " + picture + " --preset small").err.find("models pull small"), std::string::npos);
    EXPECT_NE(run("scene " + picture + " --preset large").err.find("paper, fast, small, starter"), std::string::npos);
    EXPECT_EQ(run("scene " + picture + " --memory lots").code, 2);
}

// Two starters are made of one package.
TEST_F(ModelChoice, PackagesOfMissingStartersAreNamedOnce) {
    std::istringstream lines(run("models missing").out);
    std::vector<std::string> packages;
    for (std::string line; std::getline(lines, line); packages.push_back(line)) {
        EXPECT_EQ(std::count(packages.begin(), packages.end(), line), 0) << line;
    }
    EXPECT_EQ(std::count(packages.begin(), packages.end(), "smollm2"), 1);
}

TEST_F(ModelChoice, AModelOfAnotherKindIsRefusedByWhatItIs) {
    struct Case {
        std::string option, model, is, wants;
    };
    auto const picture = data("ppocr/sign.png").string();
    for (auto const& c :
         {Case{"detect " + picture + " --detector", "near", "a depth model", "--detector wants a detector"},
          {"detect " + picture + " --detector", "words", "a language model", "wants a detector"},
          {"detect " + picture + " --detector", (models() / "published.safetensors").string(), "not converted yet",
           "models convert"},
          {"detect " + picture + " --model", "ear", "a speech recognition model", "wants a detector"},
          {"depth " + picture + " --depth", "found", "a detector", "--depth wants a depth model"},
          {"depth " + picture + " --model", "looks.gguf", "the picture encoder of a caption model",
           "wants a depth model"},
          {"caption " + picture + " --captioner", "found", "a detector", "--captioner wants a caption model"},
          {"say Hi --voice-model", "signs", "a model that reads printed words", "--voice-model wants a voice"},
          {"say Hi --snac", "near", "a depth model", "--snac wants a sound codec"},
          {"listen x.wav --ear", "pauses", "a voice activity model", "--ear wants a speech recognition"},
          {"listen x.wav --vad", "found", "a detector", "--vad wants a voice activity model"},
          {"read " + picture + " --model", "near", "a depth model", "wants a model that reads"},
          {"say Hi --voice", "signs", "a model that reads printed words", "--voice wants a voice"},
          {"serve --port 0 --detector found --voice", "near", "a depth model", "--voice wants a voice"},
          {"serve --port 0 --detector found --ear", "pauses", "a voice activity model",
           "--ear wants a speech recognition"},
          {"caption " + picture + " --captioner words --vision", "found", "a detector", "--vision wants the picture"},
          {"eval scene --model", "near", "a depth model", "wants a detector"},
          {"eval scene --llm", "near", "a depth model", "wants a language model"},
          {"models merge --out /dev/null near", "words", "a depth model", "models merge wants a language model"},
          {"models merge --out /dev/null words", "words", "a language model", "models merge wants an adapter"},
          {"models quantize -o /dev/null", "found", "a detector", "models quantize wants a language model"}}) {
        auto const result = run(c.option + " " + c.model + (c.option.starts_with("say") ? " -o /dev/null" : ""));
        EXPECT_EQ(result.code, 1) << c.option << " " << c.model << result.err;
        EXPECT_NE(result.err.find(c.is), std::string::npos) << c.option << " " << c.model << ": " << result.err;
        EXPECT_NE(result.err.find(c.wants), std::string::npos) << c.option << " " << c.model << ": " << result.err;
    }
}

} // namespace
} // namespace echollama::test
