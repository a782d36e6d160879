// Several conversations with one language model at a time: their tokens are evaluated together, which costs a processor
// hardly more than one alone while weights come from memory.
#pragma once

#include "llm/llm.h"

#include <memory>
#include <span>
#include <stop_token>

namespace echollama {

// Thread-safe. As many work at once as the model has sequences (LlmOptions::sequences), the others wait in the order in
// which they came. Each sequence keeps what it evaluated last: a conversation that goes on finds its warm prefix,
// whatever others asked meanwhile.
class LlmCrowd {
  public:
    // The model's context is this crowd's alone as long as it lives; its tokens may be looked up meanwhile.
    explicit LlmCrowd(Llm& llm);
    ~LlmCrowd();
    LlmCrowd(LlmCrowd const&) = delete;
    LlmCrowd& operator=(LlmCrowd const&) = delete;

    // As Llm::generate(). The sink is called on the thread that asks: one that is slow holds up nobody else.
    LlmEnd generate(std::span<LlmToken const> prompt, LlmSampling const& sampling, LlmTokenSink const& sink,
                    std::stop_token stop);

    // Tokens of all prompts so far that did not have to be evaluated, for tests and measures.
    std::size_t reused() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama
