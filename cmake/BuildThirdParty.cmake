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

# The header of GCC 12 says that LDTILECFG reads eight of its 64 bytes, so the compiler leaves out the rest, and ggml's products on AMX end the
# program with an illegal instruction. Our own (nn/cpu/matrix_unit.h) say what they read.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14 AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  target_compile_options(ggml-cpu PRIVATE -mno-amx-tile -mno-amx-int8 -mno-amx-bf16)
endif()

set(WHISPER_ALL_WARNINGS OFF)
add_subdirectory("${ECHOLLAMA_WHISPER_DIR}" third_party/whisper.cpp EXCLUDE_FROM_ALL SYSTEM)

# Compile time. A fresh machine with two cores compiles all of this before the first spoken word, so optimisation is spent
# where the time goes at run time: ggml's kernels keep the build type's. The rest builds graphs, reads files and templates
# once; measured with and without in docs/performance.md.
foreach(target llama mtmd whisper)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endforeach()
# One small graph a file: most of their time is reading the same headers.
set_target_properties(mtmd PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 20)
get_target_property(mtmd_sources mtmd SOURCES)
list(FILTER mtmd_sources EXCLUDE REGEX "^models/.*\\.cpp$")
list(TRANSFORM mtmd_sources PREPEND "${ECHOLLAMA_LLAMA_DIR}/tools/mtmd/")
set_source_files_properties(${mtmd_sources} DIRECTORY "${ECHOLLAMA_LLAMA_DIR}/tools/mtmd" PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
