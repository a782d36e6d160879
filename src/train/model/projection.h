// The seven linear layers of a LLaMA block, which LoRA may adapt.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace echollama::train {

enum class Projection { q, k, v, o, gate, up, down };
inline constexpr std::size_t projection_count = 7;
inline constexpr std::array<Projection, projection_count> all_projections = {
    Projection::q, Projection::k, Projection::v, Projection::o, Projection::gate, Projection::up, Projection::down,
};

struct ProjectionNames {
    char const* short_name; // as target_modules names it: "q_proj"
    char const* published;  // within a layer of Hugging Face's files
    char const* gguf;       // within a block of GGUF
};
inline constexpr std::array<ProjectionNames, projection_count> projection_names = {{
    {"q_proj", "self_attn.q_proj", "attn_q"},
    {"k_proj", "self_attn.k_proj", "attn_k"},
    {"v_proj", "self_attn.v_proj", "attn_v"},
    {"o_proj", "self_attn.o_proj", "attn_output"},
    {"gate_proj", "mlp.gate_proj", "ffn_gate"},
    {"up_proj", "mlp.up_proj", "ffn_up"},
    {"down_proj", "mlp.down_proj", "ffn_down"},
}};

inline ProjectionNames const& names_of(Projection projection) {
    return projection_names[static_cast<std::size_t>(projection)];
}

// By its short name.
inline std::optional<Projection> find_projection(std::string_view name) {
    for (auto projection : all_projections) {
        if (name == names_of(projection).short_name) {
            return projection;
        }
    }
    return std::nullopt;
}

} // namespace echollama::train
