#include "llm/llm_library.h"

#include "base/error.h"
#include "base/log.h"
#include "nn/ggml_log.h"

#include <gguf.h>
#include <llama.h>

#include <mutex>

namespace echollama {
namespace {

thread_local std::function<void(std::string_view)> const* log_watch = nullptr;

void take_log(ggml_log_level, char const* text, void*) {
    auto const line = nn::ggml_line(text);
    log::debug(line);
    if (log_watch) {
        (*log_watch)(line);
    }
}

} // namespace

void prepare_llama() {
    static std::once_flag once;
    std::call_once(once, [] {
        nn::route_ggml_logs();
        llama_log_set(take_log, nullptr);
        llama_backend_init();
    });
}

LlamaLogWatch::LlamaLogWatch(std::function<void(std::string_view)> watch) : watch_(std::move(watch)) {
    log_watch = &watch_;
}

LlamaLogWatch::~LlamaLogWatch() {
    log_watch = nullptr;
}

nn::GgufHead check_gguf(std::filesystem::path const& path, std::string const& what) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        throw Error("Cannot open the " + what + " " + path.string() +
                    "; check the path or run 'echollama models install'.");
    }
    auto head = nn::read_gguf_head(path);
    auto const* const kind = head.find("general.architecture");
    if (!kind || kind->is_list || kind->type != GGUF_TYPE_STRING) {
        throw Error("The file " + path.string() + " is not a " + what + "; name another GGUF file.");
    }
    return head;
}

} // namespace echollama
