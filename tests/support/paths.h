// Where the build found things that tests need. The paths stand in one object file, so that every other object is the
// same in every copy of the source tree and a compiler cache can serve them all.
#pragma once

#include <filesystem>

namespace echollama::test {

std::filesystem::path built_program();       // echollama, as built
std::filesystem::path data_dir();            // tests/data
std::filesystem::path default_shared_dir();  // golden numbers and samples; see shared_dir() in support.h
std::filesystem::path whisper_samples_dir(); // whisper.cpp's recordings of speech
std::filesystem::path chat_templates_dir();  // llama.cpp's collection of published chat templates

} // namespace echollama::test
