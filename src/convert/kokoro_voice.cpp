#include "convert/kokoro_voice.h"

#include "base/error.h"
#include "base/folder.h"
#include "convert/voice_files.h"
#include "formats/json_file.h"

#include <algorithm>
#include <fstream>
#include <vector>

namespace echollama::convert {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t style_bytes = 510ULL * 256 * sizeof(float); // one vector for every length of a sentence
constexpr int most_symbols = 10000;

std::vector<fs::path> find_styles(fs::path const& folder) {
    auto found = entries_of(folder, [](fs::path const& name) { return name.extension() == ".bin"; });
    if (found.empty()) {
        throw Error("The folder " + folder.string() + " holds no speakers (NAME.bin); choose Kokoro's folder voices.");
    }
    std::error_code failed;
    for (auto const& file : found) {
        if (fs::file_size(file, failed) != style_bytes || file.stem().string().find(',') != std::string::npos) {
            throw Error(file.string() + " is not a speaker of Kokoro (510 x 256 floats); download it again.");
        }
    }
    return found;
}

std::map<int, std::string> read_symbols(fs::path const& file) {
    auto const json = read_json(file);
    auto const model = json.contains("model") && json["model"].is_object() ? json["model"] : json;
    std::map<int, std::string> symbols;
    if (model.contains("vocab") && model["vocab"].is_object()) {
        for (auto const& [symbol, id] : model["vocab"].items()) {
            bool const fits = id.is_number_integer() && id.get<std::int64_t>() >= 0 &&
                              id.get<std::int64_t>() < most_symbols && symbol.find('\n') == std::string::npos;
            if (!fits || !symbols.emplace(id.get<int>(), symbol).second) {
                throw Error("The vocabulary " + file.string() + " is damaged; download it again.");
            }
        }
    }
    if (symbols.empty()) {
        throw Error(file.string() + " holds no vocabulary; choose Kokoro's config.json or tokenizer.json.");
    }
    return symbols;
}

std::string list(std::vector<fs::path> const& styles) {
    std::string names;
    for (auto const& file : styles) {
        names += (names.empty() ? "" : ",") + file.stem().string();
    }
    return names;
}

void join(std::vector<fs::path> const& files, fs::path const& output) {
    std::ofstream out(output, std::ios::binary);
    for (auto const& file : files) {
        out << std::ifstream(file, std::ios::binary).rdbuf();
    }
    out.close();
    if (!out || fs::file_size(output) != files.size() * style_bytes) {
        throw Error("Cannot write " + output.string() + "; check that there is room.");
    }
}

} // namespace

void prepare_kokoro_voice(fs::path const& onnx, fs::path const& vocabulary, fs::path const& voices,
                          fs::path const& folder) {
    auto const symbols = read_symbols(vocabulary);
    auto const styles = find_styles(voices);
    make_folder(folder);
    write_text(folder / "tokens.txt", tokens_text(symbols));
    join(styles, folder / "voices.bin");
    copy_onnx(onnx,
              onnx_entry("model_type", "kokoro") + onnx_entry("version", "2") + onnx_entry("language", "English") +
                  onnx_entry("has_espeak", "1") + onnx_entry("voice", "en-us") + onnx_entry("sample_rate", "24000") +
                  onnx_entry("style_dim", "510,1,256") + onnx_entry("n_speakers", std::to_string(styles.size())) +
                  onnx_entry("speaker_names", list(styles)),
              folder / "model.onnx"); // last: without it the folder is none
}

} // namespace echollama::convert
