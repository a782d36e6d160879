// Chooses the next sound token among the few that are valid in their slot. Over the whole vocabulary of 156,940 tokens
// the same choice costs more time than a frame lasts.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_set>

namespace echollama {

class SpeechSampler {
  public:
    // temperature 0 is greedy. Order as in vLLM, which the reference uses: penalty, temperature, top-p.
    SpeechSampler(float temperature, float top_p, float repeat_penalty, std::uint64_t seed)
        : temperature_(temperature), top_p_(top_p), repeat_penalty_(repeat_penalty), seed_(seed) {}

    // One of the slot's 4096 codes, or the end of speech where `may_end`. The penalty is over everything chosen before:
    // positive logits are divided by it, negative ones multiplied. logits.size() > orpheus::last_audio.
    std::int32_t choose(std::span<float const> logits, int slot, bool may_end);

  private:
    float temperature_, top_p_, repeat_penalty_;
    std::uint64_t seed_, draws_ = 0;
    std::unordered_set<std::int32_t> seen_;
};

} // namespace echollama
