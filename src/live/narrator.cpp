#include "live/narrator.h"

#include "scene/coco.h"
#include "scene/english.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr double settle_s = 0.45; // pictures are looked at so long before the first description
constexpr double now_lives_s = 2, soon_lives_s = 4, later_lives_s = 8; // then it is no longer worth telling
constexpr double now_again_s = 5, again_s = 30;                        // a sentence is not repeated within this time
constexpr double soon_pause = 0.25;              // of the pause, before what comes nearer or crosses
constexpr double let_finish_s = 0.3;             // a danger is not cut off by another one sooner
constexpr float far_m = 12, small_area = 0.004F; // things beyond are told only to those who want everything
constexpr std::size_t most_history = 200;

Urgency urgency_of(ChangeKind kind) {
    switch (kind) {
    case ChangeKind::danger:
        return Urgency::now;
    case ChangeKind::nearer:
    case ChangeKind::crossing:
        return Urgency::soon;
    case ChangeKind::appeared:
    case ChangeKind::stopped:
    case ChangeKind::gone:
        break;
    }
    return Urgency::later;
}

double lifetime_of(Urgency urgency) {
    return urgency == Urgency::now ? now_lives_s : urgency == Urgency::soon ? soon_lives_s : later_lives_s;
}

std::string joined(std::vector<std::string> const& sentences) {
    std::string text;
    for (auto const& sentence : sentences) {
        text += (text.empty() ? "" : " ") + sentence;
    }
    return text;
}

// "straight ahead", or the direction in the user's words; empty where no directions are wanted.
std::string comma(std::string const& words) {
    return words.empty() ? "" : ", " + words;
}

std::string the(std::string const& label) {
    return "The " + label;
}

} // namespace

Thing const* Narrator::thing(int identity) const {
    auto const found =
        std::find_if(things_.begin(), things_.end(), [&](Thing const& one) { return one.identity() == identity; });
    return found == things_.end() ? nullptr : &*found;
}

SceneObject const* Narrator::object(int identity) const {
    auto const found = std::find_if(scene_.objects.begin(), scene_.objects.end(),
                                    [&](SceneObject const& one) { return one.detection.identity == identity; });
    return found == scene_.objects.end() ? nullptr : &*found;
}

void Narrator::see(double seconds, Scene const& scene, std::vector<Thing> const& things) {
    scene_ = scene;
    things_ = things;
    scene_at_ = seconds;
    for (auto& seen : scene_.objects) {
        auto const* followed = thing(seen.detection.identity);
        if (followed && followed->distance.source != DistanceSource::none) {
            seen.distance = followed->distance;
        }
    }
    if (!seen_) {
        seen_ = true;
        first_at_ = seconds;
    }
    for (auto const& change : finder_.see(seconds, things_, described_)) {
        add(change);
    }
}

void Narrator::scene_changed(double seconds) {
    finder_.clear();
    waiting_.clear();
    scene_ = {};
    things_.clear();
    first_at_ = seconds;
    changed_scene_ = seen_;
    described_ = false;
}

void Narrator::note(double seconds, std::string const& sentence) {
    Announcement announcement{sentence, Urgency::soon};
    announcement.shown_at = announcement.known_at = seconds;
    notes_.push_back(std::move(announcement));
}

void Narrator::answer(double seconds, std::string const& text) {
    Announcement announcement{text, Urgency::soon};
    announcement.shown_at = seconds;
    announcement.known_at = scene_at_;
    announcement.answers = true;
    auto const last = std::find_if(notes_.begin(), notes_.end(), [](Announcement const& one) { return !one.answers; });
    notes_.insert(last, std::move(announcement)); // behind the answers that wait already
}

bool Narrator::is_worth_telling(Change const& change) const {
    if (change.kind == ChangeKind::danger || change.kind == ChangeKind::nearer) {
        return true;
    }
    if (options_.talk != Talkativeness::normal) {
        return options_.talk == Talkativeness::everything;
    }
    auto const* seen = object(change.identity);
    if (change.kind == ChangeKind::gone) {
        auto const* known = find_class(change.label);
        return known && (known->kind == Kind::person || known->kind == Kind::vehicle || known->kind == Kind::animal);
    }
    bool const far = seen && seen->distance.source != DistanceSource::none && seen->distance.low > far_m;
    return seen && !far && seen->area > small_area;
}

void Narrator::add(Change const& change) {
    history_.push_back(change);
    if (history_.size() > most_history) {
        history_.erase(history_.begin());
    }
    if (!is_worth_telling(change)) {
        return;
    }
    // A newer change of the same thing takes an older one's place, unless the older is more urgent.
    auto const urgency = urgency_of(change.kind);
    std::erase_if(waiting_,
                  [&](Waiting const& old) { return old.change.identity == change.identity && old.urgency >= urgency; });
    bool const outranked = std::any_of(waiting_.begin(), waiting_.end(),
                                       [&](Waiting const& old) { return old.change.identity == change.identity; });
    if (!outranked) {
        waiting_.push_back({change, urgency, scene_at_ + lifetime_of(urgency)});
    }
}

bool Narrator::may_interrupt(Urgency urgency, double seconds) const {
    if (urgency != Urgency::now) {
        return false;
    }
    return speaking_->urgency != Urgency::now || seconds - speaking_->since >= let_finish_s;
}

bool Narrator::was_said(Announcement const& announcement, double seconds) const {
    auto const before = said_.find(announcement.text);
    return before != said_.end() &&
           seconds - before->second < (announcement.urgency == Urgency::now ? now_again_s : again_s);
}

std::optional<Announcement> Narrator::say(Announcement announcement, double seconds) {
    std::erase_if(said_, [&](auto const& one) { return seconds - one.second > again_s; });
    std::erase_if(warned_, [&](auto const& one) { return seconds - one.second > now_again_s; });
    said_[announcement.text] = seconds;
    if (announcement.urgency == Urgency::now) {
        for (int identity : announcement.identities) {
            warned_[identity] = seconds;
        }
    }
    speaking_ = {announcement.urgency, seconds};
    return announcement;
}

std::optional<Announcement> Narrator::description(double seconds) const {
    if (!seen_ || described_ || scene_at_ - first_at_ < settle_s || seconds - first_at_ < settle_s) {
        return std::nullopt;
    }
    auto wording = options_.wording;
    wording.level = options_.talk == Talkativeness::dangers ? Level::headline : wording.level;
    Announcement first{(changed_scene_ ? "Another scene. " : "") + joined(describe_scene(scene_, wording)),
                       Urgency::soon};
    for (auto const& one : scene_.objects) {
        first.identities.push_back(one.detection.identity);
    }
    first.shown_at = first_at_;
    first.known_at = scene_at_;
    return first;
}

// A thing of this label was warned of a moment ago, and is still there: this is not the same one.
bool Narrator::is_another(Change const& danger) const {
    return std::any_of(warned_.begin(), warned_.end(), [&](auto const& warned) {
        auto const* other = thing(warned.first);
        return warned.first != danger.identity && scene_at_ - warned.second < now_again_s && other && other->present &&
               other->detection.label == danger.label;
    });
}

std::string Narrator::danger_words(Change const& danger, SceneObject const& seen) const {
    auto name = careful_name(seen.detection, options_.wording.sure_score);
    auto const one = with_article(seen.detection.label);
    if (auto const at = name.find(one); at != std::string::npos && is_another(danger)) {
        name.replace(at, one.size(), "another " + seen.detection.label);
    }
    auto const* followed = thing(danger.identity);
    bool const comes = followed && followed->movement.closing && followed->movement.closing->value > 0;
    return "Careful, " + name + comma(direction_words(seen, options_.wording.directions)) +
           comma(distance_words(seen.distance, options_.wording.units)) + (comes ? ", getting nearer." : ".");
}

std::string Narrator::words_of(Change const& change, std::vector<int> const& together) const {
    auto const* seen = object(change.identity);
    auto const& wording = options_.wording;
    if (change.kind == ChangeKind::gone) {
        return the(change.label) + " is gone.";
    }
    if (!seen) {
        return "";
    }
    auto const direction = comma(direction_words(*seen, wording.directions));
    auto const distance = comma(distance_words(seen->distance, wording.units));
    auto const name = careful_name(seen->detection, wording.sure_score);
    switch (change.kind) {
    case ChangeKind::danger:
        return danger_words(change, *seen);
    case ChangeKind::nearer:
        return the(change.label) + " is nearer" + direction + distance + ".";
    case ChangeKind::crossing:
        return capitalised(name) + " is moving to the " + (change.direction > 0 ? "right" : "left") + direction +
               distance + ".";
    case ChangeKind::stopped:
        return the(change.label) + " has stopped" + direction + distance + ".";
    case ChangeKind::appeared:
    case ChangeKind::gone:
        break;
    }
    if (together.size() == 1) {
        return capitalised(object_clause(*seen, wording)) + ".";
    }
    return capitalised(number_word(together.size())) + " " + plural_of(change.label) + ", the nearest" + direction +
           distance + ".";
}

// Things of one label that appeared are told together, by the nearest of them.
std::optional<Announcement> Narrator::announcement_of(Waiting const& first, double seconds) {
    auto change = first.change;
    double shown_at = change.seconds;
    std::vector<int> together{change.identity};
    if (change.kind == ChangeKind::appeared) {
        for (auto const& other : waiting_) {
            bool const same = other.change.kind == ChangeKind::appeared && other.change.label == change.label &&
                              other.change.identity != change.identity && object(other.change.identity);
            if (same && other.expires >= seconds) {
                together.push_back(other.change.identity);
                shown_at = std::min(shown_at, other.change.seconds);
            }
        }
        auto const nearest = std::find_if(scene_.objects.begin(), scene_.objects.end(), [&](SceneObject const& one) {
            return std::find(together.begin(), together.end(), one.detection.identity) != together.end();
        });
        change.identity = nearest == scene_.objects.end() ? change.identity : nearest->detection.identity;
    }
    auto text = words_of(change, together);
    if (text.empty()) {
        return std::nullopt;
    }
    return Announcement{std::move(text), first.urgency, change.kind, together, shown_at, scene_at_};
}

std::optional<Announcement> Narrator::next(double seconds) {
    std::erase_if(waiting_, [&](Waiting const& one) { return one.expires < seconds; });
    std::stable_sort(waiting_.begin(), waiting_.end(),
                     [](Waiting const& a, Waiting const& b) { return a.urgency < b.urgency; });
    auto const quiet = [&](Urgency urgency) {
        double const share = urgency == Urgency::soon ? soon_pause : 1;
        return !speaking_ && seconds - ended_at_ >= share * options_.pause_s;
    };
    bool const asked = !notes_.empty() && notes_.front().answers && (!speaking_ || speaking_->urgency != Urgency::now);
    if (asked || (!speaking_ && !notes_.empty())) {
        auto note = notes_.front();
        notes_.pop_front();
        return say(std::move(note), seconds);
    }
    if (!speaking_) {
        if (auto first = description(seconds)) {
            described_ = true;
            changed_scene_ = false;
            return say(std::move(*first), seconds);
        }
    }
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
        auto const one = waiting_[i];
        bool const may =
            one.urgency == Urgency::now ? !speaking_ || may_interrupt(one.urgency, seconds) : quiet(one.urgency);
        if (!may) {
            continue;
        }
        auto announcement = announcement_of(one, seconds);
        if (announcement && one.urgency == Urgency::now && was_said(*announcement, seconds)) {
            continue; // of another thing: as it comes nearer the words will be others
        }
        auto const told = announcement ? announcement->identities : std::vector<int>{one.change.identity};
        std::erase_if(waiting_, [&](Waiting const& other) {
            return other.change.kind == one.change.kind &&
                   std::find(told.begin(), told.end(), other.change.identity) != told.end();
        });
        if (announcement && !was_said(*announcement, seconds)) {
            return say(std::move(*announcement), seconds);
        }
        i = static_cast<std::size_t>(-1); // the list has changed: from its beginning
    }
    return std::nullopt;
}

void Narrator::ended(double seconds) {
    speaking_.reset();
    ended_at_ = seconds;
}

std::string Narrator::what_changed(double seconds) {
    std::vector<std::string> sentences;
    std::vector<std::string> gone;
    std::vector<int> named;
    for (auto change = history_.rbegin(); change != history_.rend(); ++change) {
        bool const known = std::find(named.begin(), named.end(), change->identity) != named.end();
        if (known) {
            continue;
        }
        named.push_back(change->identity);
        auto const* seen = object(change->identity);
        bool const is_new = std::any_of(history_.begin(), history_.end(), [&](Change const& one) {
            return one.identity == change->identity && one.kind == ChangeKind::appeared;
        });
        if (change->kind == ChangeKind::gone) {
            gone.push_back(the(change->label) + " is gone.");
        } else if (seen && is_new) {
            sentences.push_back("New: " + object_clause(*seen, options_.wording) + ".");
        } else if (seen) {
            sentences.push_back(the(change->label) + (change->kind == ChangeKind::stopped ? " has stopped" : " moved") +
                                comma(direction_words(*seen, options_.wording.directions)) +
                                comma(distance_words(seen->distance, options_.wording.units)) + ".");
        }
    }
    sentences.insert(sentences.end(), gone.begin(), gone.end());
    std::vector<std::string> once;
    for (auto const& sentence : sentences) {
        if (std::find(once.begin(), once.end(), sentence) == once.end()) {
            once.push_back(sentence);
        }
    }
    history_.clear();
    bool const before = asked_at_ >= 0;
    asked_at_ = seconds;
    if (once.empty()) {
        return before ? "Nothing has changed since you asked." : "Nothing has changed.";
    }
    return joined(once);
}

} // namespace echollama
