// A Kokoro voice as published becomes a folder as sherpa-onnx publishes them.
#pragma once

#include <filesystem>

namespace echollama::convert {

// Writes model.onnx (with sherpa-onnx's metadata), tokens.txt and voices.bin into the folder. `onnx`: an
// export of Kokoro-82M (kokoro-onnx or onnx-community). `vocabulary`: JSON with "vocab" (hexgrad's config.json), or
// with "model": {"vocab"} (tokenizer.json). `voices`: a folder of NAME.bin, each the style vectors of one speaker:
// 510 x 256 float32. Throws Error when the files are not these or do not fit together.
void prepare_kokoro_voice(std::filesystem::path const& onnx, std::filesystem::path const& vocabulary,
                          std::filesystem::path const& voices, std::filesystem::path const& folder);

} // namespace echollama::convert
