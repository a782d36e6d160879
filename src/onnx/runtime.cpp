#include "onnx/runtime.h"

#include "base/bundled_library.h"
#include "base/error.h"
#include "base/log.h"

#include <dlfcn.h>

#include <type_traits>

namespace echollama::onnx {
namespace {

// The version of the interface that the newest of the functions came with.
constexpr std::uint32_t interface_version = 16;

struct OrtApiBase {
    void* const* (*table)(std::uint32_t version); // nullptr: the library is older
    char const* (*library_version)();
};

[[noreturn]] void fail(std::string const& reason) {
    throw Error("ONNX networks cannot be run because " + reason + "; run scripts/fetch-package onnxruntime.");
}

constexpr int warning_severity = 2;

void log_line(void*, int, char const*, char const*, char const*, char const* message) {
    log::debug(std::string("ONNX Runtime: ") + message);
}

Runtime load() {
    void* library = open_bundled_library(ECHOLLAMA_ONNXRUNTIME_FILE, ECHOLLAMA_ONNXRUNTIME_LIB_DIR);
    if (!library) {
        fail("ONNX Runtime is missing");
    }
    auto base = reinterpret_cast<OrtApiBase const* (*)()>(dlsym(library, "OrtGetApiBase"));
    void* const* table = base ? base()->table(interface_version) : nullptr;
    if (!table) {
        fail("this ONNX Runtime is another version");
    }
    Runtime r;
    each_function(r, [&](auto& function, std::size_t place, char const*) {
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(table[place]);
    });
    constexpr int any_allocator = 0, default_memory = 0; // OrtDeviceAllocator, OrtMemTypeDefault
    auto reason = failure_of(r, r.create_env(log_line, nullptr, warning_severity, "echollama", &r.env));
    if (reason.empty()) {
        reason = failure_of(r, r.cpu_memory(any_allocator, default_memory, &r.memory));
    }
    if (reason.empty()) {
        reason = failure_of(r, r.default_allocator(&r.allocator));
    }
    if (!reason.empty()) {
        fail("ONNX Runtime cannot start (" + reason + ")");
    }
    return r;
}

} // namespace

Runtime const& runtime() {
    static Runtime const functions = load();
    return functions;
}

std::string failure_of(Runtime const& runtime, OrtStatus* status) {
    if (!status) {
        return "";
    }
    std::string text = runtime.error_message(status);
    runtime.release_status(status);
    text = text.substr(0, text.find('\n'));
    while (!text.empty() && (text.back() == '.' || text.back() == ' ')) {
        text.pop_back();
    }
    return text.empty() ? "no reason was given" : text;
}

} // namespace echollama::onnx
