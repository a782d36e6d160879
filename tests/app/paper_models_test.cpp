// The paper's models all at once, as a new user would get them: stand-ins of the real names, layouts and formats on an
// imitation of the hub, pulled by one command, converted, and used by describe and say. DETR, DPT-Hybrid and SNAC have
// their real width, which their formats fix; the language models are small. It takes a minute and two gigabytes of
// disk, so it runs with ECHOLLAMA_LONG_TESTS. ECHOLLAMA_REAL_MODELS names a models folder with the real ones instead.
#include "base/timing.h"
#include "run_program.h"
#include "support/imitation_hub.h"
#include "support/synthetic.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

namespace echollama::test {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<std::string const> bytes_of(fs::path const& path) {
    return std::make_shared<std::string const>(read_text(path));
}

// A LLaMA of one small layer with Orpheus' 156,940 words, as Hugging Face publishes it.
constexpr std::int64_t orpheus_words = 156'940, orpheus_width = 32;

std::vector<SyntheticTensor> tiny_orpheus() {
    std::vector<SyntheticTensor> tensors;
    auto const add = [&](std::string const& name, std::vector<std::int64_t> const& shape, float scale, float offset) {
        std::size_t count = 1;
        for (auto const n : shape) {
            count *= static_cast<std::size_t>(n);
        }
        tensors.push_back({name, shape, [=] { return values_from_name(name, count, scale, offset); }});
    };
    std::int64_t const w = orpheus_width;
    add("model.embed_tokens.weight", {orpheus_words, w}, 0.5F, -0.25F);
    std::string const layer = "model.layers.0.";
    for (char const* norm : {"model.norm.weight", "model.layers.0.input_layernorm.weight",
                             "model.layers.0.post_attention_layernorm.weight"}) {
        add(norm, {w}, 0.1F, 1);
    }
    add(layer + "self_attn.q_proj.weight", {w, w}, 0.2F, -0.1F);
    add(layer + "self_attn.k_proj.weight", {w / 2, w}, 0.2F, -0.1F);
    add(layer + "self_attn.v_proj.weight", {w / 2, w}, 0.2F, -0.1F);
    add(layer + "self_attn.o_proj.weight", {w, w}, 0.2F, -0.1F);
    add(layer + "mlp.gate_proj.weight", {2 * w, w}, 0.2F, -0.1F);
    add(layer + "mlp.up_proj.weight", {2 * w, w}, 0.2F, -0.1F);
    add(layer + "mlp.down_proj.weight", {w, 2 * w}, 0.2F, -0.1F);
    return tensors;
}

std::string orpheus_config() {
    auto config = nlohmann::json::parse(read_text(golden("llama/config.json")));
    config["vocab_size"] = orpheus_words;
    config["hidden_size"] = orpheus_width;
    config["intermediate_size"] = 2 * orpheus_width;
    config["num_attention_heads"] = 2;
    config["num_key_value_heads"] = 1;
    config["num_hidden_layers"] = 1;
    return config.dump();
}

// What was learnt of one matrix of it, as PEFT writes it.
std::vector<SyntheticTensor> tiny_orpheus_adapter(std::int64_t rank) {
    std::vector<SyntheticTensor> tensors;
    std::string const matrix = "base_model.model.model.layers.0.self_attn.q_proj.lora_";
    for (auto const& [end, shape] : {std::pair{"A", std::vector<std::int64_t>{rank, orpheus_width}},
                                     std::pair{"B", std::vector<std::int64_t>{orpheus_width, rank}}}) {
        auto const name = matrix + end + ".weight";
        auto const count = static_cast<std::size_t>(rank * orpheus_width);
        tensors.push_back({name, shape, [=] { return values_from_name(name, count, 0.2F, -0.1F); }});
    }
    return tensors;
}

struct PaperModels : testing::Test {
    void add(std::string const& repository, std::string const& name, fs::path const& file) {
        hub.repositories[repository].files[name] = {bytes_of(file), name.find(".json") == std::string::npos};
    }
    void add_text(std::string const& repository, std::string const& name, std::string const& text) {
        hub.repositories[repository].files[name] = {std::make_shared<std::string const>(text), false};
    }
    void add_tokenizer(std::string const& repository) {
        for (char const* name : {"tokenizer.json", "tokenizer_config.json"}) {
            add(repository, name, data("tokenizers/llama3/" + std::string(name)));
        }
    }
    void add_weights(std::string const& repository, std::string const& name,
                     std::vector<SyntheticTensor> const& tensors) {
        auto const file = temp / "weights";
        name.ends_with(".bin") ? write_torch_zip(file, tensors) : write_safetensors(file, tensors);
        add(repository, name, file);
        fs::remove(file);
    }

    void publish() {
        add_weights("facebook/detr-resnet-50", "model.safetensors", synthetic_weights(golden("detr/weights.tsv")));
        hub.repositories["facebook/detr-resnet-50"].commit = "1d5f47bd3bdd2c4bbfa585418ffe6da5028b4c0b";
        add_weights("Intel/dpt-hybrid-midas", "pytorch_model.bin", synthetic_weights(golden("dpt-hybrid/weights.tsv")));
        add_weights("vikhyatk/moondream2", "model.safetensors", synthetic_weights(data("moondream/weights.tsv")));
        add("vikhyatk/moondream2", "tokenizer.json", data("moondream/tokenizer.json"));
        hub.repositories["vikhyatk/moondream2"].commit = "92d3d73b6fd61ab84d9fe093a9c7fd8c04bf2c0d";
        std::string const llama = "meta-llama/Llama-3.2-1B-Instruct";
        add_weights(llama, "model.safetensors", synthetic_weights(golden("llama/weights.tsv")));
        add(llama, "config.json", golden("llama/config.json"));
        add_tokenizer(llama);
        hub.repositories[llama].gated = true;
        hub.repositories[llama].needs_token = "hf_of_a_user_who_accepted";
        add("AquaLabs/EchoLLaMA-1B", "adapter_model.safetensors", golden("llama/adapter_model.safetensors"));
        add("AquaLabs/EchoLLaMA-1B", "adapter_config.json", golden("llama/adapter_config.json"));
        std::string const elise = "AquaLabs/Orpheus-3B-0.1-ft-Elise";
        add_weights(elise, "model.safetensors", tiny_orpheus());
        add_text(elise, "config.json", orpheus_config());
        add_tokenizer(elise);
        add_weights("hubertsiuzdak/snac_24khz", "pytorch_model.bin", synthetic_weights(golden("snac/weights.tsv")));
        add("ggerganov/whisper.cpp", "ggml-base.en.bin", models_dir() / "whisper-tiny.en.bin");
        hub.repositories["ggml-org/whisper-vad"].files["ggml-silero-v6.2.0.bin"] = {noise(885'000), true};
    }

    Result run(std::string const& what, std::string const& arguments) {
        Timings timings;
        auto const result = timings.measure(what, [&] {
            return echollama(arguments, "HF_ENDPOINT=" + hub.endpoint() + " HF_HOME=" + (temp / "hf").string() +
                                            " ECHOLLAMA_MODELS=" + (temp / "models").string() +
                                            " HF_TOKEN=hf_of_a_user_who_accepted");
        });
        std::cout << what << ": " << timings.stages().front().duration_ms / 1000 << " s\n";
        EXPECT_EQ(result.code, 0) << what << ": " << result.err;
        return result;
    }

    TempDir temp;
    ImitationHub hub;
};

TEST_F(PaperModels, ComeByOneCommandAndDescribe) {
    if (!std::getenv("ECHOLLAMA_LONG_TESTS")) {
        GTEST_SKIP() << "takes minutes; set ECHOLLAMA_LONG_TESTS to run it";
    }
    for (char const* needed : {"detr/weights.tsv", "dpt-hybrid/weights.tsv", "llama/weights.tsv", "snac/weights.tsv"}) {
        SKIP_WITHOUT(golden(needed));
    }
    auto const photo = models_dir().parent_path() / "photos" / "coffee.png";
    SKIP_WITHOUT(photo);
    SKIP_WITHOUT(models_dir() / "whisper-tiny.en.bin");
    publish();
    run("pull paper", "models pull paper --accept llama3.2");
    auto const again = hub.bytes_sent();
    run("pull paper again", "models pull paper --accept llama3.2");
    EXPECT_EQ(hub.bytes_sent(), again);
    run("verify", "models verify");
    auto const described =
        run("describe", "describe " + photo.string() + " --verbose --out " + (temp / "s.wav").string());
    for (char const* model : {"preset paper", "detr.gguf", "dpt-hybrid.gguf", "moondream2.gguf",
                              "llama-3.2-1b-instruct.gguf", "echollama-1b.gguf", "orpheus-elise.gguf", "snac.gguf"}) {
        EXPECT_NE(described.err.find(model), std::string::npos) << model << ": " << described.err;
    }
    EXPECT_FALSE(described.out.empty());
    EXPECT_GT(fs::file_size(temp / "s.wav"), 1000U);
    run("say", "say Hello. --out " + (temp / "t.wav").string());
    EXPECT_GT(fs::file_size(temp / "t.wav"), 1000U);
    run("remove originals", "models rm --originals detr dpt-hybrid");
    run("describe again", "describe " + photo.string() + " --no-llm");
}

// On an account that has nothing: two commands to a described photo, and nothing is said that only helps who sees the
// screen. Packages and the one file that lies on no hub are there as if they had been fetched.
TEST_F(PaperModels, ANewUserNeedsTwoCommands) {
    if (!std::getenv("ECHOLLAMA_LONG_TESTS")) {
        GTEST_SKIP() << "takes minutes; set ECHOLLAMA_LONG_TESTS to run it";
    }
    for (char const* needed : {"detr/weights.tsv", "dpt-hybrid/weights.tsv", "midas-small/weights.tsv",
                               "llama/weights.tsv", "snac/weights.tsv"}) {
        SKIP_WITHOUT(golden(needed));
    }
    auto const cache = models_dir().parent_path();
    auto const photo = cache / "photos" / "coffee.png";
    auto const language = models_dir() / "smollm2-135m-instruct-q4_1.gguf";
    SKIP_WITHOUT(photo);
    SKIP_WITHOUT(language);
    SKIP_WITHOUT(cache / "packages");
    publish();
    add("bartowski/Llama-3.2-1B-Instruct-GGUF", "Llama-3.2-1B-Instruct-Q4_K_M.gguf", language);
    fs::create_directories(temp / "orpheus");
    write_safetensors(temp / "orpheus/model.safetensors", tiny_orpheus());
    std::ofstream(temp / "orpheus/config.json") << orpheus_config();
    for (char const* name : {"tokenizer.json", "tokenizer_config.json"}) {
        fs::copy_file(data("tokenizers/llama3/" + std::string(name)), temp / "orpheus" / name);
    }
    run("convert", "models convert " + (temp / "orpheus").string() + " -o " + (temp / "orpheus.gguf").string());
    add("isaiahbjork/orpheus-3b-0.1-ft-Q4_K_M-GGUF", "orpheus-3b-0.1-ft-q4_k_m.gguf", temp / "orpheus.gguf");
    for (std::string const preset : {"starter", "small", "fast", "paper"}) {
        auto const home = temp / preset;
        fs::create_directories(home / ".cache/echollama/downloads");
        fs::create_directory_symlink(cache / "packages", home / ".cache/echollama/packages");
        write_torch_zip(home / ".cache/echollama/downloads/midas_v21_small_256.pt",
                        synthetic_weights(golden("midas-small/weights.tsv")));
        auto const account = "env -i PATH=\"$PATH\" HOME=" + home.string() + " HF_ENDPOINT=" + hub.endpoint() +
                             " HF_TOKEN=hf_of_a_user_who_accepted GOMP_SPINCOUNT=500";
        auto const before = echollama("describe " + photo.string(), account);
        EXPECT_EQ(before.code, 1);
        EXPECT_NE(before.err.find("models pull starter"), std::string::npos) << before.err;
        auto const pulled = echollama("models pull " + preset + " --accept llama3.2", account);
        ASSERT_EQ(pulled.code, 0) << preset << ": " << pulled.err;
        auto const described =
            echollama("describe " + photo.string() + " --verbose -o " + (temp / "s.wav").string(), account);
        ASSERT_EQ(described.code, 0) << preset << ": " << described.err;
        auto const used = preset == "starter" ? "starter models are used" : "The preset " + preset + " is used";
        EXPECT_NE(described.err.find(used), std::string::npos) << described.err;
        std::istringstream told(described.err);
        for (std::string line; std::getline(told, line);) {
            EXPECT_FALSE(line.starts_with("warning")) << preset << " lacks something: " << line;
        }
        EXPECT_FALSE(described.out.empty());
        std::istringstream lines(pulled.out + pulled.err + described.out);
        for (std::string line; std::getline(lines, line);) {
            EXPECT_EQ(line.find_first_of("\r\x1b\t{}|"), std::string::npos) << preset << ": " << line;
            for (char const* plumbing : {"npm", "pypi", "notice", "HTTP", "blob", "127.0.0.1", "sha256"}) {
                EXPECT_EQ(line.find(plumbing), std::string::npos) << preset << ": " << line;
            }
        }
        std::cout << preset << ":\n" << pulled.err << pulled.out << described.out;
        fs::remove_all(home);
    }
}

// Whether the voice Elise was published whole or as an adapter is not known: both speak.
TEST_F(PaperModels, AVoiceThatComesAsAnAdapterBringsItsBase) {
    SKIP_WITHOUT(golden("snac/weights.tsv"));
    SKIP_WITHOUT(golden("llama/adapter_config.json"));
    std::string const elise = "AquaLabs/Orpheus-3B-0.1-ft-Elise", base = "unsloth/orpheus-3b-0.1-ft";
    add_weights(base, "model.safetensors", tiny_orpheus());
    add_text(base, "config.json", orpheus_config());
    add_tokenizer(base);
    auto config = nlohmann::json::parse(read_text(golden("llama/adapter_config.json")));
    config["target_modules"] = {"q_proj"};
    add_text(elise, "adapter_config.json", config.dump());
    add_weights(elise, "adapter_model.safetensors", tiny_orpheus_adapter(config["r"].get<std::int64_t>()));
    add_weights("hubertsiuzdak/snac_24khz", "pytorch_model.bin", synthetic_weights(golden("snac/weights.tsv")));
    auto const pulled = run("pull elise", "models pull orpheus-elise snac --accept llama3.2");
    EXPECT_EQ(pulled.out, "orpheus-3b-0.1-ft.gguf is ready.\norpheus-elise.gguf is ready.\nsnac.gguf is ready.\n");
    EXPECT_NE(pulled.err.find("Orpheus 3B, which a voice that comes as an adapter needs"), std::string::npos)
        << "its size is told, too: " << pulled.err;
    auto const out = (temp / "s.wav").string();
    for (std::string const how : {"--voice-model orpheus-elise", "--voice orpheus-elise"}) {
        auto const said = run("say", "say Hello. " + how + " -o " + out);
        EXPECT_EQ(said.err.find("instead"), std::string::npos) << said.err;
        EXPECT_GT(fs::file_size(out), 1000U);
    }
    fs::remove(temp / "models/orpheus-3b-0.1-ft.gguf");
    auto const lacking =
        echollama("--models " + (temp / "models").string() + " say Hello. --voice orpheus-elise -o " + out);
    EXPECT_EQ(lacking.code, 1);
    EXPECT_NE(lacking.err.find("models pull orpheus-3b-0.1-ft.gguf"), std::string::npos) << lacking.err;
}

TEST_F(PaperModels, TheRealOnesDescribeTheSamplePhotos) {
    char const* real = std::getenv("ECHOLLAMA_REAL_MODELS");
    if (!real) {
        GTEST_SKIP() << "needs ECHOLLAMA_REAL_MODELS, a folder that 'models pull paper' has filled";
    }
    for (char const* name : {"coffee", "astronaut", "chelsea"}) {
        auto const photo = models_dir().parent_path() / "photos" / (name + std::string(".png"));
        SKIP_WITHOUT(photo);
        auto const result = echollama("--models " + std::string(real) + " --preset paper describe " + photo.string());
        EXPECT_EQ(result.code, 0) << result.err;
        std::cout << name << ": " << result.out << "\n";
    }
}

} // namespace
} // namespace echollama::test
