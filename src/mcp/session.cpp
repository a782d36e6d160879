#include "mcp/session.h"

#include "base/error.h"
#include "server/chat.h"

#include <algorithm>
#include <array>
#include <utility>

namespace echollama::mcp {
namespace {

constexpr std::array handshake_revisions{"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"};
constexpr auto modern_revision = "2026-07-28";
constexpr auto revision_key = "io.modelcontextprotocol/protocolVersion";
constexpr auto capabilities_key = "io.modelcontextprotocol/clientCapabilities";
constexpr auto server_key = "io.modelcontextprotocol/serverInfo";
constexpr int cached_ms = 3600 * 1000; // the tools of a running server do not change
constexpr std::size_t most_calls = 32; // that run or wait

enum Code {
    parse_error = -32700,
    invalid_request = -32600,
    method_not_found = -32601,
    invalid_params = -32602,
    internal_error = -32603,
    unsupported_revision = -32022
};

struct Failure {
    int code;
    std::string text;
    Json data = nullptr;
};

Json const* member(Json const& object, char const* key) {
    auto const found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() ? &*found : nullptr;
}

std::string text_in(Json const& object, char const* key) {
    auto const* value = member(object, key);
    return value && value->is_string() ? value->get<std::string>() : std::string();
}

Json text_content(std::string const& text) {
    return Json::array({{{"type", "text"}, {"text", text}}});
}

Json described(Tool const& tool) {
    Json json{
        {"name", tool.name},
        {"title", tool.title},
        {"description", tool.description},
        {"inputSchema", tool.input_schema},
        {"annotations", {{"readOnlyHint", tool.read_only}, {"destructiveHint", false}, {"openWorldHint", false}}}};
    if (!tool.output_schema.is_null()) {
        json["outputSchema"] = tool.output_schema;
    }
    return json;
}

} // namespace

Session::Session(ServerInfo info, std::vector<Tool> tools, std::function<void(std::string const&)> send)
    : info_(std::move(info)), tools_(std::move(tools)), send_(std::move(send)) {}

Session::~Session() {
    std::lock_guard lock(mutex_);
    for (auto& [id, stop] : calls_) {
        stop.request_stop();
    }
}

void Session::send(Json const& message) {
    auto const line = message.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::lock_guard lock(sending_);
    send_(line);
}

void Session::reply(Request const& request, Json result) {
    if (request.modern) {
        result["resultType"] = "complete";
        result["_meta"][server_key] = {{"name", info_.name}, {"version", info_.version}};
    }
    send({{"jsonrpc", "2.0"}, {"id", request.id}, {"result", std::move(result)}});
}

void Session::fail(Json const& id, int code, std::string const& text, Json const& data) {
    Json error{{"code", code}, {"message", text}};
    if (!data.is_null()) {
        error["data"] = data;
    }
    send({{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(error)}});
}

void Session::refuse_line(std::string const& why) {
    fail(nullptr, parse_error, why);
}

void Session::take(std::string const& line) {
    Json message;
    try {
        message = server::parse_body(line);
    } catch (Error const&) {
        fail(nullptr, parse_error, "This is no JSON object; send one JSON-RPC message a line.");
        return;
    }
    Request request;
    auto const* id = member(message, "id");
    bool const has_id = id && (id->is_string() || id->is_number_integer());
    request.id = has_id ? *id : Json(nullptr);
    request.method = text_in(message, "method");
    auto const* params = member(message, "params");
    request.params = params ? *params : Json::object();
    if (request.method.empty()) {
        if (!member(message, "result") && !member(message, "error")) { // answers to what was never asked are let go
            fail(request.id, invalid_request, "A message needs a 'method'.");
        }
        return;
    }
    if (!id) {
        if (request.method == "notifications/cancelled") {
            cancel(request.params);
        }
        return;
    }
    try {
        if (!has_id || text_in(message, "jsonrpc") != "2.0") {
            throw Failure{invalid_request, "A request needs 'jsonrpc' 2.0 and an 'id' that is a text or a number."};
        }
        if (!request.params.is_object()) {
            throw Failure{invalid_params, "'params' must be an object."};
        }
        answer(request);
    } catch (Failure const& failure) {
        fail(request.id, failure.code, failure.text, failure.data);
    }
}

void Session::check_revision(Request& request) const {
    auto const* meta = member(request.params, "_meta");
    auto const* revision = meta ? member(*meta, revision_key) : nullptr;
    request.modern = revision != nullptr;
    if (!revision) {
        if (!initialized_ && request.method != "ping") {
            throw Failure{
                invalid_params,
                std::string("Send 'initialize' first, or the revision with every request, in its '_meta' as '") +
                    revision_key + "'."};
        }
        return;
    }
    if (*revision != modern_revision) {
        throw Failure{unsupported_revision, "This revision of the protocol is not spoken without 'initialize'.",
                      Json{{"supported", {modern_revision}}, {"requested", *revision}}};
    }
    auto const* capabilities = member(*meta, capabilities_key);
    if (!capabilities || !capabilities->is_object()) {
        throw Failure{invalid_params, std::string("'_meta' needs '") + capabilities_key + "', an object."};
    }
}

void Session::answer(Request const& asked) {
    if (asked.method == "initialize") {
        reply(asked, initialized(asked.params));
        return;
    }
    auto request = asked;
    check_revision(request);
    if (request.method == "tools/list") {
        auto result = list(request.params);
        if (request.modern) {
            result["ttlMs"] = cached_ms;
            result["cacheScope"] = "private";
        }
        reply(request, std::move(result));
    } else if (request.method == "tools/call") {
        call(request);
    } else if (request.modern && request.method == "server/discover") {
        reply(request, discovered());
    } else if (!request.modern && (request.method == "ping" || request.method == "logging/setLevel")) {
        reply(request, Json::object());
    } else {
        throw Failure{method_not_found, "There is no method '" + request.method + "' here."};
    }
}

Json Session::initialized(Json const& params) {
    auto const wanted = text_in(params, "protocolVersion");
    bool const known =
        std::find(handshake_revisions.begin(), handshake_revisions.end(), wanted) != handshake_revisions.end();
    initialized_ = true;
    return {{"protocolVersion", known ? wanted : handshake_revisions.front()},
            {"capabilities", {{"tools", Json::object()}}},
            {"serverInfo", {{"name", info_.name}, {"version", info_.version}}},
            {"instructions", info_.instructions}};
}

Json Session::discovered() const {
    Json revisions = Json::array({modern_revision});
    for (auto const* revision : handshake_revisions) {
        revisions.push_back(revision);
    }
    return {{"supportedVersions", std::move(revisions)},
            {"capabilities", {{"tools", Json::object()}}},
            {"instructions", info_.instructions},
            {"ttlMs", cached_ms},
            {"cacheScope", "private"}};
}

Json Session::list(Json const& params) const {
    if (auto const* cursor = member(params, "cursor"); cursor && !cursor->is_null()) {
        throw Failure{invalid_params, "The list has one part; leave out 'cursor'."};
    }
    Json tools = Json::array();
    for (auto const& tool : tools_) {
        tools.push_back(described(tool));
    }
    return {{"tools", std::move(tools)}};
}

void Session::call(Request const& request) {
    auto const name = text_in(request.params, "name");
    auto const tool = std::find_if(tools_.begin(), tools_.end(), [&](auto const& t) { return t.name == name; });
    if (tool == tools_.end()) {
        throw Failure{invalid_params, "There is no tool '" + name + "'; tools/list tells which there are."};
    }
    auto const* arguments = member(request.params, "arguments");
    if (arguments && !arguments->is_object()) {
        throw Failure{invalid_params, "'arguments' must be an object."};
    }
    std::stop_source stop;
    {
        std::lock_guard lock(mutex_);
        if (calls_.size() >= most_calls) {
            throw Failure{internal_error, "Too many calls are waiting; try again in a moment."};
        }
        if (!calls_.emplace(request.id.dump(), stop).second) {
            throw Failure{invalid_request, "A call with this 'id' is still running."};
        }
    }
    auto work = [this, request, &tool = *tool, stop = stop.get_token()] {
        if (!stop.stop_requested()) {
            run(request, tool, stop);
        }
        std::lock_guard lock(mutex_);
        calls_.erase(request.id.dump());
    };
    if (!worker_.post(std::move(work))) { // its room is larger than most_calls
        throw Failure{internal_error, "Too many calls are waiting; try again in a moment."};
    }
}

void Session::run(Request const& request, Tool const& tool, std::stop_token const& stop) {
    auto const* meta = member(request.params, "_meta");
    auto const* token = meta ? member(*meta, "progressToken") : nullptr;
    auto const* arguments = member(request.params, "arguments");
    int steps = 0;
    ToolCall call{arguments ? *arguments : Json::object(),
                  [&](std::string const& message) {
                      if (token && (token->is_string() || token->is_number_integer()) && !stop.stop_requested()) {
                          send({{"jsonrpc", "2.0"},
                                {"method", "notifications/progress"},
                                {"params", {{"progressToken", *token}, {"progress", ++steps}, {"message", message}}}});
                      }
                  },
                  stop};
    Json result;
    try {
        auto made = tool.run(call);
        result = {{"content", std::move(made.content)}, {"isError", false}};
        if (!made.structured.is_null()) {
            result["structuredContent"] = std::move(made.structured);
        }
    } catch (std::exception const& error) {
        result = {{"content", text_content(error.what())}, {"isError", true}};
    }
    if (!stop.stop_requested()) { // a cancelled request gets no answer
        reply(request, std::move(result));
    }
}

void Session::cancel(Json const& params) {
    auto const* id = member(params, "requestId");
    if (!id) {
        return;
    }
    std::lock_guard lock(mutex_);
    if (auto const call = calls_.find(id->dump()); call != calls_.end()) {
        call->second.request_stop();
    }
}

} // namespace echollama::mcp
