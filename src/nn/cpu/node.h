// Nodes of a ggml graph that are computed by functions of this folder.
#pragma once

#include <ggml.h>

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace echollama::nn {

// The parameters of such a node lie in the node itself, behind ggml's own (function, number of tasks, user data), so
// that nobody has to own them.
inline constexpr std::size_t node_params_offset = 32, node_params_bytes = GGML_MAX_OP_PARAMS - node_params_offset;

template <typename Params>
ggml_tensor* with_params(ggml_tensor* node, Params const& params) {
    static_assert(std::is_trivially_copyable_v<Params> && sizeof(Params) <= node_params_bytes);
    std::memcpy(reinterpret_cast<char*>(node->op_params) + node_params_offset, &params, sizeof(Params));
    return node;
}

template <typename Params>
Params params_of(ggml_tensor const* node) {
    Params params;
    std::memcpy(&params, reinterpret_cast<char const*>(node->op_params) + node_params_offset, sizeof(Params));
    return params;
}

inline ggml_tensor* contiguous(ggml_context* ctx, ggml_tensor* x) {
    return ggml_is_contiguous(x) ? x : ggml_cont(ctx, x);
}

inline float const* floats_of(ggml_tensor const* tensor) {
    return static_cast<float const*>(tensor->data);
}

// Part `part` of `parts` of `count` pieces of work: [begin, end).
struct Share {
    std::int64_t begin, end;
    Share(std::int64_t count, int part, int parts) : begin(count * part / parts), end(count * (part + 1) / parts) {}
};

} // namespace echollama::nn
