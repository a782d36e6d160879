#include "captioner/mtmd.h"

#include "base/error.h"
#include "base/log.h"
#include "captioner/captioner_text.h"
#include "media/picture/resize.h"
#include "nn/backend.h"
#include "nn/ggml_log.h"
#include "nn/gguf_head.h"
#include "nn/weights.h"

#include <llama.h>
#include <mtmd-helper.h>
#include <mtmd.h>

#include <algorithm>
#include <mutex>

namespace echollama {
namespace {

// Enough for pictures that must be read at once: 256 rows in Gemma 3, 730 in Moondream2.
constexpr int batch = 1024;

struct Deleter {
    void operator()(mtmd_context* p) const { mtmd_free(p); }
    void operator()(mtmd_bitmap* p) const { mtmd_bitmap_free(p); }
    void operator()(mtmd_input_chunks* p) const { mtmd_input_chunks_free(p); }
};

void route_logs() {
    static std::once_flag once;
    std::call_once(once, [] { mtmd_helper_log_set(nn::log_ggml_line, nullptr); });
}

// Asked before and after nodes of the encoder's graph; false ends it. Looking only at norms keeps the graph in pieces
// large enough to be fast: there are two in each layer.
bool go_on(ggml_tensor* node, bool ask, void* data) {
    if (ask) {
        return node->op == GGML_OP_NORM || node->op == GGML_OP_RMS_NORM;
    }
    return !static_cast<std::stop_token const*>(data)->stop_requested();
}

[[noreturn]] void refuse(std::filesystem::path const& text, std::filesystem::path const& mmproj) {
    throw Error("The vision model " + mmproj.string() + " cannot be used with " + text.string() +
                "; name the two files that were published together.");
}

class MtmdCaptioner : public Captioner {
  public:
    MtmdCaptioner(std::filesystem::path const& text, std::filesystem::path const& mmproj, MtmdOptions const& options)
        : text_(text), mmproj_(mmproj),
          llm_(text,
               {.threads = options.threads, .context = options.context, .device = options.device, .batch = batch}),
          max_tokens_(options.max_tokens) {
        auto const eyes = nn::read_gguf_head(mmproj);
        route_logs();
        auto params = mtmd_context_params_default();
        params.device = nn::gpu_handle(options.device);
        params.use_gpu = params.device != nullptr;
        params.print_timings = false;
        params.n_threads = std::max(1, options.threads);
        params.warmup = false;
        params.cb_eval = go_on;
        params.cb_eval_user_data = &stop_;
        try {
            eyes_.reset(mtmd_init_from_file(mmproj.c_str(), llm_.model(), params));
        } catch (std::exception const& error) {
            log::debug(error.what());
        }
        if (!eyes_ || !mtmd_support_vision(eyes_.get())) {
            refuse(text, mmproj);
        }
        if (nn::gguf_architecture(text) == "phi2") {
            moondream_side_ = static_cast<int>(eyes.u32("clip.vision.image_size", 378));
        }
    }

    std::string caption(Image const& image, CaptionRequest const& request, std::stop_token stop) override {
        stop_ = stop;
        llm_.forget();
        bool read = moondream_side_ > 0 ? read_moondream(image, request) : read_chat(image, request);
        return read && !stop.stop_requested() ? write_caption(llm_, max_tokens_, stop) : "";
    }

  private:
    using Chunks = std::unique_ptr<mtmd_input_chunks, Deleter>;

    struct Part {
        std::string text; // empty: the picture
        bool special = false;
    };

    Chunks cut(Image const& image, std::vector<Part> const& parts, bool add_special) const {
        std::unique_ptr<mtmd_bitmap, Deleter> bitmap(mtmd_bitmap_init(
            static_cast<std::uint32_t>(image.width), static_cast<std::uint32_t>(image.height), image.rgb.data()));
        std::vector<mtmd_input_text> texts(parts.size());
        std::vector<mtmd_input_part> inputs(parts.size());
        std::vector<mtmd_input_part const*> pointers;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            texts[i] = {parts[i].text.c_str(), parts[i].text.size(), false, parts[i].special};
            inputs[i] =
                parts[i].text.empty() ? mtmd_input_part{nullptr, bitmap.get()} : mtmd_input_part{&texts[i], nullptr};
            pointers.push_back(&inputs[i]);
        }
        Chunks chunks(mtmd_input_chunks_init());
        if (mtmd_tokenize_from_parts(eyes_.get(), chunks.get(), pointers.data(), pointers.size(), add_special) != 0) {
            throw Error("The vision model " + mmproj_.string() + " cannot take this picture; try another size.");
        }
        return chunks;
    }

    bool read_chat(Image const& image, CaptionRequest const& request) {
        auto question = question_text(request);
        auto frame = llm_.frame();
        if (!frame) { // the file tells no template that llama.cpp knows: LLaVA's first form
            frame = Llm::Frame{"USER: ", "\nASSISTANT:"};
            question.insert(0, "\n");
        }
        std::vector<Part> parts{{frame->before, true}, {}, {question, false}, {frame->after, true}};
        if (frame->after.empty()) {
            parts.pop_back();
        }
        if (frame->before.empty()) {
            parts.erase(parts.begin());
        }
        auto chunks = cut(image, parts, true);
        for (std::size_t i = 0; i < mtmd_input_chunks_size(chunks.get()); ++i) {
            if (!read_chunk(mtmd_input_chunks_get(chunks.get(), i))) {
                return false;
            }
        }
        return true;
    }

    bool read_chunk(mtmd_input_chunk const* chunk) {
        if (mtmd_input_chunk_get_type(chunk) == MTMD_INPUT_CHUNK_TYPE_TEXT) {
            std::size_t count = 0;
            auto const* tokens = mtmd_input_chunk_get_tokens_text(chunk, &count);
            if (std::any_of(tokens, tokens + count, [](auto token) { return token < 0; })) {
                refuse(text_, mmproj_); // the text model has no tokens for what stands around a picture
            }
            return count == 0 || llm_.read({tokens, count}, stop_);
        }
        encode(chunk);
        if (stop_.stop_requested()) {
            return false;
        }
        llm_.occupy(mtmd_input_chunk_get_n_tokens(chunk));
        auto place = llama_memory_seq_pos_max(llama_get_memory(llm_.context()), 0) + 1;
        // libmtmd knows the places of models with two-dimensional positions, and which pictures see themselves whole
        if (mtmd_helper_decode_image_chunk(eyes_.get(), llm_.context(), chunk, mtmd_get_output_embd(eyes_.get()), place,
                                           0, batch, &place, nullptr, nullptr) != 0 &&
            !stop_.stop_requested()) {
            throw Error("The language model failed while reading the picture; use a smaller picture.");
        }
        return !stop_.stop_requested();
    }

    void encode(mtmd_input_chunk const* chunk) {
        if (mtmd_encode_chunk(eyes_.get(), chunk) != 0 && !stop_.stop_requested()) {
            throw Error("The vision model " + mmproj_.string() + " failed on this picture; try another size.");
        }
    }

    bool read_moondream(Image const& image, CaptionRequest const& request) {
        auto chunks = cut(resize_bicubic(image, moondream_side_, moondream_side_), {Part{}}, false);
        auto rows = llm_.embedding(llm_.begin_token());
        for (std::size_t i = 0; i < mtmd_input_chunks_size(chunks.get()); ++i) {
            auto const* chunk = mtmd_input_chunks_get(chunks.get(), i);
            if (mtmd_input_chunk_get_type(chunk) != MTMD_INPUT_CHUNK_TYPE_IMAGE) {
                continue;
            }
            encode(chunk);
            if (stop_.stop_requested()) {
                return false;
            }
            float const* found = mtmd_get_output_embd(eyes_.get());
            rows.insert(rows.end(), found,
                        found + mtmd_input_chunk_get_n_tokens(chunk) * static_cast<std::size_t>(llm_.embedding_size()));
        }
        // The weights of 2025 come with a template, those of 2024 without one.
        bool of_2025 = llama_model_chat_template(llm_.model(), nullptr) != nullptr;
        auto form = of_2025 ? MoondreamPrompt::captions : MoondreamPrompt::questions;
        return llm_.read_rows(rows, of_2025, stop_) && llm_.read(moondream_prompt(llm_, form, request), stop_);
    }

    std::filesystem::path text_, mmproj_;
    Llm llm_;
    int max_tokens_;
    int moondream_side_ = 0; // 0: another model
    std::stop_token stop_;
    std::unique_ptr<mtmd_context, Deleter> eyes_; // uses llm_ and stop_
};

} // namespace

std::unique_ptr<Captioner> make_mtmd_captioner(std::filesystem::path const& text, std::filesystem::path const& mmproj,
                                               MtmdOptions const& options) {
    return std::make_unique<MtmdCaptioner>(text, mmproj, options);
}

} // namespace echollama
