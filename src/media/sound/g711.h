// Speech in eight bits a sample, as telephones carry it (ITU-T G.711), at 8 kHz.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace echollama {

enum class G711 { u_law, a_law };

// Samples in [-1, 1]; what is outside is clipped.
std::vector<std::uint8_t> to_g711(std::span<float const> samples, G711 law);
std::vector<float> from_g711(std::span<std::uint8_t const> bytes, G711 law);

} // namespace echollama
