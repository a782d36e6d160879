// The interfaces, each of which adds its addresses to the server; private to this room.
#pragma once

#include "server/conversations.h"
#include "server/engine.h"
#include "server/metrics.h"

#include <cpp-httplib/httplib.h>

#include <ctime>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::server {

// An address that is served, as the description has it: "/v1/models/{model}".
struct Route {
    std::string method, path;
};

struct RouteContext {
    Engine& engine;
    std::string model;          // what this server calls itself in lists of models
    std::string version;        // of the program
    std::stop_token draining;   // requested when no new requests are taken any more
    std::stop_token stop;       // requested when those under way are given up
    std::size_t most_bytes{};   // of a body
    std::time_t started{};      // seconds since 1970
    std::vector<Route>& routes; // all that were added
    Metrics& metrics;
    Conversations& conversations;
};

void add_openai_chat(httplib::Server& server, RouteContext const& context);
void add_openai_audio(httplib::Server& server, RouteContext const& context);
void add_ollama(httplib::Server& server, RouteContext const& context);
void add_own(httplib::Server& server, RouteContext const& context);
void add_conversations(httplib::Server& server, RouteContext const& context);
void add_realtime(httplib::Server& server, RouteContext const& context);
void add_llamacpp(httplib::Server& server, RouteContext const& context);
void add_page(httplib::Server& server, RouteContext const& context);
void add_openapi(httplib::Server& server, RouteContext const& context);

// Whether the address is this route's, whatever the method.
bool is_at(Route const& route, std::string const& path);

void get(httplib::Server& server, std::string const& path, RouteContext const& context,
         httplib::Server::Handler handler);

void del(httplib::Server& server, std::string const& path, RouteContext const& context,
         httplib::Server::Handler handler);

// The body as it is, whatever its Content-Type says: clients of these interfaces do not all set one. Throws ApiError
// 413.
std::string read_body(httplib::ContentReader const& reader, std::size_t most_bytes);

// A handler of POST that gets the body; what it throws becomes the reply.
using BodyHandler =
    std::function<void(httplib::Request const& request, httplib::Response& response, std::string const& body)>;
void post(httplib::Server& server, std::string const& path, RouteContext const& context, BodyHandler handler);

// Fetches the picture where it lies behind an address, before a reply begins. False: it cannot be had, and the reply
// says so.
bool fetch_first(RouteContext const& context, httplib::Request const& http, httplib::Response& response, Sight& sight);

// "chatcmpl-" and 24 letters and digits by chance.
std::string new_id(std::string const& prefix);

} // namespace echollama::server
