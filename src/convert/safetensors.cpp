#include "convert/safetensors.h"

#include "base/error.h"

#include <ggml.h>
#include <nlohmann/json.hpp>

#include <cstring>
#include <fstream>

namespace echollama::convert {

namespace {

std::size_t size_of(std::string const& dtype) {
    static std::map<std::string, std::size_t> const sizes{{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8},
                                                          {"I32", 4}, {"I16", 2}, {"I8", 1},  {"U8", 1},   {"BOOL", 1}};
    auto found = sizes.find(dtype);
    return found == sizes.end() ? 0 : found->second;
}

template <typename T, typename Out>
std::vector<Out> cast(std::vector<char> const& raw) {
    std::vector<Out> out(raw.size() / sizeof(T));
    for (std::size_t i = 0; i < out.size(); ++i) {
        T value;
        std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
        out[i] = static_cast<Out>(value);
    }
    return out;
}

// False when the numbers of the shape times the element size overflow or do not match the byte range.
bool fits(SafetensorsEntry const& e) {
    std::uint64_t total = size_of(e.dtype);
    for (auto n : e.shape) {
        if (n < 0 || (n > 0 && total > (std::uint64_t{1} << 50) / static_cast<std::uint64_t>(n))) {
            return false;
        }
        total *= static_cast<std::uint64_t>(n);
    }
    return e.begin <= e.end && e.end - e.begin == total;
}

} // namespace

void Safetensors::fail(std::string const& reason) const {
    throw Error("The file " + path_.string() + " cannot be read as safetensors: " + reason + "; download it again.");
}

Safetensors::Safetensors(std::filesystem::path const& path) : path_(path) {
    std::ifstream file(path, std::ios::binary);
    std::error_code failed;
    std::uint64_t const size = std::filesystem::file_size(path, failed);
    if (!file || failed) {
        throw Error("The file " + path.string() + " cannot be opened; check the path.");
    }
    std::uint64_t length = 0;
    char prefix[8];
    if (!file.read(prefix, 8)) {
        fail("it is too short");
    }
    for (int i = 7; i >= 0; --i) {
        length = length << 8 | static_cast<unsigned char>(prefix[i]);
    }
    if (length > size - 8 || length > 100'000'000) {
        fail("its header is longer than the file");
    }
    std::string header(length, '\0');
    file.read(header.data(), static_cast<std::streamsize>(length));
    auto json = nlohmann::json::parse(header, nullptr, false);
    if (!json.is_object()) {
        fail("its header is damaged");
    }
    std::uint64_t const data = 8 + length;
    try {
        for (auto const& [name, value] : json.items()) {
            if (name == "__metadata__") {
                metadata_ = value.get<std::map<std::string, std::string>>();
                continue;
            }
            auto offsets = value.at("data_offsets").get<std::vector<std::uint64_t>>();
            SafetensorsEntry e{value.at("dtype"), value.at("shape"), offsets.at(0), offsets.at(1)};
            if (size_of(e.dtype) == 0) {
                fail("the tensor '" + name + "' has the unknown type " + e.dtype);
            }
            if (!fits(e) || e.end > size - data) {
                fail("the tensor '" + name + "' does not lie within the file");
            }
            e.begin += data;
            e.end += data;
            tensors_.emplace(name, std::move(e));
        }
    } catch (std::exception const& error) {
        if (dynamic_cast<Error const*>(&error)) {
            throw;
        }
        fail("its header is damaged");
    }
}

SafetensorsEntry const& Safetensors::entry(std::string const& name) const {
    auto found = tensors_.find(name);
    if (found == tensors_.end()) {
        throw Error("The file " + path_.string() + " has no tensor '" + name + "'; it is not the expected model.");
    }
    return found->second;
}

std::vector<char> Safetensors::bytes(SafetensorsEntry const& e) const {
    std::ifstream file(path_, std::ios::binary);
    std::vector<char> raw(e.end - e.begin);
    file.seekg(static_cast<std::streamoff>(e.begin));
    if (!file.read(raw.data(), static_cast<std::streamsize>(raw.size()))) {
        fail("it ends too early");
    }
    return raw;
}

std::vector<float> Safetensors::floats(std::string const& name) const {
    auto const& e = entry(name);
    auto raw = bytes(e);
    if (e.dtype == "F32") {
        return cast<float, float>(raw);
    }
    if (e.dtype == "F64") {
        return cast<double, float>(raw);
    }
    if (e.dtype == "F16" || e.dtype == "BF16") {
        std::vector<float> out(raw.size() / 2);
        auto const n = static_cast<std::int64_t>(out.size());
        if (e.dtype == "F16") {
            ggml_fp16_to_fp32_row(reinterpret_cast<ggml_fp16_t const*>(raw.data()), out.data(), n);
        } else {
            ggml_bf16_to_fp32_row(reinterpret_cast<ggml_bf16_t const*>(raw.data()), out.data(), n);
        }
        return out;
    }
    auto whole = integers(name);
    return {whole.begin(), whole.end()};
}

std::vector<std::int64_t> Safetensors::integers(std::string const& name) const {
    auto const& e = entry(name);
    auto raw = bytes(e);
    if (e.dtype == "I64") {
        return cast<std::int64_t, std::int64_t>(raw);
    }
    if (e.dtype == "I32") {
        return cast<std::int32_t, std::int64_t>(raw);
    }
    if (e.dtype == "I16") {
        return cast<std::int16_t, std::int64_t>(raw);
    }
    if (e.dtype == "I8") {
        return cast<std::int8_t, std::int64_t>(raw);
    }
    if (e.dtype == "U8" || e.dtype == "BOOL") {
        return cast<std::uint8_t, std::int64_t>(raw);
    }
    throw Error("The tensor '" + name + "' of " + path_.string() +
                " does not hold whole numbers; it is not the expected model.");
}

} // namespace echollama::convert
