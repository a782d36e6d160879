#include "server/service.h"

#include "base/ascii.h"
#include "base/error.h"
#include "server/reply.h"
#include "server/routes.h"

#include <cpp-httplib/httplib.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

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
        response.set_header("Access-Control-Allow-Methods", "GET, POST, DELETE");
        response.set_header("Access-Control-Expose-Headers", "x-request-id");
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
    case 426:
        return "This address is a WebSocket's; connect to it with ws:// or wss://.";
    case 431:
        return "The headers are too large.";
    case 503:
        return "Too many requests are waiting; try again in a moment.";
    default:
        return status < 500 ? "The request cannot be understood." : "The request failed.";
    }
}

// Under /api/ an error is a text, whoever made it.
void take_ollamas_shape(httplib::Response& response) {
    auto const error = Json::parse(response.body, nullptr, false);
    if (error.is_object() && error.contains("error") && error.at("error").is_object()) {
        reply_json(response, ollama_error(error), response.status);
    }
}

std::unique_ptr<httplib::Server> make_http(ServiceOptions const& options) {
    auto const &certificate = options.tls_certificate, &key = options.tls_key;
    if (certificate.empty() != key.empty()) {
        throw UsageError("TLS needs a certificate and its key; give both --tls-cert and --tls-key.");
    }
    if (certificate.empty()) {
        return std::make_unique<httplib::Server>();
    }
    auto server = std::make_unique<httplib::SSLServer>(certificate.c_str(), key.c_str());
    if (!server->is_valid()) {
        throw Error("The certificate " + certificate.string() + " and the key " + key.string() +
                    " cannot be used; both must be PEM files that belong together.");
    }
    return server;
}

// RFC 3339, in UTC, with milliseconds.
std::string time_now() {
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    auto const seconds = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    auto const length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(ms % 1000));
    return text;
}

} // namespace

struct Service::State {
    Engine& engine;
    ServiceOptions options;
    std::unique_ptr<httplib::Server> http = make_http(options);
    std::vector<Route> routes{};
    Metrics metrics{};
    Conversations conversations{};
    std::mutex logging{};
    std::stop_source draining{}, ending{};
    int port = 0;

    void guard() {
        http->set_pre_routing_handler([this](httplib::Request const& request, httplib::Response& response) {
            response.set_header("x-request-id", new_id("req_"));
            response.set_header("X-Content-Type-Options", "nosniff");
            if (auto const refusal = refusal_of(caller_of(request), options.access)) {
                reply_error(response, ApiError(refusal->status, refusal->text));
                return httplib::Server::HandlerResponse::Handled;
            }
            allow_origin(request, response);
            auto const encoding = request.get_header_value("Content-Encoding");
            if (!encoding.empty() && lower_case(encoding) != "identity") {
                reply_error(response, ApiError(415, "Compressed bodies are not read; send the body as it is."));
                return httplib::Server::HandlerResponse::Handled;
            }
            if (request.method == "OPTIONS") {
                response.status = 204;
                return httplib::Server::HandlerResponse::Handled;
            }
            return httplib::Server::HandlerResponse::Unhandled;
        });
        // Every error has a JSON body, also those that HTTP itself makes.
        http->set_error_handler([this](httplib::Request const& request, httplib::Response& response) {
            if (auto const methods = methods_at(request.path);
                response.status == 404 && !methods.empty() && response.body.empty()) {
                bool const socket = methods.find(request.method) != std::string::npos;
                response.status = socket ? 426 : 405;
                response.set_header(socket ? "Upgrade" : "Allow", socket ? "websocket" : methods);
            }
            if (response.body.empty()) {
                reply_error(response, ApiError(response.status, reason_of(response.status)));
            }
            if (request.path.starts_with("/api/")) {
                take_ollamas_shape(response);
            }
            return httplib::Server::HandlerResponse::Handled;
        });
        http->set_exception_handler(
            [](httplib::Request const&, httplib::Response& response, std::exception_ptr thrown) {
                try {
                    std::rethrow_exception(std::move(thrown));
                } catch (ApiError const& error) {
                    reply_error(response, error);
                } catch (...) {
                    reply_error(response, ApiError(500, reason_of(500)));
                }
            });
    }

    // "GET, POST"; empty: there is no such address.
    std::string methods_at(std::string const& path) const {
        std::string methods;
        for (auto const& route : routes) {
            if (is_at(route, path)) {
                methods += (methods.empty() ? "" : ", ") + route.method;
            }
        }
        return methods;
    }

    // Routes are named by their patterns: what a client invents is one name, "other".
    std::string route_of(httplib::Request const& request) const {
        for (auto const& route : routes) {
            if (is_at(route, request.path)) {
                return route.path;
            }
        }
        return "other";
    }

    void observe() {
        http->set_logger([this](httplib::Request const& request, httplib::Response const& response) {
            auto const took = std::chrono::steady_clock::now() - request.start_time_;
            double const seconds = std::chrono::duration<double>(took).count();
            auto const route = route_of(request);
            metrics.add_request(route, response.status, seconds);
            if (options.log) {
                Json const line{{"time", time_now()},
                                {"request", response.get_header_value("x-request-id")},
                                {"method", request.method.substr(0, 16)},
                                {"route", route},
                                {"status", response.status},
                                {"ms", std::round(seconds * 10000) / 10}};
                std::lock_guard lock(logging);
                options.log(one_line(line));
            }
        });
    }

    void limit() {
        http->set_payload_max_length(options.most_bytes);
        http->set_read_timeout(idle_client);
        http->set_write_timeout(idle_client);
        http->set_keep_alive_max_count(most_kept_alive);
        http->set_tcp_nodelay(true);
        http->set_socket_options([](socket_t socket) { // a port that another program listens on is not shared with it
            int const yes = 1;
            setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        });
        http->new_task_queue = [most = options.most_connections] {
            return new httplib::ThreadPool(std::min<std::size_t>(8, most), most, most_queued);
        };
    }

    void bind() {
        bool const found = options.port == 0 ? (port = http->bind_to_any_port(options.host)) > 0
                                             : http->bind_to_port(options.host, port = options.port);
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
    state.observe();
    RouteContext const context{engine,
                               state.options.model,
                               state.options.version,
                               state.draining.get_token(),
                               state.ending.get_token(),
                               state.options.most_bytes,
                               std::time(nullptr),
                               state.routes,
                               state.metrics,
                               state.conversations};
    add_openai_chat(*state.http, context);
    add_openai_audio(*state.http, context);
    add_llamacpp(*state.http, context);
    add_ollama(*state.http, context);
    add_own(*state.http, context);
    add_conversations(*state.http, context);
    add_realtime(*state.http, context);
    add_page(*state.http, context);
    add_openapi(*state.http, context);
    state.bind();
}

Service::~Service() = default;

std::vector<std::string> Service::routes() const {
    std::vector<std::string> routes;
    for (auto const& route : state_->routes) {
        routes.push_back(route.method + " " + route.path);
    }
    return routes;
}

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
            state_->http->stop(); // again and again: before the server listens nobody hears it
            if (std::chrono::steady_clock::now() > given_up) {
                state_->ending.request_stop();
            }
            std::this_thread::sleep_for(20ms);
        }
    });
    if (!state_->http->listen_after_bind() && !stop.stop_requested()) {
        throw Error("The server on port " + std::to_string(state_->port) + " ended unexpectedly.");
    }
}

} // namespace echollama::server
