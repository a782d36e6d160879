// A Piper voice as published becomes a folder that the program speaks with.
#pragma once

#include <filesystem>

namespace echollama::convert {

// Writes model.gguf (convert_piper_network), tokens.txt (from phoneme_id_map) and voice.json into the new folder. Of a
// network of another kind: model.onnx (with sherpa-onnx's metadata appended: ModelProto.metadata_props, field 14) and
// model.weights (its large numbers, which are then mapped and not copied when the voice is loaded). Throws Error when
// the files are not a Piper voice.
void prepare_piper_voice(std::filesystem::path const& onnx, std::filesystem::path const& json,
                         std::filesystem::path const& folder);

} // namespace echollama::convert
