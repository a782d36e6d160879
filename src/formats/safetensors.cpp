#include "formats/safetensors.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace echollama::convert {
namespace {

using nlohmann::json;

std::optional<DType> parse_dtype(std::string const& name) {
    for (auto type : {DType::f64, DType::f32, DType::f16, DType::bf16, DType::i64, DType::i32, DType::i16, DType::i8,
                      DType::u8, DType::boolean}) {
        if (dtype_name(type) == name) {
            return type;
        }
    }
    return std::nullopt;
}

struct Range {
    std::uint64_t begin = 0, end = 0;
};

// One entry of the header; offsets are relative to the data and not yet compared with the file.
CheckpointTensor parse_entry(FileBytes const& file, std::string const& name, json const& entry, Range& range) {
    auto broken = [&](std::string const& what) { file.fail("the tensor '" + name + "' " + what); };
    if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string() || !entry.contains("shape") ||
        !entry["shape"].is_array() || !entry.contains("data_offsets") || !entry["data_offsets"].is_array() ||
        entry["data_offsets"].size() != 2) {
        broken("has an incomplete description");
    }
    CheckpointTensor tensor;
    tensor.name = name;
    auto type = parse_dtype(entry["dtype"].get<std::string>());
    if (!type) {
        broken("has the number format " + entry["dtype"].get<std::string>() + ", which is not supported");
    }
    tensor.type = *type;
    for (auto const& n : entry["shape"]) {
        if (!n.is_number_unsigned() || n.get<std::uint64_t>() > max_dimension ||
            tensor.shape.size() == max_dimensions) {
            broken("has an impossible shape");
        }
        tensor.shape.push_back(static_cast<std::int64_t>(n.get<std::uint64_t>()));
    }
    auto const& offsets = entry["data_offsets"];
    if (!offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned()) {
        broken("has an impossible position");
    }
    range = {offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>()};
    auto count = element_count(tensor.shape);
    if (count < 0 || range.end < range.begin ||
        range.end - range.begin != static_cast<std::uint64_t>(count) * dtype_bytes(tensor.type)) {
        broken("does not have the size of its shape");
    }
    tensor.strides = row_major_strides(tensor.shape);
    tensor.offset = range.begin;
    return tensor;
}

// The tensors must lie side by side and fill the data.
void check_ranges(FileBytes const& file, std::vector<Range> ranges, std::uint64_t data_bytes) {
    std::sort(ranges.begin(), ranges.end(),
              [](Range a, Range b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
    std::uint64_t end = 0;
    for (auto const& range : ranges) {
        if (range.begin < end) {
            file.fail("two of its tensors overlap");
        }
        if (range.begin > end) {
            file.fail("there is a gap between its tensors");
        }
        end = range.end;
    }
    if (end > data_bytes) {
        file.fail("it ends before its last tensor does");
    }
    if (end < data_bytes) {
        file.fail("there is more in it than its tensors");
    }
}

} // namespace

bool looks_like_safetensors(FileBytes& file) {
    if (file.size() < 10) {
        return false;
    }
    auto start = file.read(0, 9, "its header");
    return little_endian(start, 0, 8) <= max_safetensors_header && start[8] == '{';
}

Checkpoint open_safetensors(std::filesystem::path const& path) {
    FileBytes file(path);
    auto length = little_endian(file.read(0, 8, "the length of its header"), 0, 8);
    if (length > max_safetensors_header) {
        file.fail("its header is longer than allowed, so it is not a safetensors file");
    }
    auto text = file.read(8, length, "its header");
    auto header = json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    if (!header.is_object()) {
        file.fail("its header is not a JSON object");
    }
    std::vector<CheckpointTensor> tensors;
    std::vector<Range> ranges;
    std::map<std::string, std::string> metadata;
    for (auto const& [name, entry] : header.items()) {
        if (name == "__metadata__") {
            for (auto const& [key, value] : entry.items()) {
                if (value.is_string()) {
                    metadata[key] = value.get<std::string>();
                }
            }
            continue;
        }
        tensors.push_back(parse_entry(file, name, entry, ranges.emplace_back()));
    }
    auto data = 8 + length;
    check_ranges(file, ranges, file.size() - data);
    std::stable_sort(tensors.begin(), tensors.end(), [](auto const& a, auto const& b) { return a.offset < b.offset; });
    for (auto& tensor : tensors) {
        tensor.offset += data;
    }
    return {path, std::move(tensors), std::move(metadata)};
}

Safetensors::Safetensors(std::filesystem::path const& path) : file_(open_safetensors(path)) {
    for (auto const& tensor : file_.tensors()) {
        auto bytes = static_cast<std::uint64_t>(element_count(tensor.shape)) * dtype_bytes(tensor.type);
        tensors_[tensor.name] = {dtype_name(tensor.type), tensor.shape, tensor.offset, tensor.offset + bytes};
    }
}

std::vector<std::int64_t> Safetensors::integers(std::string const& name) const {
    auto const& tensor = file_.tensor(name);
    FileBytes file(file_.file());
    if (is_floating(tensor.type)) {
        file.fail("the tensor '" + name + "' does not hold whole numbers");
    }
    auto width = static_cast<int>(dtype_bytes(tensor.type));
    auto count = static_cast<std::size_t>(element_count(tensor.shape));
    auto raw = file.read(tensor.offset, count * dtype_bytes(tensor.type), "the tensor '" + name + "'");
    bool has_sign = tensor.type != DType::u8 && tensor.type != DType::boolean;
    std::vector<std::int64_t> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto value = little_endian(raw, i * static_cast<std::size_t>(width), width);
        bool negative = has_sign && width < 8 && (value >> (8 * width - 1)) != 0;
        values[i] = static_cast<std::int64_t>(negative ? value | ~std::uint64_t{0} << (8 * width) : value);
    }
    return values;
}

} // namespace echollama::convert
