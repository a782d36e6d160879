#include "server/service.h"

#include "base/error.h"
#include "server/reply.h"
#include "server/routes.h"

#include <cpp-httplib/httplib.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>

namespace echollama::server {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5s;                 // for requests under way when the server ends
constexpr auto idle_client = 30s;             // a client that sends nothing for as long is left
constexpr std::size_t most_queued = 256;      // connections that wait for a thread
constexpr std::size_t most_kept_alive = 1000; // requests on one connection

Caller caller_of(httplib::Request const& request) {
    auto api_key = request.get_header_value("X-Api-Key");
    return {request.method,
            request.path,
            request.get_header_value("Host"),
            request.get_header_value("Origin"),
            request.get_header_value("Authorization"),
            api_key.empty() ? key_of_protocols(request.get_header_value("Sec-WebSocket-Protocol")) : api_key};
}

void allow_origin(httplib::Request const& request, httplib::Response& response) {
    if (auto const origin = request.get_header_value("Origin"); !origin.empty()) {
        response.set_header("Access-Control-Allow-Origin", origin);
        response.set_header("Access-Control-Allow-Headers", "*, Authorization, Content-Type");
        response.set_header("Access-Control-Allow-Methods", "GET, POST");
        response.set_header("Vary", "Origin");
    }
}

char const* reason_of(int status) {
    switch (status) {
    case 404:
        return "There is no such address here; /v1/models, /v1/chat/completions and /v1/describe are some.";
    case 405:
        return "The address takes another method.";
    case 413:
        return "The request is too large; send a smaller picture.";
    case 414:
        return "The address is too long.";
    case 431:
        return "The headers are too large.";
    case 503:
        return "Too many requests are waiting; try again in a moment.";
    default:
        return status < 500 ? "The request cannot be understood." : "The request failed.";
    }
}

} // namespace

struct Service::State {
    Engine& engine;
    ServiceOptions options;
    httplib::Server http{};
    std::stop_source draining{}, ending{};
    int port = 0;

    void guard() {
        http.set_pre_routing_handler([this](httplib::Request const& request, httplib::Response& response) {
            response.set_header("x-request-id", new_id("req_"));
            response.set_header("X-Content-Type-Options", "nosniff");
            if (auto const refusal = refusal_of(caller_of(request), options.access)) {
                reply_error(response, ApiError(refusal->status, refusal->text));
                return httplib::Server::HandlerResponse::Handled;
            }
            allow_origin(request, response);
            if (request.method == "OPTIONS") {
                response.status = 204;
                return httplib::Server::HandlerResponse::Handled;
            }
            return httplib::Server::HandlerResponse::Unhandled;
        });
        // Every error has a JSON body, also those that HTTP itself makes.
        http.set_error_handler([](httplib::Request const&, httplib::Response& response) {
            if (response.body.empty()) {
                reply_error(response, ApiError(response.status, reason_of(response.status)));
            }
            return httplib::Server::HandlerResponse::Handled;
        });
        http.set_exception_handler([](httplib::Request const&, httplib::Response& response, std::exception_ptr thrown) {
            try {
                std::rethrow_exception(thrown);
            } catch (ApiError const& error) {
                reply_error(response, error);
            } catch (...) {
                reply_error(response, ApiError(500, reason_of(500)));
            }
        });
    }

    void limit() {
        http.set_payload_max_length(options.most_bytes);
        http.set_read_timeout(idle_client);
        http.set_write_timeout(idle_client);
        http.set_keep_alive_max_count(most_kept_alive);
        http.set_tcp_nodelay(true);
        http.set_socket_options([](socket_t socket) { // a port that another program listens on is not shared with it
            int const yes = 1;
            setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        });
        http.new_task_queue = [most = options.most_connections] {
            return new httplib::ThreadPool(std::min<std::size_t>(8, most), most, most_queued);
        };
    }

    void bind() {
        bool const found = options.port == 0 ? (port = http.bind_to_any_port(options.host)) > 0
                                             : http.bind_to_port(options.host, port = options.port);
        if (!found) {
            throw Error("Port " + std::to_string(options.port) + " on " + options.host +
                        " cannot be used, probably because another program has it; choose another with --port.");
        }
    }
};

Service::Service(Engine& engine, ServiceOptions options) : state_(new State{engine, std::move(options)}) {
    auto& state = *state_;
    if (!is_loopback(state.options.host) && state.options.access.key.empty()) {
        throw UsageError("Others could reach a server on " + state.options.host +
                         "; give a key that they must send, with --key-file or ECHOLLAMA_SERVER_KEY.");
    }
    state.guard();
    state.limit();
    RouteContext const context{engine,
                               state.options.model,
                               state.options.version,
                               state.draining.get_token(),
                               state.ending.get_token(),
                               state.options.most_bytes,
                               std::time(nullptr)};
    add_openai_chat(state.http, context);
    add_openai_audio(state.http, context);
    add_ollama(state.http, context);
    add_own(state.http, context);
    add_realtime(state.http, context);
    add_page(state.http);
    state.bind();
}

Service::~Service() = default;

int Service::port() const {
    return state_->port;
}

void Service::run(std::stop_token const& stop) {
    std::jthread const ending([&](std::stop_token over) {
        while (!over.stop_requested() && !stop.stop_requested()) {
            std::this_thread::sleep_for(20ms);
        }
        state_->draining.request_stop();
        auto const given_up = std::chrono::steady_clock::now() + patience;
        while (!over.stop_requested()) {
            state_->http.stop(); // again and again: before the server listens nobody hears it
            if (std::chrono::steady_clock::now() > given_up) {
                state_->ending.request_stop();
            }
            std::this_thread::sleep_for(20ms);
        }
    });
    if (!state_->http.listen_after_bind() && !stop.stop_requested()) {
        throw Error("The server on port " + std::to_string(state_->port) + " ended unexpectedly.");
    }
}

} // namespace echollama::server
