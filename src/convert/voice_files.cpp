#include "convert/voice_files.h"

#include "base/error.h"
#include "formats/onnx_weights.h"
#include "formats/protobuf.h"

#include <fstream>

namespace echollama::convert {
namespace fs = std::filesystem;
using protobuf::bytes_field;
namespace {

void close(std::ofstream& file, fs::path const& path) {
    file.close();
    if (!file) {
        throw Error("Cannot write " + path.string() + "; check that there is room.");
    }
}

// Throws Error when it is no ONNX file or the same as `to`.
std::ifstream open_onnx(fs::path const& from, fs::path const& to) {
    std::ifstream model(from, std::ios::binary);
    if (model.peek() != 0x08) {
        throw Error(from.string() + " is not an ONNX file; choose the voice's .onnx file.");
    }
    if (std::error_code none; fs::equivalent(from, to, none)) {
        throw Error("The voice would replace its source " + from.string() + "; choose another folder.");
    }
    return model;
}

} // namespace

std::string onnx_entry(std::string const& key, std::string const& value) {
    return bytes_field(14, bytes_field(1, key) + bytes_field(2, value));
}

void make_folder(fs::path const& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (!fs::is_directory(folder, failed)) {
        throw Error("There can be no folder " + folder.string() + "; choose another name.");
    }
}

void copy_onnx(fs::path const& from, std::string const& entries, fs::path const& to) {
    auto model = open_onnx(from, to);
    std::ofstream out(to, std::ios::binary);
    out << model.rdbuf() << entries;
    close(out, to);
}

void copy_split_onnx(fs::path const& from, std::string const& entries, fs::path const& to) {
    constexpr std::uintmax_t too_large = std::uintmax_t{1} << 31; // for a protocol buffer
    auto model = open_onnx(from, to);
    if (fs::file_size(from) >= too_large) {
        throw Error(from.string() + " is larger than an ONNX file can be; choose the voice's .onnx file.");
    }
    std::string network(fs::file_size(from), '\0');
    model.read(network.data(), static_cast<std::streamsize>(network.size()));
    auto const place = to.parent_path() / onnx_weights_file;
    std::ofstream weights(place, std::ios::binary);
    auto const split = split_onnx(network, weights);
    close(weights, place);
    if (!model || !split) {
        fs::remove(place);
        throw Error(from.string() + " is damaged or cut short; download it again.");
    }
    std::ofstream out(to, std::ios::binary);
    out << split->network << entries;
    if (split->weights > 0) {
        out << onnx_entry(onnx_weights_entry, std::to_string(split->weights));
    } else {
        fs::remove(place);
    }
    close(out, to);
}

std::string tokens_text(std::map<int, std::string> const& symbols) {
    std::string text;
    for (auto const& [id, symbol] : symbols) {
        text += symbol + " " + std::to_string(id) + "\n";
    }
    return text;
}

void write_text(fs::path const& path, std::string const& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    close(file, path);
}

} // namespace echollama::convert
