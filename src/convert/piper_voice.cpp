#include "convert/piper_voice.h"

#include "base/error.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <map>

namespace echollama::convert {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

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

// ModelProto.metadata_props entry: StringStringEntryProto {key = 1, value = 2}
std::string metadata(std::string const& key, std::string const& value) {
    return field(14, field(1, key) + field(2, value));
}

// "symbol id" lines in order of the ids
std::string tokens_text(json const& settings) {
    std::map<int, std::string> by_id;
    for (auto const& [symbol, ids] : settings.at("phoneme_id_map").items()) {
        by_id[ids.at(0).get<int>()] = symbol;
    }
    std::string text;
    for (auto const& [id, symbol] : by_id) {
        text += symbol + " " + std::to_string(id) + "\n";
    }
    return text;
}

void write(fs::path const& path, std::string const& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) {
        throw Error("Cannot write " + path.string() + "; check that there is room.");
    }
}

std::string all_metadata(json const& settings) {
    auto voice = settings.at("espeak").at("voice").get<std::string>();
    return metadata("model_type", "vits") + metadata("comment", "piper") + metadata("language", voice) +
           metadata("voice", voice) + metadata("has_espeak", "1") +
           metadata("n_speakers", std::to_string(settings.value("num_speakers", 1))) +
           metadata("sample_rate", std::to_string(settings.at("audio").at("sample_rate").get<int>()));
}

} // namespace

void prepare_piper_voice(fs::path const& onnx, fs::path const& json_path, fs::path const& folder) {
    std::ifstream model(onnx, std::ios::binary);
    std::ifstream text(json_path);
    if (!model || !text || model.peek() != 0x08) { // every ONNX file begins with its ir_version, field 1
        throw Error(onnx.string() + " with " + json_path.string() +
                    " is no Piper voice; choose an .onnx file and its .onnx.json.");
    }
    try {
        auto const settings = json::parse(text);
        auto const& inference = settings.at("inference");
        fs::create_directories(folder);
        write(folder / "tokens.txt", tokens_text(settings));
        std::ofstream out(folder / "model.onnx", std::ios::binary);
        out << model.rdbuf() << all_metadata(settings);
        out.close();
        if (!out) {
            throw Error("there is no room for " + (folder / "model.onnx").string());
        }
        json voice{{"model_bytes", fs::file_size(folder / "model.onnx")},
                   {"voice", settings.at("espeak").at("voice")},
                   {"noise_scale", inference.value("noise_scale", 0.667)},
                   {"noise_w", inference.value("noise_w", 0.8)},
                   {"length_scale", inference.value("length_scale", 1.0)}};
        write(folder / "voice.json", voice.dump(2) + "\n");
    } catch (std::exception const& error) {
        throw Error("The Piper voice " + onnx.string() + " cannot be prepared: " + error.what() + ".");
    }
}

} // namespace echollama::convert
