// How well spoken questions are understood.
// bench_questions MODELS LISTENERS VOICES [--only CONDITION] [--write FOLDER | --read FOLDER] [--vad SILERO]:
// speaks bench/questions.txt (run from the source folder) with each of the VOICES (named_voice.h), clean and with pink
// noise, babble of the other questions, and a room's echo of 300 ms, each 20 and 10 dB below; the listeners
// (command_listener.h), one after the other, write the same sound down, and the scene answers. Prints word error rates,
// the share of questions that are answered as the written question is, how long recognition takes for each, and what is
// heard in sixty sounds without speech. --write: also the clean sounds as WAV files, for bench/listen_peer.py; --read:
// takes those instead of speaking, so that two listeners hear the same.
#include "base/timing.h"
#include "command_listener.h"
#include "conversation/mending.h"
#include "media/sound/audio_io.h"
#include "media/sound/resample.h"
#include "media/sound/sound_file.h"
#include "named_voice.h"
#include "questions/answers.h"
#include "scene/placed_things.h"
#include "scene/relations.h"
#include "support/hard_sound.h"
#include "verify/word_errors.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace echollama;
namespace fs = std::filesystem;

namespace {

Distance metres(float value) {
    return {DistanceSource::sensor, value, value * 0.95F, value * 1.05F};
}

Scene room() {
    using test::placed_thing;
    auto table = placed_thing("dining table", 320, 330, metres(2));
    table.detection.box = {120, 280, 560, 420};
    auto scene = test::scene_of_things(
        {placed_thing("cup", 200, 270, metres(1.5F)), table, placed_thing("laptop", 420, 260, metres(2)),
         placed_thing("keyboard", 380, 275, metres(1.9F)), placed_thing("cup", 520, 265, metres(2.2F)),
         placed_thing("chair", 600, 300, metres(3)), placed_thing("chair", 60, 310, metres(3.5F)),
         placed_thing("bottle", 90, 230, metres(4)), placed_thing("book", 300, 265, metres(1.8F)),
         placed_thing("person", 470, 180, metres(5))});
    scene.relations = find_relations(scene.objects);
    return scene;
}

AudioBuffer spoken(Speaker& voice, std::string const& text) {
    AudioBuffer sound{voice.sample_rate(), {}};
    voice.say(text, {},
              [&](AudioChunk&& c) { sound.samples.insert(sound.samples.end(), c.samples.begin(), c.samples.end()); },
              {});
    return with_silence_around(resample(sound, speech_rate)); // as the endpointer cuts a phrase
}

std::string answer(Scene const& scene, std::string const& question) {
    auto const mended = mend_names(question, scene);
    auto const known = answer_question(scene, mended ? mended->question : question, {});
    return known ? known->text : "";
}

struct Condition {
    std::string name;
    std::function<test::Samples(test::Samples const&, std::size_t number)> change;
};

std::vector<Condition> conditions(std::vector<test::Samples> const& all) {
    std::vector<Condition> made{{"clean", [](auto const& s, std::size_t) { return s; }}};
    for (float const decibels : {20.0F, 10.0F}) {
        auto const at = " " + std::to_string(static_cast<int>(decibels)) + " dB";
        made.push_back({"pink" + at, [=](auto const& s, std::size_t n) {
                            return test::with_noise(s, test::pink_noise(s.size(), n), decibels);
                        }});
        made.push_back({"babble" + at, [=, &all](auto const& s, std::size_t n) {
                            return test::with_noise(s, test::babble(all, s.size(), n), decibels);
                        }});
        made.push_back({"echo" + at, [=](auto const& s, std::size_t n) {
                            return test::in_a_room(s, speech_rate, 0.3F, decibels, n);
                        }});
    }
    return made;
}

fs::path sound_path(fs::path const& folder, std::string const& voice, std::size_t number) {
    return folder / (fs::path(voice).filename().string() + "-" + std::to_string(number) + ".wav");
}

void write_wav(fs::path const& path, test::Samples const& samples) {
    SoundFile file(path, speech_rate);
    file.write(samples);
    file.finish();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

std::vector<test::Samples> spoken_lines(std::string const& name, fs::path const& models,
                                        std::vector<std::string> const& lines, fs::path const& read) {
    auto const voice = read.empty() ? bench::named_voice(name, models, 2) : nullptr;
    std::vector<test::Samples> sounds;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        auto sound = voice ? spoken(*voice, lines[i]) : resample(load_audio(sound_path(read, name, i)), speech_rate);
        sounds.push_back(std::move(sound.samples));
    }
    return sounds;
}

struct Folders {
    fs::path models, write, read;
};

struct Heard {
    WordErrors errors;
    std::size_t right = 0;
    std::vector<double> times_ms;
};

void measure_voice(std::string const& name, Folders const& folders, std::vector<bench::NamedListener> const& listeners,
                   std::vector<std::string> const& lines, std::string const& only) {
    auto const scene = room();
    auto const sounds = spoken_lines(name, folders.models, lines, folders.read);
    for (auto const& condition : conditions(sounds)) {
        if (!only.empty() && condition.name.find(only) == std::string::npos) {
            continue;
        }
        std::vector<Heard> all(listeners.size());
        std::size_t asked = 0;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            auto const sound = condition.change(sounds[i], i);
            auto const wanted = answer(scene, lines[i]);
            asked += wanted.empty() ? 0 : 1;
            for (std::size_t j = 0; j < listeners.size(); ++j) {
                Timings timings;
                auto const heard = listeners[j].listener->hear({speech_rate, sound}, "", {}).text;
                all[j].times_ms.push_back(timings.now_ms());
                all[j].errors += word_errors(lines[i], heard);
                all[j].right += !wanted.empty() && answer(scene, heard) == wanted ? 1 : 0;
                std::fprintf(stderr, "%s\t%s\t%s\t%s\t%s\n", name.c_str(), condition.name.c_str(),
                             listeners[j].name.c_str(), lines[i].c_str(), heard.c_str());
            }
            if (!folders.write.empty() && condition.name == "clean") {
                auto const file = sound_path(folders.write, name, i);
                write_wav(file, sound);
                std::ofstream(folders.write / "list.tsv", std::ios::app) << file.string() << "\t" << lines[i] << "\n";
            }
        }
        for (std::size_t j = 0; j < listeners.size(); ++j) {
            std::printf("%-8s %-13s %-16s %5.1f %% of %zu words wrong, %zu of %zu questions answered right, %.0f ms "
                        "each\n",
                        name.c_str(), condition.name.c_str(), listeners[j].name.c_str(), 100 * all[j].errors.rate(),
                        all[j].errors.words, all[j].right, asked, median(all[j].times_ms));
        }
        std::fflush(stdout);
    }
}

void measure_silence(bench::NamedListener const& named) {
    std::size_t heard_something = 0;
    auto const clips = test::sixty_sounds_without_speech();
    for (auto const& clip : clips) {
        auto const heard = named.listener->hear(clip.sound, "", {}).text;
        heard_something += heard.empty() ? 0 : 1;
        if (!heard.empty()) {
            std::printf("heard in %s: %s\n", clip.name.c_str(), heard.c_str());
        }
    }
    std::printf("%s: %zu of %zu sounds without speech gave words\n", named.name.c_str(), heard_something, clips.size());
}

int run(int argc, char** argv) {
    Folders folders{argv[1], {}, {}};
    std::string only;
    WhisperOptions options;
    options.threads = 2;
    for (int i = 4; i + 1 < argc; i += 2) {
        if (std::strcmp(argv[i], "--write") == 0) {
            folders.write = argv[i + 1];
            fs::create_directories(folders.write);
        } else if (std::strcmp(argv[i], "--read") == 0) {
            folders.read = argv[i + 1];
        } else if (std::strcmp(argv[i], "--only") == 0) {
            only = argv[i + 1];
        } else if (std::strcmp(argv[i], "--vad") == 0) {
            options.vad_model = argv[i + 1];
        }
    }
    auto const listeners = bench::named_listeners(argv[2], options);
    std::ifstream file("bench/questions.txt");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    std::string const voices = argv[3];
    for (std::size_t at = 0; at < voices.size();) {
        auto const end = std::min(voices.find(',', at), voices.size());
        measure_voice(voices.substr(at, end - at), folders, listeners, lines, only);
        at = end + 1;
    }
    for (auto const& listener : listeners) {
        measure_silence(listener);
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fputs("usage: bench_questions MODELS LISTENERS VOICES [--only CONDITION] [--write FOLDER | --read "
                   "FOLDER] [--vad SILERO]\n",
                   stderr);
        return 2;
    }
    try {
        return run(argc, argv);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
