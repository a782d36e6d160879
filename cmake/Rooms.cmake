# A room is one folder of src/ and one static library, echollama_<room> ("/" in the folder's name becomes "_"). What a
# room may know is what it names here; scripts/check-rooms compares that with the #include lines of its files, both ways,
# so that a room which includes what it does not name fails, and so does one that names what it does not need.

add_library(echollama_options INTERFACE)
target_include_directories(echollama_options INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(echollama_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> # GCC 12 warns falsely about std::string concatenation
  $<$<BOOL:${ECHOLLAMA_WERROR}>:-Werror>
  # Fuzzing follows the branches of our own code and ends at its first undefined operation.
  "$<$<BOOL:${ECHOLLAMA_FUZZ}>:-fsanitize=fuzzer-no-link;-fno-sanitize-recover=undefined>")

set_property(GLOBAL PROPERTY ECHOLLAMA_ROOMS "")

# Compile time: a fresh machine compiles all of this before the first spoken word. Rooms that compute say so (OPTIMISE 3 or 2);
# everything else, which passes texts and files on, is compiled with -O1 (docs/performance.md, "Build time").
function(echollama_optimise target level)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O${level}>)
endfunction()

# echollama_room(FOLDER [ROOMS rooms its headers and sources include] [LINKS third-party libraries its headers need]
#   [PRIVATE_LINKS third-party libraries only its sources need] [PRIVATE_HEADERS files that are not installed]
#   [OPTIMISE level, 1 where none is given])
function(echollama_room folder)
  cmake_parse_arguments(ROOM "" "OPTIMISE" "ROOMS;LINKS;PRIVATE_LINKS;PRIVATE_HEADERS" ${ARGN})
  if(NOT ROOM_OPTIMISE)
    set(ROOM_OPTIMISE 1)
  endif()
  string(REPLACE "/" "_" name "${folder}")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp")
  file(GLOB headers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${folder}/*.h")
  set(known ${ROOM_ROOMS})
  list(TRANSFORM known REPLACE "/" "_")
  list(TRANSFORM known PREPEND echollama_)
  if(NOT sources) # a room that is only headers
    add_library(echollama_${name} INTERFACE)
    target_link_libraries(echollama_${name} INTERFACE echollama_options ${known} ${ROOM_LINKS} ${ROOM_PRIVATE_LINKS})
  else()
    add_library(echollama_${name} STATIC ${sources})
    echollama_optimise(echollama_${name} ${ROOM_OPTIMISE})
    target_link_libraries(echollama_${name} PUBLIC echollama_options ${known} ${ROOM_LINKS} PRIVATE ${ROOM_PRIVATE_LINKS})
  endif()
  list(JOIN ROOM_ROOMS " " rooms)
  set_property(GLOBAL APPEND_STRING PROPERTY ECHOLLAMA_ROOMS "${folder}: ${rooms}\n")
  set_property(GLOBAL APPEND PROPERTY ECHOLLAMA_ROOM_TARGETS echollama_${name})
  if(NOT ECHOLLAMA_SCENE_ONLY)
    list(TRANSFORM ROOM_PRIVATE_HEADERS PREPEND "${CMAKE_SOURCE_DIR}/src/${folder}/")
    list(REMOVE_ITEM headers ${ROOM_PRIVATE_HEADERS})
    install(FILES ${headers} DESTINATION include/echollama/${folder} COMPONENT development) # with cmake/Library.cmake
  endif()
endfunction()

# Writes who may know whom to <build folder>/rooms.txt, a line a room, for scripts/check-rooms.
function(echollama_write_rooms)
  get_property(rooms GLOBAL PROPERTY ECHOLLAMA_ROOMS)
  file(WRITE "${CMAKE_BINARY_DIR}/rooms.txt" "${rooms}")
endfunction()
