#include "convert/piper_voice.h"

#include "base/error.h"
#include "convert/piper_network.h"
#include "convert/voice_files.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <map>

namespace echollama::convert {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

std::map<int, std::string> symbols(json const& settings) {
    std::map<int, std::string> by_id;
    for (auto const& [symbol, ids] : settings.at("phoneme_id_map").items()) {
        by_id[ids.at(0).get<int>()] = symbol;
    }
    return by_id;
}

std::string all_entries(json const& settings) {
    auto voice = settings.at("espeak").at("voice").get<std::string>();
    return onnx_entry("model_type", "vits") + onnx_entry("comment", "piper") + onnx_entry("language", voice) +
           onnx_entry("voice", voice) + onnx_entry("has_espeak", "1") +
           onnx_entry("n_speakers", std::to_string(settings.value("num_speakers", 1))) +
           onnx_entry("sample_rate", std::to_string(settings.at("audio").at("sample_rate").get<int>()));
}

} // namespace

void prepare_piper_voice(fs::path const& onnx, fs::path const& json_path, fs::path const& folder) {
    std::ifstream text(json_path);
    if (!text || !std::ifstream(onnx)) {
        throw Error(onnx.string() + " with " + json_path.string() +
                    " is not a Piper voice; choose an .onnx file and its .onnx.json.");
    }
    try {
        auto const settings = json::parse(text);
        auto const& inference = settings.at("inference");
        make_folder(folder);
        write_text(folder / "tokens.txt", tokens_text(symbols(settings)));
        auto const rate = settings.at("audio").at("sample_rate").get<int>();
        if (!convert_piper_network(onnx, rate, folder / "model.gguf")) {
            copy_split_onnx(onnx, all_entries(settings), folder / "model.onnx");
            fs::remove(folder / "model.gguf"); // of another voice, which would be taken for this one
        }
        json voice{{"sample_rate", rate},
                   {"voice", settings.at("espeak").at("voice")},
                   {"noise_scale", inference.value("noise_scale", 0.667)},
                   {"noise_w", inference.value("noise_w", 0.8)},
                   {"length_scale", inference.value("length_scale", 1.0)}};
        write_text(folder / "voice.json", voice.dump(2) + "\n");
    } catch (json::exception const&) {
        throw Error("The voice's settings " + json_path.string() +
                    " are damaged or not those of a Piper voice; download them again.");
    }
}

} // namespace echollama::convert
