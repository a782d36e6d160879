#include "llm/llm_quantize.h"

#include "base/error.h"
#include "llm/llm_library.h"

#include <ggml-cpp.h>
#include <gguf.h>
#include <llama.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

namespace echollama {
namespace {

constexpr std::pair<char const*, llama_ftype> types[] = {
    {"f16", LLAMA_FTYPE_MOSTLY_F16},       {"bf16", LLAMA_FTYPE_MOSTLY_BF16},     {"q8_0", LLAMA_FTYPE_MOSTLY_Q8_0},
    {"q6_k", LLAMA_FTYPE_MOSTLY_Q6_K},     {"q5_k_m", LLAMA_FTYPE_MOSTLY_Q5_K_M}, {"q5_k_s", LLAMA_FTYPE_MOSTLY_Q5_K_S},
    {"q5_1", LLAMA_FTYPE_MOSTLY_Q5_1},     {"q5_0", LLAMA_FTYPE_MOSTLY_Q5_0},     {"q4_k_m", LLAMA_FTYPE_MOSTLY_Q4_K_M},
    {"q4_k_s", LLAMA_FTYPE_MOSTLY_Q4_K_S}, {"q4_1", LLAMA_FTYPE_MOSTLY_Q4_1},     {"q4_0", LLAMA_FTYPE_MOSTLY_Q4_0},
    {"iq4_nl", LLAMA_FTYPE_MOSTLY_IQ4_NL}, {"iq4_xs", LLAMA_FTYPE_MOSTLY_IQ4_XS}, {"q3_k_l", LLAMA_FTYPE_MOSTLY_Q3_K_L},
    {"q3_k_m", LLAMA_FTYPE_MOSTLY_Q3_K_M}, {"q3_k_s", LLAMA_FTYPE_MOSTLY_Q3_K_S}, {"q2_k", LLAMA_FTYPE_MOSTLY_Q2_K}};

llama_ftype parse_type(std::string const& name) {
    std::string known;
    for (auto const& [text, type] : types) {
        if (name == text) {
            return type;
        }
        known += (known.empty() ? "" : ", ") + std::string(text);
    }
    throw UsageError("'" + name + "' is not a type of weights; use one of " + known + ".");
}

void refuse_quantized(std::filesystem::path const& source) {
    gguf_context_ptr file(gguf_init_from_file(source.c_str(), {.no_alloc = true, .ctx = nullptr}));
    for (std::int64_t i = 0; file && i < gguf_get_n_tensors(file.get()); ++i) {
        if (ggml_is_quantized(gguf_get_tensor_type(file.get(), i))) {
            throw Error("The model " + source.string() +
                        " is quantised already; quantise its f32, f16 or bf16 file, which loses less.");
        }
    }
}

// "[  12/ 147] blk.0.attn_k.weight …" → 11/147 are done; negative for other lines.
double done_from(std::string_view line) {
    auto number_at = [&](std::size_t at) {
        at = std::min(line.find_first_not_of(' ', at), line.size());
        int value = 0;
        std::from_chars(line.data() + at, line.data() + line.size(), value);
        return value;
    };
    auto slash = line.find('/');
    if (!line.starts_with('[') || slash == std::string_view::npos) {
        return -1;
    }
    int at = number_at(1);
    int of = number_at(slash + 1);
    return at >= 1 && of >= at ? static_cast<double>(at - 1) / of : -1;
}

} // namespace

std::vector<std::string> quantized_types() {
    std::vector<std::string> names;
    for (auto const& type : types) {
        names.emplace_back(type.first);
    }
    return names;
}

void quantize_llm(std::filesystem::path const& source, std::filesystem::path const& output, std::string const& type,
                  QuantizeOptions const& options) {
    auto params = llama_model_quantize_default_params();
    params.ftype = parse_type(type);
    params.nthread = std::max(1, options.threads);
    params.max_buf_size = 256U << 20U; // rows in memory at once
    prepare_llama();
    check_gguf(source, "language model");
    refuse_quantized(source);
    auto fresh = output;
    fresh += ".part";
    // The library tells its progress only in its log and has no way to be stopped but an exception, which it catches.
    bool stopped = false;
    LlamaLogWatch watch([&](std::string_view line) {
        auto done = done_from(line);
        if (done < 0) {
            return;
        }
        if (options.progress) {
            options.progress(done);
        }
        stopped = options.stop.stop_requested();
        if (stopped) {
            throw Cancelled();
        }
    });
    auto failed = options.stop.stop_requested() || llama_model_quantize(source.c_str(), fresh.c_str(), &params) != 0;
    std::error_code ignored, moved;
    if (failed) {
        std::filesystem::remove(fresh, ignored);
        if (stopped || options.stop.stop_requested()) {
            throw Cancelled();
        }
        throw Error("The model " + source.string() + " could not be written as " + type +
                    "; check that the folder of " + output.string() +
                    " may be written and has room, or choose another type.");
    }
    std::filesystem::rename(fresh, output, moved);
    if (moved) {
        std::filesystem::remove(fresh, ignored);
        throw Error("Cannot write " + output.string() + " (" + moved.message() + ").");
    }
    if (options.progress) {
        options.progress(1);
    }
}

} // namespace echollama
