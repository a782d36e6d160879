// The chat, generate and lists of Ollama (its API documentation), as describers for screen readers ask for them.
#include "server/chat_reply.h"

#include <chrono>
#include <ctime>

namespace echollama::server {
namespace {

using Clock = std::chrono::steady_clock;

// RFC 3339, in UTC.
std::string time_text(std::time_t time) {
    std::tm parts{};
    gmtime_r(&time, &parts);
    char text[32];
    auto const length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text, length};
}

std::string tagged(RouteContext const& context) {
    return context.model + ":latest";
}

Json details() {
    return {{"parent_model", ""},        {"format", "gguf"},     {"family", "echollama"},
            {"families", {"echollama"}}, {"parameter_size", ""}, {"quantization_level", ""}};
}

Json entry(RouteContext const& context) {
    return {{"name", tagged(context)},
            {"model", tagged(context)},
            {"modified_at", time_text(context.started)},
            {"size", 0},
            {"digest", ""},
            {"details", details()},
            {"capabilities", {"completion", "vision"}}};
}

Json shown(RouteContext const& context) {
    return {{"license", ""},
            {"modelfile", ""},
            {"parameters", ""},
            {"template", ""},
            {"details", details()},
            {"model_info", {{"general.architecture", "echollama"}, {"echollama.context_length", 8192}}},
            {"capabilities", {"completion", "vision"}},
            {"modified_at", time_text(context.started)}};
}

// A reply to chat has messages, one to generate has plain text.
struct OllamaReply {
    std::string model;
    bool chat = true;
    Clock::time_point begin = Clock::now();

    Json line(std::string_view text) const {
        Json line{{"model", model}, {"created_at", time_text(std::time(nullptr))}};
        if (chat) {
            line["message"] = {{"role", "assistant"}, {"content", text}};
        } else {
            line["response"] = text;
        }
        line["done"] = false;
        return line;
    }
    Json last(std::string_view text, Answered const& answered) const {
        auto line = this->line(text);
        auto const took = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count();
        line["done"] = true;
        line["done_reason"] = answered.cut_by_length ? "length" : "stop";
        line["total_duration"] = took;
        line["load_duration"] = 0;
        line["prompt_eval_count"] = answered.asked_words;
        line["prompt_eval_duration"] = 0;
        line["eval_count"] = answered.words;
        line["eval_duration"] = took;
        return line;
    }
};

void reply(RouteContext const& context, httplib::Request const& http, httplib::Response& response,
           ChatRequest const& request, bool chat) {
    OllamaReply reply;
    reply.model = request.model.empty() ? tagged(context) : request.model;
    reply.chat = chat;
    if (request.turns.empty()) { // nothing is asked: the model shall be ready, which it is
        auto line = reply.last("", {});
        line["done_reason"] = "load";
        reply_json(response, line);
        return;
    }
    ChatShape shape;
    shape.whole = [reply](Answered const& answered) { return reply.last(answered.text, answered); };
    shape.stream_type = "application/x-ndjson";
    shape.stream = [reply](Write const& write, auto const& answer) {
        auto const answered = answer([&](std::string_view piece) { write(one_line(reply.line(piece)) + "\n"); });
        write(one_line(reply.last("", answered)) + "\n");
    };
    shape.failure = [](Json const& error) { return one_line(ollama_error(error)) + "\n"; };
    reply_to_chat(context, http, response, request, std::move(shape));
}

// Whatever model a client names is this one: it was chosen when the server was started.
void post_chat(httplib::Server& server, char const* path, RouteContext const& context, ChatRequest (*read)(Json const&),
               bool chat) {
    post(server, path, context, [=](auto const& request, auto& response, std::string const& body) {
        reply(context, request, response, read(parse_body(body)), chat);
    });
}

} // namespace

void add_ollama(httplib::Server& server, RouteContext const& context) {
    get(server, "/api/version", context, [context](auto const&, httplib::Response& response) {
        reply_json(response, {{"version", context.version}});
    });
    get(server, "/api/tags", context, [context](auto const&, httplib::Response& response) {
        reply_json(response, {{"models", Json::array({entry(context)})}});
    });
    get(server, "/api/ps", context, [context](auto const&, httplib::Response& response) {
        auto running = entry(context);
        running["size_vram"] = 0;
        running["context_length"] = 8192;
        reply_json(response, {{"models", Json::array({running})}});
    });
    post(server, "/api/show", context, [context](auto const&, auto& response, std::string const& body) {
        parse_body(body);
        reply_json(response, shown(context));
    });
    post_chat(server, "/api/chat", context, read_ollama_chat, true);
    post_chat(server, "/api/generate", context, read_ollama_generate, false);
}

} // namespace echollama::server
