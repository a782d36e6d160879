// TensorFlow.js graph models: the JSON file, then the weights.
#include "formats/tfjs.h"

#include "fuzz.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    auto const json =
        bytes_of(R"({"modelTopology":{"node":[{"name":"a","op":"Conv2D","attr":{"strides":{"list":)"
                 R"({"i":["1","2","2","1"]}}},"input":["w"]},{"name":"b","op":"Relu"}]},"weightsManifest":[{"weights":)"
                 R"([{"name":"w","shape":[2,2],"dtype":"float32","quantization":{"dtype":"float16"}},)"
                 R"({"name":"n","shape":[2],"dtype":"int32"},{"name":"e","shape":[0,1],"dtype":"int32"},)"
                 R"({"name":"b","shape":[],"dtype":"float32"}]}]})");
    return {joined(json, Bytes(8 + 8 + 4, 60))};
}

void run(Input input) {
    auto const [json, values] = parted(input);
    MemoryFile const json_file(json), values_file(values);
    convert::read_tfjs(json_file.path(), values_file.path());
}

} // namespace echollama::fuzz
