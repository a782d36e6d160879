// What stands in for espeak-ng where the program is built without it (ECHOLLAMA_ESPEAK=OFF).
#include "base/error.h"
#include "voice/espeak.h"

namespace echollama::espeak {
namespace {

[[noreturn]] void refuse() {
    throw Error(
        "This program was built without espeak-ng, so neither the fast voice nor a natural voice can speak; name "
        "an Orpheus model with --voice-model, or ask for no speech and read the text.");
}

} // namespace

bool is_built_in() {
    return false;
}

int sample_rate() {
    refuse();
}

void speak(std::string const&, Voice const&, Sink const&) {
    refuse();
}

std::vector<std::int32_t> phonemes(std::string const&, std::string const&) {
    refuse();
}

std::vector<std::vector<std::int32_t>> phonemes(std::vector<std::string> const&, std::string const&) {
    refuse();
}

} // namespace echollama::espeak
