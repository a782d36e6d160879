// ONNX Runtime's C interface, loaded when a network is first opened, so that the program runs without it.
//
// The library comes without its header: what is used of it is declared here. The library hands out
// one table of functions that only ever grows at its end, so a place in it belongs to one function for good
// (onnxruntime_c_api.h, "struct OrtApi"; tests/tools/onnx_places.cpp compares the places with that header).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace echollama::onnx {

// Handles that only the library looks into.
struct OrtStatus;
struct OrtEnv;
struct OrtSession;
struct OrtSessionOptions;
struct OrtRunOptions;
struct OrtValue;
struct OrtMemoryInfo;
struct OrtTypeInfo;
struct OrtTensorInfo;
struct OrtMetadata;
struct OrtAllocator;

using LogFunction = void (*)(void* owner, int severity, char const* category, char const* id, char const* place,
                             char const* message);

// Functions that return a status give nullptr for success.
struct Runtime {
    char const* (*error_message)(OrtStatus const*) = nullptr;
    OrtStatus* (*create_env)(LogFunction, void* owner, int severity, char const* id, OrtEnv**) = nullptr;
    OrtStatus* (*create_session)(OrtEnv const*, char const* path, OrtSessionOptions const*, OrtSession**) = nullptr;
    OrtStatus* (*run)(OrtSession*, OrtRunOptions const*, char const* const* input_names, OrtValue const* const* inputs,
                      std::size_t input_count, char const* const* output_names, std::size_t output_count,
                      OrtValue** outputs) = nullptr;
    OrtStatus* (*create_session_options)(OrtSessionOptions**) = nullptr;
    OrtStatus* (*disable_memory_pattern)(OrtSessionOptions*) = nullptr;
    OrtStatus* (*disable_arena)(OrtSessionOptions*) = nullptr;
    OrtStatus* (*set_optimisation)(OrtSessionOptions*, int level) = nullptr;
    OrtStatus* (*set_threads)(OrtSessionOptions*, int count) = nullptr;
    OrtStatus* (*input_count)(OrtSession const*, std::size_t*) = nullptr;
    OrtStatus* (*output_count)(OrtSession const*, std::size_t*) = nullptr;
    OrtStatus* (*input_type)(OrtSession const*, std::size_t index, OrtTypeInfo**) = nullptr;
    OrtStatus* (*output_type)(OrtSession const*, std::size_t index, OrtTypeInfo**) = nullptr;
    OrtStatus* (*input_name)(OrtSession const*, std::size_t index, OrtAllocator*, char**) = nullptr;
    OrtStatus* (*output_name)(OrtSession const*, std::size_t index, OrtAllocator*, char**) = nullptr;
    OrtStatus* (*create_run_options)(OrtRunOptions**) = nullptr;
    OrtStatus* (*terminate)(OrtRunOptions*) = nullptr;
    OrtStatus* (*create_tensor)(OrtMemoryInfo const*, void* data, std::size_t bytes, std::int64_t const* shape,
                                std::size_t rank, int element_type, OrtValue**) = nullptr;
    OrtStatus* (*tensor_data)(OrtValue*, void**) = nullptr;
    OrtStatus* (*as_tensor_info)(OrtTypeInfo const*, OrtTensorInfo const**) = nullptr; // nullptr: it is no tensor
    OrtStatus* (*element_type)(OrtTensorInfo const*, int*) = nullptr;
    OrtStatus* (*rank)(OrtTensorInfo const*, std::size_t*) = nullptr;
    OrtStatus* (*shape)(OrtTensorInfo const*, std::int64_t*, std::size_t rank) = nullptr;
    OrtStatus* (*element_count)(OrtTensorInfo const*, std::size_t*) = nullptr;
    OrtStatus* (*tensor_info)(OrtValue const*, OrtTensorInfo**) = nullptr;
    OrtStatus* (*cpu_memory)(int allocator, int memory, OrtMemoryInfo**) = nullptr;
    OrtStatus* (*release_memory)(OrtAllocator*, void*) = nullptr;
    OrtStatus* (*default_allocator)(OrtAllocator**) = nullptr;
    OrtStatus* (*metadata)(OrtSession const*, OrtMetadata**) = nullptr;
    OrtStatus* (*metadata_entry)(OrtMetadata const*, OrtAllocator*, char const* key, char** value) = nullptr;
    OrtStatus* (*add_option)(OrtSessionOptions*, char const* key, char const* value) = nullptr;
    void (*release_status)(OrtStatus*) = nullptr;
    void (*release_session)(OrtSession*) = nullptr;
    void (*release_value)(OrtValue*) = nullptr;
    void (*release_run_options)(OrtRunOptions*) = nullptr;
    void (*release_type)(OrtTypeInfo*) = nullptr;
    void (*release_tensor_info)(OrtTensorInfo*) = nullptr;
    void (*release_session_options)(OrtSessionOptions*) = nullptr;
    void (*release_metadata)(OrtMetadata*) = nullptr;

    // One for the whole program, kept until it ends.
    OrtEnv* env = nullptr;
    OrtMemoryInfo* memory = nullptr;
    OrtAllocator* allocator = nullptr;
};

// Calls visit(function, place in the table, name in ONNX Runtime's header) for each function.
template <typename Visit>
void each_function(Runtime& r, Visit visit) {
    visit(r.error_message, 2, "GetErrorMessage");
    visit(r.create_env, 4, "CreateEnvWithCustomLogger");
    visit(r.create_session, 7, "CreateSession");
    visit(r.run, 9, "Run");
    visit(r.create_session_options, 10, "CreateSessionOptions");
    visit(r.disable_memory_pattern, 17, "DisableMemPattern");
    visit(r.disable_arena, 19, "DisableCpuMemArena");
    visit(r.set_optimisation, 23, "SetSessionGraphOptimizationLevel");
    visit(r.set_threads, 24, "SetIntraOpNumThreads");
    visit(r.input_count, 30, "SessionGetInputCount");
    visit(r.output_count, 31, "SessionGetOutputCount");
    visit(r.input_type, 33, "SessionGetInputTypeInfo");
    visit(r.output_type, 34, "SessionGetOutputTypeInfo");
    visit(r.input_name, 36, "SessionGetInputName");
    visit(r.output_name, 37, "SessionGetOutputName");
    visit(r.create_run_options, 39, "CreateRunOptions");
    visit(r.terminate, 46, "RunOptionsSetTerminate");
    visit(r.create_tensor, 49, "CreateTensorWithDataAsOrtValue");
    visit(r.tensor_data, 51, "GetTensorMutableData");
    visit(r.as_tensor_info, 55, "CastTypeInfoToTensorInfo");
    visit(r.element_type, 60, "GetTensorElementType");
    visit(r.rank, 61, "GetDimensionsCount");
    visit(r.shape, 62, "GetDimensions");
    visit(r.element_count, 64, "GetTensorShapeElementCount");
    visit(r.tensor_info, 65, "GetTensorTypeAndShape");
    visit(r.cpu_memory, 69, "CreateCpuMemoryInfo");
    visit(r.release_memory, 76, "AllocatorFree");
    visit(r.default_allocator, 78, "GetAllocatorWithDefaultOptions");
    visit(r.release_status, 93, "ReleaseStatus");
    visit(r.release_session, 95, "ReleaseSession");
    visit(r.release_value, 96, "ReleaseValue");
    visit(r.release_run_options, 97, "ReleaseRunOptions");
    visit(r.release_type, 98, "ReleaseTypeInfo");
    visit(r.release_tensor_info, 99, "ReleaseTensorTypeAndShapeInfo");
    visit(r.release_session_options, 100, "ReleaseSessionOptions");
    visit(r.metadata, 111, "SessionGetModelMetadata");
    visit(r.metadata_entry, 116, "ModelMetadataLookupCustomMetadataMap");
    visit(r.release_metadata, 118, "ReleaseModelMetadata");
    visit(r.add_option, 130, "AddSessionConfigEntry");
}

// Throws Error when the library is missing or another one.
Runtime const& runtime();

// Why a call failed, as part of a sentence; empty: it succeeded. Frees the status.
std::string failure_of(Runtime const& runtime, OrtStatus* status);

} // namespace echollama::onnx
