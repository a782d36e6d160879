// sherpa-onnx, loaded when a natural voice is first wanted, so that the program runs without it.
#pragma once

#include <sherpa-onnx/c-api/c-api.h>

namespace echollama {

// The functions that are used, found by name.
struct Sherpa {
    decltype(&SherpaOnnxCreateOfflineTts) create = nullptr;
    decltype(&SherpaOnnxDestroyOfflineTts) destroy = nullptr;
    decltype(&SherpaOnnxOfflineTtsSampleRate) sample_rate = nullptr;
    decltype(&SherpaOnnxOfflineTtsGenerateWithConfig) generate = nullptr;
    decltype(&SherpaOnnxDestroyOfflineTtsGeneratedAudio) destroy_audio = nullptr;
};

// Looks in lib/echollama beside the installed program, then where it was at build time. Throws Error when it is not
// there.
Sherpa const& sherpa();

} // namespace echollama
