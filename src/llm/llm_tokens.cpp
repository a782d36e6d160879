#include "llm/llm_tokens.h"

#include "base/error.h"
#include "base/log.h"
#include "llm/llm_library.h"

#include <llama.h>

#include <algorithm>

namespace echollama {

std::vector<LlmToken> tokenize(llama_vocab const* vocab, std::string_view text, bool parse_special) {
    std::vector<LlmToken> tokens(text.size() + 8);
    auto run = [&] {
        return llama_tokenize(vocab, text.data(), static_cast<int>(text.size()), tokens.data(),
                              static_cast<int>(tokens.size()), false, parse_special);
    };
    auto count = run();
    if (count < 0) {
        tokens.resize(static_cast<std::size_t>(-static_cast<std::int64_t>(count)));
        count = run();
    }
    tokens.resize(static_cast<std::size_t>(std::max(0, count)));
    return tokens;
}

std::vector<LlmToken> render(llama_vocab const* vocab, ChatTemplate const& chat, Prompt const& prompt) {
    std::vector<LlmToken> tokens;
    for (auto const& part : chat.render(prompt)) {
        auto more = tokenize(vocab, part.text, !part.from_message);
        tokens.insert(tokens.end(), more.begin(), more.end());
    }
    auto bos = llama_vocab_bos(vocab);
    if (llama_vocab_get_add_bos(vocab) && bos >= 0 && (tokens.empty() || tokens.front() != bos)) {
        tokens.insert(tokens.begin(), bos);
    }
    return tokens;
}

struct LlmVocabulary::State {
    struct Deleter {
        void operator()(llama_model* p) const { llama_model_free(p); }
    };
    std::unique_ptr<llama_model, Deleter> model;
    llama_vocab const* vocab = nullptr;
    std::unique_ptr<ChatTemplate> chat;
};

LlmVocabulary::LlmVocabulary(std::filesystem::path const& gguf, ChatTemplateOptions const& options)
    : state_(std::make_unique<State>()) {
    prepare_llama();
    check_gguf(gguf, "language model");
    auto params = llama_model_default_params();
    params.vocab_only = true;
    try {
        state_->model.reset(llama_model_load_from_file(gguf.c_str(), params));
    } catch (std::exception const& error) {
        log::debug(error.what());
    }
    if (!state_->model) {
        throw Error("Cannot read the vocabulary of " + gguf.string() +
                    "; the file is damaged or of a kind this program does not know.");
    }
    state_->vocab = llama_model_get_vocab(state_->model.get());
    state_->chat = std::make_unique<ChatTemplate>(state_->model.get(), gguf, options);
}

LlmVocabulary::~LlmVocabulary() = default;

std::vector<LlmToken> LlmVocabulary::tokenize(std::string_view text) const {
    return echollama::tokenize(state_->vocab, text, false);
}

std::vector<LlmToken> LlmVocabulary::render(Prompt const& prompt) const {
    return echollama::render(state_->vocab, *state_->chat, prompt);
}

LlmToken LlmVocabulary::end_token() const {
    auto const turn = llama_vocab_eot(state_->vocab);
    return turn >= 0 ? turn : llama_vocab_eos(state_->vocab);
}

int LlmVocabulary::size() const {
    return llama_vocab_n_tokens(state_->vocab);
}

} // namespace echollama
