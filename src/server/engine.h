// What the server can do, whatever interface asks for it. Models are loaded once and shared; everything here is
// thread-safe and throws ApiError where the request is at fault, Error where a model
// fails, Cancelled when stop was requested.
#pragma once

#include "listener/vad.h"
#include "pipeline/see.h"
#include "pipeline/tell.h"
#include "roles/roles.h"
#include "server/sight.h"
#include "server/stage.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::server {

struct EngineModels {
    SeeingModels seeing;
    float threshold = -1;         // of the detector; negative: its own
    Loading<Describer> describer; // not valid(): the scene's own words only
    Loading<Listener> listener;   // not valid(): nobody listens
    // The voice of that name, loaded when it is first wanted. Throws Error for a name that is none. Empty: nobody
    // speaks.
    std::function<std::shared_ptr<Speaker>(std::string const& name)> voice;
    std::vector<std::string> voices; // their names, the usual one first
    // Judges what is speech from this probability on, in one stream; empty: by energy.
    std::function<FrameClassifier(float threshold)> speech;
    PromptOptions prompts;
    // The bytes behind an http(s) address that a client names as its picture. Throws ApiError, Cancelled when stopped.
    // Empty: pictures are not fetched.
    std::function<std::vector<std::uint8_t>(std::string const& address, std::stop_token const& stop)> fetch_picture;
};

// A picture and what was seen in it.
struct Seen {
    Timings timings;       // of the reading that may still go on
    std::stop_source stop; // of that
    View view;
    Observation observation;
};

class Engine {
  public:
    // `most_waiting`: requests that may wait for one model.
    explicit Engine(EngineModels models, std::size_t most_waiting = 16);

    // A request's place among those that need pictures looked at, text written, speech made or sound heard; kept as
    // long as the request lasts. Throws ApiError 503 when too many have one.
    enum class Need { look, write, speak, hear };
    Stage::Place admit(Need need);

    // The sight with its picture, which is fetched where it lies behind an address. Throws ApiError 400 where that is
    // not done.
    Sight fetched(Sight sight, std::stop_token const& stop) const;

    // What the picture (or point cloud, or mesh) shows. The last pictures are kept: clients send the same one with each
    // question.
    std::shared_ptr<Seen const> look(Sight const& sight, std::stop_token const& stop);

    // Answers the question about the picture, or describes it when it asks for that or is empty; a sentence at a time.
    using SentenceSink = std::function<void(std::string const& sentence)>;
    void tell_of(Seen const& seen, std::string const& question, std::vector<Turn> const& history,
                 SentenceSink const& sink, std::stop_token const& stop);

    // The language model's own answer, where there is no picture. Throws ApiError 501 without one.
    void chat(Prompt const& prompt, TextSink const& sink, std::stop_token const& stop);

    // Speaks the text in mono chunks at `rate` samples a second. A name that is no voice means the usual one: clients
    // send those of other services.
    void say(std::string const& text, std::string const& voice, float speed, int rate, AudioSink const& sink,
             std::stop_token const& stop);

    Transcript hear(AudioBuffer const& sound, std::string const& hint, std::stop_token const& stop);

    // For one stream of sound. Throws Error where the model that judges cannot be loaded.
    FrameClassifier speech_classifier(float threshold) const;

    bool can_speak() const { return static_cast<bool>(models_.voice); }
    bool can_hear() const { return models_.listener.valid(); }
    bool can_chat() const { return models_.describer.valid(); }
    WordingOptions const& wording() const { return models_.prompts.wording; }
    std::vector<std::string> const& voices() const { return models_.voices; }
    // Models that load in the background have done so.
    bool is_ready() const;
    // What was made so far.
    struct Work {
        std::uint64_t pieces = 0;         // that the language model wrote
        double spoken_s = 0, heard_s = 0; // of sound
    };
    Work work() const;
    // By name: detector, reader, describer, listener, voice and so on.
    std::map<std::string, Stage::Figures> figures() const;

  private:
    template <typename Role>
    void remember_loading(Loading<Role> const& model) {
        if (model.valid()) {
            loaded_.push_back(
                [model] { return model.wait_for(std::chrono::seconds(0)) != std::future_status::timeout; });
        }
    }
    struct Kept {
        Sight sight;
        std::shared_future<std::shared_ptr<Seen const>> seen;
    };
    std::shared_ptr<Stage> stage(std::string const& name);
    std::shared_ptr<Seen const> look_anew(Sight const& sight, std::stop_token const& stop);
    Loading<Speaker> speaker(std::string const& name);
    void forget(Sight const& sight);

    std::size_t most_waiting_;
    std::map<std::string, std::shared_ptr<Stage>> stages_;
    EngineModels models_;
    std::vector<std::function<bool()>> loaded_; // whether each model is
    mutable std::mutex mutex_;                  // of what follows
    Work work_;
    std::list<Kept> kept_; // the newest first
    std::map<std::string, Loading<Speaker>> speakers_;
};

// Whether a text asks for a description of the whole picture rather than something about it.
bool asks_for_description(std::string const& text);

} // namespace echollama::server
