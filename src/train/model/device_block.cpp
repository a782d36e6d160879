#include "train/model/device_block.h"

#include <cmath>

namespace echollama::train {

std::vector<ggml_tensor**> DeviceTape::all() {
    std::vector<ggml_tensor**> tensors{&x, &normed, &q, &k, &v, &attended, &middle, &normed_middle, &gate, &up, &mixed};
    for (auto& share : shares) {
        tensors.push_back(&share);
    }
    for (auto& part : low) {
        if (part) {
            tensors.push_back(&part);
        }
    }
    return tensors;
}

// [k, m] and [k, n] give [m, n], sums in float32.
ggml_tensor* DeviceBlock::multiply(ggml_tensor* a, ggml_tensor* b) const {
    auto* product = ggml_mul_mat(ctx_, a, b);
    ggml_prec_set_acc(product, GGML_PREC_F32);
    return product;
}

ggml_tensor* DeviceBlock::turned(ggml_tensor* a) const {
    return ggml_cont(ctx_, ggml_transpose(ctx_, a));
}

ggml_tensor* DeviceBlock::norm(ggml_tensor* x, ggml_tensor* w) const {
    return ggml_mul(ctx_, ggml_rms_norm(ctx_, x, static_cast<float>(s_.norm_eps)), w);
}

ggml_tensor* DeviceBlock::norm_backward(ggml_tensor* slopes, ggml_tensor* x, ggml_tensor* w) const {
    return ggml_rms_norm_back(ctx_, ggml_mul(ctx_, slopes, w), x, static_cast<float>(s_.norm_eps));
}

ggml_tensor* DeviceBlock::rotate(ggml_tensor* x, std::int64_t heads, bool backwards) const {
    bool const linear = s_.scaling.kind == convert::LlamaRopeScaling::Kind::linear;
    auto const stretch = linear ? static_cast<float>(1 / s_.scaling.factor) : 1.0F;
    auto const turn = backwards ? ggml_rope_ext_back : ggml_rope_ext;
    return turn(ctx_, ggml_reshape_3d(ctx_, x, s_.head, heads, batch_.rows), batch_.positions, divisors_,
                static_cast<int>(s_.head), GGML_ROPE_TYPE_NEOX, 0, static_cast<float>(s_.rope_theta), stretch, 0, 1, 0,
                0);
}

ggml_tensor* DeviceBlock::linear(Projection projection, ggml_tensor* in, DeviceTape& tape) const {
    auto const& part = layer_.of(projection);
    auto* out = multiply(part.w, in);
    if (factor_ == 0 || !part.a) {
        return out;
    }
    auto*& low = tape.low[static_cast<std::size_t>(projection)];
    low = ggml_scale(ctx_, multiply(part.a, in), factor_);
    return ggml_add(ctx_, out, multiply(part.b, low));
}

ggml_tensor* DeviceBlock::linear_backward(Projection projection, ggml_tensor* in, ggml_tensor* slopes,
                                          DeviceTape const& tape, bool wants_input, DeviceGradients& out) const {
    auto const& part = layer_.of(projection);
    auto const at = static_cast<std::size_t>(projection);
    auto* back = wants_input ? multiply(turned(part.w), slopes) : nullptr;
    if (!part.a) {
        return back;
    }
    auto* low = ggml_scale(ctx_, multiply(turned(part.b), slopes), factor_);
    out.a[at] = multiply(turned(in), turned(low));
    out.b[at] = multiply(turned(tape.low[at]), turned(slopes));
    return wants_input ? ggml_add(ctx_, back, multiply(turned(part.a), low)) : nullptr;
}

float DeviceBlock::score_scale() const {
    return 1 / std::sqrt(static_cast<float>(s_.head));
}

// Of x [head, heads, rows] a group's.
ggml_tensor* DeviceBlock::rows_of(ggml_tensor* x, DeviceGroup const& group) const {
    return ggml_view_3d(ctx_, x, x->ne[0], x->ne[1], group.count, x->nb[1], x->nb[2],
                        static_cast<std::size_t>(group.begin) * x->nb[2]);
}

// softmax(q k^T / sqrt(head)) v, group by group; [heads * head, rows].
ggml_tensor* DeviceBlock::attend(DeviceTape& tape) const {
    ggml_tensor* all = nullptr;
    for (auto const& group : batch_.groups) {
        auto* q = ggml_cont(ctx_, ggml_permute(ctx_, rows_of(tape.q, group), 0, 2, 1, 3)); // [head, count, heads]
        auto* k = ggml_cont(ctx_, ggml_permute(ctx_, rows_of(tape.k, group), 0, 2, 1, 3));
        auto* v = ggml_cont(ctx_, ggml_permute(ctx_, rows_of(tape.v, group), 1, 2, 0, 3)); // [count, head, kv heads]
        tape.shares.push_back(ggml_soft_max_ext(ctx_, multiply(k, q), group.mask, score_scale(), 0));
        auto* mixed = multiply(v, tape.shares.back()); // [head, count, heads]
        auto* rows = ggml_cont(ctx_, ggml_permute(ctx_, mixed, 0, 2, 1, 3));
        auto* flat = ggml_reshape_2d(ctx_, rows, s_.head * s_.heads, group.count);
        all = all ? ggml_concat(ctx_, all, flat, 1) : flat;
    }
    return all;
}

// [head, count, heads] to [head, kv heads, count]: the query heads of a key head are added up.
ggml_tensor* DeviceBlock::sum_of_heads(ggml_tensor* x) const {
    auto const count = x->ne[1];
    auto* apart = ggml_reshape_4d(ctx_, x, s_.head, count, s_.heads / s_.kv_heads, s_.kv_heads);
    auto* shape = ggml_new_tensor_4d(ctx_, GGML_TYPE_F32, s_.head, count, 1, s_.kv_heads); // of the sum, no more
    auto* sum = ggml_reshape_3d(ctx_, ggml_repeat_back(ctx_, apart, shape), s_.head, count, s_.kv_heads);
    return ggml_cont(ctx_, ggml_permute(ctx_, sum, 0, 2, 1, 3));
}

DeviceBlock::Three DeviceBlock::attend_group_backward(DeviceTape const& tape, std::size_t at,
                                                      ggml_tensor* slopes) const {
    auto const& group = batch_.groups[at];
    auto* shares = tape.shares[at];
    auto *q = rows_of(tape.q, group), *k = rows_of(tape.k, group), *v = rows_of(tape.v, group);
    auto* dy = rows_of(slopes, group); // [head, heads, count]
    auto* v_rows = ggml_cont(ctx_, ggml_permute(ctx_, v, 0, 2, 1, 3));
    auto* d_shares = multiply(v_rows, ggml_cont(ctx_, ggml_permute(ctx_, dy, 0, 2, 1, 3)));
    auto* d_scores = ggml_soft_max_ext_back(ctx_, d_shares, shares, score_scale(), 0);
    auto* dq = multiply(ggml_cont(ctx_, ggml_permute(ctx_, k, 1, 2, 0, 3)), d_scores);
    auto* dk = multiply(ggml_cont(ctx_, ggml_permute(ctx_, q, 1, 2, 0, 3)), turned(d_scores));
    auto* dv = multiply(ggml_cont(ctx_, ggml_permute(ctx_, dy, 1, 2, 0, 3)), turned(shares));
    return {ggml_cont(ctx_, ggml_permute(ctx_, dq, 0, 2, 1, 3)), sum_of_heads(dk), sum_of_heads(dv)};
}

DeviceBlock::Three DeviceBlock::attend_backward(DeviceTape const& tape, ggml_tensor* slopes) const {
    auto* apart = ggml_reshape_3d(ctx_, slopes, s_.head, s_.heads, batch_.rows);
    Three all{};
    for (std::size_t i = 0; i < batch_.groups.size(); ++i) {
        auto const one = attend_group_backward(tape, i, apart);
        all = i == 0 ? one
                     : Three{ggml_concat(ctx_, all.q, one.q, 2), ggml_concat(ctx_, all.k, one.k, 2),
                             ggml_concat(ctx_, all.v, one.v, 2)};
    }
    auto const flat = [&](ggml_tensor* x, std::int64_t heads) {
        return ggml_reshape_2d(ctx_, x, s_.head * heads, batch_.rows);
    };
    return {flat(rotate(all.q, s_.heads, true), s_.heads), flat(rotate(all.k, s_.kv_heads, true), s_.kv_heads),
            flat(all.v, s_.kv_heads)};
}

ggml_tensor* DeviceBlock::forward(ggml_tensor* x, DeviceTape& tape) const {
    tape.x = x;
    tape.normed = norm(x, layer_.attention_norm);
    tape.q = rotate(linear(Projection::q, tape.normed, tape), s_.heads, false);
    tape.k = rotate(linear(Projection::k, tape.normed, tape), s_.kv_heads, false);
    tape.v = ggml_reshape_3d(ctx_, linear(Projection::v, tape.normed, tape), s_.head, s_.kv_heads, batch_.rows);
    tape.attended = attend(tape);
    tape.middle = ggml_add(ctx_, x, linear(Projection::o, tape.attended, tape));
    tape.normed_middle = norm(tape.middle, layer_.ffn_norm);
    tape.gate = linear(Projection::gate, tape.normed_middle, tape);
    tape.up = linear(Projection::up, tape.normed_middle, tape);
    tape.mixed = ggml_mul(ctx_, ggml_silu(ctx_, tape.gate), tape.up);
    return ggml_add(ctx_, tape.middle, linear(Projection::down, tape.mixed, tape));
}

ggml_tensor* DeviceBlock::backward(DeviceTape const& tape, ggml_tensor* slopes, bool wants_input,
                                   DeviceGradients& out) const {
    auto const back = [&](Projection projection, ggml_tensor* in, ggml_tensor* by, bool wants = true) {
        return linear_backward(projection, in, by, tape, wants, out);
    };
    auto* d_mixed = back(Projection::down, tape.mixed, slopes);
    auto* d_up = ggml_mul(ctx_, d_mixed, ggml_silu(ctx_, tape.gate));
    auto* d_gate = ggml_silu_back(ctx_, ggml_mul(ctx_, d_mixed, tape.up), tape.gate);
    auto* d_normed_middle = ggml_add(ctx_, back(Projection::gate, tape.normed_middle, d_gate),
                                     back(Projection::up, tape.normed_middle, d_up));
    auto* d_middle = ggml_add(ctx_, slopes, norm_backward(d_normed_middle, tape.middle, layer_.ffn_norm));
    auto const d = attend_backward(tape, back(Projection::o, tape.attended, d_middle));
    auto* by_q = back(Projection::q, tape.normed, d.q, wants_input);
    auto* by_k = back(Projection::k, tape.normed, d.k, wants_input);
    auto* by_v = back(Projection::v, tape.normed, d.v, wants_input);
    if (!wants_input) {
        return nullptr;
    }
    auto* d_normed = ggml_add(ctx_, by_q, ggml_add(ctx_, by_k, by_v));
    return ggml_add(ctx_, d_middle, norm_backward(d_normed, tape.x, layer_.attention_norm));
}

} // namespace echollama::train
