# What 'cmake --install' and 'cpack' put where, in two components and so in two Debian packages: program and development.
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME program)
install(TARGETS echollama RUNTIME DESTINATION bin COMPONENT program)
install(TARGETS echollama-train RUNTIME DESTINATION bin COMPONENT program OPTIONAL) # ./run does not build it
if(TARGET echollama_parquet)
  install(TARGETS echollama_parquet LIBRARY DESTINATION lib/echollama COMPONENT program OPTIONAL)
endif()
# What runs the natural voice and reads signs, where src/onnx/runtime.cpp looks for it beside the program.
install(PROGRAMS "${onnxruntime_library}" DESTINATION lib/echollama COMPONENT program)
if(ECHOLLAMA_HRTF_FILE)
  install(FILES "${ECHOLLAMA_HRTF_FILE}" DESTINATION share/echollama RENAME head.sofa COMPONENT program)
endif()
# The man page and the shells' completions, which the program itself prints; one that was built for another processor cannot.
if(NOT CMAKE_CROSSCOMPILING)
  install(CODE "set(echollama_built \"$<TARGET_FILE:echollama>\")" COMPONENT program)
  install(CODE [[
    set(share "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share")
    function(install_page file)
      get_filename_component(folder "${share}/${file}" DIRECTORY)
      file(MAKE_DIRECTORY "${folder}")
      message(STATUS "Installing: ${share}/${file}")
      execute_process(COMMAND "${echollama_built}" help ${ARGN} OUTPUT_FILE "${share}/${file}" COMMAND_ERROR_IS_FATAL ANY)
    endfunction()
    install_page(man/man1/echollama.1 --man)
    install_page(bash-completion/completions/echollama --completion bash)
    install_page(zsh/vendor-completions/_echollama --completion zsh)
    install_page(fish/vendor_completions.d/echollama.fish --completion fish)
    execute_process(COMMAND gzip -9nf "${share}/man/man1/echollama.1" COMMAND_ERROR_IS_FATAL ANY) # as Debian's policy asks
  ]] COMPONENT program)
endif()
install(FILES "${CMAKE_SOURCE_DIR}/models/manifest.json" DESTINATION share/echollama/models COMPONENT program)
# Licences: ours, the list, and the texts that those of statically linked parts ask to be handed on.
set(doc share/doc/echollama)
install(FILES "${CMAKE_SOURCE_DIR}/NOTICE" DESTINATION ${doc} RENAME copyright COMPONENT program)
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" "${CMAKE_SOURCE_DIR}/packaging/licences.tsv" "${CMAKE_SOURCE_DIR}/README.md"
  "${CMAKE_SOURCE_DIR}/CHANGELOG.md" DESTINATION ${doc} COMPONENT program)
install(DIRECTORY "${CMAKE_SOURCE_DIR}/packaging/licences" DESTINATION ${doc} COMPONENT program)
foreach(part "llama.cpp=${ECHOLLAMA_LLAMA_DIR}/LICENSE" "whisper.cpp=${ECHOLLAMA_WHISPER_DIR}/LICENSE"
    "cpp-httplib=${ECHOLLAMA_LLAMA_DIR}/vendor/cpp-httplib/LICENSE" "nlohmann-json=${ECHOLLAMA_LLAMA_DIR}/licenses/LICENSE-jsonhpp")
  string(REGEX MATCH "^([^=]+)=(.+)$" part "${part}")
  if(EXISTS "${CMAKE_MATCH_2}")
    install(FILES "${CMAKE_MATCH_2}" DESTINATION ${doc}/licences RENAME "${CMAKE_MATCH_1}" COMPONENT program)
  else()
    message(STATUS "The licence of ${CMAKE_MATCH_1} is not at ${CMAKE_MATCH_2} and will not be installed")
  endif()
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME echollama)
set(CPACK_PACKAGE_VENDOR "The EchoLLaMA authors")
set(CPACK_PACKAGE_CONTACT "The EchoLLaMA authors <echollama@users.noreply.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION sound)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME echollama)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${ECHOLLAMA_ONNXRUNTIME_DIR}")
set(loaded_libraries "") # those that are loaded by name when a film is opened, which no linker tells
foreach(part avformat swscale)
  find_file(version_${part} lib${part}/version_major.h HINTS ${FFMPEG_libavformat_INCLUDEDIR} REQUIRED)
  file(STRINGS "${version_${part}}" major REGEX "define LIB[A-Z]+_VERSION_MAJOR +[0-9]+")
  string(REGEX MATCH "[0-9]+$" major "${major}")
  string(APPEND loaded_libraries ", lib${part}${major}")
endforeach()
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "fonts-dejavu-core${loaded_libraries}") # the fonts: letters on annotated pictures
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "python3-pip, npm") # fetch the packages that carry models
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "For blind and low-vision people, makers of assistive tools and researchers.
 Objects, distances and captions become a scene with positions, a language
 model phrases it and a voice speaks it. Everything runs on this computer.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME echollama-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "echollama (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "Static library, headers and CMake package of EchoLLaMA.")
include(CPack)
