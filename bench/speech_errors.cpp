// How well each voice is understood. bench_speech_errors LIST MODELS VOICES [LISTENERS] [ORPHEUS.gguf SNAC.gguf]:
// speaks every line of LIST (bench/hazards.txt) with each of the VOICES, such as espeak-ng,fast,natural,orpheus
// (espeak-ng is its own command at the fast voice's settings), or the folder of a voice, with @NAME for one of its
// speakers; the listeners (command_listener.h; default: whisper-tiny.en.bin of MODELS) write down what they hear.
// Prints word error rates and lost key words, and to standard error for every sentence: voice, errors, what was
// written, what was heard (separated by tabs; bench_verify reads them).
#include "base/error.h"
#include "command_listener.h"
#include "media/sound/audio_io.h"
#include "named_voice.h"
#include "verify/key_words.h"
#include "verify/word_errors.h"
#include "voice/orpheus/orpheus.h"
#include "voice/voices.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

using namespace echollama;
namespace fs = std::filesystem;

namespace {

using Speak = std::function<AudioBuffer(std::string const&)>;

Speak with(Speaker& voice) {
    return [&](std::string const& sentence) {
        AudioBuffer sound{voice.sample_rate(), {}};
        voice.say(sentence, {},
                  [&](AudioChunk&& chunk) {
                      sound.samples.insert(sound.samples.end(), chunk.samples.begin(), chunk.samples.end());
                  },
                  {});
        return sound;
    };
}

// The command reads what is written by itself: numbers, units and abbreviations too.
AudioBuffer with_command(std::string const& sentence) {
    auto const folder = fs::temp_directory_path();
    auto const text = folder / "bench_speech_errors.txt", wav = folder / "bench_speech_errors.wav";
    std::ofstream(text) << sentence << "\n";
    auto const command = "espeak-ng -v en-us -s 175 -p 50 -f " + text.string() + " -w " + wav.string();
    if (std::system(command.c_str()) != 0) {
        throw Error("espeak-ng could not speak.");
    }
    return load_audio(wav);
}

struct Heard {
    WordErrors errors;
    std::size_t whole = 0;
    std::map<std::string, int> lost;
};

void add(Heard& all, std::string const& line, std::string const& heard) {
    auto const errors = word_errors(line, heard);
    all.errors += errors;
    all.whole += errors.errors() == 0;
    for (auto const& word : missing_key_words(line, heard)) {
        ++all.lost[word];
    }
}

void print(std::string const& voice, std::string const& listener, Heard const& all, std::size_t lines,
           std::size_t keys) {
    int lost_count = 0;
    std::string list;
    for (auto const& [word, count] : all.lost) {
        lost_count += count;
        list += " " + word + (count > 1 ? " x" + std::to_string(count) : "");
    }
    auto const& e = all.errors;
    std::printf("%-10s %s: word error rate %.2f %% (%zu of %zu: %zu other, %zu missing, %zu added), %zu of %zu "
                "sentences right, %d of %zu key words lost:%s\n",
                voice.c_str(), listener.c_str(), 100 * e.rate(), e.errors(), e.words, e.substituted, e.missing, e.added,
                all.whole, lines, lost_count, keys, list.c_str());
    std::fflush(stdout);
}

void measure(std::string const& name, Speak const& speak, std::vector<bench::NamedListener> const& listeners,
             std::vector<std::string> const& lines) {
    std::vector<Heard> all(listeners.size());
    std::size_t keys = 0;
    for (auto const& line : lines) {
        auto const sound = with_silence_around(speak(line));
        keys += key_words(line).size();
        for (std::size_t i = 0; i < listeners.size(); ++i) {
            auto const heard = listeners[i].listener->hear(sound, "", {}).text;
            add(all[i], line, heard);
            std::fprintf(stderr, "%s\t%zu\t%s\t%s\n", name.c_str(), word_errors(line, heard).errors(), line.c_str(),
                         heard.c_str());
        }
    }
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        print(name, listeners[i].name, all[i], lines.size(), keys);
    }
}

} // namespace

int main(int argc, char** argv) try {
    if (argc < 4) {
        throw UsageError("usage: bench_speech_errors LIST MODELS VOICES [LISTENERS] [ORPHEUS.gguf SNAC.gguf]");
    }
    std::vector<std::string> lines;
    std::ifstream file(argv[1]);
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    fs::path const models = argv[2];
    auto const listeners =
        bench::named_listeners(argc > 4 ? argv[4] : (models / "whisper-tiny.en.bin").string(), {{}, 2, "en"});
    std::istringstream names(argv[3]);
    for (std::string name; std::getline(names, name, ',');) {
        std::unique_ptr<Speaker> voice;
        if (name == "orpheus" && argc > 6) {
            voice = make_orpheus_speaker(argv[5], argv[6], {.threads = 2});
        } else if (name != "espeak-ng") {
            voice = bench::named_voice(name, models, 2);
        }
        measure(name, voice ? with(*voice) : with_command, listeners, lines);
    }
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
