#include "server/engine.h"

#include "base/ascii.h"
#include "media/sound/chunk_rate.h"
#include "questions/question.h"
#include "server/api_error.h"
#include "server/base64.h"
#include "server/shared_roles.h"
#include "text/sentences.h"

#include <algorithm>
#include <array>

namespace echollama::server {
namespace {

constexpr std::size_t most_pictures_kept = 8;
constexpr std::size_t most_words_of_a_question = 25;

// Words that ask for a description when a text begins with them.
constexpr std::array describing{"describe",
                                "caption",
                                "explain",
                                "summarize",
                                "summarise",
                                "generate",
                                "write",
                                "provide",
                                "give",
                                "analyze",
                                "analyse",
                                "tell me about",
                                "what do you see",
                                "what's in this",
                                "what is in this",
                                "alt text",
                                "what's in the",
                                "what is in the",
                                "what does this image",
                                "narrate"};

std::string without_politeness(std::string text) {
    bool changed = true;
    while (changed) {
        changed = false;
        for (std::string const polite : {"please ", "can you ", "could you ", "would you ", "hi, ", "hello, "}) {
            if (text.starts_with(polite)) {
                text.erase(0, polite.size());
                changed = true;
            }
        }
    }
    return text;
}

} // namespace

bool asks_for_description(std::string const& text) {
    auto const plain = without_politeness(lower_case(trimmed(text)));
    if (plain.empty() || read_question(text).ask == Ask::describe) {
        return true;
    }
    bool const begins = std::any_of(describing.begin(), describing.end(),
                                    [&](std::string const word) { return plain.starts_with(word); });
    auto const words = static_cast<std::size_t>(std::count(plain.begin(), plain.end(), ' ')) + 1;
    bool const about_picture = plain.find("image") != std::string::npos || plain.find("picture") != std::string::npos ||
                               plain.find("photo") != std::string::npos || plain.find("scene") != std::string::npos;
    // Instructions for other models are long; questions that people ask are not.
    return (begins && (about_picture || words == 1)) || words > most_words_of_a_question;
}

Engine::Engine(EngineModels models, std::size_t most_waiting)
    : most_waiting_(most_waiting), models_(std::move(models)) {
    auto& seeing = models_.seeing;
    remember_loading(seeing.detector);
    remember_loading(models_.describer);
    remember_loading(models_.listener);
    seeing.detector = shared(seeing.detector, stage("detector"));
    seeing.depth = shared(seeing.depth, stage("depth"));
    seeing.captioner = shared(seeing.captioner, stage("captioner"));
    seeing.reader = shared(seeing.reader, stage("reader"));
    models_.describer = shared(models_.describer, stage("describer"));
    models_.listener = shared(models_.listener, stage("listener"));
    stage("voice");
}

bool Engine::is_ready() const {
    return std::all_of(loaded_.begin(), loaded_.end(), [](auto const& loaded) { return loaded(); });
}

Engine::Work Engine::work() const {
    std::lock_guard lock(mutex_);
    return work_;
}

std::shared_ptr<Stage> Engine::stage(std::string const& name) {
    auto& place = stages_[name];
    place = place ? place : std::make_shared<Stage>(most_waiting_);
    return place;
}

std::map<std::string, Stage::Figures> Engine::figures() const {
    std::map<std::string, Stage::Figures> figures;
    for (auto const& [name, stage] : stages_) {
        figures[name] = stage->figures();
    }
    return figures;
}

Stage::Place Engine::admit(Need need) {
    static std::array<char const*, 4> const first{"detector", "describer", "voice", "listener"};
    return stages_.at(first.at(static_cast<std::size_t>(need)))->admit();
}

Sight Engine::fetched(Sight sight, std::stop_token const& stop) const {
    if (!sight.address.empty()) {
        if (!models_.fetch_picture) {
            refuse_address("image_url");
        }
        sight.picture = models_.fetch_picture(sight.address, stop);
        sight.address.clear();
    }
    return sight;
}

std::shared_ptr<Seen const> Engine::look(Sight const& sight, std::stop_token const& stop) {
    if (!sight.address.empty()) { // what lies there may be another picture now: its bytes say whether it is known
        return look(fetched(sight, stop), stop);
    }
    while (true) {
        std::promise<std::shared_ptr<Seen const>> mine;
        std::shared_future<std::shared_ptr<Seen const>> others;
        {
            std::lock_guard lock(mutex_);
            auto const known =
                std::find_if(kept_.begin(), kept_.end(), [&](auto const& k) { return k.sight == sight; });
            if (known != kept_.end()) {
                kept_.splice(kept_.begin(), kept_, known);
                others = known->seen;
            } else {
                kept_.push_front({sight, mine.get_future().share()});
                if (kept_.size() > most_pictures_kept) {
                    kept_.pop_back();
                }
            }
        }
        if (!others.valid()) {
            try {
                auto seen = look_anew(sight, stop);
                mine.set_value(seen);
                return seen;
            } catch (...) {
                mine.set_exception(std::current_exception());
                forget(sight);
                throw;
            }
        }
        try {
            return others.get();
        } catch (Cancelled const&) { // whoever looked first has gone away
            if (stop.stop_requested()) {
                throw;
            }
        }
    }
}

void Engine::forget(Sight const& sight) {
    std::lock_guard lock(mutex_);
    kept_.remove_if([&](auto const& kept) { return kept.sight == sight; });
}

std::shared_ptr<Seen const> Engine::look_anew(Sight const& sight, std::stop_token const& stop) {
    auto seen = std::make_shared<Seen>();
    seen->view = view_of(sight);
    // Who goes away ends the search, but not the reading, which is for those who ask next.
    std::stop_callback const gone(stop, [&] { seen->stop.request_stop(); });
    seen->observation = see(seen->view, models_.seeing, models_.threshold, seen->timings, seen->stop.get_token());
    if (stop.stop_requested()) {
        throw Cancelled();
    }
    return seen;
}

void Engine::tell_of(Seen const& seen, std::string const& question, std::vector<Turn> const& history,
                     SentenceSink const& sink, std::stop_token const& stop) {
    TellingModels telling{models_.describer, {}, {}, seen.observation.text};
    telling.look = visual_questions(models_.seeing, seen.view.image);
    TellingRequest request;
    request.question = asks_for_description(question) ? "" : question;
    request.history = history;
    for (auto& turn :
         request.history) { // the instruction's own words ("for somebody who is blind") name nothing in the picture
        if (turn.role == Turn::Role::user && asks_for_description(turn.text)) {
            turn.text.clear();
        }
    }
    request.prompts = models_.prompts;
    request.prompts.wording.sure_score = seen.observation.sure_score;
    Timings timings;
    tell(seen.observation.scene, telling, request, {sink, {}}, timings, stop);
    if (stop.stop_requested()) {
        throw Cancelled();
    }
}

void Engine::chat(Prompt const& prompt, TextSink const& sink, std::stop_token const& stop) {
    if (!can_chat()) {
        throw ApiError(501, "This server has no language model; send a picture with the question.", "messages");
    }
    models_.describer.get()->reply(
        prompt,
        [&](std::string_view piece) {
            {
                std::lock_guard lock(mutex_);
                ++work_.pieces;
            }
            sink(piece);
        },
        stop);
    if (stop.stop_requested()) {
        throw Cancelled();
    }
}

Loading<Speaker> Engine::speaker(std::string const& name) {
    bool const known = std::find(models_.voices.begin(), models_.voices.end(), name) != models_.voices.end();
    auto const voice = known || models_.voices.empty() ? name : models_.voices.front();
    std::lock_guard lock(mutex_);
    auto& speaker = speakers_[voice];
    if (!speaker.valid()) {
        auto make = models_.voice;
        speaker = shared(Loading<Speaker>(std::async(std::launch::deferred, [make, voice] { return make(voice); })),
                         stages_.at("voice"));
    }
    return speaker;
}

void Engine::say(std::string const& text, std::string const& voice, float speed, int rate, AudioSink const& sink,
                 std::stop_token const& stop) {
    if (!can_speak()) {
        throw ApiError(501, "This server has no voice; install one with './run'.", "voice");
    }
    auto const speaker = this->speaker(voice).get();
    SpeechOptions options;
    options.rate = speed;
    options.soon = true; // of the first sentence
    SentenceCutter cutter;
    for (auto const& sentences : {cutter.push(text), cutter.finish()}) {
        for (auto const& sentence : sentences) {
            if (!trimmed(sentence).empty() && !stop.stop_requested()) {
                auto const counted = [&](AudioChunk&& chunk) {
                    {
                        std::lock_guard lock(mutex_);
                        work_.spoken_s += static_cast<double>(chunk.frames()) / chunk.rate;
                    }
                    sink(std::move(chunk));
                };
                speaker->say(trimmed(sentence), options, at_rate(rate, counted), stop);
                options.soon = false;
            }
        }
    }
    if (stop.stop_requested()) {
        throw Cancelled();
    }
}

Transcript Engine::hear(AudioBuffer const& sound, std::string const& hint, std::stop_token const& stop) {
    if (!can_hear()) {
        throw ApiError(501, "This server has no speech recognition; install it with './run'.", "model");
    }
    auto transcript = models_.listener.get()->hear(sound, hint, stop);
    {
        std::lock_guard lock(mutex_);
        work_.heard_s += sound.seconds();
    }
    if (stop.stop_requested()) {
        throw Cancelled();
    }
    return transcript;
}

FrameClassifier Engine::speech_classifier(float threshold) const {
    return models_.speech ? models_.speech(threshold) : energy_classifier();
}

} // namespace echollama::server
