// One answer of a spoken conversation; private to this room.
#pragma once

#include "server/realtime_session.h"
#include "server/routes.h"

namespace echollama::server {

struct RealtimeSession::Response {
    std::string id = new_id("resp_"), item_id = new_id("item_");
    RealtimeRequest request;
    std::stop_source stop;
    bool open = false; // its item was told of
    bool over = false;
    std::string text;
    Answered answered;
    std::shared_ptr<HeardWords> words = std::make_shared<HeardWords>();
    std::int64_t frames = 0; // of sound

    Json place() const {
        return {{"response_id", id}, {"item_id", item_id}, {"output_index", 0}, {"content_index", 0}};
    }
    Json part() const {
        return request.audio ? Json{{"type", "output_audio"}, {"transcript", text}}
                             : Json{{"type", "output_text"}, {"text", text}};
    }
    RealtimeItem item(bool complete) const {
        RealtimeItem item;
        item.id = item_id;
        item.role = "assistant";
        item.text = text;
        item.complete = complete;
        item.content = Json::array({part()});
        return item;
    }
};

} // namespace echollama::server
