#include "voice/voice_folder.h"

#include "base/error.h"
#include "base/folder.h"
#include "base/mapped_file.h"
#include "formats/onnx_metadata.h"
#include "formats/onnx_weights.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <vector>

namespace echollama {
namespace fs = std::filesystem;
namespace {

constexpr char const* layouts = "a Piper voice has model.gguf or one .onnx, tokens.txt, and voice.json or "
                                "NAME.onnx.json; a Kokoro voice has model.onnx, voices.bin and tokens.txt";
constexpr char const* own_model = "model.gguf"; // that prepare_piper_voice makes

[[noreturn]] void fail(fs::path const& folder, std::string const& why) {
    throw Error("The voice in " + folder.string() + " cannot be used: " + why + ".");
}

bool is_file(fs::path const& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

// Our own network; else the only .onnx; of several (model.onnx and model.int8.onnx) the one called model.onnx.
fs::path find_model(fs::path const& folder) {
    if (is_file(folder / own_model)) {
        return folder / own_model;
    }
    auto const found = entries_of(folder, [](fs::path const& name) { return name.extension() == ".onnx"; });
    auto const plain = std::find(found.begin(), found.end(), folder / "model.onnx");
    if (found.empty()) {
        fail(folder, std::string("it holds no network; ") + layouts);
    }
    if (found.size() > 1 && plain == found.end()) {
        fail(folder, "it holds several .onnx files; name one of them");
    }
    return found.size() == 1 ? found[0] : *plain;
}

int number(std::map<std::string, std::string> const& metadata, std::string const& key, fs::path const& folder) {
    auto const found = metadata.find(key);
    int value = 0;
    if (found == metadata.end() ||
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), value).ec != std::errc()) {
        fail(folder, "its model lacks sherpa-onnx's entry '" + key +
                         "'; take sherpa-onnx's copy of the voice, or make one with 'echollama models convert "
                         "VOICE.onnx --out FOLDER'");
    }
    return value;
}

// What lies beside the network is all there.
void check_weights(VoiceFolder const& voice, std::map<std::string, std::string> const& metadata,
                   fs::path const& folder) {
    auto const said = metadata.find(onnx_weights_entry);
    std::error_code failed;
    auto const bytes = fs::file_size(voice.model.parent_path() / onnx_weights_file, failed);
    if (said != metadata.end() && (failed || std::to_string(bytes) != said->second)) {
        fail(folder, std::string("its file ") + onnx_weights_file + " is missing or cut short; install it again");
    }
}

// Kokoro's style_dim "510,1,256": rows, 1, width.
void read_style_size(VoiceFolder& voice, std::map<std::string, std::string> const& metadata, fs::path const& folder) {
    constexpr std::size_t most = 1 << 16;
    number(metadata, "style_dim", folder); // is there and begins with a number
    std::vector<std::size_t> sizes;
    std::istringstream list(metadata.at("style_dim"));
    for (std::string part; std::getline(list, part, ',');) {
        std::size_t value = 0;
        std::from_chars(part.data(), part.data() + part.size(), value);
        sizes.push_back(std::min(value, most));
    }
    if (sizes.size() != 3 || sizes[0] == 0 || sizes[1] != 1 || sizes[2] == 0) {
        fail(folder, "its model's style_dim is not ROWS,1,WIDTH");
    }
    voice.style_rows = sizes[0];
    voice.style_width = sizes[2];
}

// sherpa-onnx's list "af_alloy,af_aoede"; empty where it does not tell of all.
std::vector<std::string> speaker_names(std::map<std::string, std::string> const& metadata, int speakers) {
    std::vector<std::string> names;
    if (auto const found = metadata.find("speaker_names"); found != metadata.end()) {
        std::istringstream list(found->second);
        for (std::string name; std::getline(list, name, ',');) {
            names.push_back(name);
        }
    }
    return names.size() == static_cast<std::size_t>(std::max(0, speakers)) ? names : std::vector<std::string>{};
}

nlohmann::json read_settings(fs::path const& file, fs::path const& folder) {
    std::ifstream in(file);
    auto settings = nlohmann::json::parse(in, nullptr, false);
    if (!settings.is_object()) {
        fail(folder, "its file " + file.filename().string() + " is missing or damaged; install the voice again");
    }
    return settings;
}

// voice.json is flat; Piper's own file has the numbers under "inference" and the language under "espeak".
void read_piper_settings(VoiceFolder& voice, fs::path const& folder) {
    bool const own = is_file(folder / "voice.json");
    auto const settings = read_settings(own ? folder / "voice.json" : fs::path(voice.model.string() + ".json"), folder);
    auto const empty = nlohmann::json::object();
    try {
        auto const& numbers = own ? settings : settings.contains("inference") ? settings.at("inference") : empty;
        voice.language =
            own ? settings.at("voice").get<std::string>() : settings.at("espeak").at("voice").get<std::string>();
        voice.noise_scale = numbers.value("noise_scale", voice.noise_scale);
        voice.noise_w = numbers.value("noise_w", voice.noise_w);
        voice.length_scale = numbers.value("length_scale", voice.length_scale);
        voice.sample_rate = settings.value("sample_rate", voice.sample_rate);
    } catch (nlohmann::json::exception const&) {
        fail(folder, "its settings name no espeak-ng voice or are damaged; install the voice again");
    }
}

// What an ONNX file says of itself.
void read_metadata(VoiceFolder& voice, fs::path const& folder) {
    MappedFile const model(voice.model);
    auto const bytes = model.bytes();
    auto const metadata = onnx_metadata({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
    if (!metadata) {
        fail(folder, "its file " + voice.model.filename().string() + " is damaged or cut short; install it again");
    }
    check_weights(voice, *metadata, folder);
    voice.sample_rate = number(*metadata, "sample_rate", folder);
    voice.speakers = number(*metadata, "n_speakers", folder);
    voice.names = speaker_names(*metadata, voice.speakers);
    auto const type = metadata->find("model_type");
    bool const kokoro = type != metadata->end() && type->second.starts_with("kokoro");
    if (kokoro != (voice.kind == VoiceFolder::Kind::kokoro)) {
        fail(folder, kokoro ? "voices.bin is missing beside the Kokoro model" : "voices.bin belongs to another model");
    }
    if (kokoro) {
        read_style_size(voice, *metadata, folder);
    }
}

} // namespace

VoiceFolder read_voice_folder(fs::path const& path) {
    std::error_code failed;
    bool const named_model = is_file(path) && path.extension() == ".onnx";
    auto const folder = named_model ? path.parent_path() : path;
    if (!named_model && !fs::is_directory(path, failed)) {
        throw Error("There is no voice " + path.string() + "; name a folder: " + layouts + ".");
    }
    VoiceFolder voice;
    voice.model = named_model ? path : find_model(folder);
    voice.tokens = folder / "tokens.txt";
    voice.voices = folder / "voices.bin";
    voice.kind = is_file(voice.voices) ? VoiceFolder::Kind::kokoro : VoiceFolder::Kind::piper;

    if (voice.model.extension() == ".onnx") {
        read_metadata(voice, folder);
    }
    if (!is_file(voice.tokens)) {
        fail(folder, std::string("its file tokens.txt is missing; ") + layouts);
    }
    if (voice.kind == VoiceFolder::Kind::piper) {
        read_piper_settings(voice, folder);
    } else {
        auto const bytes = fs::file_size(voice.voices, failed);
        auto const wanted = sizeof(float) * voice.style_rows * voice.style_width;
        if (failed || voice.speakers < 1 || bytes != static_cast<std::uintmax_t>(voice.speakers) * wanted) {
            fail(folder, "its file voices.bin is cut short or of another model; install it again");
        }
    }
    return voice;
}

int find_speaker(VoiceFolder const& voice, std::string const& wanted) {
    auto const named = std::find(voice.names.begin(), voice.names.end(), wanted.empty() ? "af_heart" : wanted);
    if (named != voice.names.end()) {
        return static_cast<int>(named - voice.names.begin());
    }
    int number = 0;
    auto const* end = wanted.data() + wanted.size();
    auto const read = std::from_chars(wanted.data(), end, number);
    if (wanted.empty() || (read.ec == std::errc() && read.ptr == end && number >= 0 && number < voice.speakers)) {
        return number;
    }
    std::string who;
    for (auto const& name : voice.names) {
        who += (who.empty() ? ": " : ", ") + name;
    }
    throw UsageError("The voice has no speaker " + wanted + "; it has the numbers 0 to " +
                     std::to_string(voice.speakers - 1) + who + ".");
}

std::string speaker_language(VoiceFolder const& voice, int speaker) {
    static std::map<char, char const*> const languages{{'a', "en-us"}, {'b', "en-gb"}, {'e', "es"},
                                                       {'f', "fr-fr"}, {'h', "hi"},    {'i', "it"},
                                                       {'j', "ja"},    {'p', "pt-br"}, {'z', "cmn"}};
    if (voice.kind != VoiceFolder::Kind::kokoro || voice.names.empty()) {
        return voice.language;
    }
    auto const found = languages.find(voice.names.at(static_cast<std::size_t>(speaker)).front());
    return found == languages.end() ? voice.language : found->second;
}

} // namespace echollama
