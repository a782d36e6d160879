#include "app.h"
#include "base/error.h"
#include "options/spatial_options.h"
#include "options/text_input.h"
#include "options/voice_options.h"
#include "output/speech_output.h"
#include "pipeline/json.h"
#include "text/sentences.h"
#include "text/speech_text.h"

#include <cmath>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

namespace echollama {
namespace {

struct SayOptions {
    std::optional<std::string> text; // none or "-": standard input
    VoiceOptions voice;
    SpatialOptions spatial;
    bool json = false, dry_run = false;
};

// What was said, for --json.
struct Said {
    std::string text;
    double start_s = 0, end_s = 0;
};

Json result_json(std::vector<Said> const& said, std::vector<SpeechCheck> const& checks, SayOptions const& options,
                 SpeechSink const& sink, Timings const& timings) {
    auto round = [](double seconds) { return std::round(seconds * 1000) / 1000; };
    Json json;
    json["sentences"] = Json::array();
    for (std::size_t i = 0; i < said.size(); ++i) {
        Json one{{"text", said[i].text}, {"start_s", round(said[i].start_s)}, {"end_s", round(said[i].end_s)}};
        if (i < checks.size()) {
            one["check"] = {{"heard", checks[i].heard},
                            {"missing", checks[i].missing},
                            {"attempts", checks[i].attempts},
                            {"fast", checks[i].fast}};
        }
        json["sentences"].push_back(one);
    }
    auto const& out = options.voice.target.out;
    json["speech"] = out.empty() ? Json(nullptr) : Json(out.string());
    json["underruns"] = sink.underruns();
    json["timings"] = to_json(timings.stages());
    return json;
}

// What verification had to repeat, in one line.
void tell_check(SpeechCheck const& check) {
    if (check.attempts == 1 && check.missing.empty()) {
        return;
    }
    std::string line = "\"" + check.sentence + "\" was spoken " + std::to_string(check.attempts) + " times";
    line += check.fast ? ", in the end by the fast voice" : "";
    for (std::size_t i = 0; i < check.missing.size(); ++i) {
        line += (i == 0 ? "; not understood: " : ", ") + check.missing[i];
    }
    std::cerr << line << ".\n";
}

// What the voice would be given, a line for each line of the text.
void print_spoken(std::string const& text, std::string const& language) {
    SentenceCutter cutter;
    std::string line;
    for (auto const& sentences : {cutter.push(text), cutter.finish()}) {
        for (auto const& sentence : sentences) {
            auto const spoken = spoken_text(sentence, language);
            line += (line.empty() || spoken.empty() ? "" : " ") + spoken;
        }
    }
    print_line(line);
}

void dry_run(SayOptions const& options) {
    auto const language = options.voice.choice.language.empty() ? "en-us" : options.voice.choice.language;
    std::istringstream given(options.text.value_or(""));
    auto& lines = options.text && *options.text != "-" ? static_cast<std::istream&>(given) : std::cin;
    for (std::string line; std::getline(lines, line);) {
        print_spoken(line, language);
    }
}

void run(AppContext const& context, SayOptions options) {
    if (options.dry_run) {
        dry_run(options);
        return;
    }
    auto& target = options.voice.target;
    target.play = target.play || target.out.empty();
    check_standard_output(
        {{"JSON", options.json}, {"the speech", target.out == "-"}, {"the subtitles", options.voice.subtitles == "-"}});
    std::vector<Said> said;
    std::vector<SpeechCheck> checks;
    options.voice.told = [&](SpeechCheck const& check) {
        checks.push_back(check);
        if (!context.quiet) {
            tell_check(check);
        }
    };
    SpeechOutput out(options.voice, context.stop);
    Timings timings;
    auto speaker = placed_at_bearing(load_speaker(context, options.voice, timings), options.spatial, timings).get();
    double spoken_s = 0;
    auto speak = [&](std::vector<std::string> const& sentences) {
        for (auto const& raw : sentences) {
            auto const sentence = trimmed(raw);
            if (sentence.empty() || context.stop.stop_requested()) {
                continue;
            }
            said.push_back({sentence, spoken_s, spoken_s});
            out.expect(sentence);
            auto write = [&](AudioChunk&& chunk) {
                if (spoken_s == 0 && !chunk.samples.empty()) {
                    timings.mark("first audio");
                }
                spoken_s += static_cast<double>(chunk.frames()) / chunk.rate;
                out.write(chunk);
            };
            timings.measure("speak", [&] { speaker->say(sentence, options.voice.speech, write, context.stop); });
            said.back().end_s = spoken_s;
        }
    };
    SentenceCutter cutter;
    if (options.text && *options.text != "-") {
        speak(cutter.push(*options.text));
    } else {
        read_text_as_it_comes(
            [&](std::string_view piece, bool pause) {
                speak(cutter.push(piece));
                if (pause) {
                    speak(cutter.finish());
                }
            },
            context.stop);
    }
    speak(cutter.finish());
    if (said.empty() && !context.stop.stop_requested()) {
        throw Error("There is nothing to say because the text is empty; give some words.");
    }
    out.finish();
    if (options.json) {
        print_line(dump(result_json(said, checks, options, *out.sink(), timings)));
    }
}

} // namespace

void add_say(Command& root, AppContext& context) {
    auto options = std::make_shared<SayOptions>();
    auto& command = root.subcommand("say", "Speak a text");
    command.positional("text", options->text,
                       "The text; without it, or with -, it is read from standard input as it arrives");
    add_voice_options(command, options->voice);
    add_place_options(command, options->spatial);
    command.flag("--dry-run", options->dry_run, "Print what would be spoken, line by line, without a voice");
    command.flag("--json", options->json, "Print JSON: sentences with their times and checks, gaps, timings");
    command.example = "echollama say \"Mind the step.\"";
    command.notes = "Speech is played unless --out names a file.";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
