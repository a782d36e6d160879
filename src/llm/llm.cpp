#include "llm/llm.h"

#include "base/error.h"
#include "base/log.h"
#include "llm/llm_library.h"
#include "llm/llm_sampler.h"
#include "nn/backend.h"
#include "nn/gguf_tensors.h"

#include <llama.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace echollama {
namespace {

struct Deleter {
    void operator()(llama_model* p) const { llama_model_free(p); }
    void operator()(llama_context* p) const { llama_free(p); }
};

} // namespace

struct Llm::State {
    std::unique_ptr<llama_model, Deleter> model;
    std::unique_ptr<llama_context, Deleter> context;
    llama_vocab const* vocab = nullptr;
    std::vector<LlmToken> evaluated; // what the KV cache holds
    std::size_t reused = 0;
    std::stop_token stop;
    std::filesystem::path path;
    std::optional<ChatTemplate> chat;

    void load(std::filesystem::path const& file, LlmOptions const& options);
    void add_adapters(std::vector<LlmAdapter> const& adapters);
    void keep(std::size_t count);
    bool decode(std::span<LlmToken const> tokens);
    bool decode_rows(std::span<float const> rows, bool whole);
    bool decode_batch(llama_batch const& batch);
    bool evaluate(std::span<LlmToken const> prompt);
    void check_prompt(std::span<LlmToken const> prompt) const;
    void check_tokens(std::span<LlmToken const> tokens) const;
    void check_room(std::size_t places) const;
    std::span<float const> logits() const;
};

void Llm::State::load(std::filesystem::path const& file, LlmOptions const& options) {
    path = file;
    prepare_llama();
    auto const head = check_gguf(path, "language model");
    auto model_params = llama_model_default_params();
    auto* const gpu = nn::gpu_handle(options.device);
    // Without a list llama.cpp takes every GPU there is, and multiplies large batches there even where no layer lies.
    std::array<ggml_backend_dev_t, 2> devices{gpu, nullptr};
    model_params.devices = devices.data();
    model_params.n_gpu_layers = gpu ? -1 : 0;
    std::array<llama_model_kv_override, 2> overrides{}; // the last is empty: their end
    if (head.architecture() == "phi2" && head.text("tokenizer.ggml.pre").empty()) {
        // Moondream2's own file does not say how text is split; llama.cpp's guess would not be GPT-2's way
        overrides[0].tag = LLAMA_KV_OVERRIDE_TYPE_STR;
        std::strcpy(overrides[0].key, "tokenizer.ggml.pre");
        std::strcpy(overrides[0].val_str, "gpt-2");
        model_params.kv_overrides = overrides.data();
    }
    try {
        model.reset(llama_model_load_from_file(path.c_str(), model_params));
    } catch (std::exception const& error) {
        log::debug(error.what());
    }
    if (!model) {
        throw Error("Cannot load the language model " + path.string() +
                    "; it is damaged or of a kind this program does not know.");
    }
    vocab = llama_model_get_vocab(model.get());
    chat.emplace(model.get(), file, options.chat);
    auto params = llama_context_default_params();
    auto trained = llama_model_n_ctx_train(model.get());
    auto const sequences = static_cast<std::uint32_t>(std::max(1, options.sequences));
    params.n_seq_max = sequences; // each has its own places
    params.n_ctx = sequences * static_cast<std::uint32_t>(
                                   std::max(64, trained > 0 ? std::min(options.context, trained) : options.context));
    // Small batches: the abort callback is asked between graph nodes, and a node over 64 tokens is short. A GPU is not
    // asked within a batch, and has long finished one of 512.
    params.n_batch = params.n_ubatch = static_cast<std::uint32_t>(llm_batch(options));
    params.op_offload = params.offload_kqv = gpu != nullptr;
    params.n_threads = params.n_threads_batch = std::max(1, options.threads);
    if (options.exact) {
        params.type_k = params.type_v = GGML_TYPE_F32;
        params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    }
    params.abort_callback = [](void* data) { return static_cast<State*>(data)->stop.stop_requested(); };
    params.abort_callback_data = this;
    context.reset(llama_init_from_model(model.get(), params));
    if (!context) {
        throw Error("Not enough memory for the language model " + path.string() + "; use a smaller model or context.");
    }
    add_adapters(options.adapters);
}

int llm_batch(LlmOptions const& options) {
    constexpr int least_on_gpu = 512;
    return std::max(nn::gpu_handle(options.device) ? least_on_gpu : 1, options.batch);
}

void Llm::State::add_adapters(std::vector<LlmAdapter> const& adapters) {
    std::vector<llama_adapter_lora*> loaded; // freed with the model
    std::vector<float> scales;
    for (auto const& adapter : adapters) {
        check_gguf(adapter.path, "adapter");
        auto* lora = llama_adapter_lora_init(model.get(), adapter.path.c_str());
        if (!lora) {
            throw Error("The adapter " + adapter.path.string() + " does not fit this language model.");
        }
        loaded.push_back(lora);
        scales.push_back(adapter.scale);
    }
    if (!loaded.empty() && llama_set_adapters_lora(context.get(), loaded.data(), loaded.size(), scales.data()) != 0) {
        throw Error("The adapter cannot be applied to this language model.");
    }
}

// Forgets everything after the first `count` tokens. Models whose memory cannot be cut start anew.
void Llm::State::keep(std::size_t count) {
    auto* memory = llama_get_memory(context.get());
    if (!llama_memory_seq_rm(memory, 0, static_cast<llama_pos>(count), -1)) {
        llama_memory_clear(memory, true);
        count = 0;
    }
    evaluated.resize(std::min(evaluated.size(), count));
}

// False when stopped; the memory then holds what `evaluated` says.
bool Llm::State::decode_batch(llama_batch const& batch) {
    int code = stop.stop_requested() ? 2 : llama_decode(context.get(), batch);
    if (code != 0) {
        keep(evaluated.size());
    }
    if (code != 0 && code != 2) {
        throw Error("The language model failed while reading its input; use a smaller context.");
    }
    return code == 0;
}

bool Llm::State::decode(std::span<LlmToken const> tokens) {
    for (auto step = std::min<std::size_t>(tokens.size(), llama_n_batch(context.get())); !tokens.empty();
         tokens = tokens.subspan(step)) {
        step = std::min(step, tokens.size());
        std::vector<LlmToken> part(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(step));
        if (!decode_batch(llama_batch_get_one(part.data(), static_cast<int>(part.size())))) {
            return false;
        }
        evaluated.insert(evaluated.end(), part.begin(), part.end());
    }
    return true;
}

// Rows count in `evaluated` as tokens that no text has.
bool Llm::State::decode_rows(std::span<float const> rows, bool whole) {
    auto width = static_cast<std::size_t>(llama_model_n_embd_inp(model.get()));
    std::vector<float> part;
    for (auto step = static_cast<std::size_t>(llama_n_batch(context.get())) * width; !rows.empty();
         rows = rows.subspan(step)) {
        step = std::min(step, rows.size());
        part.assign(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(step));
        llama_batch batch = llama_batch_get_one(nullptr, static_cast<int>(step / width));
        batch.embd = part.data();
        llama_set_causal_attn(context.get(), !whole);
        bool done = decode_batch(batch);
        llama_set_causal_attn(context.get(), true);
        if (!done) {
            return false;
        }
        evaluated.insert(evaluated.end(), step / width, LLAMA_TOKEN_NULL);
    }
    return true;
}

bool Llm::State::evaluate(std::span<LlmToken const> prompt) {
    // The last token is always evaluated: its logits are needed.
    auto limit = std::min(prompt.size() - 1, evaluated.size());
    std::size_t common = 0;
    while (common < limit && prompt[common] == evaluated[common]) {
        ++common;
    }
    keep(common);
    reused = evaluated.size();
    return decode(prompt.subspan(reused));
}

void Llm::State::check_tokens(std::span<LlmToken const> tokens) const {
    auto size = llama_vocab_n_tokens(vocab);
    if (tokens.empty() || std::any_of(tokens.begin(), tokens.end(), [&](auto t) { return t < 0 || t >= size; })) {
        throw Error("The language model was given no text or unknown tokens.");
    }
}

// What is read must leave room for at least one word.
void Llm::State::check_room(std::size_t places) const {
    if (evaluated.size() + places >= llama_n_ctx_seq(context.get())) {
        throw Error("The text is too long for the language model; shorten it or use a larger context.");
    }
}

std::span<float const> Llm::State::logits() const {
    return {llama_get_logits_ith(context.get(), -1), static_cast<std::size_t>(llama_vocab_n_tokens(vocab))};
}

void Llm::State::check_prompt(std::span<LlmToken const> prompt) const {
    check_tokens(prompt);
    if (prompt.size() >= llama_n_ctx_seq(context.get())) {
        throw Error("The text is too long for the language model; shorten it or use a larger context.");
    }
}

Llm::Llm(std::filesystem::path const& gguf, LlmOptions const& options) : state_(std::make_unique<State>()) {
    state_->load(gguf, options);
}

Llm::~Llm() = default;

std::vector<LlmToken> Llm::tokenize(std::string_view text, bool parse_special) const {
    return echollama::tokenize(state_->vocab, text, parse_special);
}

std::string Llm::piece(LlmToken token, bool special) const {
    std::string text(64, '\0');
    auto run = [&] {
        return llama_token_to_piece(state_->vocab, token, text.data(), static_cast<int>(text.size()), 0, special);
    };
    auto length = run();
    if (length < 0) {
        text.resize(static_cast<std::size_t>(-length));
        length = run();
    }
    text.resize(static_cast<std::size_t>(std::max(0, length)));
    return text;
}

std::vector<LlmToken> Llm::render(Prompt const& prompt) const {
    return echollama::render(state_->vocab, *state_->chat, prompt);
}

ThoughtTags Llm::thought_tags() const {
    return state_->chat->thought_tags();
}

std::optional<Llm::Frame> Llm::frame() const {
    if (!state_->chat->known()) {
        return std::nullopt;
    }
    Frame frame;
    bool passed = false;
    for (auto const& part : state_->chat->render({"", {{Turn::Role::user, "\x02"}}})) {
        passed = passed || part.from_message;
        if (!part.from_message) {
            (passed ? frame.after : frame.before) += part.text;
        }
    }
    return frame;
}

int Llm::vocabulary_size() const {
    return llama_vocab_n_tokens(state_->vocab);
}

int Llm::context_size() const {
    return static_cast<int>(llama_n_ctx_seq(state_->context.get()));
}

void Llm::check_prompt(std::span<LlmToken const> prompt) const {
    state_->check_prompt(prompt);
}

bool Llm::is_end(LlmToken token) const {
    return llama_vocab_is_eog(state_->vocab, token);
}

std::size_t Llm::reused() const {
    return state_->reused;
}

LlmEnd Llm::generate(std::span<LlmToken const> prompt, LlmSampling const& sampling, LlmTokenSink const& sink,
                     std::stop_token stop, LlmMask const& mask) {
    state_->check_prompt(prompt);
    state_->stop = stop;
    if (!state_->evaluate(prompt)) {
        return LlmEnd::stopped;
    }
    return write(sampling, sink, std::move(stop), mask);
}

LlmEnd Llm::write(LlmSampling const& sampling, LlmTokenSink const& sink, std::stop_token stop, LlmMask const& mask) {
    state_->stop = std::move(stop);
    bool greedy = sampling.temperature <= 0 && sampling.repeat_penalty == 1; // needs no list of candidates
    auto sampler = make_sampler(sampling, vocabulary_size());
    for (int n = 0; n < sampling.max_tokens; ++n) {
        if (state_->stop.stop_requested()) {
            return LlmEnd::stopped;
        }
        if (mask) {
            mask({llama_get_logits_ith(state_->context.get(), -1), static_cast<std::size_t>(vocabulary_size())});
        }
        auto token =
            greedy ? likeliest(state_->logits()) : llama_sampler_sample(sampler.get(), state_->context.get(), -1);
        if (is_end(token)) {
            return LlmEnd::end_token;
        }
        if (!sink(token)) {
            return LlmEnd::sink;
        }
        if (state_->evaluated.size() + 1 >= llama_n_ctx_seq(state_->context.get())) {
            return LlmEnd::context_full;
        }
        if (!state_->decode({&token, 1})) {
            return LlmEnd::stopped;
        }
    }
    return LlmEnd::max_tokens;
}

void Llm::forget() {
    state_->keep(0);
}

bool Llm::rewind(std::size_t places) {
    state_->keep(places <= state_->evaluated.size() ? places : 0);
    return state_->evaluated.size() == places;
}

bool Llm::read(std::span<LlmToken const> tokens, std::stop_token stop) {
    state_->check_tokens(tokens);
    state_->check_room(tokens.size());
    state_->stop = std::move(stop);
    return state_->decode(tokens);
}

bool Llm::read_rows(std::span<float const> rows, bool whole, std::stop_token stop) {
    auto width = static_cast<std::size_t>(embedding_size());
    if (rows.size() % width != 0 || (whole && rows.size() / width > llama_n_batch(state_->context.get()))) {
        throw std::logic_error("Llm::read_rows: wrong number of values");
    }
    state_->check_room(rows.size() / width);
    state_->stop = std::move(stop);
    return state_->decode_rows(rows, whole);
}

int Llm::embedding_size() const {
    return llama_model_n_embd_inp(state_->model.get());
}

LlmToken Llm::begin_token() const {
    return llama_vocab_bos(state_->vocab);
}

std::vector<float> Llm::embedding(LlmToken token) const {
    return nn::GgufTensors(state_->path).rows("token_embd.weight", token, 1);
}

llama_model* Llm::model() {
    return state_->model.get();
}

llama_context* Llm::context() {
    return state_->context.get();
}

void Llm::occupy(std::size_t places) {
    state_->check_room(places);
    state_->evaluated.insert(state_->evaluated.end(), places, LLAMA_TOKEN_NULL);
}

std::vector<float> Llm::logits(std::span<LlmToken const> prompt) {
    state_->check_prompt(prompt);
    state_->stop = {};
    state_->evaluate(prompt);
    return logits();
}

std::vector<float> Llm::logits() const {
    auto const* values = llama_get_logits_ith(state_->context.get(), -1);
    return {values, values + vocabulary_size()};
}

} // namespace echollama
