// Piper voices: the network file, whose bytes are only copied, then its settings.
#include "convert/piper_voice.h"
#include "fuzz.h"

#include <unistd.h>

namespace echollama::fuzz {
namespace {

std::filesystem::path scratch_folder() {
    return std::filesystem::temp_directory_path() / ("echollama-fuzz-piper-" + std::to_string(getpid()));
}

} // namespace

std::vector<Bytes> seeds() {
    return {joined(
        bytes_of("\x08\x08onnx"),
        bytes_of(R"({"audio":{"sample_rate":22050},"espeak":{"voice":"en-us"},"num_speakers":1,"inference":)"
                 R"({"noise_scale":0.667,"length_scale":1,"noise_w":0.8},"phoneme_id_map":{"_":[0],"a":[1]}})"))};
}

void run(Input input) {
    auto const [onnx, json] = parted(input);
    MemoryFile const onnx_file(onnx), json_file(json);
    struct Remove {
        ~Remove() { std::filesystem::remove_all(scratch_folder()); }
    } const remove;
    convert::prepare_piper_voice(onnx_file.path(), json_file.path(), scratch_folder());
}

} // namespace echollama::fuzz
