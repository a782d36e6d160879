#include "voice/sherpa.h"

#include "base/error.h"

#include <dlfcn.h>

#include <filesystem>

namespace echollama {
namespace {

void* open_library() {
    std::error_code ignored;
    auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
    std::filesystem::path const folders[] = {program.parent_path().parent_path() / "lib/echollama",
                                             ECHOLLAMA_SHERPA_LIB_DIR};
    for (auto const& folder : folders) {
        auto file = folder / "libsherpa-onnx-c-api.so";
        if (void* library =
                std::filesystem::exists(file, ignored) ? dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr) {
            return library;
        }
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
