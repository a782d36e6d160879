#include "app.h"
#include "base/error.h"
#include "base/log.h"
#include "interrupt.h"
#include "live/events.h"
#include "live/live_answers.h"
#include "live/live_voice.h"
#include "live/narrator.h"
#include "live/typed_lines.h"
#include "media/video/newest_frame.h"
#include "models/devices.h"
#include "options/seeing_options.h"
#include "options/voice_options.h"
#include "options/wording_options.h"
#include "output/speech_output.h"
#include "pipeline/follower.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace echollama {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::chrono::seconds complete_within(3); // after Ctrl-C
constexpr double simulated_step_s = 0.1;           // between the pictures that a simulation looks at
constexpr int pictures_to_know = 3;                // before anything counts as there
constexpr double tidy_every_s = 20;                // pages that are free between what is in use go back to the system

struct WatchOptions {
    SourceOptions source;
    SeeingOptions seeing;
    VoiceOptions voice;
    NarratorOptions narration;
    std::filesystem::path record;
    Leading leading = Leading::both;
    bool remember = false;
    double seconds = 0; // 0: until the end
    bool simulate = false, json = false;
};

// The latest of many measurements, however long the watching lasts.
class Recent {
  public:
    void add(double value) {
        if (values_.size() < most) {
            values_.push_back(value);
        } else {
            values_[static_cast<std::size_t>(count_) % most] = value;
        }
        ++count_;
    }
    std::int64_t count() const { return count_; }
    double median() const {
        if (values_.empty()) {
            return 0;
        }
        auto sorted = values_;
        auto const middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
        std::nth_element(sorted.begin(), middle, sorted.end());
        return *middle;
    }

  private:
    static constexpr std::size_t most = 4096;
    std::vector<double> values_;
    std::int64_t count_ = 0;
};

// Seconds of the source's own time while it is watched.
class SourceClock {
  public:
    explicit SourceClock(bool simulated) : simulated_(simulated) {}
    // A frame that was taken at this time has just come.
    void came(double seconds) {
        if (!begun_) {
            begun_ = true;
            began_ = SteadyClock::now() -
                     std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(seconds));
        }
        frame_ = seconds;
    }
    double now() const { return simulated_ || !begun_ ? frame_ : at(SteadyClock::now()); }
    double at(SteadyClock::time_point when) const { return std::chrono::duration<double>(when - began_).count(); }

  private:
    bool simulated_, begun_ = false;
    double frame_ = 0;
    SteadyClock::time_point began_{};
};

class Watch {
  public:
    // A camera is ended with Ctrl-C: the speech until then is kept, so that its file does not know of the stop.
    Watch(AppContext const& context, WatchOptions const& options)
        : context_(context), options_(options), events_(options.json, options.record), out_(options.voice, {}),
          clock_(options.simulate) {
        auto seeing = options.seeing;
        // One fast network sees more of what moves than a panel that needs a second for a picture.
        auto const fast = context.models_dir / "nanodet.gguf";
        std::error_code ignored;
        if (seeing.detector.empty() && context.preset.empty() && std::filesystem::exists(fast, ignored)) {
            seeing.detector = fast;
        }
        decide_devices(context,
                       {seeing_stages(context, seeing),
                        options.simulate ? std::vector<StageFiles>() : speaker_stages(context, options.voice)});
        auto const models = load_seeing_models(context, seeing, timings_);
        detector_ = models.detector;
        reader_ = models.reader;
        options_.narration.wording.sure_score = 0;
        if (!options.simulate) {
            voice_.emplace(load_speaker(context, options.voice, timings_), options.voice.speech, out_, context.stop);
        }
    }

    void run() {
        auto source = open_source(options_.source);
        auto detector = detector_.get();
        options_.narration.wording.sure_score = detector->sure_score();
        Follower follower(*detector, options_.seeing.threshold);
        auto& narrator = narrator_.emplace(options_.narration);
        answers_.emplace(LiveAnswersOptions{options_.narration.wording, options_.leading, options_.voice.target.play,
                                            options_.remember, source.live, options_.simulate, detector->labels()},
                         reader_, events_, narrator);
        Interrupt::be_patient(complete_within); // records, and what is remembered
        TypedLines lines(options_.source.source != "-");
        events_.tell("begins", 0, {{"source", source.name}, {"live", source.live}});
        if (options_.simulate) {
            double last = -1e9;
            go_on(follower, narrator, lines, [&] {
                SourceEvent event;
                do {
                    event = source.next(context_.stop);
                } while (event.kind == SourceEvent::Kind::frame &&
                         event.frame.seconds < last + simulated_step_s - 1e-6);
                last = event.frame.seconds;
                return event;
            });
        } else {
            NewestFrame newest(source);
            go_on(follower, narrator, lines, [&] { return newest.next(context_.stop); });
            frames_read_ = newest.read();
        }
        finish();
    }

  private:
    void go_on(Follower& follower, Narrator& narrator, TypedLines& lines, std::function<SourceEvent()> const& next) {
        while (!context_.stop.stop_requested()) {
            auto event = next();
            if (event.kind == SourceEvent::Kind::end) {
                break;
            }
            if (event.kind == SourceEvent::Kind::frame) {
                look(follower, narrator, event.frame);
                if (options_.seconds > 0 && event.frame.seconds >= options_.seconds) {
                    break;
                }
            } else {
                bool const lost = event.kind == SourceEvent::Kind::lost;
                events_.tell(lost ? "lost" : "returned", clock_.now(), {{"text", event.text}});
                narrator.note(clock_.now(), event.text);
            }
            if (frames_used_ >= pictures_to_know) { // before, nothing would be there
                answer(lines);
            }
            if (auto const fault = events_.take_fault()) {
                narrator.note(clock_.now(), *fault);
            }
            speak(narrator);
            answers_->duck(narrator.is_speaking());
        }
        answer(lines);
    }

    void answer(TypedLines& lines) {
        for (auto const& line : lines.take()) {
            answers_->answer(line, clock_.now());
        }
    }

    // What was asked before the end is answered after it.
    void say_what_is_owed() {
        while (narrator_->owes_answer() && !context_.stop.stop_requested()) {
            if (voice_ && options_.voice.target.wanted()) {
                voice_->finish();
                tell_first_sound();
            } else if (voice_) {
                voice_->cut(); // nobody listens
            }
            narrator_->ended(clock_.now());
            speak(*narrator_);
        }
    }

    void look(Follower& follower, Narrator& narrator, Frame const& frame) {
        clock_.came(frame.seconds);
        auto const followed = follower.look(frame.view, frame.seconds, context_.stop);
        if (context_.stop.stop_requested()) {
            return;
        }
        if (followed.cut) {
            narrator.scene_changed(frame.seconds);
            events_.tell("another_scene", frame.seconds);
        }
        narrator.see(frame.seconds, followed.scene, followed.things);
        answers_->see(frame.seconds, frame.view.image);
        events_.track(frame.seconds, followed.things);
        if (frame.seconds - tidied_at_ >= tidy_every_s) {
            malloc_trim(0);
            tidied_at_ = frame.seconds;
        }
        ++frames_used_;
        last_frame_ = frame.seconds;
        detect_ms_.add(followed.detect_ms);
        motion_ms_.add(followed.motion_ms);
    }

    void speak(Narrator& narrator) {
        double const now = clock_.now();
        if (narrator.is_speaking() && (voice_ ? !voice_->is_speaking() : now >= simulated_end_)) {
            narrator.ended(now);
        }
        if (voice_) {
            tell_first_sound();
        }
        bool const speaking = narrator.is_speaking();
        auto const announcement = narrator.next(now);
        if (!announcement) {
            return;
        }
        if (speaking) {
            events_.tell("interrupts", now);
        }
        events_.tell(*announcement, now);
        if (!options_.json) {
            out_.print(announcement->text);
        }
        ages_s_.add(now - announcement->known_at);
        simulated_end_ = now + spoken_seconds(announcement->text);
        if (voice_) {
            shown_at_ = announcement->answers ? now : announcement->shown_at;
            sounding_ = announcement->kind;
            voice_->say(announcement->text);
        }
    }

    void tell_first_sound() {
        if (auto const sounded = voice_->take_first_sound()) {
            double const seconds = clock_.at(sounded->when);
            events_.tell("sounds", seconds,
                         {{"after_shown_s", std::round((seconds - shown_at_) * 1000) / 1000},
                          {"kind", kind_json(sounding_)},
                          {"speech_s", std::round(sounded->at_s * 1000) / 1000}});
            if (sounding_) {
                sounds_s_.add(seconds - shown_at_);
            }
        }
    }

    void finish() {
        say_what_is_owed();
        answers_->finish(last_frame_);
        if (voice_ && context_.stop.stop_requested()) {
            voice_->cut();
        } else if (voice_) {
            voice_->finish();
            tell_first_sound();
        }
        if (frames_used_ == 0 && !context_.stop.stop_requested()) {
            throw Error(input_words() + " ended before its first picture; check it.");
        }
        auto const rounded = [](double value) { return std::round(value * 1000) / 1000; };
        Json summary{
            {"frames_used", frames_used_},
            {"frames_read", options_.simulate ? frames_used_ : frames_read_},
            {"frames_used_per_second", rounded(last_frame_ > 0 ? static_cast<double>(frames_used_) / last_frame_ : 0)},
            {"detect_ms", rounded(detect_ms_.median())},
            {"motion_ms", rounded(motion_ms_.median())},
            {"age_s", rounded(ages_s_.median())},
            {"announcements", ages_s_.count()}};
        if (sounds_s_.count() > 0) {
            summary["first_sound_after_shown_s"] = rounded(sounds_s_.median());
        }
        events_.tell("ends", last_frame_, summary);
        out_.finish();
        if (auto const fault = events_.take_fault()) { // nothing is said any more
            log::warning(*fault);
        }
        if (context_.verbose && !options_.json) {
            log::debug(summary.dump());
        }
    }

    std::string input_words() const {
        return options_.source.source == "-" ? "Standard input" : options_.source.source;
    }

    AppContext const& context_;
    WatchOptions options_;
    Timings timings_;
    WatchEvents events_;
    SpeechOutput out_;
    SourceClock clock_;
    std::optional<Narrator> narrator_;
    std::optional<LiveAnswers> answers_;
    Loading<Detector> detector_;
    Loading<Reader> reader_; // loads when something is to be read
    std::optional<LiveVoice> voice_;
    double simulated_end_ = 0, shown_at_ = 0, last_frame_ = 0, tidied_at_ = 0;
    std::optional<ChangeKind> sounding_; // what the latest sentence tells of
    std::int64_t frames_used_ = 0, frames_read_ = 0;
    Recent detect_ms_, motion_ms_, ages_s_, sounds_s_;
};

// Each sentence is said by a thread of its own, and each thread may take another of glibc's arenas, in which freed
// memory stays: while a film ran again and again, one more megabyte with most rounds. With one arena all is used again.
void share_freed_memory() {
    mallopt(M_ARENA_MAX, 1);
}

void run(AppContext const& context, WatchOptions options) {
    share_freed_memory();
    if (!options.record.empty() && options.voice.target.out.empty() && !options.simulate) {
        options.voice.target.out = options.record / "speech.wav";
    }
    check_standard_output({{options.json ? "the events" : "the text", options.json || options.voice.target.out != "-"},
                           {"the speech", options.voice.target.out == "-"}});
    if (options.simulate && options.voice.target.wanted()) {
        throw UsageError("A simulation does not sound; leave --simulate or --play and --out out.");
    }
    Watch(context, options).run();
}

} // namespace

void add_watch(Command& root, AppContext& context) {
    auto options = std::make_shared<WatchOptions>();
    auto& command = root.subcommand("watch", "Tell what happens before a camera or in a film, as it happens");
    command
        .positional(
            "source", options->source.source,
            "A film, a camera (camera, camera:1, /dev/video0), an address (rtsp://, http://), a folder of pictures, a "
            "pattern of their names, or a recording of an RGB-D camera (TUM's layout); -: standard input")
        .required();
    command.choice("--tell", options->narration.talk,
                   {{"dangers", Talkativeness::dangers, {"danger", "few"}},
                    {"normal", Talkativeness::normal, {"some"}},
                    {"everything", Talkativeness::everything, {"all", "many"}}},
                   "How much is told");
    command
        .option("--pause", options->narration.pause_s,
                "Seconds of silence before the next thing that is not urgent; a quarter before what comes nearer or "
                "crosses")
        .range(0.0, 60.0);
    command.option("--seconds", options->seconds, "Stop after so many seconds of the source")
        .otherwise("at its end")
        .range(0.0, 1e7);
    command.flag("--repeat", options->source.repeat, "Begin again at the end of a film or folder");
    command
        .option("--picture-rate", options->source.pictures_per_second,
                "Pictures a second of a folder whose names tell no times")
        .range(0.001, 1000.0);
    command.option("--camera-file", options->source.camera.file,
                   "The lens: Open3D JSON, Middlebury calib.txt, ROS/OpenCV YAML");
    command.option("--focal", options->source.camera.focal_px, "Focal length in pixels, instead of a camera file");
    command
        .option("--detector,--model", options->seeing.detector, "Detector, by path or name: DETR, NanoDet or CenterNet")
        .otherwise("NanoDet, where it is installed");
    command.option("--threshold", options->seeing.threshold, "Least score of something new")
        .otherwise("0.4")
        .range(0.0, 1.0);
    command.option("--record", options->record, "New folder for the events, the tracks and the speech")
        .value_name("FOLDER");
    command.choice("--lead", options->leading,
                   {{"words", Leading::words, {}}, {"tones", Leading::tones, {"sound"}}, {"both", Leading::both, {}}},
                   "How 'find the chair' leads there; tones need --play");
    command.flag(
        "--remember", options->remember,
        "Keep what was seen where and when beyond this run, for later questions; 'echollama forget' ends that");
    command.flag("--simulate", options->simulate,
                 "As fast as it goes, every tenth of a second of the source, without sound: for tests");
    command.flag("--json", options->json, "Print events as lines of JSON");
    add_voice_options(command, options->voice);
    add_wording_options(command, options->narration.wording);
    command.example = "echollama watch camera --play";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
