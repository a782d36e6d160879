#include "chat/script.h"

#include "base/error.h"
#include "base/output_file.h"
#include "conversation/script.h"
#include "media/sound/audio_io.h"
#include "media/sound/resample.h"
#include "media/sound/sound_file.h"
#include "pipeline/json.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <thread>

namespace echollama {
namespace {

constexpr double tail_s = 0.3;         // of quiet at the end
constexpr double longest_s = 4 * 3600; // a conversation that never becomes quiet ends

// What the script says, as a microphone would hear it.
class ScriptedMicrophone {
  public:
    // From now on; gives the second at which the speech in it ends.
    double say(AudioBuffer const& sound, std::int64_t now) {
        sounds_.push_back({now, sound.samples});
        float loudest = 0;
        for (float const sample : sound.samples) {
            loudest = std::max(loudest, std::abs(sample));
        }
        auto end = sound.samples.size();
        while (end > 0 && std::abs(sound.samples[end - 1]) < 0.03F * loudest) {
            --end;
        }
        return static_cast<double>(now + static_cast<std::int64_t>(end)) / speech_rate;
    }

    std::vector<float> next(std::int64_t now) {
        std::vector<float> heard(Talk::heard_samples);
        for (auto const& sound : sounds_) {
            for (std::size_t i = 0; i < heard.size(); ++i) {
                auto const at = now + static_cast<std::int64_t>(i) - sound.begin;
                heard[i] += at >= 0 && at < static_cast<std::int64_t>(sound.samples.size())
                                ? sound.samples[static_cast<std::size_t>(at)]
                                : 0;
            }
        }
        std::erase_if(sounds_, [&](Sound const& sound) {
            return now - sound.begin > static_cast<std::int64_t>(sound.samples.size());
        });
        return heard;
    }

    bool is_silent() const { return sounds_.empty(); }

  private:
    struct Sound {
        std::int64_t begin;
        std::vector<float> samples;
    };
    std::vector<Sound> sounds_;
};

double milliseconds(double seconds) {
    return std::round(seconds * 1000) / 1000;
}

// One question or line and what came of it, from the events in their order.
Json turns_json(std::vector<TalkEvent> const& events) {
    Json turns = Json::array();
    double said_s = -1;
    for (auto const& event : events) {
        if (event.kind == "said") {
            said_s = event.at_s;
        }
        if (event.kind == "heard" || event.kind == "typed" || event.kind == "described") {
            Json turn;
            turn["at_s"] = milliseconds(event.at_s);
            if (event.kind != "described") {
                turn[event.kind] = event.text;
            }
            turn["says"] = Json::array();
            if (event.kind == "heard" && said_s >= 0) {
                turn["question_ended_s"] = milliseconds(said_s);
            }
            turns.push_back(std::move(turn));
        } else if (!turns.empty() && event.kind == "says") {
            turns.back()["says"].push_back(event.text);
        } else if (!turns.empty() && event.kind == "sound begins" && !turns.back().contains("first_sound_s")) {
            auto& turn = turns.back();
            turn["first_sound_s"] = milliseconds(event.at_s);
            double const from =
                turn.contains("question_ended_s") ? turn["question_ended_s"].get<double>() : turn["at_s"].get<double>();
            turn["latency_s"] = milliseconds(event.at_s - from);
        } else if (!turns.empty() && event.kind == "played") {
            turns.back()["played"] = event.text;
        } else if (!turns.empty() && event.kind == "interrupted") {
            turns.back()["interrupted_by"] = event.text;
        }
    }
    return turns;
}

class ScriptRun {
  public:
    ScriptRun(SpokenChat& chat, ScriptOptions const& options, std::stop_token stop)
        : chat_(chat), talk_(chat.talk()), options_(options), stop_(std::move(stop)),
          file_(options.folder / "conversation.wav", chat.rate()) {
        for (auto const& step : read_script(options.script)) {
            steps_.push_back({step, {}});
            if (step.kind == ScriptStep::Kind::sound) { // told before anything begins
                auto const path = options.script.parent_path() / step.value;
                steps_.back().sound = resample(load_audio(path), speech_rate, stop_);
            }
        }
    }

    void run() {
        using Clock = std::chrono::steady_clock;
        auto tick = Clock::now();
        std::vector<float> played(talk_.played_samples());
        while (!stop_.stop_requested() && talk_.now_s() < longest_s && !is_over()) {
            begin_steps();
            if (options_.real_clock) {
                tick += std::chrono::milliseconds(Talk::step_ms);
                std::this_thread::sleep_until(tick);
            } else {
                talk_.settle();
            }
            talk_.step(microphone_.next(heard_), played,
                       options_.real_clock ? Talk::Pace::never_waits : Talk::Pace::settles);
            heard_ += static_cast<std::int64_t>(Talk::heard_samples);
            file_.write(played);
            if (!options_.real_clock) {
                talk_.settle(); // whether it is quiet does not depend on the machine either
            }
            bool const quiet = talk_.is_quiet() && microphone_.is_silent();
            quiet_s_ = quiet ? quiet_s_ + Talk::step_ms / 1000.0 : 0;
            take_events();
        }
        if (stop_.stop_requested()) {
            throw Cancelled();
        }
        finish();
    }

  private:
    struct Step {
        ScriptStep what;
        AudioBuffer sound;
    };

    bool is_over() const { return (steps_.empty() || talk_.ended()) && quiet_s_ >= tail_s; }

    void begin_steps() {
        while (!steps_.empty()) {
            auto const& what = steps_.front().what;
            double const passed_s = what.after_quiet ? quiet_s_ : talk_.now_s();
            if (passed_s < what.seconds || (what.after_quiet && quiet_s_ == 0)) {
                return;
            }
            if (what.kind == ScriptStep::Kind::text) {
                talk_.type(what.value);
            } else if (what.kind == ScriptStep::Kind::key) {
                what.value == "stop" ? talk_.stop_speaking() : talk_.talk_key();
            } else {
                double const end_s = microphone_.say(steps_.front().sound, heard_);
                events_.push_back({end_s, "said", what.value});
            }
            quiet_s_ = 0;
            steps_.pop_front();
        }
    }

    void take_events() {
        for (auto& event : talk_.take_events()) {
            if (event.kind == "fault") {
                faults_ += 1;
            }
            events_.push_back(std::move(event));
        }
    }

    void finish() {
        file_.finish();
        Json json;
        json["clock"] = options_.real_clock ? "real" : "simulated";
        json["seconds"] = milliseconds(talk_.now_s());
        json["faults"] = faults_;
        json["turns"] = turns_json(events_);
        json["events"] = Json::array();
        for (auto const& event : events_) {
            json["events"].push_back({{"at_s", milliseconds(event.at_s)}, {"kind", event.kind}, {"text", event.text}});
        }
        OutputFile out(options_.folder / "conversation.json", "the conversation");
        auto const text = dump(json) + "\n";
        if (std::fputs(text.c_str(), out.stream()) < 0) {
            out.fail();
        }
        out.commit();
    }

    SpokenChat& chat_;
    Talk& talk_;
    ScriptOptions options_;
    std::stop_token stop_;
    SoundFile file_;
    std::deque<Step> steps_;
    ScriptedMicrophone microphone_;
    std::int64_t heard_ = 0; // samples
    double quiet_s_ = 0;
    int faults_ = 0;
    std::vector<TalkEvent> events_;
};

} // namespace

void run_script(AppContext const& context, ChatOptions options, ListeningOptions const& listening,
                ScriptOptions const& script) {
    read_script(script.script); // what is wrong with it is told before the models load
    std::error_code error;
    std::filesystem::create_directories(script.folder, error);
    if (error) {
        throw Error("The folder " + script.folder.string() + " cannot be made; name another one with --out.");
    }
    options.voice.target.out = script.folder / "conversation.wav";
    SpokenChat chat(context, options, listening);
    ScriptRun run(chat, script, context.stop);
    chat.begin();
    run.run();
}

} // namespace echollama
