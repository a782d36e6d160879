// speak_scene DETECTOR.gguf PHOTO SPEECH.wav: says what a photo shows, nearest things first, with the fast voice.
#include "base/error.h"
#include "media/sound/sound_file.h"
#include "pipeline/input.h"
#include "pipeline/see.h"
#include "vision/detectors.h"
#include "voice/voices.h"

#include <iostream>

using namespace echollama;

int main(int count, char** arguments) try {
    if (count != 4) {
        throw UsageError("speak_scene DETECTOR.gguf PHOTO SPEECH.wav");
    }
    Timings timings;
    SeeingModels eyes{.detector = ready<Detector>(make_detector(arguments[1], 2)), .depth = {}};
    TellingModels mouth{.describer = {}, .speaker = ready<Speaker>(make_fast_voice())};

    InputOptions input;
    input.picture = arguments[2];
    auto const view = load_input(input);
    auto const seen = see(view, eyes, -1, timings, {});
    TellingRequest request;
    request.prompts.wording.sure_score = seen.sure_score;

    SoundFile file(arguments[3], mouth.speaker.get()->sample_rate());
    TellingOutput const output{[](std::string const& sentence) { std::cout << sentence << "\n"; },
                               [&](AudioChunk&& chunk) { file.write(chunk.samples); }};
    tell(seen.scene, mouth, request, output, timings, {});
    file.finish();
} catch (std::exception const& error) {
    std::cerr << error.what() << "\n";
    return 1;
}
