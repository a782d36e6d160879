#include "live/narrator.h"

#include "scene/coco.h"
#include "scene/english.h"

#include <algorithm>

namespace echollama {
namespace {

// Pictures are looked at so long, and so many, before the first description: what was not seen in three is not there.
constexpr double settle_s = 0.45;
constexpr int settle_pictures = 3;
// So long what was not told in time may be told as what is so now; of things that the listener knows, and of others.
constexpr double known_state_lives_s = 5, state_lives_s = 12;
constexpr double overdue_s = 6;                      // a thing that is not known so long is told before what is fresh
constexpr double now_again_s = 5, again_s = 30;      // a sentence is not repeated within this time
constexpr double soon_pause = 0.25, state_pause = 2; // of the pause: before what comes nearer or crosses; before states
constexpr double let_finish_s = 0.3;                 // a danger is not cut off by another one sooner
constexpr double words_per_second = 3;
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

std::ptrdiff_t count_of(Scene const& scene, std::string const& label) {
    return std::count_if(scene.objects.begin(), scene.objects.end(),
                         [&](SceneObject const& one) { return one.detection.label == label; });
}

bool is_news(Change const& change, double seconds) {
    return seconds - change.seconds <= news_lives_s(change.kind);
}

} // namespace

double spoken_seconds(std::string const& text) {
    return static_cast<double>(std::count(text.begin(), text.end(), ' ') + 1) / words_per_second;
}

double news_lives_s(ChangeKind kind) {
    switch (kind) {
    case ChangeKind::danger:
        return 2;
    case ChangeKind::nearer:
    case ChangeKind::crossing:
        return 1;
    case ChangeKind::appeared:
    case ChangeKind::stopped:
    case ChangeKind::gone:
        break;
    }
    return 1.5; // the pause, and the pictures in which a thing must have been found
}

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
    ++pictures_;
    if (!seen_) {
        seen_ = true;
        first_at_ = seconds;
    }
    for (auto const& change : finder_.see(seconds, things_, described_)) {
        add(change);
    }
    std::erase_if(told_, [&](auto const& told) { return !thing(told.first); });
}

void Narrator::scene_changed(double seconds) {
    finder_.clear();
    waiting_.clear();
    told_.clear();
    scene_ = {};
    things_.clear();
    first_at_ = seconds;
    pictures_ = 0;
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
    auto const told = told_.find(change.identity);
    auto const urgency = urgency_of(change.kind);
    bool const ends = change.kind == ChangeKind::gone || change.kind == ChangeKind::stopped;
    // A newer change of the same thing takes an older one's place, unless the older is more urgent and still so.
    std::erase_if(waiting_, [&](Waiting const& old) {
        return old.change.identity == change.identity &&
               (old.urgency >= urgency || ends || !is_news(old.change, scene_at_));
    });
    bool const is_known = told != told_.end();
    bool const unheard_of = (change.kind == ChangeKind::gone && !is_known) ||
                            (change.kind == ChangeKind::stopped && is_known && !told->second.moving);
    bool const outranked = std::any_of(waiting_.begin(), waiting_.end(),
                                       [&](Waiting const& old) { return old.change.identity == change.identity; });
    if (!unheard_of && !outranked) {
        waiting_.push_back({change, urgency});
    }
}

bool Narrator::was_said(Announcement const& announcement, double seconds) const {
    auto const before = said_.find(announcement.text);
    return before != said_.end() &&
           seconds - before->second < (announcement.urgency == Urgency::now ? now_again_s : again_s);
}

// What was cut off before half of it was heard is not told yet.
void Narrator::take_back(Spoken const& cut, bool by_answer, double seconds) {
    auto const& [announcement, since, news_of] = cut;
    if (seconds - since > spoken_seconds(announcement.text) / 2) {
        return;
    }
    if (announcement.identities.empty() && !by_answer) {
        notes_.push_front(announcement);
    }
    said_.erase(announcement.text);
    for (int identity : news_of) {
        told_.erase(identity);
    }
    for (int identity : announcement.identities) {
        auto const* followed = thing(identity);
        bool const waits = std::any_of(waiting_.begin(), waiting_.end(),
                                       [&](Waiting const& one) { return one.change.identity == identity; });
        if (followed && !waits && announcement.urgency != Urgency::now) {
            auto const kind = announcement.kind.value_or(ChangeKind::appeared);
            waiting_.push_back({{kind, identity, followed->detection.label, announcement.shown_at}, urgency_of(kind)});
        }
    }
}

Announcement Narrator::say(Announcement announcement, double seconds) {
    std::erase_if(said_, [&](auto const& one) { return seconds - one.second > again_s; });
    std::erase_if(warned_, [&](auto const& one) { return seconds - one.second > now_again_s; });
    if (speaking_) {
        take_back(*speaking_, announcement.answers, seconds);
    }
    said_[announcement.text] = seconds;
    speaking_ = {announcement, seconds};
    auto const& named = announcement.identities;
    for (int identity : named) {
        auto const* followed = thing(identity);
        bool const moving = announcement.kind == ChangeKind::danger || announcement.kind == ChangeKind::nearer ||
                            (announcement.kind && followed && crossing_direction(followed->movement) != 0);
        if (followed) {
            auto const [told, is_new] = told_.try_emplace(identity);
            told->second.moving |= moving;
            if (is_new) {
                speaking_->news_of.push_back(identity);
            }
        }
        if (announcement.urgency == Urgency::now) {
            warned_[identity] = seconds;
        }
    }
    std::erase_if(waiting_, [&](Waiting const& one) {
        return announcement.kind && std::find(named.begin(), named.end(), one.change.identity) != named.end();
    });
    return announcement;
}

std::optional<Announcement> Narrator::description(double seconds) const {
    if (!seen_ || described_ || pictures_ < settle_pictures || scene_at_ - first_at_ < settle_s ||
        seconds - first_at_ < settle_s) {
        return std::nullopt;
    }
    auto wording = options_.wording;
    wording.level = options_.talk == Talkativeness::dangers ? Level::headline : wording.level;
    Announcement first{(changed_scene_ ? "Another scene. " : "") + joined(describe_scene(scene_, wording), " "),
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

// Those of them that are seen now, the nearest first.
std::vector<Mover> Narrator::movers_of(std::vector<Waiting> const& together) const {
    std::vector<Mover> movers;
    for (auto const& seen : scene_.objects) {
        auto const one = std::find_if(together.begin(), together.end(), [&](Waiting const& waiting) {
            return waiting.change.identity == seen.detection.identity;
        });
        if (one != together.end()) {
            auto const* followed = thing(seen.detection.identity);
            int const direction = followed ? crossing_direction(followed->movement) : 0;
            movers.push_back({&seen, one->change.kind == ChangeKind::stopped ? 0 : direction});
        }
    }
    return movers;
}

// Empty where there is nothing to be said now.
std::string Narrator::words_of(std::vector<Waiting> const& together) const {
    auto const& change = together.front().change;
    auto const alike = count_of(scene_, change.label);
    if (change.kind == ChangeKind::gone) {
        return gone_sentence(change.label, together.size(), alike > 0);
    }
    auto const movers = movers_of(together);
    if (movers.empty()) {
        return "";
    }
    auto const& nearest = *movers.front().seen;
    if (change.kind == ChangeKind::danger) {
        auto const* followed = thing(change.identity);
        bool const comes = followed && followed->movement.closing && followed->movement.closing->value > 0;
        return danger_sentence(nearest, is_another(change), comes, options_.wording);
    }
    bool const one_known = movers.size() == 1 && told_.count(change.identity) > 0;
    if (one_known && change.kind == ChangeKind::nearer) {
        return nearer_sentence(nearest, alike == 1, options_.wording);
    }
    if (one_known && change.kind == ChangeKind::stopped) {
        return stopped_sentence(nearest, alike == 1, options_.wording);
    }
    return there_sentence(movers, options_.wording);
}

std::optional<Announcement> Narrator::announcement_of(std::vector<Waiting> const& together, bool is_state) const {
    auto text = words_of(together);
    if (text.empty()) {
        return std::nullopt;
    }
    auto const& first = together.front();
    Announcement announcement{std::move(text), is_state ? Urgency::later : first.urgency, first.change.kind};
    announcement.is_state = is_state;
    announcement.shown_at = first.change.seconds;
    announcement.known_at = scene_at_;
    for (auto const& one : together) {
        announcement.identities.push_back(one.change.identity);
        announcement.shown_at = std::min(announcement.shown_at, one.change.seconds);
    }
    return announcement;
}

// Answers come before anything but dangers; what happened to the source when nothing is being said.
std::optional<Announcement> Narrator::next_note(double seconds) {
    bool const asked =
        !notes_.empty() && notes_.front().answers && (!speaking_ || speaking_->announcement.urgency != Urgency::now);
    if (!asked && (speaking_ || notes_.empty())) {
        return std::nullopt;
    }
    auto note = notes_.front();
    notes_.pop_front();
    return say(std::move(note), seconds);
}

bool Narrator::is_quiet(double share, double seconds) const {
    return !speaking_ && seconds - ended_at_ >= share * options_.pause_s;
}

bool Narrator::may_be_told(Urgency urgency, double seconds) const {
    if (urgency != Urgency::now) {
        return is_quiet(urgency == Urgency::soon ? soon_pause : 1, seconds);
    }
    return !speaking_ || speaking_->announcement.urgency != Urgency::now || seconds - speaking_->since >= let_finish_s;
}

// The most urgent of what is fresh, of dangers what will be here first, of the rest the freshest; what crosses or
// appeared together with others of its label.
std::optional<Announcement> Narrator::next_news(Urgency least, double seconds) {
    for (auto const& first : waiting_) {
        if (first.urgency > least || !is_news(first.change, seconds) || !is_so(first) ||
            !may_be_told(first.urgency, seconds)) {
            continue;
        }
        std::vector<Waiting> together{first};
        bool const joins = first.change.kind == ChangeKind::appeared || first.change.kind == ChangeKind::crossing;
        for (auto const& other : waiting_) {
            if (joins && other.change.kind == first.change.kind && other.change.label == first.change.label &&
                other.change.identity != first.change.identity && is_news(other.change, seconds) && is_so(other) &&
                object(other.change.identity)) {
                together.push_back(other);
            }
        }
        // What was said already of another thing stays: as this one moves, the words will be others.
        auto announcement = announcement_of(together, false);
        if (announcement && !was_said(*announcement, seconds)) {
            return say(std::move(*announcement), seconds);
        }
    }
    return std::nullopt;
}

// Does it still move so? Of a thing that is not known yet there is something to be said in any case.
bool Narrator::is_so(Waiting const& waiting) const {
    auto const* followed = thing(waiting.change.identity);
    return waiting.change.kind != ChangeKind::crossing || told_.count(waiting.change.identity) == 0 ||
           (followed && crossing_direction(followed->movement) != 0);
}

// May what is no news any more be told as what is so now?
bool Narrator::is_worth_waiting(Waiting const& waiting, double seconds) const {
    auto const& change = waiting.change;
    if (is_news(change, seconds)) {
        return true;
    }
    auto const* followed = thing(change.identity);
    bool const known = told_.count(change.identity) > 0 || change.kind == ChangeKind::gone;
    double const lives_s = known ? known_state_lives_s : state_lives_s;
    if (seconds - change.seconds > lives_s || (!followed && change.kind != ChangeKind::gone)) {
        return false;
    }
    return is_so(waiting) && (!known || change.kind != ChangeKind::danger);
}

// There for so long, and the listener does not know of it.
bool Narrator::is_overdue(Waiting const& waiting, double seconds) const {
    auto const& change = waiting.change;
    return change.kind != ChangeKind::gone && seconds - change.seconds > overdue_s &&
           told_.count(change.identity) == 0 && object(change.identity);
}

// What is so now, of one label, that could not be told while it was news.
std::optional<Announcement> Narrator::next_state(bool overdue, double seconds) {
    if (!is_quiet(overdue ? 1 : state_pause, seconds)) {
        return std::nullopt;
    }
    for (auto const& first : waiting_) {
        std::vector<Waiting> together;
        bool const gone = first.change.kind == ChangeKind::gone;
        for (auto const& one : waiting_) {
            bool const is_seen = gone || object(one.change.identity);
            if (is_seen && !is_news(one.change, seconds) && one.change.label == first.change.label &&
                (one.change.kind == ChangeKind::gone) == gone) {
                together.push_back(one);
            }
        }
        bool const wanted = overdue ? is_overdue(first, seconds) : !together.empty();
        auto announcement = wanted ? announcement_of(together, true) : std::nullopt;
        if (announcement && !was_said(*announcement, seconds)) {
            return say(std::move(*announcement), seconds);
        }
    }
    return std::nullopt;
}

std::optional<Announcement> Narrator::next(double seconds) {
    std::erase_if(waiting_, [&](Waiting const& one) { return !is_worth_waiting(one, seconds); });
    std::stable_sort(waiting_.begin(), waiting_.end(), [this](Waiting const& a, Waiting const& b) {
        bool const dangers = a.urgency == Urgency::now && b.urgency == Urgency::now;
        return dangers                  ? left_s(thing(a.change.identity)) < left_s(thing(b.change.identity))
               : a.urgency != b.urgency ? a.urgency < b.urgency
                                        : a.change.seconds > b.change.seconds;
    });
    if (auto note = next_note(seconds)) {
        return note;
    }
    if (auto danger = next_news(Urgency::now, seconds)) {
        return danger;
    }
    if (!described_) {
        auto first = speaking_ ? std::nullopt : description(seconds);
        if (first) {
            described_ = true;
            changed_scene_ = false;
            return say(std::move(*first), seconds);
        }
        return std::nullopt;
    }
    bool const overdue =
        std::any_of(waiting_.begin(), waiting_.end(), [&](Waiting const& one) { return is_overdue(one, seconds); });
    if (overdue) { // then even what crosses waits for the whole pause
        auto state = next_state(true, seconds);
        if (state || !is_quiet(1, seconds)) {
            return state;
        }
    }
    auto news = next_news(Urgency::later, seconds);
    return news ? news : next_state(false, seconds);
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
            gone.push_back(gone_sentence(change->label, 1, count_of(scene_, change->label) > 0));
        } else if (seen && is_new) {
            sentences.push_back("New: " + object_clause(*seen, options_.wording) + ".");
        } else if (seen) {
            bool const only = count_of(scene_, change->label) == 1;
            sentences.push_back(change->kind == ChangeKind::stopped ? stopped_sentence(*seen, only, options_.wording)
                                                                    : moved_sentence(*seen, only, options_.wording));
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
    return joined(once, " ");
}

} // namespace echollama
