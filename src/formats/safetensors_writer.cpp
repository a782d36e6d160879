#include "formats/safetensors_writer.h"

#include "base/output_file.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace echollama::convert {
namespace {

std::string header_of(std::vector<SafetensorsOutput> const& tensors,
                      std::map<std::string, std::string> const& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) {
        header["__metadata__"] = metadata;
    }
    std::uint64_t at = 0;
    for (auto const& tensor : tensors) {
        auto const end = at + tensor.size();
        header[tensor.name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
        at = end;
    }
    auto text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' '); // the numbers begin at a multiple of eight
    return text;
}

} // namespace

SafetensorsOutput float_tensor(std::string name, std::vector<std::int64_t> shape, std::span<float const> values) {
    auto const* bytes = reinterpret_cast<std::uint8_t const*>(values.data());
    return {std::move(name), "F32", std::move(shape), {bytes, values.size_bytes()}};
}

SafetensorsOutput byte_tensor(std::string name, std::vector<std::int64_t> shape, std::span<std::uint8_t const> values) {
    return {std::move(name), "U8", std::move(shape), values};
}

void write_safetensors(std::filesystem::path const& path, std::vector<SafetensorsOutput> const& tensors,
                       std::map<std::string, std::string> const& metadata, std::string const& what) {
    OutputFile file(path, what);
    auto const header = header_of(tensors, metadata);
    auto write = [&](void const* data, std::size_t bytes) {
        if (bytes > 0 && std::fwrite(data, 1, bytes, file.stream()) != bytes) {
            file.fail();
        }
    };
    std::uint64_t const length = header.size(); // little endian, as every processor this program runs on
    write(&length, sizeof(length));
    write(header.data(), header.size());
    for (auto const& tensor : tensors) {
        if (tensor.make) {
            auto const made = tensor.make();
            write(made.data(), made.size());
        } else {
            write(tensor.bytes.data(), tensor.bytes.size());
        }
    }
    file.commit();
}

} // namespace echollama::convert
