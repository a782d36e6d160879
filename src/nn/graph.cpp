#include "nn/graph.h"

#include <ggml-alloc.h>
#include <ggml-backend.h>
#include <ggml-cpp.h>
#include <ggml-cpu.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <stdexcept>

namespace echollama::nn {

struct Graph::State {
    ggml_backend* backend = nullptr;
    ggml_context_ptr ctx;
    ggml_cgraph* graph = nullptr;
    ggml_gallocr_ptr allocator;

    // Names are ours, so an unknown one is a mistake in the program.
    ggml_tensor* find(std::string const& name) const {
        ggml_tensor* tensor = ggml_get_tensor(ctx.get(), name.c_str());
        if (!tensor) {
            throw std::logic_error("graph has no tensor " + name);
        }
        return tensor;
    }

    void set(std::string const& name, void const* data, std::size_t count, ggml_type type) const {
        ggml_tensor* tensor = find(name);
        if (tensor->type != type || static_cast<std::size_t>(ggml_nelements(tensor)) != count) {
            throw std::logic_error("wrong values for graph input " + name);
        }
        ggml_backend_tensor_set(tensor, data, 0, ggml_nbytes(tensor));
    }
};

ggml_tensor* Graph::Builder::input(std::string const& name, std::vector<std::int64_t> const& shape, ggml_type type) {
    ggml_tensor* tensor = ggml_new_tensor(ctx, type, static_cast<int>(shape.size()), shape.data());
    ggml_set_name(tensor, name.c_str());
    ggml_set_input(tensor);
    return tensor;
}

void Graph::Builder::output(std::string const& name, ggml_tensor* tensor) {
    ggml_tensor* kept = ggml_is_contiguous(tensor) && !tensor->view_src ? tensor : ggml_cont(ctx, tensor);
    ggml_set_name(kept, name.c_str());
    ggml_set_output(kept);
    ggml_build_forward_expand(graph, kept);
}

ggml_tensor* Graph::Builder::tap(std::string const& name, ggml_tensor* tensor) {
    if (taps) {
        output(name, tensor->type == GGML_TYPE_F32 ? ggml_dup(ctx, tensor) : ggml_cast(ctx, tensor, GGML_TYPE_F32));
    }
    return tensor;
}

namespace {

std::size_t half_of_memory(ggml_backend_t backend) {
    std::size_t free = 0, total = 0;
    ggml_backend_dev_memory(ggml_backend_get_device(backend), &free, &total);
    return total / 2;
}

} // namespace

Graph::Graph(Backend const& backend, std::size_t max_nodes, std::function<void(Builder&)> const& build, bool with_taps,
             std::size_t max_bytes)
    : state_(std::make_unique<State>()) {
    auto& s = *state_;
    s.backend = backend.handle.get();
    std::size_t meta = ggml_tensor_overhead() * max_nodes * 2 + ggml_graph_overhead_custom(max_nodes, false);
    s.ctx.reset(ggml_init({meta, nullptr, /*no_alloc=*/true}));
    s.graph = ggml_new_graph_custom(s.ctx.get(), max_nodes, false);
    Builder builder;
    builder.ctx = s.ctx.get();
    builder.graph = s.graph;
    builder.taps = with_taps;
    build(builder);
    for (int i = 0; i < ggml_graph_n_nodes(s.graph); ++i) { // ggml would end the program
        if (auto* node = ggml_graph_node(s.graph, i); !ggml_backend_supports_op(s.backend, node)) {
            throw Error("The compute device '" + backend.name() + "' cannot compute the layer " + ggml_op_desc(node) +
                        " of this network; use the device 'cpu'.");
        }
    }
    auto* memory = ggml_backend_get_default_buffer_type(s.backend);
    std::size_t bytes = 0; // measured by an allocator of its own, which keeps nothing
    ggml_gallocr_reserve_n_size(ggml_gallocr_ptr(ggml_gallocr_new(memory)).get(), s.graph, nullptr, nullptr, &bytes);
    s.allocator.reset(ggml_gallocr_new(memory));
    if (bytes > (max_bytes ? max_bytes : half_of_memory(s.backend)) ||
        !ggml_gallocr_alloc_graph(s.allocator.get(), s.graph)) {
        throw GraphTooLarge("There is not enough memory to run the network, whose intermediate results take " +
                            std::to_string(bytes >> 20) +
                            " MB; use a smaller picture, close other programs, or convert the model again.");
    }
}

Graph::~Graph() = default;
Graph::Graph(Graph&&) noexcept = default;
Graph& Graph::operator=(Graph&&) noexcept = default;

void Graph::set(std::string const& name, std::span<float const> values) {
    state_->set(name, values.data(), values.size(), GGML_TYPE_F32);
}

void Graph::set(std::string const& name, std::span<std::int32_t const> values) {
    state_->set(name, values.data(), values.size(), GGML_TYPE_I32);
}

void Graph::compute(std::stop_token stop) {
    if (ggml_backend_is_cpu(state_->backend)) {
        ggml_backend_cpu_set_abort_callback(
            state_->backend, [](void* data) { return static_cast<std::stop_token*>(data)->stop_requested(); }, &stop);
    }
    ggml_status status =
        stop.stop_requested() ? GGML_STATUS_ABORTED : ggml_backend_graph_compute(state_->backend, state_->graph);
    if (ggml_backend_is_cpu(state_->backend)) {
        ggml_backend_cpu_set_abort_callback(state_->backend, nullptr, nullptr);
    }
    if (status == GGML_STATUS_ABORTED) {
        throw Cancelled();
    }
    if (status != GGML_STATUS_SUCCESS) {
        throw Error("The network could not be computed; there may be too little memory.");
    }
}

std::vector<float> Graph::read(std::string const& name) const {
    ggml_tensor* tensor = state_->find(name);
    std::vector<float> values(static_cast<std::size_t>(ggml_nelements(tensor)));
    ggml_backend_tensor_get(tensor, values.data(), 0, values.size() * sizeof(float));
    return values;
}

std::vector<std::int64_t> Graph::shape(std::string const& name) const {
    ggml_tensor* tensor = state_->find(name);
    return {tensor->ne, tensor->ne + GGML_MAX_DIMS};
}

std::vector<Graph::OperatorTime> Graph::profile() const {
    auto shape_text = [](ggml_tensor const* t) {
        std::string text;
        for (int i = 0; i < ggml_n_dims(t); ++i) {
            text += (i ? "x" : "") + std::to_string(t->ne[i]);
        }
        return text;
    };
    ggml_context_ptr ctx(ggml_init({ggml_graph_overhead_custom(1, false), nullptr, true}));
    ggml_cgraph* one = ggml_new_graph_custom(ctx.get(), 1, false);
    std::map<std::string, OperatorTime> rows;
    for (int i = 0; i < ggml_graph_n_nodes(state_->graph); ++i) {
        ggml_tensor* node = ggml_graph_node(state_->graph, i);
        bool own = node->op == GGML_OP_CUSTOM && node->name[0] != 0; // then its maker has named it
        std::string what = own ? node->name : ggml_op_desc(node);
        if (node->op == GGML_OP_MUL_MAT) {
            what += " " + std::string(ggml_type_name(node->src[0]->type)) + " " + shape_text(node->src[0]) + " x " +
                    shape_text(node->src[1]);
        } else {
            what += " " + shape_text(node);
        }
        ggml_graph_clear(one);
        ggml_graph_add_node(one, node);
        auto start = std::chrono::steady_clock::now();
        ggml_backend_graph_compute(state_->backend, one);
        auto& row = rows[what];
        row.what = what;
        row.count += 1;
        row.ms += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    }
    std::vector<OperatorTime> sorted;
    for (auto& [what, row] : rows) {
        sorted.push_back(row);
    }
    std::sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) { return a.ms > b.ms; });
    return sorted;
}

int Graph::operations() const {
    int count = 0;
    for (int i = 0; i < ggml_graph_n_nodes(state_->graph); ++i) {
        auto const op = ggml_graph_node(state_->graph, i)->op;
        bool const looks = op == GGML_OP_NONE || op == GGML_OP_VIEW || op == GGML_OP_RESHAPE || op == GGML_OP_PERMUTE ||
                           op == GGML_OP_TRANSPOSE;
        count += looks ? 0 : 1;
    }
    return count;
}

std::size_t Graph::bytes() const {
    return ggml_gallocr_get_buffer_size(state_->allocator.get(), 0);
}

} // namespace echollama::nn
