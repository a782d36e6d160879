// A Piper voice as published becomes a folder as sherpa-onnx publishes them.
#pragma once

#include <filesystem>

namespace echollama::convert {

// Writes model.onnx (with sherpa-onnx's metadata appended: ModelProto.metadata_props, field 14), model.weights (its
// large numbers, which are then mapped and not copied when the voice is loaded), tokens.txt (from phoneme_id_map) and
// voice.json into the new folder. Throws Error when the files are not a Piper voice.
void prepare_piper_voice(std::filesystem::path const& onnx, std::filesystem::path const& json,
                         std::filesystem::path const& folder);

} // namespace echollama::convert
