#include "voice/sherpa.h"

#include "base/bundled_library.h"
#include "base/error.h"

#include <dlfcn.h>

namespace echollama {
namespace {

void* open_library() {
    if (void* library = open_bundled_library("libsherpa-onnx-c-api.so", ECHOLLAMA_SHERPA_LIB_DIR)) {
        return library;
    }
    throw Error(
        "The natural voice cannot start because sherpa-onnx is missing; run scripts/fetch-package sherpa-onnx.");
}

Sherpa load() {
    void* library = open_library(); // kept until the program ends
    auto find = [&](auto& function, char const* name) {
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
        if (!function) {
            throw Error(std::string("The natural voice cannot start because sherpa-onnx lacks ") + name +
                        "; it is another version.");
        }
    };
    Sherpa s;
    find(s.create, "SherpaOnnxCreateOfflineTts");
    find(s.destroy, "SherpaOnnxDestroyOfflineTts");
    find(s.sample_rate, "SherpaOnnxOfflineTtsSampleRate");
    find(s.generate, "SherpaOnnxOfflineTtsGenerateWithConfig");
    find(s.destroy_audio, "SherpaOnnxDestroyOfflineTtsGeneratedAudio");
    return s;
}

} // namespace

Sherpa const& sherpa() {
    static Sherpa const functions = load();
    return functions;
}

} // namespace echollama
