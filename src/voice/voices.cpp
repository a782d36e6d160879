#include "voice/voices.h"

#include "base/error.h"
#include "base/folder.h"
#include "base/log.h"
#include "voice/espeak.h"
#include "voice/orpheus/orpheus.h"
#include "voice/orpheus/orpheus_text.h"
#include "voice/standby_voice.h"

#include <algorithm>
#include <vector>

namespace echollama {
namespace fs = std::filesystem;
namespace {

// How long an answer may wait for a voice's first sound before the fast voice takes its place.
constexpr std::chrono::milliseconds patience{1500};

bool is_orpheus_name(std::string const& name) {
    return name == "none" || std::find(orpheus_voices.begin(), orpheus_voices.end(), name) != orpheus_voices.end();
}

// The first file of the folder, in the order of the names, that is called PREFIX….gguf; empty: none.
fs::path find_model(fs::path const& folder, std::string const& prefix) {
    auto const found = entries_of(
        folder, [&](std::string const& name) { return name.starts_with(prefix) && name.ends_with(".gguf"); });
    return found.empty() ? fs::path() : found.front();
}

// Where Orpheus' codec is looked for; empty ones are not there.
std::vector<fs::path> snac_places(VoiceChoice const& choice, fs::path const& model, fs::path const& models_dir) {
    return {choice.snac, find_model(model.parent_path(), "snac"), find_model(models_dir, "snac")};
}

fs::path find_snac(VoiceChoice const& choice, fs::path const& model, fs::path const& models_dir) {
    for (auto const& file : snac_places(choice, model, models_dir)) {
        if (!file.empty()) {
            return file;
        }
    }
    throw Error(
        "The Orpheus voice needs the SNAC codec: make it with 'echollama models convert pytorch_model.bin --out " +
        (models_dir / "snac.gguf").string() + "' from hubertsiuzdak/snac_24khz, or name it with --snac.");
}

std::unique_ptr<Speaker> make_orpheus(VoiceChoice const& choice, fs::path const& model, fs::path const& models_dir,
                                      int threads) {
    OrpheusOptions options;
    options.threads = threads;
    options.device = choice.device;
    for (auto const& adapter : choice.adapters) {
        options.adapters.push_back({adapter, 1});
    }
    if (choice.name == "none") {
        options.voice.clear();
    } else if (is_orpheus_name(choice.name)) {
        options.voice = choice.name;
    }
    return make_orpheus_speaker(model, find_snac(choice, model, models_dir), options);
}

// The natural voice speaks one language; another one is the fast voice's.
bool natural_speaks(std::string const& language) {
    return language.empty() || language.starts_with("en");
}

// The voice of the choice without any other standing by; empty: the fast one, and why has been said.
std::unique_ptr<Speaker> make_chosen(VoiceChoice const& choice, fs::path const& models_dir, int threads) {
    if (!choice.model.empty()) {
        return choice.model.extension() == ".gguf" ? make_orpheus(choice, choice.model, models_dir, threads)
                                                   : make_network_voice(choice.model, choice.speaker, threads);
    }
    bool const orpheus = is_orpheus_name(choice.name);
    if (!orpheus && choice.name != "natural" && choice.name != "joe") {
        return make_network_voice(choice.name, choice.speaker, threads);
    }
    try {
        if (auto const model = orpheus ? find_model(models_dir, "orpheus") : fs::path(); !model.empty()) {
            return make_orpheus(choice, model, models_dir, threads);
        }
        if (orpheus) {
            log::warning("There is no Orpheus model (orpheus*.gguf) in " + models_dir.string() +
                         "; put one there or name it with --voice-model. The natural voice speaks instead.");
        }
    } catch (Error const& error) {
        log::warning(std::string(error.what()) + " The natural voice speaks instead.");
    }
    if (!natural_speaks(choice.language)) {
        log::warning("The natural voice speaks English only. The fast voice speaks instead.");
        return nullptr;
    }
    try {
        return make_network_voice(models_dir / "piper-joe", "", threads);
    } catch (Error const& error) {
        log::warning(std::string(error.what()) + " The fast voice speaks instead.");
        return nullptr;
    }
}

// Without espeak-ng Orpheus is the only voice, and no other one stands by.
std::unique_ptr<Speaker> make_without_espeak(VoiceChoice const& choice, fs::path const& models_dir, int threads) {
    bool const any = choice.model.empty() && (choice.name == "natural" || is_orpheus_name(choice.name));
    auto const model = any ? find_model(models_dir, "orpheus") : choice.model;
    if (model.extension() != ".gguf") {
        espeak::sample_rate(); // says what cannot be
    }
    return make_orpheus(choice, model, models_dir, threads);
}

} // namespace

std::string fast_language(VoiceChoice const& choice) {
    return choice.language.empty() ? "en-us" : choice.language;
}

std::vector<fs::path> speaker_files(VoiceChoice const& choice, fs::path const& models_dir) {
    auto const orpheus = is_orpheus_name(choice.name) ? find_model(models_dir, "orpheus") : fs::path();
    auto const model = choice.model.empty() ? orpheus : choice.model;
    if (model.extension() == ".gguf") {
        std::vector<fs::path> files{model};
        for (auto const& codec : snac_places(choice, model, models_dir)) {
            if (!codec.empty() && files.size() == 1) {
                files.push_back(codec);
            }
        }
        files.insert(files.end(), choice.adapters.begin(), choice.adapters.end());
        return files;
    }
    if (!model.empty()) {
        return {model};
    }
    return choice.name == "fast" ? std::vector<fs::path>() : std::vector{models_dir / "piper-joe"};
}

std::unique_ptr<Speaker> make_speaker(VoiceChoice const& choice, fs::path const& models_dir, int threads) {
    if (!espeak::is_built_in()) {
        return make_without_espeak(choice, models_dir, threads);
    }
    auto fast = make_fast_voice(fast_language(choice));
    if (choice.name == "fast" && choice.model.empty()) {
        return fast;
    }
    std::shared_future<std::shared_ptr<Speaker>> voice;
    StandbyOptions options;
    auto make = [=] { return std::shared_ptr<Speaker>(make_chosen(choice, models_dir, threads)); };
    if (choice.live && choice.model.empty()) { // what the user named must work: that is found out here
        voice = std::async(std::launch::async, make);
    } else {
        std::promise<std::shared_ptr<Speaker>> made;
        made.set_value(make());
        voice = made.get_future();
    }
    if (choice.live) {
        options.patience = patience;
    }
    return with_standby(std::move(voice), std::move(fast), options);
}

} // namespace echollama
