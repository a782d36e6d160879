#include "convert/voice_files.h"

#include "base/error.h"

#include <fstream>

namespace echollama::convert {
namespace fs = std::filesystem;
namespace {

// Protocol buffer: a length-delimited field
std::string field(int number, std::string const& bytes) {
    std::string out(1, static_cast<char>(number << 3 | 2));
    for (std::size_t size = bytes.size();; size >>= 7) {
        bool last = size < 0x80;
        out += static_cast<char>(last ? size : (size & 0x7F) | 0x80);
        if (last) {
            return out + bytes;
        }
    }
}

void close(std::ofstream& file, fs::path const& path) {
    file.close();
    if (!file) {
        throw Error("Cannot write " + path.string() + "; check that there is room.");
    }
}

} // namespace

std::string onnx_entry(std::string const& key, std::string const& value) {
    return field(14, field(1, key) + field(2, value));
}

void make_folder(fs::path const& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (!fs::is_directory(folder, failed)) {
        throw Error("There can be no folder " + folder.string() + "; choose another name.");
    }
}

void copy_onnx(fs::path const& from, std::string const& entries, fs::path const& to) {
    std::ifstream model(from, std::ios::binary);
    if (model.peek() != 0x08) {
        throw Error(from.string() + " is not an ONNX file; choose the voice's .onnx file.");
    }
    if (std::error_code none; fs::equivalent(from, to, none)) {
        throw Error("The voice would replace its source " + from.string() + "; choose another folder.");
    }
    std::ofstream out(to, std::ios::binary);
    out << model.rdbuf() << entries;
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
