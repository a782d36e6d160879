#include "support/paths.h"

#include <cstdlib>

namespace echollama::test {

std::filesystem::path built_program() {
    return ECHOLLAMA_BINARY;
}
std::filesystem::path data_dir() {
    char const* const elsewhere = std::getenv("ECHOLLAMA_TEST_DATA"); // programs that were carried to another machine
    return elsewhere ? elsewhere : ECHOLLAMA_TEST_DATA;
}
std::filesystem::path default_shared_dir() {
    return ECHOLLAMA_SHARED_DIR;
}
std::filesystem::path whisper_samples_dir() {
    return ECHOLLAMA_WHISPER_SAMPLES;
}
std::filesystem::path chat_templates_dir() {
    return ECHOLLAMA_CHAT_TEMPLATES;
}

} // namespace echollama::test
