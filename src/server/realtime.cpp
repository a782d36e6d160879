// Spoken conversations over a WebSocket, as OpenAI's clients hold them (openai-openapi 2.3.0).
#include "server/realtime_session.h"
#include "server/reply.h"
#include "server/routes.h"

#include <algorithm>
#include <atomic>
#include <chrono>

namespace echollama::server {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto look_around = 5s;        // between messages; within one, a client that is silent for as long is left
constexpr auto longest_silence = 15min; // without a message
constexpr auto longest_session = 60min;
constexpr int most_sessions = 8; // each holds one of the server's connections

// The connection's end that says why. Clients of other protocols than ours get no further than a close frame.
Json ending_error(std::string const& message, std::string const& code) {
    return {{"type", "error"},
            {"event_id", new_id("event_")},
            {"error",
             {{"type", "invalid_request_error"},
              {"code", code},
              {"message", message},
              {"param", nullptr},
              {"event_id", nullptr}}}};
}

void refuse(httplib::ws::WebSocket& socket, Json const& error, httplib::ws::CloseStatus status) {
    socket.send(one_line(error));
    socket.close(status, error.at("error").at("code").get<std::string>());
}

void converse(RouteContext const& context, httplib::ws::WebSocket& socket) {
    auto const begin = Clock::now();
    auto last = begin;
    RealtimeSession session(context.engine, context.model, [&](Json const& event) { socket.send(one_line(event)); });
    std::stop_callback const ending(context.stop,
                                    [&] { socket.close(httplib::ws::CloseStatus::GoingAway, "server ends"); });
    socket.set_read_timeout(look_around);
    std::string message;
    while (true) {
        auto const read = socket.read(message);
        auto const now = Clock::now();
        if (read == httplib::ws::Fail) {
            return;
        }
        if (read == httplib::ws::Text) {
            session.take(message);
            last = now;
        } else if (read == httplib::ws::Binary) {
            refuse(socket, ending_error("Events are JSON in text messages.", "invalid_message"),
                   httplib::ws::CloseStatus::UnsupportedData);
            return;
        }
        if (now - begin > longest_session || now - last > longest_silence) {
            refuse(socket, ending_error("The session is over; begin another.", "session_expired"),
                   httplib::ws::CloseStatus::GoingAway);
            return;
        }
        if (context.draining.stop_requested() && session.is_idle()) {
            socket.close(httplib::ws::CloseStatus::GoingAway, "server ends");
            return;
        }
    }
}

} // namespace

void add_realtime(httplib::Server& server, RouteContext const& context) {
    context.routes.push_back({"GET", "/v1/realtime"});
    server.set_websocket_max_missed_pongs(2);
    server.WebSocket(
        "/v1/realtime",
        [context](httplib::Request const&, httplib::ws::WebSocket& socket) {
            struct Place {
                std::atomic<int>& taken;
                int const number = ++taken;
                ~Place() { --taken; }
            } const place{context.metrics.realtime_sessions};
            if (place.number > most_sessions) {
                refuse(socket, ending_error("Too many conversations are held; try again later.", "overloaded"),
                       static_cast<httplib::ws::CloseStatus>(1013)); // try again later
                return;
            }
            converse(context, socket);
        },
        // Browsers offer the protocol's name, and the key as another one (guard.h), and end without an answer.
        [](std::vector<std::string> const& offered) {
            bool const known = std::find(offered.begin(), offered.end(), "realtime") != offered.end();
            return std::string(known ? "realtime" : "");
        });
}

} // namespace echollama::server
