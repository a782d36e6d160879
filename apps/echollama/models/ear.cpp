#include "models/ear.h"

#include "base/error.h"
#include "base/file_lock.h"
#include "convert/whisper_ct2.h"
#include "models/choice.h"
#include "models/devices.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <vector>

namespace echollama {
namespace {

namespace fs = std::filesystem;

// A folder of CTranslate2, or a file of one: it begins with the format's version, a small number, not with ggml's mark.
bool is_ctranslate2(fs::path const& named) {
    std::error_code failed;
    if (fs::is_directory(named, failed)) {
        return fs::exists(named / "model.bin", failed) || fs::exists(named / "model.bin.part1", failed);
    }
    auto const folder = named.parent_path();
    if (named.filename() != "model.bin" ||
        (!fs::exists(folder / "vocabulary.txt", failed) && !fs::exists(folder / "vocabulary.json", failed))) {
        return false;
    }
    std::array<char, 4> head{};
    std::ifstream(named, std::ios::binary).read(head.data(), head.size());
    return std::string_view(head.data(), head.size()) != "lmgg";
}

// FNV-1a of where the files are, how large, and when they changed.
std::string fingerprint(std::vector<fs::path> const& parts) {
    std::uint64_t hash = 0xcbf29ce484222325;
    auto const add = [&](std::string const& text) {
        for (char const c : text) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        }
    };
    for (auto const& part : parts) {
        add(fs::weakly_canonical(part).string() + "\n" + std::to_string(fs::file_size(part)) + "\n" +
            std::to_string(fs::last_write_time(part).time_since_epoch().count()) + "\n");
    }
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
    return text.data();
}

fs::path converted(AppContext const& context, fs::path const& named) {
    auto const parts = convert::find_whisper_parts(named);
    auto const folder = context.models_dir / ".converted";
    std::error_code failed;
    fs::create_directories(folder, failed);
    auto const file = folder / ("whisper-" + fingerprint(parts) + ".bin");
    if (fs::exists(file, failed)) {
        return file;
    }
    FileLock const lock(folder / ".lock", context.stop);
    if (!fs::exists(file, failed)) {
        if (!context.quiet) {
            std::cerr << "converting " << named.string() << ", once\n";
        }
        convert::convert_whisper_ctranslate2(parts, file);
    }
    return file;
}

} // namespace

fs::path ear_model(AppContext const& context, fs::path const& named) {
    if (!named.empty() && is_ctranslate2(named)) {
        return converted(context, named);
    }
    auto const chosen = chosen_model(context, ear_option, named);
    return model_or_starter(context, chosen.empty() ? model_set(context).listener : chosen, "whisper-tiny.en.bin");
}

StageFiles listener_files(fs::path const& model) {
    return {listener_stage, "listener", {model}};
}

std::unique_ptr<Listener> make_ear(fs::path const& model, WhisperOptions options, std::string const& device) {
    return made_on(device, listener_stage, [&](std::string const& where) {
        options.device = where;
        return make_whisper_listener(model, options);
    });
}

} // namespace echollama
