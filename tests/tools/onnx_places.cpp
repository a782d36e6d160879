// Compares the places that src/onnx/runtime.h gives to ONNX Runtime's functions with the header of a release:
//   g++ -std=c++20 -Isrc -I<folder of onnxruntime_c_api.h> tests/tools/onnx_places.cpp -o places && ./places
#include "onnx/runtime.h"

#include <onnxruntime_c_api.h>

#include <cstring>
#include <iostream>

// From the header itself, so that no place is written twice.
#define PLACE(function)                                                                                                \
    if (std::strcmp(name, #function) == 0) {                                                                           \
        return offsetof(OrtApi, function) / sizeof(void*);                                                             \
    }

static std::size_t published_place(char const* name) {
    PLACE(GetErrorMessage)
    PLACE(CreateEnvWithCustomLogger)
    PLACE(CreateSession)
    PLACE(Run)
    PLACE(CreateSessionOptions)
    PLACE(DisableMemPattern)
    PLACE(DisableCpuMemArena)
    PLACE(SetSessionGraphOptimizationLevel)
    PLACE(SetIntraOpNumThreads)
    PLACE(SessionGetInputCount)
    PLACE(SessionGetOutputCount)
    PLACE(SessionGetInputTypeInfo)
    PLACE(SessionGetOutputTypeInfo)
    PLACE(SessionGetInputName)
    PLACE(SessionGetOutputName)
    PLACE(CreateRunOptions)
    PLACE(RunOptionsSetTerminate)
    PLACE(CreateTensorWithDataAsOrtValue)
    PLACE(GetTensorMutableData)
    PLACE(CastTypeInfoToTensorInfo)
    PLACE(GetTensorElementType)
    PLACE(GetDimensionsCount)
    PLACE(GetDimensions)
    PLACE(GetTensorShapeElementCount)
    PLACE(GetTensorTypeAndShape)
    PLACE(CreateCpuMemoryInfo)
    PLACE(AllocatorFree)
    PLACE(GetAllocatorWithDefaultOptions)
    PLACE(ReleaseStatus)
    PLACE(ReleaseSession)
    PLACE(ReleaseValue)
    PLACE(ReleaseRunOptions)
    PLACE(ReleaseTypeInfo)
    PLACE(ReleaseTensorTypeAndShapeInfo)
    PLACE(ReleaseSessionOptions)
    PLACE(SessionGetModelMetadata)
    PLACE(ModelMetadataLookupCustomMetadataMap)
    PLACE(ReleaseModelMetadata)
    PLACE(AddSessionConfigEntry)
    return 0;
}

int main() {
    int wrong = 0;
    echollama::onnx::Runtime runtime;
    each_function(runtime, [&](auto&, std::size_t place, char const* name) {
        if (published_place(name) != place) {
            std::cout << name << " is at " << published_place(name) << ", not " << place << "\n";
            ++wrong;
        }
    });
    std::cout << (wrong == 0 ? "all places agree\n" : "");
    return wrong == 0 ? 0 : 1;
}
