// What is said of a moving scene, and when: a first description, then only what matters. Dangers interrupt what is
// being said. The rest is told while it is fresh, the freshest first, and together where it is alike. What could not be
// said in time is no news any more: of a thing that the listener does not know yet, a later sentence tells the present
// state, and the rest is left to "what changed?". A pure state machine on times that are given to it: no clock, no
// device.
#pragma once

#include "live/change_words.h"
#include "live/changes.h"
#include "tracking/tracker.h"
#include "wording/wording.h"

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
    // Of silence before the next thing is told; a quarter before what comes nearer or crosses, twice before what is no
    // news.
    double pause_s = 1.2;
};

// So long after the picture that showed it first a change may begin to be told as news; infinite for none.
double news_lives_s(ChangeKind kind);

// As long as somebody takes to say it.
double spoken_seconds(std::string const& text);

enum class Urgency { now, soon, later };

struct Announcement {
    std::string text;
    Urgency urgency = Urgency::later;
    std::optional<ChangeKind> kind = {}; // none: a description, or what happened to the source
    std::vector<int> identities = {};    // of the things it tells of
    bool is_state = false;               // of what is so now, and was not told while it was news
    double shown_at = 0;                 // when the picture was taken that showed first the oldest of what it tells
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
    // Something was asked, and its answer waits to be said.
    bool owes_answer() const { return !notes_.empty() && notes_.front().answers; }

    // "What changed?", since it was last asked or the beginning; always a sentence or more.
    std::string what_changed(double seconds);
    // The latest scene, for questions about it, with smoothed distances.
    Scene const& scene() const { return scene_; }
    bool has_seen() const { return seen_; }

  private:
    struct Waiting {
        Change change;
        Urgency urgency = Urgency::later;
    };
    struct Spoken {
        Announcement announcement;
        double since = 0;
        std::vector<int> news_of = {}; // things that the listener did not know before
    };
    struct Told {
        bool moving = false; // also that it moves, so that stopping is worth a word
    };

    void add(Change const& change);
    bool is_worth_telling(Change const& change) const;
    Thing const* thing(int identity) const;
    SceneObject const* object(int identity) const;
    bool is_another(Change const& danger) const;
    bool is_so(Waiting const& waiting) const;
    bool is_worth_waiting(Waiting const& waiting, double seconds) const;
    bool is_overdue(Waiting const& waiting, double seconds) const;
    bool is_quiet(double share, double seconds) const;
    bool may_be_told(Urgency urgency, double seconds) const;
    std::optional<Announcement> next_note(double seconds);
    std::optional<Announcement> description(double seconds) const;
    std::optional<Announcement> next_news(Urgency least, double seconds);
    std::optional<Announcement> next_state(bool overdue, double seconds);
    std::optional<Announcement> announcement_of(std::vector<Waiting> const& together, bool is_state) const;
    std::vector<Mover> movers_of(std::vector<Waiting> const& together) const;
    std::string words_of(std::vector<Waiting> const& together) const;
    bool was_said(Announcement const& announcement, double seconds) const;
    void take_back(Spoken const& cut, bool by_answer, double seconds);
    Announcement say(Announcement announcement, double seconds);

    NarratorOptions options_;
    ChangeFinder finder_;
    Scene scene_;
    std::vector<Thing> things_;
    double scene_at_ = 0, first_at_ = 0;
    int pictures_ = 0; // of this scene
    bool seen_ = false, described_ = false, changed_scene_ = false;
    std::vector<Waiting> waiting_; // one for each thing
    std::deque<Announcement> notes_;
    std::optional<Spoken> speaking_;
    double ended_at_ = -1e9;
    std::map<std::string, double> said_; // sentences and when
    std::map<int, double> warned_;       // of which things and when
    std::map<int, Told> told_;           // things that are followed, of which the listener knows
    std::vector<Change> history_;        // since what_changed() was last asked
    double asked_at_ = -1;
};

} // namespace echollama
