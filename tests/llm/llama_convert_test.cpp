// Converted language models and adapters, run by llama.cpp, against the original implementation (shared/golden/llama).
#include "base/error.h"
#include "convert/published.h"
#include "describer/local_describer.h"
#include "formats/safetensors.h"
#include "llm/llm.h"
#include "llm/llm_merge.h"
#include "llm/llm_quantize.h"
#include "support/devices.h"
#include "support/memory.h"
#include "support/synthetic.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>

namespace echollama::test {
namespace {

namespace fs = std::filesystem;
using convert::WeightType;

constexpr double logit_tolerance = 1e-3;

fs::path golden_llama(std::string const& file) {
    return golden("llama/" + file);
}

std::vector<SyntheticTensor> golden_weights_of_llama() {
    return synthetic_weights(golden_llama("weights.tsv"));
}

void copy_tokenizer(fs::path const& folder, std::string const& kind) {
    for (char const* name : {"tokenizer.json", "tokenizer_config.json"}) {
        fs::copy_file(data("tokenizers/" + kind + "/" + name), folder / name);
    }
}

// A published model's folder: config.json, tokenizer and the given weights.
void write_folder(fs::path const& folder, std::string const& config, std::vector<SyntheticTensor> const& tensors) {
    fs::copy_file(golden_llama(config), folder / "config.json");
    copy_tokenizer(folder, "llama3");
    write_safetensors(folder / "model.safetensors", tensors);
}

// The same in two files with an index, as large models are published.
void write_split_folder(fs::path const& folder, std::string const& config) {
    auto tensors = golden_weights_of_llama();
    auto half = tensors.begin() + static_cast<std::ptrdiff_t>(tensors.size() / 2);
    write_folder(folder, config, {tensors.begin(), half});
    fs::rename(folder / "model.safetensors", folder / "model-00001-of-00002.safetensors");
    write_safetensors(folder / "model-00002-of-00002.safetensors", {half, tensors.end()});
    nlohmann::json index;
    for (auto it = tensors.begin(); it != tensors.end(); ++it) {
        index["weight_map"][it->name] =
            it < half ? "model-00001-of-00002.safetensors" : "model-00002-of-00002.safetensors";
    }
    std::ofstream(folder / "model.safetensors.index.json") << index;
}

LlmOptions exact(std::vector<LlmAdapter> adapters = {}) {
    return {.context = 256, .device = device(), .adapters = std::move(adapters), .exact = true};
}

std::vector<LlmToken> ids_of(std::string const& file, std::string const& sequence) {
    convert::Safetensors numbers(golden_llama(file));
    std::vector<LlmToken> ids;
    for (auto id : numbers.integers(sequence + ".ids")) {
        ids.push_back(static_cast<LlmToken>(id));
    }
    return ids;
}

// Largest difference of any logit of both sequences.
double logit_deviation(Llm& llm, std::string const& file) {
    double largest = 0;
    for (std::string sequence : {"24", "200"}) {
        auto ids = ids_of(file, sequence);
        std::vector<float> all;
        for (std::size_t n = 1; n <= ids.size(); ++n) { // each call evaluates one token more
            auto row = llm.logits(std::span(ids).first(n));
            all.insert(all.end(), row.begin(), row.end());
        }
        largest = std::max(largest, Golden("llama/" + file).deviation(sequence + ".logits", all).largest);
    }
    return largest;
}

void expect_greedy(Llm& llm, std::string const& file) {
    for (auto const& sequence : {"24", "200"}) {
        std::vector<LlmToken> expected;
        for (auto const& row : read_table(golden_llama("greedy.tsv"))) {
            if (row.at("file") == file && row.at("sequence") == sequence) {
                expected.push_back(std::stoi(row.at("token")));
            }
        }
        ASSERT_EQ(expected.size(), 32U);
        auto text = ids_of(file, sequence);
        for (auto token : expected) { // end tokens mean nothing here, so each step is looked at
            auto logits = llm.logits(text);
            auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
            EXPECT_EQ(best, token) << file << " " << sequence;
            text.push_back(token);
        }
    }
}

void expect_golden(fs::path const& gguf, std::string const& file, std::vector<LlmAdapter> const& adapters = {}) {
    Llm llm(gguf, exact(adapters));
    EXPECT_LT(logit_deviation(llm, file), slack() * logit_tolerance) << file;
    expect_greedy(llm, file);
}

struct PublishedLlama : testing::Test {
    void SetUp() override { SKIP_WITHOUT(golden_llama("weights.tsv")); }
    TempDir dir;
};

TEST_F(PublishedLlama, LogitsAreTheOriginals) {
    write_folder(dir.path(), "config.json", golden_weights_of_llama());
    auto what = convert::convert_published(dir.path(), dir / "a.gguf", WeightType::f32);
    EXPECT_NE(what.find("LLaMA"), std::string::npos);
    expect_golden(dir / "a.gguf", "base.safetensors");
}

TEST_F(PublishedLlama, SplitOverFilesAndShortScaling) {
    write_split_folder(dir.path(), "config-short.json");
    convert::convert_published(dir.path(), dir / "b.gguf", WeightType::f32);
    expect_golden(dir / "b.gguf", "base-short.safetensors");
}

struct PublishedAdapter : PublishedLlama {
    void SetUp() override {
        PublishedLlama::SetUp();
        if (IsSkipped()) {
            return;
        }
        write_folder(dir.path(), "config.json", golden_weights_of_llama());
        convert::convert_published(dir.path(), base, WeightType::f32);
        fs::create_directory(dir / "adapter");
        for (char const* name : {"adapter_config.json", "adapter_model.safetensors"}) {
            fs::copy_file(golden_llama(name), dir / "adapter" / name);
        }
        convert::convert_published(dir / "adapter", dir / "lora.gguf", WeightType::f32, {.base = base});
    }
    fs::path base = dir / "base.gguf", merged = dir / "merged.gguf";
};

TEST_F(PublishedAdapter, ChangesItsModelAsPeftSays) {
    expect_golden(base, "adapter.safetensors", {{dir / "lora.gguf", 1}});

    Llm half(base, exact({{dir / "lora.gguf", 0.5F}}));
    Llm none(base, exact({{dir / "lora.gguf", 0}}));
    EXPECT_GT(logit_deviation(half, "adapter.safetensors"), 0.1);
    EXPECT_LT(logit_deviation(none, "base.safetensors"), logit_tolerance);

    // a folder, or the configuration, tells as much about the base as its GGUF file
    convert::convert_published(dir / "adapter", dir / "lora2.gguf", WeightType::f32, {.base = dir.path()});
    std::ifstream one(dir / "lora.gguf", std::ios::binary), two(dir / "lora2.gguf", std::ios::binary);
    EXPECT_TRUE(std::equal(std::istreambuf_iterator<char>(one), {}, std::istreambuf_iterator<char>(two), {}));
    EXPECT_THROW(convert::convert_published(dir / "adapter", dir / "lora3.gguf", WeightType::f32), Error);
}

TEST_F(PublishedAdapter, IsWorkedIntoItsModel) {
    merge_llm(base, dir / "lora.gguf", merged, WeightType::f32);
    expect_golden(merged, "merged.safetensors");
    merge_llm(base, dir / "lora.gguf", merged, WeightType::f32, 0);
    expect_golden(merged, "base.safetensors");

    auto const ids = ids_of("base.safetensors", "24");
    auto const relative = [&](std::vector<float> const& expected, std::vector<float> const& got) {
        double error = 0, norm = 0;
        for (std::size_t i = 0; i < expected.size(); ++i) {
            error += std::pow(static_cast<double>(got[i]) - static_cast<double>(expected[i]), 2);
            norm += std::pow(static_cast<double>(expected[i]), 2);
        }
        return std::sqrt(error / norm);
    };
    auto const half = Llm(base, exact({{dir / "lora.gguf", 0.5F}})).logits(ids);
    merge_llm(base, dir / "lora.gguf", merged, WeightType::f32, 0.5F);
    EXPECT_LT(relative(half, Llm(merged, exact()).logits(ids)), 1e-5);
    merge_llm(base, dir / "lora.gguf", merged, WeightType::q8_0, 0.5F);
    EXPECT_LT(relative(half, Llm(merged, exact()).logits(ids)), 0.08);
    // an adapter for weights that are stored in fewer bits
    convert::convert_published(dir.path(), dir / "small.gguf", WeightType::q8_0);
    auto const small = Llm(dir / "small.gguf", exact({{dir / "lora.gguf", 0.5F}})).logits(ids);
    merge_llm(dir / "small.gguf", dir / "lora.gguf", merged, WeightType::f32, 0.5F);
    EXPECT_LT(relative(small, Llm(merged, exact()).logits(ids)), 0.08); // products with q8_0 round what is multiplied
}

TEST_F(PublishedAdapter, ThatCannotBeMergedLeavesNothing) {
    auto const lora = dir / "lora.gguf";
    auto const refused = [&](fs::path const& model, fs::path const& adapter, std::string const& says) {
        try {
            merge_llm(model, adapter, merged, WeightType::f16);
            ADD_FAILURE() << "merged " << adapter;
        } catch (Error const& error) {
            EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
        }
        EXPECT_FALSE(fs::exists(merged));
        EXPECT_FALSE(fs::exists(dir / "merged.gguf.part"));
    };
    refused(base, base, "no LoRA adapter");
    refused(lora, lora, "does not fit");
    refused(dir / "none.gguf", lora, "none.gguf");
    refused(base, dir / "none.gguf", "none.gguf");
    for (double share : {0.1, 0.5, 0.99}) {
        fs::copy_file(lora, dir / "cut.gguf", fs::copy_options::overwrite_existing);
        fs::resize_file(dir / "cut.gguf",
                        static_cast<std::uintmax_t>(share * static_cast<double>(fs::file_size(lora))));
        refused(base, dir / "cut.gguf", "cut.gguf");
        fs::copy_file(base, dir / "cut.gguf", fs::copy_options::overwrite_existing);
        fs::resize_file(dir / "cut.gguf",
                        static_cast<std::uintmax_t>(share * static_cast<double>(fs::file_size(base))));
        refused(dir / "cut.gguf", lora, "cut.gguf");
    }
    std::stop_source stop;
    EXPECT_THROW(
        merge_llm(base, lora, merged, WeightType::f16, 1, {[&](double) { stop.request_stop(); }, stop.get_token()}),
        Cancelled);
    EXPECT_FALSE(fs::exists(merged) || fs::exists(dir / "merged.gguf.part"));
}

TEST_F(PublishedLlama, MergedAdapterIsTheSame) {
    auto tensors = golden_weights_of_llama();
    convert::Safetensors adapter(golden_llama("adapter_model.safetensors"));
    for (auto& tensor : tensors) {
        auto module = "base_model.model." + tensor.name.substr(0, tensor.name.rfind('.'));
        if (!adapter.has(module + ".lora_A.weight")) {
            continue;
        }
        auto a = adapter.floats(module + ".lora_A.weight"); // [8, in]
        auto b = adapter.floats(module + ".lora_B.weight"); // [out, 8]
        auto in = static_cast<std::size_t>(tensor.shape[1]);
        tensor.values = [=, base = tensor.values] {
            auto merged = base();
            for (std::size_t i = 0; i < merged.size(); ++i) {
                double sum = 0;
                for (std::size_t r = 0; r < 8; ++r) {
                    sum += static_cast<double>(b[i / in * 8 + r]) * static_cast<double>(a[r * in + i % in]);
                }
                merged[i] = static_cast<float>(static_cast<double>(merged[i]) + 2 * sum);
            }
            return merged;
        };
    }
    write_folder(dir.path(), "config.json", tensors);
    convert::convert_published(dir.path(), dir / "merged.gguf", WeightType::f32);
    expect_golden(dir / "merged.gguf", "merged.safetensors");
}

TEST_F(PublishedLlama, SmallerTypesStayClose) {
    write_folder(dir.path(), "config.json", golden_weights_of_llama());
    auto ids = ids_of("base.safetensors", "24");
    convert::convert_published(dir.path(), dir / "f32.gguf", WeightType::f32);
    auto expected = Llm(dir / "f32.gguf", exact()).logits(ids);
    double norm = 0;
    for (float value : expected) {
        norm += static_cast<double>(value) * static_cast<double>(value);
    }
    auto size = fs::file_size(dir / "f32.gguf");
    struct Case {
        WeightType type;
        double relative; // of the logits: three times what rounding weights did to the original, or measured (q8_0)
        double share;    // of the F32 file's size, at most
    };
    for (auto const& c :
         {Case{WeightType::f16, 0.0072, 0.6}, {WeightType::bf16, 0.057, 0.6}, {WeightType::q8_0, 0.08, 0.4}}) {
        convert::convert_published(dir.path(), dir / "small.gguf", c.type);
        EXPECT_LT(static_cast<double>(fs::file_size(dir / "small.gguf")), c.share * static_cast<double>(size));
        auto logits = Llm(dir / "small.gguf", exact()).logits(ids);
        double error = 0;
        for (std::size_t i = 0; i < logits.size(); ++i) {
            error += std::pow(static_cast<double>(logits[i]) - static_cast<double>(expected[i]), 2);
        }
        EXPECT_LT(std::sqrt(error / norm), c.relative);
        EXPECT_GT(error, 0);
    }
}

TEST_F(PublishedLlama, WhatIsWrongIsSaidAndNothingIsWritten) {
    auto refused = [&](std::string const& says, convert::PublishedOptions const& options = {}) {
        try {
            convert::convert_published(dir.path(), dir / "out.gguf", WeightType::f32, options);
            ADD_FAILURE() << "converted: " << says;
        } catch (Error const& error) {
            EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
        }
        EXPECT_FALSE(fs::exists(dir / "out.gguf"));
        EXPECT_FALSE(fs::exists(dir / "out.gguf.part"));
    };
    auto change_config = [&](std::string const& key, nlohmann::json const& value) {
        auto config = nlohmann::json::parse(std::ifstream(golden_llama("config.json")));
        config[key] = value;
        std::ofstream(dir / "config.json") << config;
    };
    auto tensors = golden_weights_of_llama();
    write_safetensors(dir / "model.safetensors", tensors);
    refused("config.json");
    fs::copy_file(golden_llama("config.json"), dir / "config.json");
    refused("tokenizer.json");
    copy_tokenizer(dir.path(), "llama3");
    change_config("hidden_act", "gelu");
    refused("gelu");
    change_config("rope_scaling", {{"rope_type", "yarn"}, {"factor", 4}});
    refused("yarn");
    change_config("num_hidden_layers", 4);
    refused("model.layers.3");
    change_config("num_hidden_layers", 2);
    refused("model.layers.2");
    change_config("vocab_size", 300);
    refused("the model only 300");
    change_config("intermediate_size", 353);
    refused("another shape");
    change_config("num_attention_heads", -8);
    refused("num_attention_heads");
    std::ofstream(dir / "config.json") << "{\"hidden_size\": ";
    refused("JSON");

    change_config("hidden_act", "silu");
    std::stop_source stop;
    EXPECT_THROW(convert::convert_published(dir.path(), dir / "out.gguf", WeightType::f32,
                                            {.write = {[&](double) { stop.request_stop(); }, stop.get_token()}}),
                 Cancelled);
    EXPECT_FALSE(fs::exists(dir / "out.gguf"));
    EXPECT_FALSE(fs::exists(dir / "out.gguf.part"));
}

TEST_F(PublishedLlama, QuantisedCopiesAreSmallerAndClose) {
    write_folder(dir.path(), "config.json", golden_weights_of_llama());
    convert::convert_published(dir.path(), dir / "f32.gguf", WeightType::f32);
    std::vector<double> steps;
    quantize_llm(dir / "f32.gguf", dir / "q.gguf", "q5_0", {.progress = [&](double done) { steps.push_back(done); }});
    EXPECT_GT(steps.size(), 20U) << "one a tensor";
    EXPECT_TRUE(std::is_sorted(steps.begin(), steps.end()));
    EXPECT_EQ(steps.back(), 1);
    EXPECT_LT(fs::file_size(dir / "q.gguf"), fs::file_size(dir / "f32.gguf") / 3);
    auto ids = ids_of("base.safetensors", "24");
    auto expected = Llm(dir / "f32.gguf", exact()).logits(ids);
    auto logits = Llm(dir / "q.gguf", exact()).logits(ids);
    double error = 0, norm = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        error += std::pow(static_cast<double>(logits[i]) - static_cast<double>(expected[i]), 2);
        norm += std::pow(static_cast<double>(expected[i]), 2);
    }
    EXPECT_LT(std::sqrt(error / norm), 0.5) << "an untrained model multiplies rounding";
    EXPECT_GT(error, 0);

    std::stop_source stop;
    auto after_three = [&](double done) { done > 0.1 ? void(stop.request_stop()) : void(); };
    EXPECT_THROW(quantize_llm(dir / "f32.gguf", dir / "stopped.gguf", "q4_0",
                              {.progress = after_three, .stop = stop.get_token()}),
                 Cancelled);
    EXPECT_THROW(quantize_llm(dir / "f32.gguf", dir / "no.gguf", "q9_x"), UsageError);
    EXPECT_THROW(quantize_llm(dir / "q.gguf", dir / "no.gguf", "q4_0"), Error) << "quantised already";
    EXPECT_THROW(quantize_llm(dir / "f32.gguf", dir / "no" / "folder.gguf", "q4_0"), Error);
    std::ofstream(dir / "text.gguf") << "no model";
    EXPECT_THROW(quantize_llm(dir / "text.gguf", dir / "no.gguf", "q4_0"), Error);
    for (auto const& entry : fs::directory_iterator(dir.path())) {
        auto name = entry.path().filename().string();
        EXPECT_TRUE(!name.starts_with("stopped") && !name.starts_with("no")) << name;
    }
}

TEST_F(PublishedLlama, AHundredStartsAndStopsLeakNothing) {
    write_folder(dir.path(), "config.json", golden_weights_of_llama());
    convert::convert_published(dir.path(), dir / "a.gguf", WeightType::f16);
    auto describer = make_local_describer(dir / "a.gguf", {.model = {.context = 512}, .sampling = {.max_tokens = 400}});
    long after_ten = 0;
    for (std::size_t i = 0; i < 100; ++i) {
        std::stop_source stop;
        std::size_t pieces = 0;
        Prompt prompt{"Be short.", {{Turn::Role::user, std::string(1 + i % 30, 'x')}}, "Facts."};
        describer->reply(
            prompt, [&](auto) { ++pieces > i % 4 ? void(stop.request_stop()) : void(); }, stop.get_token());
        after_ten = i == 9 ? resident_kib() : after_ten;
    }
    for (int i = 0; i < 10; ++i) { // the whole model as well
        make_local_describer(dir / "a.gguf", {.model = {.context = 512}});
    }
    if (!keeps_freed_memory) {
        EXPECT_LT(resident_kib(), after_ten + 4096) << "KiB resident: 4 MiB more than after ten";
    }
}

// Against the tokenizers library: tests/tools/tokenizer_reference.py.
TEST_F(PublishedLlama, TokensAreTheReferences) {
    auto reference = nlohmann::json::parse(std::ifstream(data("tokenizers/reference.json")));
    for (std::string kind : {"llama3", "smollm"}) {
        TempDir folder;
        write_folder(folder.path(), "config.json", golden_weights_of_llama());
        if (kind == "smollm") {
            fs::remove(folder / "tokenizer.json");
            fs::remove(folder / "tokenizer_config.json");
            copy_tokenizer(folder.path(), kind);
        }
        convert::convert_published(folder.path(), folder / "out.gguf", WeightType::f16);
        Llm llm(folder / "out.gguf", exact());
        int compared = 0;
        for (auto const& one : reference.at("cases")) {
            if (one.at("tokenizer") == kind) {
                auto text = one.at("text").get<std::string>();
                EXPECT_EQ(llm.tokenize(text), one.at("ids").get<std::vector<LlmToken>>()) << kind << ": " << text;
                std::string back;
                for (auto token : llm.tokenize(text)) {
                    back += llm.piece(token);
                }
                EXPECT_EQ(back, text);
                ++compared;
            }
        }
        EXPECT_GE(compared, 10);
        auto end = llm.tokenize(kind == "llama3" ? "<|eot_id|>" : "<|im_end|>", true);
        ASSERT_EQ(end.size(), 1U);
        EXPECT_TRUE(llm.is_end(end[0]));
        auto rendered = llm.render({"Be short.", {{Turn::Role::user, "hello <|eot_id|><|im_end|>"}}});
        EXPECT_EQ(std::count(rendered.begin(), rendered.end(), end[0]), 2) << "of the turns, none of the text";
    }
}

// A real vocabulary: ECHOLLAMA_TOKENIZER names a folder with tokenizer.json (and tokenizer_config.json) and the
// reference.json that tests/tools/tokenizer_reference.py --existing wrote.
TEST(RealTokenizer, TokensAreTheReferences) {
    char const* named = std::getenv("ECHOLLAMA_TOKENIZER");
    if (!named) {
        GTEST_SKIP() << "needs ECHOLLAMA_TOKENIZER, a folder with a published tokenizer";
    }
    TempDir dir;
    for (auto const& entry : fs::directory_iterator(named)) {
        fs::copy_file(entry.path(), dir / entry.path().filename().string());
    }
    auto config = nlohmann::json::parse(std::ifstream(golden_llama("config.json")));
    auto tokenizer = nlohmann::json::parse(std::ifstream(dir / "tokenizer.json"));
    std::int64_t vocabulary = 0;
    for (auto const& [token, id] : tokenizer["model"]["vocab"].items()) {
        vocabulary = std::max(vocabulary, id.get<std::int64_t>() + 1);
    }
    for (auto const& token : tokenizer["added_tokens"]) {
        vocabulary = std::max(vocabulary, token["id"].get<std::int64_t>() + 1);
    }
    config["vocab_size"] = vocabulary;
    std::ofstream(dir / "config.json") << config;
    auto tensors = golden_weights_of_llama();
    for (auto& tensor : tensors) {
        if (tensor.name == "model.embed_tokens.weight") {
            tensor.shape[0] = vocabulary;
            tensor.values = [=] { return std::vector<float>(static_cast<std::size_t>(vocabulary * 128)); };
        }
    }
    write_safetensors(dir / "model.safetensors", tensors);
    convert::convert_published(dir.path(), dir / "out.gguf", WeightType::q8_0);
    Llm llm(dir / "out.gguf", exact());
    auto reference = nlohmann::json::parse(std::ifstream(dir / "reference.json"));
    std::size_t tokens = 0;
    for (auto const& one : reference.at("cases")) {
        auto expected = one.at("ids").get<std::vector<LlmToken>>();
        EXPECT_TRUE(llm.tokenize(one.at("text").get<std::string>()) == expected)
            << one.at("text").dump().substr(0, 200);
        tokens += expected.size();
    }
    std::cout << tokens << " tokens compared\n";
}

} // namespace
} // namespace echollama::test
