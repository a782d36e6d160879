#include "server/realtime_session.h"

#include "base/error.h"
#include "server/api_error.h"
#include "server/realtime_response.h"
#include "server/routes.h"

#include <algorithm>
#include <map>
#include <utility>

namespace echollama::server {
namespace {

constexpr std::size_t most_items = 500;
constexpr double most_buffer_s = 60;
constexpr double least_commit_s = 0.1;

Json speech_usage(AudioBuffer const& sound) {
    return {{"type", "duration"}, {"seconds", sound.seconds()}};
}

} // namespace

RealtimeSession::RealtimeSession(Engine& engine, std::string const& model, std::function<void(Json const& event)> send)
    : engine_(engine), send_(std::move(send)),
      settings_(model, engine.voices().empty() ? "alloy" : engine.voices().front()) {
    conversation_id_ = new_id("conv_");
    begin_listening();
    auto session = settings_.json();
    session["id"] = new_id("sess_");
    tell("session.created", {{"session", std::move(session)}});
}

RealtimeSession::~RealtimeSession() {
    std::lock_guard lock(mutex_);
    recognising_.request_stop();
    if (active_) {
        active_->over = true;
        active_->stop.request_stop();
    }
}

bool RealtimeSession::is_idle() const {
    std::lock_guard lock(mutex_);
    return !active_ && worker_.is_idle();
}

void RealtimeSession::tell(std::string const& type, Json fields) {
    Json event{{"type", type}, {"event_id", new_id("event_")}};
    event.update(fields);
    std::lock_guard lock(mutex_);
    send_(event);
}

void RealtimeSession::tell_error(std::string const& type, std::string const& message, std::string const& param,
                                 std::string const& code, std::string const& event_id) {
    auto const or_null = [](std::string const& text) { return text.empty() ? Json(nullptr) : Json(text); };
    tell("error", {{"error",
                    {{"type", type},
                     {"code", or_null(code)},
                     {"message", message},
                     {"param", or_null(param)},
                     {"event_id", or_null(event_id)}}}});
}

void RealtimeSession::take(std::string const& text) {
    std::string event_id;
    try {
        auto const event = parse_body(text);
        auto const id = event.find("event_id");
        event_id = id != event.end() && id->is_string() ? id->get<std::string>() : "";
        dispatch(needed_text_field(event, "type"), event);
    } catch (ApiError const& error) {
        tell_error(error.status() < 500 ? "invalid_request_error" : "server_error", error.what(), error.param(),
                   error.code(), event_id);
    } catch (std::exception const& error) {
        tell_error("server_error", error.what(), "", "", event_id);
    }
}

void RealtimeSession::dispatch(std::string const& type, Json const& event) {
    static std::map<std::string, Event> const events{{"session.update", &RealtimeSession::update},
                                                     {"input_audio_buffer.append", &RealtimeSession::append},
                                                     {"input_audio_buffer.commit", &RealtimeSession::commit},
                                                     {"input_audio_buffer.clear", &RealtimeSession::clear},
                                                     {"conversation.item.create", &RealtimeSession::create_item},
                                                     {"conversation.item.retrieve", &RealtimeSession::retrieve_item},
                                                     {"conversation.item.delete", &RealtimeSession::delete_item},
                                                     {"conversation.item.truncate", &RealtimeSession::truncate_item},
                                                     {"response.create", &RealtimeSession::create_response},
                                                     {"response.cancel", &RealtimeSession::cancel_response}};
    auto const known = events.find(type);
    if (known == events.end()) {
        throw ApiError(400, "Events of the type '" + type + "' are not understood.", "type", "invalid_value");
    }
    std::lock_guard lock(mutex_);
    (this->*known->second)(event);
}

void RealtimeSession::do_later(std::function<void()> work) {
    if (!worker_.post(std::move(work))) {
        throw ApiError(503, "There is too much to do; say it again.", "", "overloaded");
    }
}

// --- the session ---

void RealtimeSession::update(Json const& event) {
    auto changed = settings_;
    auto const session = event.find("session");
    changed.update(session != event.end() ? *session : Json(nullptr));
    if (spoke_ && changed.voice() != settings_.voice()) {
        throw ApiError(400, "The voice cannot change once it has spoken; begin another session.",
                       "session.audio.output.voice", "cannot_update_voice");
    }
    bool const listens_otherwise = changed.json().at("audio").at("input") != settings_.json().at("audio").at("input");
    settings_ = std::move(changed);
    if (listens_otherwise) {
        begin_listening();
    }
    tell("session.updated", {{"session", settings_.json()}});
}

// --- what is heard ---

void RealtimeSession::begin_listening() {
    to_listening_ = std::make_unique<Resampler>(wire_rate(settings_.input_sound()), speech_rate);
    buffer_.clear();
    speaking_item_.clear();
    endpointer_.reset();
    if (auto const turn = settings_.turn_detection()) {
        EndpointerOptions options;
        options.pause_s = turn->silence_s;
        options.keep_s = turn->prefix_s;
        endpointer_.emplace(engine_.speech_classifier(turn->threshold), options);
    }
}

void RealtimeSession::append(Json const& event) {
    listen(to_listening_->push(from_wire(read_event_sound(event), settings_.input_sound())));
}

void RealtimeSession::listen(std::span<float const> sound) {
    if (!endpointer_) {
        if (static_cast<double>(buffer_.size() + sound.size()) > most_buffer_s * speech_rate) {
            throw ApiError(400, "More than a minute of sound waits; commit or clear it.", "audio",
                           "input_audio_buffer_full");
        }
        buffer_.insert(buffer_.end(), sound.begin(), sound.end());
        return;
    }
    for (auto const& event : endpointer_->push(sound)) {
        if (event.kind == SpeechEvent::Kind::started) {
            speech_started(event);
        } else {
            speech_ended(event, settings_.turn_detection()->creates_response);
        }
    }
}

std::int64_t milliseconds(std::int64_t samples) {
    return samples * 1000 / speech_rate;
}

void RealtimeSession::speech_started(SpeechEvent const& event) {
    speaking_item_ = new_id("item_");
    tell("input_audio_buffer.speech_started",
         {{"audio_start_ms", milliseconds(event.span.begin)}, {"item_id", speaking_item_}});
    if (settings_.turn_detection()->interrupts_response) {
        interrupt("turn_detected");
    }
}

void RealtimeSession::speech_ended(SpeechEvent const& event, bool respond) {
    auto const id = std::exchange(speaking_item_, "");
    tell("input_audio_buffer.speech_stopped", {{"audio_end_ms", milliseconds(event.span.end)}, {"item_id", id}});
    if (event.kind == SpeechEvent::Kind::ended) {
        commit_sound(event.audio, id, respond);
    } else { // too short to be words
        tell("input_audio_buffer.cleared", Json::object());
    }
}

void RealtimeSession::commit(Json const&) {
    if (endpointer_ && endpointer_->in_phrase()) {
        for (auto const& event : endpointer_->close()) {
            speech_ended(event, false);
        }
        return;
    }
    if (static_cast<double>(buffer_.size()) < least_commit_s * speech_rate) {
        throw ApiError(400, "There is less than 0.1 s of sound to commit; append some first.", "",
                       "input_audio_buffer_commit_empty");
    }
    commit_sound({speech_rate, std::exchange(buffer_, {})}, new_id("item_"), false);
}

void RealtimeSession::clear(Json const&) {
    buffer_.clear();
    speaking_item_.clear();
    if (endpointer_) {
        endpointer_->reset();
    }
    tell("input_audio_buffer.cleared", Json::object());
}

void RealtimeSession::commit_sound(AudioBuffer sound, std::string id, bool respond) {
    if (!engine_.can_hear()) {
        throw ApiError(501, "This server has no speech recognition; install it with './run'.", "", "no_listener");
    }
    tell("input_audio_buffer.committed",
         {{"previous_item_id", items_.empty() ? Json(nullptr) : Json(items_.back().id)}, {"item_id", id}});
    RealtimeItem item;
    item.id = id;
    item.content = Json::array({{{"type", "input_audio"}, {"transcript", nullptr}}});
    insert(std::move(item), nullptr);
    recognise(id, std::move(sound), respond);
}

// What was said becomes the item's text; then, when nobody has to ask for it, it is answered. Sound without words is
// not.
void RealtimeSession::recognise(std::string const& id, AudioBuffer sound, bool respond) {
    auto work = [this, id, sound = std::move(sound), respond, stop = recognising_.get_token()] {
        std::string text, failure;
        try {
            text = engine_.hear(sound, "", stop).text;
        } catch (Cancelled const&) {
            return;
        } catch (std::exception const& error) {
            failure = error.what();
        }
        std::lock_guard lock(mutex_);
        auto const item = std::find_if(items_.begin(), items_.end(), [&](auto const& i) { return i.id == id; });
        if (item == items_.end()) { // deleted meanwhile
            return;
        }
        item->text += (item->text.empty() || text.empty() ? "" : "\n") + text;
        std::size_t index = 0;
        while (index < item->content.size() && item->content[index].at("type") != "input_audio") {
            ++index;
        }
        item->content.at(index)["transcript"] = text;
        Json const place{{"item_id", id}, {"content_index", index}};
        auto const with = [&](Json fields) {
            Json all = place;
            all.update(fields);
            return all;
        };
        if (!failure.empty()) {
            tell("conversation.item.input_audio_transcription.failed",
                 with({{"error",
                        {{"type", "server_error"}, {"code", nullptr}, {"message", failure}, {"param", nullptr}}}}));
        } else if (settings_.wants_transcription()) {
            tell("conversation.item.input_audio_transcription.delta", with({{"delta", text}}));
            tell("conversation.item.input_audio_transcription.completed",
                 with({{"transcript", text}, {"usage", speech_usage(sound)}}));
        }
        if (respond && !text.empty() && !active_) {
            begin_response(read_realtime_request(Json::object(), settings_));
        }
    };
    do_later(std::move(work));
}

// --- the conversation ---

std::list<RealtimeItem>::iterator RealtimeSession::find(std::string const& id, char const* param) {
    auto const found = std::find_if(items_.begin(), items_.end(), [&](auto const& item) { return item.id == id; });
    if (found == items_.end()) {
        throw ApiError(400, "There is no item '" + id + "' in the conversation.", param, "item_not_found");
    }
    return found;
}

// `previous`: null or absent, at the end; "root", at the beginning.
std::string RealtimeSession::insert(RealtimeItem item, Json const* previous) {
    auto place = items_.end();
    if (previous && previous->is_string()) {
        place =
            *previous == "root" ? items_.begin() : std::next(find(previous->get<std::string>(), "previous_item_id"));
    }
    auto const before = place == items_.begin() ? Json(nullptr) : Json(std::prev(place)->id);
    if (!item.picture.empty()) { // what is asked is asked about the last one
        for (auto& other : items_) {
            other.picture.clear();
        }
    }
    auto const id = item.id;
    auto const added = items_.insert(place, std::move(item));
    Json const fields{{"previous_item_id", before}, {"item", added->json()}};
    tell("conversation.item.added", fields);
    if (added->complete) {
        tell("conversation.item.done", fields);
    }
    if (items_.size() > most_items) {
        items_.erase(items_.begin()->id == id ? std::next(items_.begin()) : items_.begin());
    }
    return id;
}

void RealtimeSession::create_item(Json const& event) {
    auto item = read_realtime_item(event.contains("item") ? event.at("item") : Json(nullptr));
    if (item.id.empty()) {
        item.id = new_id("item_");
    } else if (std::any_of(items_.begin(), items_.end(), [&](auto const& other) { return other.id == item.id; })) {
        throw ApiError(400, "There is already an item '" + item.id + "'; choose another id.", "item.id",
                       "invalid_value");
    }
    auto const wire = settings_.input_sound();
    auto sound = std::exchange(item.sound, {});
    auto const previous = event.find("previous_item_id");
    auto const id = insert(std::move(item), previous != event.end() ? &*previous : nullptr);
    if (!sound.empty()) {
        recognise(id, {wire_rate(wire), from_wire(sound, wire)}, false);
    }
}

void RealtimeSession::retrieve_item(Json const& event) {
    tell("conversation.item.retrieved", {{"item", find(needed_text_field(event, "item_id"), "item_id")->json()}});
}

void RealtimeSession::delete_item(Json const& event) {
    auto const item = find(needed_text_field(event, "item_id"), "item_id");
    auto const id = item->id;
    items_.erase(item);
    tell("conversation.item.deleted", {{"item_id", id}});
}

void RealtimeSession::truncate_item(Json const& event) {
    auto const item = find(needed_text_field(event, "item_id"), "item_id");
    auto const end_ms = number_field(event, "audio_end_ms");
    auto const index = event.contains("content_index") ? number_field(event, "content_index") : 0;
    if (item->id != sounds_.item || index != 0) {
        throw ApiError(400, "Only what was spoken last can be cut.", "item_id", "invalid_value");
    }
    auto const frames = end_ms * sounds_.rate / 1000;
    auto const made = active_ && active_->item_id == item->id ? active_->frames : sounds_.frames;
    if (frames > made) {
        throw ApiError(400, "The item has only " + std::to_string(made * 1000 / sounds_.rate) + " ms of sound.",
                       "audio_end_ms", "invalid_value");
    }
    item->text = sounds_.words->after(frames);
    item->content = Json::array({{{"type", "output_audio"}, {"transcript", item->text}}});
    tell("conversation.item.truncated", {{"item_id", item->id}, {"content_index", 0}, {"audio_end_ms", end_ms}});
}

} // namespace echollama::server
