// What is said of a moving scene, and when: a first description, then only what matters. Dangers interrupt what is
// being said, the rest waits for its turn, is told together, or is dropped when it is no longer true. A pure state
// machine on times that are given to it: no clock, no device.
#pragma once

#include "live/changes.h"
#include "scene/wording.h"
#include "tracking/tracker.h"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

// How much is told: dangers and what comes near; also what appears, crosses, stops and goes; also far and small things.
enum class Talkativeness { dangers, normal, everything };

struct NarratorOptions {
    WordingOptions wording{.level = Level::brief};
    Talkativeness talk = Talkativeness::normal;
    double pause_s = 1.2; // of silence before the next thing is told; a quarter before what comes nearer or crosses
};

enum class Urgency { now, soon, later };

struct Announcement {
    std::string text;
    Urgency urgency = Urgency::later;
    std::optional<ChangeKind> kind = {}; // none: a description, or what happened to the source
    std::vector<int> identities = {};    // of the things it tells of
    double shown_at = 0;                 // when the picture was taken that showed it first
    double known_at = 0;                 // when the newest picture was taken that the words rest on
    bool answers = false;                // a question of the user
};

class Narrator {
  public:
    explicit Narrator(NarratorOptions const& options) : options_(options) {}

    // The scene of the latest picture and what is followed in it; objects carry the identities of the things.
    void see(double seconds, Scene const& scene, std::vector<Thing> const& things);
    // The picture shows another scene: what was to be said is void, and the new one is described.
    void scene_changed(double seconds);
    // What is to be said of the source: lost, returned.
    void note(double seconds, std::string const& sentence);

    // The answer to a question: said next, instead of what is being said unless that is a danger.
    void answer(double seconds, std::string const& text);

    // What is to be said now, if anything. While something is being said only what may interrupt it is given: the
    // caller stops the old one and says the new one.
    std::optional<Announcement> next(double seconds);
    // What next() gave last was said to its end, or stopped.
    void ended(double seconds);
    bool is_speaking() const { return speaking_.has_value(); }

    // "What changed?", since it was last asked or the beginning; always a sentence or more.
    std::string what_changed(double seconds);
    // The latest scene, for questions about it, with smoothed distances.
    Scene const& scene() const { return scene_; }
    bool has_seen() const { return seen_; }

  private:
    struct Waiting {
        Change change;
        Urgency urgency = Urgency::later;
        double expires = 0;
    };
    struct Spoken {
        Urgency urgency = Urgency::later;
        double since = 0;
    };

    void add(Change const& change);
    bool is_worth_telling(Change const& change) const;
    Thing const* thing(int identity) const;
    SceneObject const* object(int identity) const;
    std::optional<Announcement> description(double seconds) const;
    std::optional<Announcement> announcement_of(Waiting const& first, double seconds);
    std::string words_of(Change const& change, std::vector<int> const& together) const;
    std::string danger_words(Change const& danger, SceneObject const& seen) const;
    bool is_another(Change const& danger) const;
    bool was_said(Announcement const& announcement, double seconds) const;
    std::optional<Announcement> say(Announcement announcement, double seconds);
    bool may_interrupt(Urgency urgency, double seconds) const;

    NarratorOptions options_;
    ChangeFinder finder_;
    Scene scene_;
    std::vector<Thing> things_;
    double scene_at_ = 0, first_at_ = 0;
    bool seen_ = false, described_ = false, changed_scene_ = false;
    std::deque<Waiting> waiting_;
    std::deque<Announcement> notes_;
    std::optional<Spoken> speaking_;
    double ended_at_ = -1e9;
    std::map<std::string, double> said_; // sentences and when
    std::map<int, double> warned_;       // of which things and when
    std::vector<Change> history_;        // since what_changed() was last asked
    double asked_at_ = -1;
};

} // namespace echollama
