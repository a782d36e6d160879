// This program's own interface, Seer's, and what those ask for who watch over servers.
#include "server/chat.h"
#include "server/description.h"
#include "server/fields.h"
#include "server/reply.h"
#include "server/routes.h"

#include <chrono>

namespace echollama::server {
namespace {

// {"image" and what else a sight has, "question", "stream"}
struct DescribeRequest {
    Sight sight;
    std::string question;
    bool stream = false;
};

DescribeRequest read_describe(Json const& body, char const* picture_key) {
    DescribeRequest request;
    request.sight = read_sight(body, picture_key);
    request.question = text_in(body, "question");
    request.stream = flag_in(body, "stream", false);
    return request;
}

// One line of JSON for the scene, one for each sentence, one at the end.
void stream_description(Engine& engine, DescribeRequest const& request, Write const& write, std::stop_token stop) {
    auto const seen = engine.look(request.sight, stop);
    write(one_line(
              {{"type", "scene"}, {"scene", to_json(seen->observation.scene)}, {"things", things_of(engine, *seen)}}) +
          "\n");
    engine.tell_of(
        *seen, request.question, {},
        [&](std::string const& sentence) {
            write(one_line({{"type", "sentence"}, {"text", sentence}}) + "\n");
        },
        stop);
    write(one_line({{"type", "done"}}) + "\n");
}

Json description(Engine& engine, DescribeRequest const& request, std::stop_token stop) {
    auto const told = describe(
        engine, request.sight, request.question, {}, [](auto const&) {}, stop);
    return {{"text", told.text},
            {"sentences", told.sentences},
            {"scene", to_json(told.seen->observation.scene)},
            {"things", things_of(engine, *told.seen)}};
}

void reply_describing(RouteContext const& context, httplib::Request const& http, httplib::Response& response,
                      DescribeRequest request) {
    auto const place = context.engine.admit(Engine::Need::look);
    if (!fetch_first(context, http, response, request.sight)) {
        return;
    }
    if (request.stream) {
        stream_reply(
            http, response, context.stop, "application/x-ndjson",
            [&engine = context.engine, place, request](Write const& write, std::stop_token stop) {
                stream_description(engine, request, write, stop);
            },
            [](Json const& error) {
                return one_line({{"type", "error"}, {"error", error.at("error")}}) + "\n";
            });
        return;
    }
    while_client_waits(http, response, context.stop,
                       [&](std::stop_token stop) { reply_json(response, description(context.engine, request, stop)); });
}

// Seer's daemon: {"image_b64", "task": "caption" or "vqa", "question"} to {"description", "time_ms", "model"}.
void describe_for_seer(RouteContext const& context, httplib::Request const& http, httplib::Response& response,
                       Json const& body) {
    auto request = read_describe(body, "image_b64");
    if (text_in(body, "task") != "vqa") {
        request.question.clear();
    }
    auto const place = context.engine.admit(Engine::Need::look);
    while_client_waits(http, response, context.stop, [&](std::stop_token stop) {
        auto const begin = std::chrono::steady_clock::now();
        auto const text = description(context.engine, request, stop).at("text");
        auto const took = std::chrono::steady_clock::now() - begin;
        reply_json(response, {{"description", text},
                              {"time_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()},
                              {"model", context.model}});
    });
}

Json health(RouteContext const& context) {
    return {{"status", "ok"}, {"model", context.model}, {"backend", "echollama"}};
}

} // namespace

void add_own(httplib::Server& server, RouteContext const& context) {
    for (auto const* path : {"/health", "/v1/health"}) {
        get(server, path, context,
            [context](auto const&, httplib::Response& response) { reply_json(response, health(context)); });
    }
    get(server, "/ready", context, [context](auto const&, httplib::Response& response) {
        if (context.draining.stop_requested() || !context.engine.is_ready()) {
            reply_error(response, ApiError(503, "The models are loading, or the server ends; try again in a moment."));
        } else {
            reply_json(response, health(context));
        }
    });
    get(server, "/metrics", context, [context](auto const&, httplib::Response& response) {
        response.set_content(context.metrics.text(context.engine), "text/plain; version=0.0.4; charset=utf-8");
    });
    post(server, "/v1/describe", context, [context](auto const& request, auto& response, std::string const& body) {
        reply_describing(context, request, response, read_describe(parse_body(body), "image"));
    });
    post(server, "/v1/scene", context, [context](auto const& http, auto& response, std::string const& body) {
        auto const request = read_describe(parse_body(body), "image");
        auto const place = context.engine.admit(Engine::Need::look);
        while_client_waits(http, response, context.stop, [&](std::stop_token stop) {
            reply_json(response, to_json(context.engine.look(request.sight, stop)->observation.scene));
        });
    });
    post(server, "/describe", context, [context](auto const& request, auto& response, std::string const& body) {
        describe_for_seer(context, request, response, parse_body(body));
    });
}

} // namespace echollama::server
