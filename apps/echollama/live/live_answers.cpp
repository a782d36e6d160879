#include "live/live_answers.h"

#include "base/error.h"
#include "base/log.h"
#include "describer/grounded_stream.h"
#include "live/aim.h"
#include "live/live_questions.h"
#include "media/picture/picture_facts.h"
#include "questions/answers.h"

#include <cmath>
#include <ctime>

namespace echollama {
namespace {

constexpr double follow_s = 2;      // somebody needs to follow words that lead
constexpr double keep_every_s = 10; // of the source
constexpr float told_step_deg = 5;  // of an event that says where the tones lead
constexpr std::size_t most_turns = 16;
constexpr char const* said_nothing_yet = "I have not seen anything yet.";

} // namespace

LiveAnswers::LiveAnswers(LiveAnswersOptions const& options, Loading<Reader> reader, WatchEvents& events,
                         Narrator& narrator)
    : options_(options), events_(events), narrator_(narrator),
      reading_(std::move(reader), options.simulated), can_{options.labels} {
    if (!options_.remember) {
        return;
    }
    try {
        auto const file = SightingStore::usual_file();
        memory_.recall(SightingStore(file, SightingStore::Use::write).latest());
        keeper_.emplace(file, options_.live);
    } catch (Error const& error) { // the watching is worth more than its memory
        narrator_.note(0, error.what());
    }
}

LiveAnswers::~LiveAnswers() = default;

void LiveAnswers::see(double seconds, Image const& picture) {
    memory_.see(seconds, narrator_.scene());
    can_.openings = can_.openings || narrator_.scene().around.has_value();
    picture_ = picture;
    guide(seconds);
    if (auto const read = reading_.take()) {
        narrator_.answer(seconds, *read);
    }
    if (seconds - kept_at_ >= keep_every_s) {
        keep(seconds);
    }
    tell_fault(seconds);
}

void LiveAnswers::keep(double seconds) {
    if (keeper_) {
        keeper_->keep(memory_.seen_after(kept_at_, seconds, std::time(nullptr)));
    }
    kept_at_ = seconds;
}

void LiveAnswers::tell_fault(double seconds) {
    if (auto const fault = keeper_ ? keeper_->take_fault() : std::nullopt) {
        narrator_.note(seconds, *fault);
    }
}

void LiveAnswers::finish(double seconds) {
    stop_finding();
    keep(seconds);
    if (keeper_) {
        keeper_->finish();
        if (auto const fault = keeper_->take_fault()) { // nothing is said any more
            log::warning(*fault);
        }
    }
}

void LiveAnswers::answer(std::string const& question, double now) {
    auto const text = reply(question, now);
    turns_.push_back({Turn::Role::user, question});
    turns_.push_back({Turn::Role::assistant, text});
    if (turns_.size() > most_turns) {
        turns_.erase(turns_.begin(), turns_.begin() + 2);
    }
    events_.tell("asked", now, {{"text", question}});
    narrator_.answer(now, text);
}

std::string LiveAnswers::reply(std::string const& question, double now) {
    if (asks_to_stop(question)) {
        stop_finding();
        return "All right.";
    }
    if (!narrator_.has_seen()) {
        return said_nothing_yet;
    }
    if (auto const sought = sought_thing(question, can_)) {
        return begin_to_find(*sought, now);
    }
    if (auto const remembered = memory_.answer(question, now, std::time(nullptr), options_.wording, options_.labels)) {
        return *remembered;
    }
    if (asks_for_camera_help(question)) {
        std::string text;
        for (auto const& sentence : camera_help(picture_, narrator_.scene())) {
            text += (text.empty() ? "" : " ") + sentence;
        }
        return text.empty() ? "The picture is fine." : text;
    }
    if (auto const read = reading_.ask(question, picture_, narrator_.scene(), options_.wording)) {
        return *read;
    }
    if (asks_what_changed(question)) {
        return narrator_.what_changed(now);
    }
    return own_answer(question);
}

// The latest scene, with what is measured of its picture, as `ask` has it of a photo.
Scene LiveAnswers::scene_now() const {
    auto scene = narrator_.scene();
    if (!picture_.rgb.empty()) {
        scene.measured = picture_facts(picture_);
    }
    return scene;
}

// As `ask` answers without a language model.
std::string LiveAnswers::own_answer(std::string const& question) {
    auto const scene = scene_now();
    if (auto const found = answer_question(scene, question, options_.wording, turns_)) {
        return found->text;
    }
    std::string text;
    speak_reply(
        nullptr, {}, scene, question, options_.wording,
        [&](std::string const& sentence) { text += (text.empty() ? "" : " ") + sentence; }, {}, "", "");
    return text;
}

std::string LiveAnswers::begin_to_find(Sought const& sought, double now) {
    stop_finding();
    if (!sought.is_recognisable()) {
        return cannot_find(sought, can_, narrator_.scene());
    }
    finding_ = sought;
    guided_at_ = now;
    guidance_ = way_to(narrator_.scene(), sought, options_.wording);
    auto text = guidance_;
    if (options_.leading != Leading::words && options_.plays && !tones_) {
        try {
            tones_ = std::make_unique<TonePlayer>();
        } catch (Error const& error) {
            text += std::string(" ") + error.what();
        }
    }
    guide(now);
    return text;
}

void LiveAnswers::stop_finding() {
    finding_.reset();
    told_lead_.clear();
    tones_.reset();
}

// While something is looked for: tones for where it is in this picture, and the next words, when they have changed and
// there was time to follow the last ones.
void LiveAnswers::guide(double seconds) {
    if (!finding_) {
        return;
    }
    if (options_.leading != Leading::words) {
        lead(seconds, lead_to(narrator_.scene(), *finding_));
    }
    if (options_.leading == Leading::tones || narrator_.is_speaking() || seconds - guided_at_ < follow_s) {
        return;
    }
    auto const words = way_to(narrator_.scene(), *finding_, options_.wording);
    if (words != guidance_) {
        guidance_ = words;
        guided_at_ = seconds;
        narrator_.note(seconds, words);
    }
}

void LiveAnswers::lead(double seconds, std::optional<Lead> const& lead) {
    if (tones_) {
        tones_->lead(lead);
    }
    Json details{{"thing", finding_->name}, {"bearing_deg", nullptr}, {"tones_per_second", 0}, {"pan", nullptr}};
    if (lead) {
        auto const rounded = [](float value) { return std::round(static_cast<double>(value) * 100) / 100; };
        Lead coarse = *lead;
        coarse.bearing_deg = told_step_deg * std::round(lead->bearing_deg / told_step_deg);
        auto const plan = tone_plan(coarse);
        details = {{"thing", finding_->name},
                   {"bearing_deg", coarse.bearing_deg},
                   {"tones_per_second", rounded(plan.per_second)},
                   {"pan", rounded(plan.pan)}};
    }
    if (auto text = details.dump(); text != told_lead_) {
        told_lead_ = std::move(text);
        events_.tell("leads", seconds, details);
    }
}

void LiveAnswers::duck(bool on) {
    if (tones_) {
        tones_->duck(on);
    }
}

} // namespace echollama
