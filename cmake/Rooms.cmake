# A room is one folder of src/ and one static library, echollama_<room>. Dependencies point down only:
# server → pipeline → stages → {scene, models, convert, store} → nn → media → base.

add_library(echollama_options INTERFACE)
target_include_directories(echollama_options INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(echollama_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> # GCC 12 warns falsely about std::string concatenation
  $<$<BOOL:${ECHOLLAMA_WERROR}>:-Werror>
  # Fuzzing follows the branches of our own code and ends at its first undefined operation.
  "$<$<BOOL:${ECHOLLAMA_FUZZ}>:-fsanitize=fuzzer-no-link;-fno-sanitize-recover=undefined>")

function(echollama_room name)
  cmake_parse_arguments(ROOM "" "" "LINKS;PRIVATE_LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${name}/*.cpp")
  file(GLOB headers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${name}/*.h")
  if(NOT sources) # a room without sources yet is its headers
    add_library(echollama_${name} INTERFACE)
    target_link_libraries(echollama_${name} INTERFACE echollama_options ${ROOM_LINKS} ${ROOM_PRIVATE_LINKS})
  else()
    add_library(echollama_${name} STATIC ${sources})
    target_link_libraries(echollama_${name} PUBLIC echollama_options ${ROOM_LINKS} PRIVATE ${ROOM_PRIVATE_LINKS})
  endif()
  install(FILES ${headers} DESTINATION include/echollama/${name})
endfunction()
