// The Model Context Protocol's side of a server, apart from where its lines come from: JSON-RPC 2.0 messages in the
// revisions 2024-11-05 to 2025-11-25, which begin with "initialize", and 2026-07-28, where every request says for
// itself which revision it is in (its parameters' "_meta").
#pragma once

#include "base/worker.h"
#include "pipeline/json.h"

#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace echollama::mcp {

struct ToolResult {
    Json content = Json::array();    // [{"type": "text", …}]: what a model reads
    Json structured = Json(nullptr); // an object, as the tool's output schema says; null: none
};

struct ToolCall {
    Json arguments; // an object
    // Tells how far it is, where the client wants to know.
    std::function<void(std::string const& message)> progress;
    std::stop_token stop;
};

struct Tool {
    std::string name, title, description;
    Json input_schema, output_schema; // JSON Schema 2020-12; the second null where nothing structured is given
    bool read_only = true;            // changes nothing outside
    // What it throws the model is told as the tool's failure.
    std::function<ToolResult(ToolCall const& call)> run;
};

struct ServerInfo {
    std::string name, version, instructions;
};

// Thread-safe. Tools run one after the other on a thread of the session's own, everything else is answered at once.
class Session {
  public:
    // `send` gets every message, one line without its end, from several threads but never from two at once.
    Session(ServerInfo info, std::vector<Tool> tools, std::function<void(std::string const& line)> send);
    // Cancels what is running.
    ~Session();
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;

    // One line of the client's. Never throws: what cannot be understood is answered with an error.
    void take(std::string const& line);
    // A line that was too long to be taken.
    void refuse_line(std::string const& why);
    // Nothing runs and nothing waits.
    bool is_idle() const { return worker_.is_idle(); }

  private:
    struct Request {
        Json id, params;
        std::string method;
        bool modern = false; // says its revision itself
    };
    void answer(Request const& request);
    void call(Request const& request);
    void run(Request const& request, Tool const& tool, std::stop_token const& stop);
    void cancel(Json const& params);
    Json initialized(Json const& params);
    Json discovered() const;
    Json list(Json const& params) const;
    void check_revision(Request& request) const;
    void reply(Request const& request, Json result);
    void fail(Json const& id, int code, std::string const& text, Json const& data = nullptr);
    void send(Json const& message);

    ServerInfo info_;
    std::vector<Tool> tools_;
    std::function<void(std::string const&)> send_;
    bool initialized_ = false; // by an "initialize"
    std::mutex sending_;
    std::mutex mutex_;                              // over what follows
    std::map<std::string, std::stop_source> calls_; // by the id's JSON
    Worker worker_;                                 // last: its thread uses everything above
};

} // namespace echollama::mcp
