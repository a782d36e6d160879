#include "onnx/session.h"

#include "base/error.h"
#include "onnx/runtime.h"

#include <algorithm>

namespace echollama::onnx {
namespace {

namespace fs = std::filesystem;

// ONNXTensorElementDataType
constexpr int onnx_float = 1, onnx_int32 = 6, onnx_int64 = 7;

Element element_of(int onnx_type) {
    return onnx_type == onnx_float   ? Element::float32
           : onnx_type == onnx_int32 ? Element::int32
           : onnx_type == onnx_int64 ? Element::int64
                                     : Element::other;
}

[[noreturn]] void fail(fs::path const& file, std::string const& reason) {
    throw Error("The network " + file.string() + " cannot be used (" + reason +
                "); install it again or name another one.");
}

void check(fs::path const& file, OrtStatus* status) {
    if (auto reason = failure_of(runtime(), status); !reason.empty()) {
        fail(file, reason);
    }
}

// A handle and who frees it.
template <typename T>
using Handle = std::unique_ptr<T, void (*)(T*)>;

struct Described {
    Element element = Element::other;
    std::vector<std::int64_t> shape;
    std::size_t count = 0; // of elements; meaningless where a size is free
};

Described describe(fs::path const& file, OrtTensorInfo const* info) {
    auto const& r = runtime();
    Described d;
    int type = 0;
    std::size_t rank = 0;
    check(file, r.element_type(info, &type));
    check(file, r.rank(info, &rank));
    d.element = element_of(type);
    d.shape.resize(rank);
    check(file, r.shape(info, d.shape.data(), rank));
    bool free = std::any_of(d.shape.begin(), d.shape.end(), [](auto size) { return size < 0; });
    if (!free) {
        check(file, r.element_count(info, &d.count));
    }
    return d;
}

template <typename Count, typename Name, typename Type>
std::vector<Port> ports(fs::path const& file, OrtSession const* session, Count count, Name name, Type type) {
    auto const& r = runtime();
    std::size_t n = 0;
    check(file, count(session, &n));
    std::vector<Port> found(n);
    for (std::size_t i = 0; i < n; ++i) {
        char* text = nullptr;
        check(file, name(session, i, r.allocator, &text));
        found[i].name = text;
        check(file, r.release_memory(r.allocator, text));
        OrtTypeInfo* info = nullptr;
        check(file, type(session, i, &info));
        Handle<OrtTypeInfo> owner(info, r.release_type);
        OrtTensorInfo const* tensor = nullptr;
        check(file, r.as_tensor_info(info, &tensor));
        if (tensor) {
            auto described = describe(file, tensor);
            found[i].element = described.element;
            found[i].shape = std::move(described.shape);
        }
    }
    return found;
}

Handle<OrtSessionOptions> make_options(fs::path const& file, int threads, Optimise optimise) {
    auto const& r = runtime();
    OrtSessionOptions* made = nullptr;
    check(file, r.create_session_options(&made));
    Handle<OrtSessionOptions> options(made, r.release_session_options);
    check(file, r.set_threads(made, std::max(1, threads)));
    constexpr int no_optimisation = 0, all_optimisations = 99; // ORT_DISABLE_ALL, ORT_ENABLE_ALL
    check(file, r.set_optimisation(made, optimise == Optimise::nothing ? no_optimisation : all_optimisations));
    // Sizes differ from run to run: what was planned for one would only be kept. And threads that wait must not take
    // the processor from the models that work at the same time.
    check(file, r.disable_memory_pattern(made));
    check(file, r.disable_arena(made));
    check(file, r.add_option(made, "session.intra_op.allow_spinning", "0"));
    return options;
}

Handle<OrtValue> make_tensor(fs::path const& file, Input const& input) {
    auto const& r = runtime();
    std::size_t wanted = 1;
    for (auto size : input.shape) {
        wanted *= static_cast<std::size_t>(size);
    }
    OrtValue* made = nullptr;
    std::visit(
        [&](auto values) {
            using Value = typename decltype(values)::value_type;
            if (values.size() != wanted) {
                fail(file, "input " + input.name + " has " + std::to_string(values.size()) + " values instead of " +
                               std::to_string(wanted));
            }
            constexpr int type = std::is_same_v<Value, float>          ? onnx_float
                                 : std::is_same_v<Value, std::int32_t> ? onnx_int32
                                                                       : onnx_int64;
            // The runtime only reads inputs, though it takes them as if it wrote.
            auto* data = const_cast<void*>(static_cast<void const*>(values.data()));
            check(file, r.create_tensor(r.memory, data, values.size_bytes(), input.shape.data(), input.shape.size(),
                                        type, &made));
        },
        input.values);
    return {made, r.release_value};
}

Output read_output(fs::path const& file, std::string const& name, std::shared_ptr<OrtValue> value) {
    auto const& r = runtime();
    OrtTensorInfo* info = nullptr;
    check(file, r.tensor_info(value.get(), &info));
    Handle<OrtTensorInfo> owner(info, r.release_tensor_info);
    auto described = describe(file, info);
    if (described.element != Element::float32) {
        fail(file, "output " + name + " is not of 32-bit floats");
    }
    void* data = nullptr;
    check(file, r.tensor_data(value.get(), &data));
    return {std::move(described.shape), {static_cast<float const*>(data), described.count}, std::move(value)};
}

} // namespace

Session::Session(fs::path const& file, int threads, Optimise optimise) : file_(file) {
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) {
        fail(file, "there is no such file");
    }
    auto const& r = runtime();
    auto options = make_options(file, threads, optimise);
    OrtSession* session = nullptr;
    check(file, r.create_session(r.env, file.c_str(), options.get(), &session));
    session_ = std::shared_ptr<void>(session, [&r](void* s) { r.release_session(static_cast<OrtSession*>(s)); });
    inputs_ = ports(file, session, r.input_count, r.input_name, r.input_type);
    outputs_ = ports(file, session, r.output_count, r.output_name, r.output_type);
}

std::optional<std::string> Session::metadata(std::string const& key) const {
    auto const& r = runtime();
    OrtMetadata* made = nullptr;
    check(file_, r.metadata(static_cast<OrtSession*>(session_.get()), &made));
    Handle<OrtMetadata> owner(made, r.release_metadata);
    char* value = nullptr;
    check(file_, r.metadata_entry(made, r.allocator, key.c_str(), &value));
    if (!value) {
        return std::nullopt;
    }
    std::string text = value;
    check(file_, r.release_memory(r.allocator, value));
    return text;
}

std::vector<Output> Session::run(std::vector<Input> const& inputs, std::stop_token stop) const {
    auto const& r = runtime();
    std::vector<Handle<OrtValue>> tensors;
    std::vector<OrtValue const*> values;
    std::vector<char const*> input_names, output_names;
    for (auto const& input : inputs) {
        tensors.push_back(make_tensor(file_, input));
        values.push_back(tensors.back().get());
        input_names.push_back(input.name.c_str());
    }
    for (auto const& output : outputs_) {
        output_names.push_back(output.name.c_str());
    }
    OrtRunOptions* made = nullptr;
    check(file_, r.create_run_options(&made));
    Handle<OrtRunOptions> options(made, r.release_run_options);
    std::stop_callback terminate(stop, [&] { r.release_status(r.terminate(options.get())); });
    std::vector<OrtValue*> results(outputs_.size(), nullptr);
    auto reason =
        failure_of(r, r.run(static_cast<OrtSession*>(session_.get()), options.get(), input_names.data(), values.data(),
                            values.size(), output_names.data(), output_names.size(), results.data()));
    std::vector<std::shared_ptr<OrtValue>> owners; // before anything can throw
    for (auto* result : results) {
        owners.emplace_back(result, r.release_value);
    }
    if (stop.stop_requested()) {
        return {};
    }
    if (!reason.empty()) {
        fail(file_, reason);
    }
    std::vector<Output> outputs;
    for (std::size_t i = 0; i < owners.size(); ++i) {
        outputs.push_back(read_output(file_, outputs_[i].name, owners[i]));
    }
    return outputs;
}

} // namespace echollama::onnx
