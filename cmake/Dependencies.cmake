# Third-party parts. llama.cpp comes first and brings ggml; whisper.cpp then uses the same ggml target.
# Versions and checksums: cmake/packages.tsv. A checkout of your own is taken with -DECHOLLAMA_LLAMA_DIR=… and so on.

set(ECHOLLAMA_LLAMA_DIR "" CACHE PATH "llama.cpp source tree (empty: the pinned package)")
set(ECHOLLAMA_WHISPER_DIR "" CACHE PATH "whisper.cpp source tree (empty: the pinned package)")
set(ECHOLLAMA_SHERPA_DIR "" CACHE PATH "sherpa-onnx prefix with include/ and lib/ (empty: the pinned package)")

function(echollama_package name out)
  execute_process(
    COMMAND "${CMAKE_SOURCE_DIR}/scripts/fetch-package" "${name}"
    OUTPUT_VARIABLE dir OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE rc)
  if(NOT rc EQUAL 0)
    message(FATAL_ERROR "Cannot fetch ${name}; see the line above. Or name a copy of your own in the matching ECHOLLAMA_*_DIR.")
  endif()
  set(${out} "${dir}" PARENT_SCOPE)
endfunction()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

if(NOT ECHOLLAMA_LLAMA_DIR)
  echollama_package(llama.cpp ECHOLLAMA_LLAMA_DIR)
endif()
if(NOT ECHOLLAMA_WHISPER_DIR)
  echollama_package(whisper.cpp whisper_package)
  set(ECHOLLAMA_WHISPER_DIR "${whisper_package}/cpp/whisper.cpp")
endif()
if(NOT ECHOLLAMA_SHERPA_DIR)
  echollama_package(sherpa-onnx sherpa_package)
  set(ECHOLLAMA_SHERPA_DIR "${sherpa_package}/sherpa_onnx")
endif()

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

set(WHISPER_ALL_WARNINGS OFF)
add_subdirectory("${ECHOLLAMA_WHISPER_DIR}" third_party/whisper.cpp EXCLUDE_FROM_ALL SYSTEM)

# Single-header libraries that llama.cpp carries: cpp-httplib, nlohmann/json, miniaudio, stb.
add_library(echollama_vendor INTERFACE)
target_include_directories(echollama_vendor SYSTEM INTERFACE "${ECHOLLAMA_LLAMA_DIR}/vendor")

add_library(echollama_httplib STATIC EXCLUDE_FROM_ALL "${ECHOLLAMA_LLAMA_DIR}/vendor/cpp-httplib/httplib.cpp")
target_include_directories(echollama_httplib SYSTEM PUBLIC "${ECHOLLAMA_LLAMA_DIR}/vendor")
target_compile_options(echollama_httplib PRIVATE -w)
target_link_libraries(echollama_httplib PUBLIC Threads::Threads)
find_package(OpenSSL REQUIRED)
target_compile_definitions(echollama_httplib PUBLIC CPPHTTPLIB_OPENSSL_SUPPORT)
target_link_libraries(echollama_httplib PUBLIC OpenSSL::SSL OpenSSL::Crypto)

# sherpa-onnx is loaded with dlopen, so a missing or broken voice runtime never stops the program: only its header is used here.
add_library(echollama_sherpa INTERFACE)
target_include_directories(echollama_sherpa SYSTEM INTERFACE "${ECHOLLAMA_SHERPA_DIR}/include")
target_compile_definitions(echollama_sherpa INTERFACE ECHOLLAMA_SHERPA_LIB_DIR="${ECHOLLAMA_SHERPA_DIR}/lib")

# Debian's libraries.
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)
pkg_check_modules(ESPEAK REQUIRED IMPORTED_TARGET espeak-ng)
pkg_check_modules(EXIF REQUIRED IMPORTED_TARGET libexif)
pkg_check_modules(SNDFILE REQUIRED IMPORTED_TARGET sndfile)
pkg_check_modules(SAMPLERATE REQUIRED IMPORTED_TARGET samplerate)
pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo)
pkg_check_modules(HEIF REQUIRED IMPORTED_TARGET libheif)
pkg_check_modules(PUGIXML REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(TINYGLTF REQUIRED IMPORTED_TARGET tinygltf)
pkg_check_modules(MYSOFA REQUIRED IMPORTED_TARGET libmysofa)
# The measured head that comes with libmysofa. Without it the program says so and places sound with a computed one.
pkg_get_variable(MYSOFA_INCLUDE libmysofa includedir)
find_file(ECHOLLAMA_HRTF_FILE MIT_KEMAR_normal_pinna.sofa HINTS "${MYSOFA_INCLUDE}/../share/libmysofa" PATHS /usr/share/libmysofa /usr/local/share/libmysofa)
find_library(SONIC_LIBRARY sonic REQUIRED)
find_path(SONIC_INCLUDE_DIR sonic.h REQUIRED)
find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp REQUIRED)

# OpenCV's stereo matching. Debian's libopencv-calib3d-dev would draw in half a desktop, so scripts/setup takes only the
# libraries and puts those headers into the cache; an installed libopencv-dev is found first.
set(cache "$ENV{ECHOLLAMA_CACHE}")
if(NOT cache)
  set(cache "$ENV{HOME}/.cache/echollama")
  if(DEFINED ENV{XDG_CACHE_HOME})
    set(cache "$ENV{XDG_CACHE_HOME}/echollama")
  endif()
endif()
find_path(OPENCV_CORE_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
find_path(OPENCV_CALIB3D_INCLUDE_DIR opencv2/calib3d.hpp PATH_SUFFIXES opencv4 HINTS "${OPENCV_CORE_INCLUDE_DIR}"
  PATHS "${cache}/opencv-headers/usr/include" REQUIRED)
add_library(echollama_stereo INTERFACE)
target_include_directories(echollama_stereo SYSTEM INTERFACE "${OPENCV_CORE_INCLUDE_DIR}" "${OPENCV_CALIB3D_INCLUDE_DIR}")
foreach(part calib3d imgproc core)
  string(TOUPPER OPENCV_${part}_LIBRARY library)
  find_library(${library} NAMES opencv_${part} libopencv_${part}.so.406 REQUIRED)
  target_link_libraries(echollama_stereo INTERFACE "${${library}}")
endforeach()
