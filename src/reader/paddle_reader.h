// Reading with the networks of PP-OCR: where lines are, which of them stand upside down, what they say.
#pragma once

#include "roles/roles.h"

#include <filesystem>
#include <memory>

namespace echollama {

// `folder` holds det.onnx, rec.onnx and cls.onnx. Throws Error when one is missing, is another network, or when there
// is no ONNX Runtime.
std::unique_ptr<Reader> make_paddle_reader(std::filesystem::path const& folder, int threads);

} // namespace echollama
