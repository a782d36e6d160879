// What an ONNX file says about itself.
#include "formats/onnx_metadata.h"

#include "convert/voice_files.h"
#include "fuzz.h"

#include <stdexcept>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    // ir_version, producer_name, a "graph" of four bytes, a fixed32 and a fixed64 field
    std::string const parts[] = {std::string("\x08\x08"), std::string("\x12\x02me"),
                                 std::string("\x3A\x04\x01\x02\x03\x04", 6), std::string("\x25\x01\x02\x03\x04", 5),
                                 std::string("\x29\x01\x02\x03\x04\x05\x06\x07\x08", 9)};
    std::string whole;
    for (auto const& part : parts) {
        whole += part;
    }
    return {bytes_of(whole), bytes_of(whole + convert::onnx_entry("sample_rate", "22050") +
                                      convert::onnx_entry("style_dim", std::string(300, '5')))};
}

void run(Input input) {
    auto const entries = onnx_metadata(text_of(input));
    std::size_t length = 0;
    for (auto const& [key, value] : entries.value_or(std::map<std::string, std::string>{})) {
        length += key.size() + value.size();
    }
    if (length > input.size()) {
        throw std::logic_error("more was read than the file holds");
    }
}

} // namespace echollama::fuzz
