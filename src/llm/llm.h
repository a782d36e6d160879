// The one wrapper over llama.h: a model with one context, tokens in, tokens out. Used by the describer and by voices
// that are language models (raw token ids, a logits mask, a callback for every token).
#pragma once

#include "llm/chat_template.h"
#include "llm/llm_tokens.h"
#include "scene/types.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

struct llama_context;
struct llama_model;

namespace echollama {

struct LlmAdapter {
    std::filesystem::path path; // LoRA as GGUF
    float scale = 1;
};

struct LlmOptions {
    int threads = 2;
    int context = 4096;         // tokens; never more than the model was trained for
    std::string device = "cpu"; // as nn::make_backend names them; on a GPU all layers
    std::vector<LlmAdapter> adapters = {};
    ChatTemplateOptions chat = {};
    int batch = 64;     // tokens evaluated at once; more is faster, but a stop waits longer
    bool exact = false; // keys and values in float32 (twice the memory): for comparisons with other programs
    int sequences = 1;  // conversations at a time (llm_crowd.h), each with a context of its own
};

// Tokens that Llm evaluates at once: LlmOptions::batch, on a GPU at least 512.
int llm_batch(LlmOptions const& options);

// The defaults are the paper's. temperature 0 is greedy.
struct LlmSampling {
    int max_tokens = 1024;
    float temperature = 0.7F;
    float top_p = 0.95F;
    int top_k = 0;            // 0: all
    float repeat_penalty = 1; // 1: none; over the last `repeat_window` tokens
    int repeat_window = 64;
    std::uint32_t seed = 0;
};

// Called before each token is chosen; sets what must not come to -infinity. Size: the vocabulary.
using LlmMask = std::function<void(std::span<float> logits)>;
// Called with each new token, end tokens excluded; false ends the generation.
using LlmTokenSink = std::function<bool(LlmToken token)>;

enum class LlmEnd { end_token, max_tokens, sink, context_full, stopped };

// Not thread-safe: one piece of work at a time.
class Llm {
  public:
    // Throws Error when the file is missing, damaged, or not a language model.
    explicit Llm(std::filesystem::path const& gguf, LlmOptions const& options = {});
    ~Llm();
    Llm(Llm const&) = delete;
    Llm& operator=(Llm const&) = delete;

    // Text to tokens, without begin or end tokens. Special tokens ("<|im_end|>") are only recognised when asked: never
    // do that with text from outside.
    std::vector<LlmToken> tokenize(std::string_view text, bool parse_special = false) const;
    // Bytes of one token; may be part of a UTF-8 character. Special tokens are empty unless they are asked for.
    std::string piece(LlmToken token, bool special = false) const;
    // The conversation in the chat template, ready for the assistant's turn. What the system's text and the turns
    // contain is never read as special tokens. Throws Error when the template cannot be used.
    std::vector<LlmToken> render(Prompt const& prompt) const;

    // The tags between which the chat template puts the thoughts of an answer; empty when it shows none.
    ThoughtTags thought_tags() const;

    int vocabulary_size() const;
    int context_size() const; // of one sequence
    // Throws Error for what generate() refuses.
    void check_prompt(std::span<LlmToken const> prompt) const;
    bool is_end(LlmToken token) const;

    // Evaluates the prompt (only the part that differs from what was evaluated last: the warm prefix) and generates.
    // Throws Error when the prompt is empty, holds ids outside the vocabulary, or leaves no room in the context.
    // Returns within 50 ms of a stop request, during the prompt as well.
    LlmEnd generate(std::span<LlmToken const> prompt, LlmSampling const& sampling, LlmTokenSink const& sink,
                    std::stop_token stop, LlmMask const& mask = {});

    // The pieces of generate() for prompts that are more than text. forget() empties the memory; each read evaluates
    // what comes next and returns false when stopped; write() continues from there. Throw Error as generate() does.
    void forget();
    // Forgets what came after the first `places` (tokens and rows) that were read. False when the model cannot, or they
    // were never read; its memory is then empty.
    bool rewind(std::size_t places);
    bool read(std::span<LlmToken const> tokens, std::stop_token stop);
    // Rows of embedding_size() numbers in place of tokens' embeddings, such as a picture. With `whole` each row attends
    // to all of them (prefix attention); they must then not be more than LlmOptions::batch.
    bool read_rows(std::span<float const> rows, bool whole, std::stop_token stop);
    LlmEnd write(LlmSampling const& sampling, LlmTokenSink const& sink, std::stop_token stop, LlmMask const& mask = {});

    int embedding_size() const;
    // The row that stands for the token where the network begins.
    std::vector<float> embedding(LlmToken token) const;
    LlmToken begin_token() const; // -1: none

    // What the chat template puts before and after the user's text when there is nothing else; special tokens in it are
    // to be parsed. nullopt: the model has none. Throws Error when it cannot be used.
    struct Frame {
        std::string before, after;
    };
    std::optional<Frame> frame() const;

    // For libmtmd, which reads pictures into the context by itself; tell with occupy() how many places it took.
    llama_model* model();
    llama_context* context();
    void occupy(std::size_t places);

    // Logits after the last token of the prompt; for tests and measures.
    std::vector<float> logits(std::span<LlmToken const> prompt);
    // The same after what was read last.
    std::vector<float> logits() const;
    // Tokens of the last prompt that did not have to be evaluated again.
    std::size_t reused() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama
