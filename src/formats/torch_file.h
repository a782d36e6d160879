// PyTorch checkpoints (.pt, .pth, .bin): the zip form (PyTorch 1.6 and later) and the older form (one pickle after the
// other, then the raw numbers; torch/serialization.py _legacy_save). Only tensors are taken out; no code of the file is
// ever run.
#pragma once

#include "formats/checkpoint.h"
#include "formats/file_bytes.h"

namespace echollama::convert {

// The tensors of a state dict: those of the top level, else those of its entry 'model', 'state_dict',
// 'model_state_dict' or of the only dictionary that holds tensors. Throws Error naming the file and the reason.
Checkpoint open_torch(std::filesystem::path const& path);

// A zip file, or a pickle that starts with the magic number of old PyTorch files.
bool looks_like_torch(FileBytes& file);

} // namespace echollama::convert
