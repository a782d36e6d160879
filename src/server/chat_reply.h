// A conversation's answer over HTTP, whole or streamed; private to this room.
#pragma once

#include "server/answer.h"
#include "server/reply.h"
#include "server/routes.h"

namespace echollama::server {

// How an interface words its replies.
struct ChatShape {
    std::function<Json(Answered const& answered)> whole;
    char const* stream_type = "text/event-stream"; // of a streamed reply's content
    // All of a streamed reply: `answer` makes the answer and passes its pieces on.
    using Pieces = std::function<void(std::string_view piece)>;
    std::function<void(Write const& write, std::function<Answered(Pieces const& pieces)> const& answer)> stream;
    std::function<std::string(Json const& error)> failure; // of a reply that was begun, as for stream_reply
};

// Answers as the request wants it, in this shape. A picture that cannot be seen is refused before a streamed reply
// begins.
void reply_to_chat(RouteContext const& context, httplib::Request const& http, httplib::Response& response,
                   ChatRequest request, ChatShape shape);

} // namespace echollama::server
