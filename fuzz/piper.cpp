// Piper voices: the network file, whose large numbers go to a file of their own, then its settings.
#include "convert/piper_voice.h"
#include "formats/protobuf.h"
#include "fuzz.h"

#include <unistd.h>

namespace echollama::fuzz {
namespace {

std::filesystem::path scratch_folder() {
    return std::filesystem::temp_directory_path() / ("echollama-fuzz-piper-" + std::to_string(getpid()));
}

// ModelProto: ir_version, and a graph with one TensorProto of so many floats.
std::string network(std::size_t floats) {
    using protobuf::bytes_field, protobuf::number_field;
    auto const tensor = number_field(1, floats) + number_field(2, 1) + bytes_field(8, "w") +
                        bytes_field(9, std::string(4 * floats, '?'));
    return number_field(1, 8) + bytes_field(7, bytes_field(5, tensor));
}

} // namespace

std::vector<Bytes> seeds() {
    auto const settings =
        bytes_of(R"({"audio":{"sample_rate":22050},"espeak":{"voice":"en-us"},"num_speakers":1,"inference":)"
                 R"({"noise_scale":0.667,"length_scale":1,"noise_w":0.8},"phoneme_id_map":{"_":[0],"a":[1]}})");
    return {joined(bytes_of(network(300)), settings), joined(bytes_of(network(3)), settings)};
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
