// What everything that uses llama.h shares: starting the library, its log, and a look at a file before it is trusted.
#pragma once

#include "nn/gguf_head.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace echollama {

// Starts llama.cpp once; what it logs goes to our log as debug lines.
void prepare_llama();

// Sees what llama.cpp logs on this thread while it lives; may throw where the library catches.
class LlamaLogWatch {
  public:
    explicit LlamaLogWatch(std::function<void(std::string_view line)> watch);
    ~LlamaLogWatch();
    LlamaLogWatch(LlamaLogWatch const&) = delete;
    LlamaLogWatch& operator=(LlamaLogWatch const&) = delete;

  private:
    std::function<void(std::string_view)> watch_;
};

// llama.cpp trusts more than it should: throws Error unless the file is a GGUF file with an architecture whose tensors
// all lie inside it. `what` names it in the error ("language model", "adapter"). What its head says.
nn::GgufHead check_gguf(std::filesystem::path const& path, std::string const& what);

} // namespace echollama
