#include "describer/local_describer.h"

#include "llm/llm_answer.h"
#include "llm/llm_crowd.h"

#include <algorithm>
#include <mutex>

namespace echollama {
namespace {

// Half of the text, never half a character.
void halve(std::string& text) {
    auto end = text.size() / 2;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
        --end;
    }
    text.resize(end);
}

class LocalDescriber : public Describer {
  public:
    LocalDescriber(std::filesystem::path const& gguf, LocalDescriberOptions const& options)
        : llm_(gguf, options.model), sampling_(options.sampling) {
        if (options.model.sequences > 1) {
            crowd_ = std::make_unique<LlmCrowd>(llm_);
        }
        at_once_ = std::max(1, options.model.sequences);
        llm_.render({"Be short.", {{Turn::Role::user, "Hello"}}}); // a template that cannot be used is told now
    }

    void reply(Prompt const& prompt, TextSink const& sink, std::stop_token stop) override {
        auto const tokens = fitted_alone(prompt);
        constexpr std::size_t end_tokens = 16; // enough for a tag
        std::string prompt_end;
        for (auto i = tokens.size() - std::min(tokens.size(), end_tokens); i < tokens.size(); ++i) {
            prompt_end += llm_.piece(tokens[i], true);
        }
        LlmAnswer answer(llm_, prompt_end);
        auto deliver = [&](std::string const& text) {
            if (!text.empty()) {
                sink(text);
            }
        };
        auto const take = [&](LlmToken token) {
            deliver(answer.push(token));
            return true;
        };
        crowd_ ? crowd_->generate(tokens, sampling_, take, stop) : llm_.generate(tokens, sampling_, take, stop);
        if (!stop.stop_requested()) {
            deliver(answer.finish());
        }
    }

    int at_once() const override { return at_once_; }

  private:
    // Templates are run by one at a time.
    std::vector<LlmToken> fitted_alone(Prompt const& prompt) {
        std::lock_guard lock(rendering_);
        return fitted(prompt);
    }

    std::vector<LlmToken> fitted(Prompt prompt) const {
        auto context = static_cast<std::size_t>(llm_.context_size());
        auto reserve = std::min<std::size_t>(static_cast<std::size_t>(std::max(1, sampling_.max_tokens)), context / 4);
        auto room = context - reserve;
        auto tokens = llm_.render(prompt);
        while (tokens.size() > room && prompt.turns.size() > 1) {
            prompt.turns.erase(prompt.turns.begin());
            while (prompt.turns.size() > 1 && prompt.turns.front().role == Turn::Role::assistant) {
                prompt.turns.erase(prompt.turns.begin()); // a conversation begins with the user
            }
            tokens = llm_.render(prompt);
        }
        while (tokens.size() > room && !prompt.turns.empty()) {
            auto& last = prompt.turns.back().text;
            auto& longest = last.size() >= prompt.context.size() ? last : prompt.context;
            if (longest.empty()) {
                break;
            }
            halve(longest);
            tokens = llm_.render(prompt);
        }
        return tokens;
    }

    Llm llm_;
    LlmSampling sampling_;
    int at_once_ = 1;
    std::mutex rendering_;
    std::unique_ptr<LlmCrowd> crowd_; // where several are answered at a time
};

} // namespace

std::unique_ptr<Describer> make_local_describer(std::filesystem::path const& gguf,
                                                LocalDescriberOptions const& options) {
    return std::make_unique<LocalDescriber>(gguf, options);
}

} // namespace echollama
