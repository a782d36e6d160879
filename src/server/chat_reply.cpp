#include "server/chat_reply.h"

namespace echollama::server {

void reply_to_chat(RouteContext const& context, httplib::Request const& http, httplib::Response& response,
                   ChatRequest request, ChatShape shape) {
    auto const need = request.picture ? Engine::Need::look : Engine::Need::write;
    auto const place = context.engine.admit(need);
    if (!request.stream) {
        while_client_waits(http, response, context.stop, [&](std::stop_token stop) {
            reply_json(response, shape.whole(answer(
                                     context.engine, request, [](auto) {}, stop)));
        });
        return;
    }
    if ((request.picture && !fetch_first(context, http, response, *request.picture)) ||
        !while_client_waits(http, response, context.stop,
                            [&](std::stop_token stop) { look_first(context.engine, request, stop); })) {
        return;
    }
    stream_reply(
        http, response, context.stop, shape.stream_type,
        [&engine = context.engine, place, request, stream = std::move(shape.stream)](Write const& write,
                                                                                     std::stop_token stop) {
            stream(write, [&](ChatShape::Pieces const& pieces) { return answer(engine, request, pieces, stop); });
        },
        std::move(shape.failure));
}

} // namespace echollama::server
