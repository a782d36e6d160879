// Replies over HTTP: whole, or in pieces while they are made; private to this room.
#pragma once

#include "pipeline/json.h"
#include "server/api_error.h"

#include <cpp-httplib/httplib.h>

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace echollama::server {

void reply_json(httplib::Response& response, Json const& body, int status = 200);

// {"error":{"message","type","param","code"}}, as OpenAI's clients read it, with "detail" for Seer's.
Json error_json(int status, std::string const& text, std::string const& param = "", std::string const& code = "");
void reply_error(httplib::Response& response, ApiError const& error);
// The same as Ollama's clients read it: {"error": text}.
Json ollama_error(Json const& error);

// Runs work while its client waits: `stop` is requested within 100 ms of the client's going away, and when the server
// ends. What the work throws becomes the reply, and the result is false.
bool while_client_waits(httplib::Request const& request, httplib::Response& response, std::stop_token const& server,
                        std::function<void(std::stop_token)> const& work);

// Passes bytes on to the client at once. Throws Cancelled when it has gone.
using Write = std::function<void(std::string_view bytes)>;

// As while_client_waits, for a reply that is written while the work goes on. What the work throws after that is written
// as `failure` makes it; where nothing can be said any more (sound), it is empty and the connection is cut.
void stream_reply(httplib::Request const& request, httplib::Response& response, std::stop_token const& server,
                  char const* content_type, std::function<void(Write const&, std::stop_token)> work,
                  std::function<std::string(Json const& error)> failure);

// "data: {…}\n\n"
std::string event(Json const& data);
// With its own name, "event: …" first.
std::string named_event(std::string const& name, Json const& data);

// In one line, invalid UTF-8 replaced.
std::string one_line(Json const& value);

} // namespace echollama::server
