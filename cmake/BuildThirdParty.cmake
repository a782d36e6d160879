# llama.cpp, libmtmd and whisper.cpp from source, static, on one ggml.
set(CMAKE_POLICY_DEFAULT_CMP0077 NEW) # let the settings below win over the option() calls of old CMake code
set(BUILD_SHARED_LIBS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(LLAMA_BUILD_COMMON OFF)
set(LLAMA_BUILD_TESTS OFF)
set(LLAMA_BUILD_TOOLS OFF)
set(LLAMA_BUILD_EXAMPLES OFF)
set(LLAMA_BUILD_SERVER OFF)
set(LLAMA_BUILD_APP OFF)
set(LLAMA_ALL_WARNINGS OFF)
set(GGML_CCACHE OFF) # our own launcher is set already
set(MTMD_VIDEO OFF CACHE BOOL "" FORCE)
add_subdirectory("${ECHOLLAMA_LLAMA_DIR}" third_party/llama.cpp EXCLUDE_FROM_ALL SYSTEM)
add_subdirectory("${ECHOLLAMA_LLAMA_DIR}/tools/mtmd" third_party/mtmd EXCLUDE_FROM_ALL SYSTEM)
target_compile_options(mtmd PRIVATE -w) # its enumerations warn in every file, and its warnings are not ours to mend

set(WHISPER_ALL_WARNINGS OFF)
add_subdirectory("${ECHOLLAMA_WHISPER_DIR}" third_party/whisper.cpp EXCLUDE_FROM_ALL SYSTEM)
