# Third-party parts. llama.cpp comes first and brings ggml; whisper.cpp then uses the same ggml target.
# Versions and checksums: cmake/packages.tsv. A checkout of your own is taken with -DECHOLLAMA_LLAMA_DIR=… and so on;
# installed ggml, llama.cpp with libmtmd, and whisper.cpp on that same ggml with -DECHOLLAMA_INSTALLED=ON (and
# CMAKE_PREFIX_PATH). llama.cpp's sources are needed then too: the single headers in vendor/ are not installed with it.

set(ECHOLLAMA_LLAMA_DIR "" CACHE PATH "llama.cpp source tree (empty: the pinned package)")
set(ECHOLLAMA_WHISPER_DIR "" CACHE PATH "whisper.cpp source tree (empty: the pinned package)")
option(ECHOLLAMA_INSTALLED "Take ggml, llama.cpp and whisper.cpp from installed packages" OFF)
set(ECHOLLAMA_ONNXRUNTIME_DIR "" CACHE PATH "Folder of ONNX Runtime's library, 1.32 or newer (empty: the pinned package)")

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
if(NOT ECHOLLAMA_ONNXRUNTIME_DIR)
  echollama_package(onnxruntime onnxruntime_package)
  set(ECHOLLAMA_ONNXRUNTIME_DIR "${onnxruntime_package}/onnxruntime/capi")
endif()
file(GLOB onnxruntime_library "${ECHOLLAMA_ONNXRUNTIME_DIR}/libonnxruntime.so*")
list(GET onnxruntime_library 0 onnxruntime_library)
cmake_path(GET onnxruntime_library FILENAME onnxruntime_file)

if(ECHOLLAMA_INSTALLED)
  find_package(ggml REQUIRED)
  find_package(llama REQUIRED)
  find_package(whisper REQUIRED)
  add_library(ggml ALIAS ggml::ggml)
  add_library(ggml-base ALIAS ggml::ggml-base)
  find_library(MTMD_LIBRARY mtmd REQUIRED)
  find_path(MTMD_INCLUDE_DIR mtmd.h REQUIRED)
  add_library(mtmd INTERFACE)
  target_include_directories(mtmd SYSTEM INTERFACE "${MTMD_INCLUDE_DIR}")
  target_link_libraries(mtmd INTERFACE "${MTMD_LIBRARY}" llama)
else()
  include(cmake/BuildThirdParty.cmake)
endif()

# Single-header libraries that llama.cpp carries: cpp-httplib, nlohmann/json, miniaudio, stb.
add_library(echollama_vendor INTERFACE)
target_include_directories(echollama_vendor SYSTEM INTERFACE "${ECHOLLAMA_LLAMA_DIR}/vendor")

# The engine that llama.cpp runs chat templates with. It is installed with no library of its own, so it is built here.
file(GLOB jinja "${ECHOLLAMA_LLAMA_DIR}/common/jinja/*.cpp")
add_library(echollama_jinja STATIC EXCLUDE_FROM_ALL ${jinja}
  "${ECHOLLAMA_LLAMA_DIR}/common/json.cpp" "${ECHOLLAMA_LLAMA_DIR}/common/unicode.cpp")
target_include_directories(echollama_jinja SYSTEM PUBLIC "${ECHOLLAMA_LLAMA_DIR}/common" "${ECHOLLAMA_LLAMA_DIR}/vendor")
target_compile_options(echollama_jinja PRIVATE -w $<$<CONFIG:Release>:-O1>)
set_target_properties(echollama_jinja PROPERTIES UNITY_BUILD ON)
set_source_files_properties("${ECHOLLAMA_LLAMA_DIR}/common/json.cpp" "${ECHOLLAMA_LLAMA_DIR}/common/jinja/value.cpp"
  PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON) # they specialise templates that the others use
target_link_libraries(echollama_jinja PUBLIC ggml-base)

add_library(echollama_httplib STATIC EXCLUDE_FROM_ALL "${ECHOLLAMA_LLAMA_DIR}/vendor/cpp-httplib/httplib.cpp")
target_include_directories(echollama_httplib SYSTEM PUBLIC "${ECHOLLAMA_LLAMA_DIR}/vendor")
target_compile_options(echollama_httplib PRIVATE -w $<$<CONFIG:Release>:-O1>)
target_link_libraries(echollama_httplib PUBLIC Threads::Threads)
find_package(OpenSSL REQUIRED)
# Its reads of 16 KiB, each of which waits for the socket first, cost a third of the speed of a fast download.
target_compile_definitions(echollama_httplib PUBLIC CPPHTTPLIB_OPENSSL_SUPPORT "CPPHTTPLIB_RECV_BUFSIZ=size_t(262144u)")
target_link_libraries(echollama_httplib PUBLIC OpenSSL::SSL OpenSSL::Crypto)

# ONNX Runtime is loaded with dlopen, so a missing or broken one never stops the program.
add_library(echollama_onnxruntime INTERFACE)
target_compile_definitions(echollama_onnxruntime INTERFACE ECHOLLAMA_ONNXRUNTIME_FILE="${onnxruntime_file}"
  ECHOLLAMA_ONNXRUNTIME_LIB_DIR="$<IF:$<BOOL:${ECHOLLAMA_RELOCATED}>,${CMAKE_INSTALL_PREFIX}/lib/echollama,${ECHOLLAMA_ONNXRUNTIME_DIR}>")

# Debian's libraries.
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)
if(ECHOLLAMA_ESPEAK)
  pkg_check_modules(ESPEAK REQUIRED IMPORTED_TARGET espeak-ng)
endif()
pkg_check_modules(EXIF REQUIRED IMPORTED_TARGET libexif)
pkg_check_modules(SNDFILE REQUIRED IMPORTED_TARGET sndfile)
pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil libswresample libswscale) # linked by tests alone
add_library(echollama_ffmpeg_headers INTERFACE) # the program loads the libraries when a file needs them
target_include_directories(echollama_ffmpeg_headers SYSTEM INTERFACE ${FFMPEG_INCLUDE_DIRS})
pkg_check_modules(SAMPLERATE REQUIRED IMPORTED_TARGET samplerate)
pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo)
pkg_check_modules(HEIF REQUIRED IMPORTED_TARGET libheif)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp libwebpdemux)
pkg_check_modules(WEBPMUX REQUIRED IMPORTED_TARGET libwebpmux) # makes pictures for the tests; comes with libwebp-dev
pkg_check_modules(TIFF REQUIRED IMPORTED_TARGET libtiff-4)
pkg_check_modules(OPENEXR REQUIRED IMPORTED_TARGET OpenEXR)
pkg_check_modules(PUGIXML REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(TINYGLTF REQUIRED IMPORTED_TARGET tinygltf)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(MYSOFA REQUIRED IMPORTED_TARGET libmysofa)
# The measured head that comes with libmysofa. Without it the program says so and places sound with a computed one.
pkg_get_variable(MYSOFA_INCLUDE libmysofa includedir)
find_file(ECHOLLAMA_HRTF_FILE MIT_KEMAR_normal_pinna.sofa HINTS "${MYSOFA_INCLUDE}/../share/libmysofa" PATHS /usr/share/libmysofa /usr/local/share/libmysofa)
pkg_check_modules(WEBRTC REQUIRED IMPORTED_TARGET webrtc-audio-processing)
find_library(SONIC_LIBRARY sonic REQUIRED)
find_path(SONIC_INCLUDE_DIR sonic.h REQUIRED)

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

include(cmake/Arrow.cmake)
