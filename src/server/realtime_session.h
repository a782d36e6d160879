// One spoken conversation of /v1/realtime, apart from the connection that its events come through: the session, its
// items, whose turn it is, and one response at a time.
#pragma once

#include "base/worker.h"
#include "conversation/heard_words.h"
#include "listener/vad.h"
#include "media/sound/resample.h"
#include "server/answer.h"
#include "server/realtime_event.h"

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace echollama::server {

// take() is called from one thread. Bounded: 500 items with one picture, a minute of sound that is not committed,
// one response under way and a few pieces of work that wait.
class RealtimeSession {
  public:
    // `send` gets every event in order, from several threads but never from two at once; it must not call back.
    RealtimeSession(Engine& engine, std::string const& model, std::function<void(Json const& event)> send);
    // Cancels what is under way.
    ~RealtimeSession();
    RealtimeSession(RealtimeSession const&) = delete;
    RealtimeSession& operator=(RealtimeSession const&) = delete;

    // One event of the client's. What is wrong with it is told as an event.
    void take(std::string const& text);
    // No response is under way and nothing waits.
    bool is_idle() const;

  private:
    struct Response;
    using Event = void (RealtimeSession::*)(Json const& event);

    void dispatch(std::string const& type, Json const& event);
    void update(Json const& event);
    void append(Json const& event);
    void commit(Json const& event);
    void clear(Json const& event);
    void create_item(Json const& event);
    void retrieve_item(Json const& event);
    void delete_item(Json const& event);
    void truncate_item(Json const& event);
    void create_response(Json const& event);
    void cancel_response(Json const& event);

    void listen(std::span<float const> sound);
    void begin_listening();
    void speech_started(SpeechEvent const& event);
    void speech_ended(SpeechEvent const& event, bool respond);
    void commit_sound(AudioBuffer sound, std::string id, bool respond);
    void recognise(std::string const& id, AudioBuffer sound, bool respond);
    void begin_response(RealtimeRequest request);
    void respond(std::shared_ptr<Response> const& response);
    Answered answer_aloud(std::shared_ptr<Response> const& response, ChatRequest const& chat);
    ChatRequest conversation_for(Response const& response) const;
    void open_item(Response& response);
    void add_text(Response& response, std::string const& text);
    void finish(Response& response, std::string const& status, Json const& details);
    void interrupt(char const* reason);
    Json response_json(Response const& response, std::string const& status, Json const& details) const;

    std::list<RealtimeItem>::iterator find(std::string const& id, char const* param);
    std::string insert(RealtimeItem item, Json const* previous);
    void tell(std::string const& type, Json fields);
    void tell_error(std::string const& type, std::string const& message, std::string const& param,
                    std::string const& code, std::string const& event_id);
    void do_later(std::function<void()> work);

    Engine& engine_;
    std::function<void(Json const&)> send_;
    mutable std::recursive_mutex mutex_; // over what follows; events are sent under it, and so in order
    RealtimeSettings settings_;
    std::list<RealtimeItem> items_;
    std::string conversation_id_;
    bool spoke_ = false; // and so has a voice
    std::shared_ptr<Response> active_;
    struct Sounds { // how the last spoken item sounds, to be cut where it was heard
        std::string item;
        std::shared_ptr<HeardWords> words;
        std::int64_t frames = 0;
        int rate = 1;
    };
    Sounds sounds_;

    // What was heard and is no item yet.
    std::unique_ptr<Resampler> to_listening_; // from the wire's rate
    std::optional<Endpointer> endpointer_;    // none: the client says when a turn ends
    std::vector<float> buffer_;               // at 16 kHz; without an endpointer
    std::string speaking_item_;               // of the phrase under way
    std::stop_source recognising_;
    Worker worker_; // last: its thread uses everything above
};

} // namespace echollama::server
