// What is asked and looked for while watching: questions about the present, the past and the camera, and the way to a
// thing, in words and tones.
#pragma once

#include "live/events.h"
#include "live/live_reading.h"
#include "live/narrator.h"
#include "live/scene_memory.h"
#include "live/seek.h"
#include "live/sighting_keeper.h"
#include "live/tone_player.h"
#include "media/picture/image.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

enum class Leading { words, tones, both };

struct LiveAnswersOptions {
    WordingOptions wording;
    Leading leading = Leading::both;
    bool plays = false;                   // tones sound; else their events tell of them
    bool remember = false;                // what is seen is kept beyond this run
    bool live = true;                     // the source shows what is there now
    bool simulated = false;               // readings are waited for
    std::vector<std::string> labels = {}; // what the detector may call things
};

class LiveAnswers {
  public:
    LiveAnswers(LiveAnswersOptions const& options, Loading<Reader> reader, WatchEvents& events, Narrator& narrator);
    ~LiveAnswers(); // waits until what was seen is kept

    // The latest picture, whose scene the narrator has.
    void see(double seconds, Image const& picture);
    void answer(std::string const& question, double now);
    // While speech is heard, tones are quieter.
    void duck(bool on);
    // The watching ends at this time.
    void finish(double seconds);

  private:
    std::string reply(std::string const& question, double now);
    std::string begin_to_find(Sought const& sought, double now);
    Scene scene_now() const;
    std::string own_answer(std::string const& question);
    void stop_finding();
    void guide(double seconds);
    void lead(double seconds, std::optional<Lead> const& lead);
    void keep(double seconds);
    void tell_fault(double seconds);

    LiveAnswersOptions options_;
    WatchEvents& events_;
    Narrator& narrator_;
    SceneMemory memory_;
    LiveReading reading_;
    std::optional<SightingKeeper> keeper_;
    double kept_at_ = -1;
    Image picture_; // the latest
    Recognisable can_;
    std::vector<Turn> turns_;       // of the last minutes: what "it" and "the other one" mean
    std::optional<Sought> finding_; // what is looked for
    std::string guidance_;          // and the last words that led there
    double guided_at_ = 0;
    std::unique_ptr<TonePlayer> tones_;
    std::string told_lead_; // the last event
};

} // namespace echollama
