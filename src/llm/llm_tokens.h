// Text to a model's tokens; shared by those who run it and those who only need its vocabulary.
#pragma once

#include "llm/chat_template.h"
#include "scene/types.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

struct llama_vocab;

namespace echollama {

using LlmToken = std::int32_t;

// Without begin or end tokens. Special tokens ("<|im_end|>") are only recognised when asked.
std::vector<LlmToken> tokenize(llama_vocab const* vocab, std::string_view text, bool parse_special);

// The conversation in the template, ready for the assistant's turn, with the begin token where the model wants one.
// What the system's text and the turns contain is never read as special tokens. Throws Error when the template cannot
// be used.
std::vector<LlmToken> render(llama_vocab const* vocab, ChatTemplate const& chat, Prompt const& prompt);

// A model's vocabulary and chat template without its weights.
class LlmVocabulary {
  public:
    // Throws Error when the file is missing, damaged, or not a language model.
    explicit LlmVocabulary(std::filesystem::path const& gguf, ChatTemplateOptions const& options = {});
    ~LlmVocabulary();
    LlmVocabulary(LlmVocabulary const&) = delete;
    LlmVocabulary& operator=(LlmVocabulary const&) = delete;

    std::vector<LlmToken> tokenize(std::string_view text) const;
    std::vector<LlmToken> render(Prompt const& prompt) const;
    // What ends an answer: the end of a turn, else of the text; -1: the model has neither.
    LlmToken end_token() const;
    int size() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama
