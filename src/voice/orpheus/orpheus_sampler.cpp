#include "voice/orpheus/orpheus_sampler.h"

#include "base/counter_rng.h"
#include "voice/orpheus/orpheus_frames.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace echollama {

std::int32_t SpeechSampler::choose(std::span<float const> logits, int slot, bool may_end) {
    std::vector<std::pair<float, std::int32_t>> candidates; // logit, later weight
    candidates.reserve(orpheus::codes_per_slot + 1);
    auto add = [&](std::int32_t id) {
        float logit = logits[static_cast<std::size_t>(id)];
        if (seen_.count(id)) {
            logit = logit > 0 ? logit / repeat_penalty_ : logit * repeat_penalty_;
        }
        candidates.emplace_back(std::isnan(logit) ? -INFINITY : logit, id);
    };
    for (int code = 0; code < orpheus::codes_per_slot; ++code) {
        add(audio_token_id(slot, code));
    }
    if (may_end) {
        add(orpheus::end_of_speech);
    }
    // The largest first; equal logits in the order of their ids, so that the result never depends on the sort.
    auto before = [](auto const& a, auto const& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    };
    std::int32_t chosen = 0;
    if (temperature_ <= 0) {
        chosen = std::min_element(candidates.begin(), candidates.end(), before)->second;
    } else {
        std::sort(candidates.begin(), candidates.end(), before);
        float const top = candidates.front().first;
        double sum = 0;
        for (auto& [value, id] : candidates) {
            value = std::isinf(top) ? 1.0F : std::exp((value - top) / temperature_);
            sum += static_cast<double>(value);
        }
        // The fewest tokens whose share is at least top_p.
        double kept = 0;
        std::size_t count = 0;
        while (count < candidates.size() && (count == 0 || kept < static_cast<double>(top_p_) * sum)) {
            kept += static_cast<double>(candidates[count++].first);
        }
        double left = static_cast<double>(uniform(seed_, draws_++)) * kept;
        std::size_t at = 0;
        while (at + 1 < count && left >= static_cast<double>(candidates[at].first)) {
            left -= static_cast<double>(candidates[at++].first);
        }
        chosen = candidates[at].second;
    }
    seen_.insert(chosen);
    return chosen;
}

} // namespace echollama
