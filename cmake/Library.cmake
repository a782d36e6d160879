# The library that other programs use: one static archive, lib/libechollama.a, of all rooms and of what is linked into them
# statically (ggml, llama.cpp, whisper.cpp, …), with the headers of the rooms, and a CMake package that names the shared
# libraries. A room's headers are only installed together with this archive.

# Gathers the static archives (targets) and the other libraries (link items) that a target needs.
function(echollama_gather target)
  get_property(seen GLOBAL PROPERTY ECHOLLAMA_GATHERED)
  if(target IN_LIST seen)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY ECHOLLAMA_GATHERED ${target})
  get_target_property(original ${target} ALIASED_TARGET)
  if(original)
    echollama_gather(${original})
    return()
  endif()
  get_target_property(type ${target} TYPE)
  get_target_property(imported ${target} IMPORTED)
  if(type STREQUAL STATIC_LIBRARY AND NOT imported)
    set_property(GLOBAL APPEND PROPERTY ECHOLLAMA_ARCHIVES ${target})
    get_target_property(links ${target} LINK_LIBRARIES)
  else()
    get_target_property(links ${target} INTERFACE_LINK_LIBRARIES)
    get_target_property(location ${target} IMPORTED_LOCATION)
    if(NOT location)
      get_target_property(location ${target} IMPORTED_LOCATION_RELEASE)
    endif()
    if(location)
      set_property(GLOBAL APPEND PROPERTY ECHOLLAMA_LIBRARIES ${location})
    endif()
  endif()
  foreach(item ${links})
    string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" item "${item}")
    if(TARGET "${item}")
      echollama_gather(${item})
    elseif(item MATCHES "^OpenMP::") # known to ggml's folder alone
      set_property(GLOBAL APPEND PROPERTY ECHOLLAMA_LIBRARIES -fopenmp)
    elseif(item AND NOT item MATCHES "^\\$<")
      set_property(GLOBAL APPEND PROPERTY ECHOLLAMA_LIBRARIES ${item})
    endif()
  endforeach()
endfunction()

# What a consumer's linker is told: the shared library by the name that the loader knows it by, so that no development
# package is needed.
function(echollama_link_name item out)
  if(IS_ABSOLUTE "${item}" AND item MATCHES "\\.so")
    execute_process(COMMAND "${CMAKE_OBJDUMP}" -p "${item}" OUTPUT_VARIABLE headers ERROR_QUIET)
    if(headers MATCHES "SONAME +([^ \n]+)")
      set(item "-l:${CMAKE_MATCH_1}")
    endif()
  endif()
  set(${out} "${item}" PARENT_SCOPE)
endfunction()

get_property(folders GLOBAL PROPERTY ECHOLLAMA_ROOM_TARGETS)
foreach(room ${folders})
  echollama_gather(${room})
endforeach()
get_property(archives GLOBAL PROPERTY ECHOLLAMA_ARCHIVES)
get_property(libraries GLOBAL PROPERTY ECHOLLAMA_LIBRARIES)
set(ECHOLLAMA_LINK_NAMES "")
foreach(item ${libraries})
  echollama_link_name("${item}" name)
  list(APPEND ECHOLLAMA_LINK_NAMES "${name}")
endforeach()
list(REMOVE_DUPLICATES ECHOLLAMA_LINK_NAMES)
list(SORT ECHOLLAMA_LINK_NAMES)

set(archive "${CMAKE_BINARY_DIR}/lib/libechollama.a")
set(script "CREATE ${archive}\n")
foreach(target ${archives})
  string(APPEND script "ADDLIB $<TARGET_FILE:${target}>\n")
endforeach()
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/lib/merge.mri" CONTENT "${script}SAVE\nEND\n")
add_custom_command(OUTPUT "${archive}"
  COMMAND "${CMAKE_COMMAND}" -E rm -f "${archive}"
  COMMAND "${CMAKE_AR}" -M < "${CMAKE_BINARY_DIR}/lib/merge.mri"
  DEPENDS ${archives} "${CMAKE_BINARY_DIR}/lib/merge.mri"
  COMMENT "Joining the rooms to lib/libechollama.a" VERBATIM)
add_custom_target(echollama_library ALL DEPENDS "${archive}")

include(CMakePackageConfigHelpers)
configure_package_config_file("${CMAKE_SOURCE_DIR}/cmake/echollamaConfig.cmake.in" "${CMAKE_BINARY_DIR}/lib/echollamaConfig.cmake"
  INSTALL_DESTINATION lib/cmake/echollama)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/lib/echollamaConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${archive}" DESTINATION lib COMPONENT development)
install(FILES "${CMAKE_BINARY_DIR}/lib/echollamaConfig.cmake" "${CMAKE_BINARY_DIR}/lib/echollamaConfigVersion.cmake"
  DESTINATION lib/cmake/echollama COMPONENT development)
# Third-party headers that headers of rooms include.
install(DIRECTORY "${ECHOLLAMA_LLAMA_DIR}/vendor/nlohmann" DESTINATION include/echollama/third_party COMPONENT development
  FILES_MATCHING PATTERN "*.hpp")
if(NOT ECHOLLAMA_INSTALLED)
  install(DIRECTORY "${ECHOLLAMA_LLAMA_DIR}/ggml/include/" DESTINATION include/echollama/third_party COMPONENT development
    FILES_MATCHING PATTERN "ggml*.h" PATTERN "gguf.h")
endif()
