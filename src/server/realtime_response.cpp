#include "server/realtime_response.h"

#include "base/error.h"
#include "server/api_error.h"
#include "server/base64.h"
#include "server/speech_beside.h"

#include <algorithm>
#include <utility>

namespace echollama::server {
namespace {

Turn::Role role_of(RealtimeItem const& item) {
    return item.role == "assistant" ? Turn::Role::assistant : Turn::Role::user;
}

// As the chat's reader does: who talks to the models takes turns.
void add_turn(ChatRequest& chat, Turn::Role role, std::string const& text) {
    if (text.empty()) {
        return;
    }
    if (!chat.turns.empty() && chat.turns.back().role == role) {
        chat.turns.back().text += "\n" + text;
    } else {
        chat.turns.push_back({role, text});
    }
}

// What can be asked: the text of its messages, in turns that end with the user's; and the last picture.
void add_items(ChatRequest& chat, auto const& items) {
    for (auto const& item : items) {
        if (!item.picture.empty()) {
            chat.picture = Sight{item.picture};
        }
        if (item.role == "system") {
            chat.system += (chat.system.empty() ? "" : "\n") + item.text;
        } else {
            add_turn(chat, role_of(item), item.text);
        }
    }
    if (chat.turns.empty() || chat.turns.back().role == Turn::Role::assistant) {
        chat.turns.push_back({Turn::Role::user, ""});
    }
    if (chat.turns.front().role == Turn::Role::assistant) {
        chat.turns.insert(chat.turns.begin(), Turn{Turn::Role::user, ""});
    }
}

} // namespace

void RealtimeSession::create_response(Json const& event) {
    if (active_) {
        throw ApiError(400, "A response is being made already; cancel it first.", "",
                       "conversation_already_has_active_response");
    }
    begin_response(read_realtime_request(event, settings_));
}

void RealtimeSession::cancel_response(Json const& event) {
    auto const id = text_field(event, "response_id");
    if (!active_ || (!id.empty() && id != active_->id)) {
        throw ApiError(400, "No response is being made.", "", "response_cancel_not_active");
    }
    interrupt("client_cancelled");
}

void RealtimeSession::begin_response(RealtimeRequest request) {
    if (request.audio && !engine_.can_speak()) {
        throw ApiError(501, "This server has no voice; ask for text.", "output_modalities", "no_voice");
    }
    auto const response = std::make_shared<Response>();
    response->request = std::move(request);
    do_later([this, response] { respond(response); });
    active_ = response;
    tell("response.created", {{"response", response_json(*response, "in_progress", nullptr)}});
}

ChatRequest RealtimeSession::conversation_for(Response const& response) const {
    ChatRequest chat;
    chat.system = response.request.instructions;
    chat.most_words = response.request.most_words;
    if (response.request.input) {
        add_items(chat, *response.request.input);
    } else {
        add_items(chat, items_);
    }
    return chat;
}

void RealtimeSession::respond(std::shared_ptr<Response> const& response) {
    ChatRequest chat;
    {
        std::lock_guard lock(mutex_);
        if (response->over) {
            return;
        }
        chat = conversation_for(*response);
        open_item(*response);
    }
    std::string status = "completed", failure;
    Answered answered;
    try {
        answered = answer_aloud(response, chat);
    } catch (Cancelled const&) {
        status = "cancelled"; // finish() was called when it was
    } catch (std::exception const& error) {
        status = "failed";
        failure = error.what();
    }
    std::lock_guard lock(mutex_);
    if (!response->over) {
        response->answered = answered;
    }
    if (status == "failed") {
        finish(*response, status, {{"type", "failed"}, {"error", {{"type", "server_error"}, {"code", failure}}}});
        tell_error("server_error", failure, "", "", "");
    } else if (response->answered.cut_by_length) {
        finish(*response, "incomplete", {{"type", "incomplete"}, {"reason", "max_output_tokens"}});
    } else {
        finish(*response, status, nullptr);
    }
}

// Text is sent as it is written; speech is made beside the writing, sentence by sentence.
Answered RealtimeSession::answer_aloud(std::shared_ptr<Response> const& response, ChatRequest const& chat) {
    auto const stop = response->stop.get_token();
    if (!response->request.audio) {
        return answer(
            engine_, chat,
            [&](std::string_view piece) {
                std::lock_guard lock(mutex_);
                add_text(*response, std::string(piece));
            },
            stop);
    }
    auto const& request = response->request;
    auto const rate = wire_rate(request.sound);
    SpeechBeside speech(
        engine_, {request.voice, request.speed, rate},
        [&](std::string const& sentence) {
            std::lock_guard lock(mutex_);
            response->words->expect(sentence);
            add_text(*response, (response->text.empty() ? "" : " ") + sentence);
        },
        [&](AudioChunk const& chunk) {
            std::lock_guard lock(mutex_);
            if (response->over || response->stop.stop_requested()) {
                return;
            }
            spoke_ = true;
            response->words->write(chunk);
            response->frames += chunk.frames();
            sounds_ = {response->item_id, response->words, response->frames, rate};
            if (!chunk.samples.empty()) {
                auto delta = response->place();
                delta["delta"] = to_base64(to_wire(chunk.samples, request.sound));
                tell("response.output_audio.delta", std::move(delta));
            }
        },
        stop);
    auto const answered = answer(
        engine_, chat, [&](std::string_view piece) { speech.push(piece); }, stop);
    speech.finish();
    return answered;
}

void RealtimeSession::open_item(Response& response) {
    auto item = response.item(false);
    item.content = Json::array();
    auto json = item.json();
    json["status"] = "in_progress";
    tell("response.output_item.added", {{"response_id", response.id}, {"output_index", 0}, {"item", json}});
    if (response.request.in_conversation) {
        insert(std::move(item), nullptr);
    }
    auto part = response.place();
    part["part"] =
        response.request.audio ? Json{{"type", "audio"}, {"transcript", ""}} : Json{{"type", "text"}, {"text", ""}};
    tell("response.content_part.added", std::move(part));
    response.open = true;
}

void RealtimeSession::add_text(Response& response, std::string const& text) {
    if (response.over) {
        return;
    }
    response.text += text;
    auto delta = response.place();
    delta["delta"] = text;
    tell(response.request.audio ? "response.output_audio_transcript.delta" : "response.output_text.delta",
         std::move(delta));
}

void RealtimeSession::interrupt(char const* reason) {
    if (!active_) {
        return;
    }
    auto const response = active_;
    response->stop.request_stop();
    finish(*response, "cancelled", {{"type", "cancelled"}, {"reason", reason}});
}

// Everything that was begun is ended, once.
void RealtimeSession::finish(Response& response, std::string const& status, Json const& details) {
    if (std::exchange(response.over, true)) {
        return;
    }
    if (response.open) {
        auto const with = [&](Json fields) {
            auto all = response.place();
            all.update(fields);
            return all;
        };
        if (response.request.audio) {
            tell("response.output_audio.done", response.place());
            tell("response.output_audio_transcript.done", with({{"transcript", response.text}}));
        } else {
            tell("response.output_text.done", with({{"text", response.text}}));
        }
        auto const item = response.item(status == "completed");
        auto part = response.request.audio ? Json{{"type", "audio"}, {"transcript", response.text}}
                                           : Json{{"type", "text"}, {"text", response.text}};
        tell("response.content_part.done", with({{"part", std::move(part)}}));
        tell("response.output_item.done", {{"response_id", response.id}, {"output_index", 0}, {"item", item.json()}});
        auto const kept = std::find_if(items_.begin(), items_.end(), [&](auto const& i) { return i.id == item.id; });
        if (kept != items_.end()) {
            *kept = item;
            tell("conversation.item.done",
                 {{"previous_item_id", kept == items_.begin() ? Json(nullptr) : Json(std::prev(kept)->id)},
                  {"item", item.json()}});
        }
    }
    if (active_.get() == &response) {
        active_.reset();
    }
    tell("response.done", {{"response", response_json(response, status, details)}});
}

Json RealtimeSession::response_json(Response const& response, std::string const& status, Json const& details) const {
    bool const over = status != "in_progress";
    Json usage = nullptr;
    if (over) {
        auto const& answered = response.answered;
        usage = {
            {"total_tokens", answered.asked_words + answered.words},
            {"input_tokens", answered.asked_words},
            {"output_tokens", answered.words},
            {"input_token_details",
             {{"text_tokens", answered.asked_words}, {"audio_tokens", 0}, {"image_tokens", 0}, {"cached_tokens", 0}}},
            {"output_token_details", {{"text_tokens", answered.words}, {"audio_tokens", 0}}}};
    }
    return {
        {"object", "realtime.response"},
        {"id", response.id},
        {"status", status},
        {"status_details", details},
        {"output", over && response.open ? Json::array({response.item(status == "completed").json()}) : Json::array()},
        {"conversation_id", response.request.in_conversation ? Json(conversation_id_) : Json(nullptr)},
        {"output_modalities", Json::array({response.request.audio ? "audio" : "text"})},
        {"max_output_tokens", response.request.most_words == 0 ? Json("inf") : Json(response.request.most_words)},
        {"metadata", response.request.metadata},
        {"usage", std::move(usage)}};
}

} // namespace echollama::server
