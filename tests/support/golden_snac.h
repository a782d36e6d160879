// The synthetic SNAC checkpoint of the golden numbers, as a converter's source.
#pragma once

#include "convert/snac.h"
#include "support/golden.h"

#include <memory>

namespace echollama::test {

inline convert::TensorLookup golden_snac() {
    auto weights = std::make_shared<std::map<std::string, GoldenWeight>>(golden_weights(golden("snac/weights.tsv")));
    return [weights](std::string const& name) -> std::optional<convert::SourceTensor> {
        auto found = weights->find(name);
        if (found == weights->end()) {
            return std::nullopt;
        }
        std::size_t count = 1;
        for (auto n : found->second.shape) {
            count *= static_cast<std::size_t>(n);
        }
        return convert::SourceTensor{found->second.shape,
                                     golden_tensor(name, count, found->second.scale, found->second.offset)};
    };
}

} // namespace echollama::test
