// OpenAI's models, chat completions and responses (openai-openapi 2.3.0).
#include "server/chat_reply.h"

#include <ctime>

namespace echollama::server {
namespace {

Json model_json(RouteContext const& context) {
    return {{"id", context.model},
            {"object", "model"},
            {"created", context.started},
            {"owned_by", "echollama"},
            {"name", context.model},
            {"architecture", {{"modality", "text+image->text"}, {"input_modalities", {"text", "image", "audio"}}}}};
}

std::string finish_reason(Answered const& answered) {
    return answered.cut_by_length ? "length" : "stop";
}

Json chat_usage(Answered const& answered) {
    return {{"prompt_tokens", answered.asked_words},
            {"completion_tokens", answered.words},
            {"total_tokens", answered.asked_words + answered.words}};
}

// What all chunks of one reply have alike.
struct ChatReply {
    std::string id = new_id("chatcmpl-"), model;
    std::time_t created = std::time(nullptr);

    Json chunk(Json delta, Json reason = nullptr) const {
        return chunk_of(Json::array({{{"index", 0},
                                      {"delta", std::move(delta)},
                                      {"logprobs", nullptr},
                                      {"finish_reason", std::move(reason)}}}));
    }
    Json chunk_of(Json choices) const {
        return {{"id", id},
                {"object", "chat.completion.chunk"},
                {"created", created},
                {"model", model},
                {"choices", std::move(choices)}};
    }
    Json whole(Answered const& answered) const {
        Json const message{{"role", "assistant"}, {"content", answered.text}, {"refusal", nullptr}};
        return {{"id", id},
                {"object", "chat.completion"},
                {"created", created},
                {"model", model},
                {"choices", Json::array({{{"index", 0},
                                          {"message", message},
                                          {"logprobs", nullptr},
                                          {"finish_reason", finish_reason(answered)}}})},
                {"usage", chat_usage(answered)}};
    }
};

void stream_chat(ChatReply const& reply, bool with_usage, Write const& write,
                 std::function<Answered(ChatShape::Pieces const&)> const& answer) {
    write(event(reply.chunk({{"role", "assistant"}, {"content", ""}})));
    auto const answered = answer([&](std::string_view piece) { write(event(reply.chunk({{"content", piece}}))); });
    write(event(reply.chunk(Json::object(), finish_reason(answered))));
    if (with_usage) {
        auto last = reply.chunk_of(Json::array());
        last["usage"] = chat_usage(answered);
        write(event(last));
    }
    write("data: [DONE]\n\n");
}

ChatShape chat_shape(RouteContext const& context, ChatRequest const& request) {
    ChatReply reply;
    reply.model = request.model.empty() ? context.model : request.model;
    ChatShape shape;
    shape.whole = [reply](Answered const& answered) { return reply.whole(answered); };
    shape.stream = [reply, with_usage = request.include_usage](Write const& write, auto const& answer) {
        stream_chat(reply, with_usage, write, answer);
    };
    shape.failure = [](Json const& error) { return event({{"error", error.at("error")}}); };
    return shape;
}

// The object of /v1/responses, and the events that build it.
struct ResponseReply {
    std::string id = new_id("resp_"), item = new_id("msg_"), model, instructions;
    std::time_t created = std::time(nullptr);

    static Json part(std::string const& text) {
        return {{"type", "output_text"}, {"text", text}, {"annotations", Json::array()}, {"logprobs", Json::array()}};
    }
    Json message(char const* status, Json content) const {
        return {{"id", item},
                {"type", "message"},
                {"status", status},
                {"role", "assistant"},
                {"content", std::move(content)}};
    }
    Json object(std::string const& status, Json output) const {
        return {{"id", id},
                {"object", "response"},
                {"created_at", created},
                {"status", status},
                {"error", nullptr},
                {"incomplete_details", nullptr},
                {"instructions", instructions.empty() ? Json(nullptr) : Json(instructions)},
                {"model", model},
                {"output", std::move(output)},
                {"parallel_tool_calls", true},
                {"metadata", Json::object()},
                {"tool_choice", "auto"},
                {"tools", Json::array()},
                {"temperature", 0},
                {"top_p", 1},
                {"store", false},
                {"previous_response_id", nullptr},
                {"truncation", "disabled"}};
    }
    Json whole(Answered const& answered) const {
        auto result = object(answered.cut_by_length ? "incomplete" : "completed",
                             Json::array({message("completed", Json::array({part(answered.text)}))}));
        if (answered.cut_by_length) {
            result["incomplete_details"] = {{"reason", "max_output_tokens"}};
        }
        result["usage"] = {{"input_tokens", answered.asked_words},
                           {"input_tokens_details", {{"cached_tokens", 0}}},
                           {"output_tokens", answered.words},
                           {"output_tokens_details", {{"reasoning_tokens", 0}}},
                           {"total_tokens", answered.asked_words + answered.words}};
        return result;
    }
};

void stream_response(ResponseReply const& reply, Write const& write,
                     std::function<Answered(ChatShape::Pieces const&)> const& answer) {
    int number = 0;
    auto const send = [&](std::string const& type, Json fields) {
        Json data{{"type", type}, {"sequence_number", number++}};
        data.update(fields);
        write(named_event(type, data));
    };
    Json const place{{"item_id", reply.item}, {"output_index", 0}, {"content_index", 0}};
    auto const at_place = [&](Json fields) {
        Json whole = place;
        whole.update(fields);
        return whole;
    };
    send("response.created", {{"response", reply.object("in_progress", Json::array())}});
    send("response.in_progress", {{"response", reply.object("in_progress", Json::array())}});
    send("response.output_item.added", {{"output_index", 0}, {"item", reply.message("in_progress", Json::array())}});
    send("response.content_part.added", at_place({{"part", ResponseReply::part("")}}));
    auto const answered = answer([&](std::string_view piece) {
        send("response.output_text.delta", at_place({{"delta", piece}, {"logprobs", Json::array()}}));
    });
    send("response.output_text.done", at_place({{"text", answered.text}, {"logprobs", Json::array()}}));
    send("response.content_part.done", at_place({{"part", ResponseReply::part(answered.text)}}));
    auto const whole = reply.whole(answered);
    send("response.output_item.done", {{"output_index", 0}, {"item", whole.at("output").at(0)}});
    send(answered.cut_by_length ? "response.incomplete" : "response.completed", {{"response", whole}});
}

ChatShape response_shape(RouteContext const& context, ChatRequest const& request) {
    ResponseReply reply;
    reply.model = request.model.empty() ? context.model : request.model;
    reply.instructions = request.system;
    ChatShape shape;
    shape.whole = [reply](Answered const& answered) { return reply.whole(answered); };
    shape.stream = [reply](Write const& write, auto const& answer) { stream_response(reply, write, answer); };
    shape.failure = [](Json const& error) {
        auto const& told = error.at("error");
        return named_event("error", {{"type", "error"},
                                     {"code", told.at("code")},
                                     {"message", told.at("message")},
                                     {"param", told.at("param")}});
    };
    return shape;
}

} // namespace

void add_openai_chat(httplib::Server& server, RouteContext const& context) {
    for (std::string const prefix : {"/v1", ""}) {
        get(server, prefix + "/models", context, [context](auto const&, httplib::Response& response) {
            reply_json(response, {{"object", "list"}, {"data", Json::array({model_json(context)})}});
        });
        get(server, prefix + "/models/{model}", context,
            [context](httplib::Request const& request, httplib::Response& response) {
                if (request.matches[1] == context.model) {
                    reply_json(response, model_json(context));
                } else {
                    reply_error(response, ApiError(404,
                                                   "There is no model '" + std::string(request.matches[1]) +
                                                       "' here; this server has " + context.model + ".",
                                                   "model", "model_not_found"));
                }
            });
        post(server, prefix + "/chat/completions", context,
             [context](auto const& request, auto& response, std::string const& body) {
                 auto const asked = read_openai_chat(parse_body(body));
                 reply_to_chat(context, request, response, asked, chat_shape(context, asked));
             });
        post(server, prefix + "/responses", context,
             [context](auto const& request, auto& response, std::string const& body) {
                 auto const asked = read_openai_response(parse_body(body));
                 reply_to_chat(context, request, response, asked, response_shape(context, asked));
             });
    }
}

} // namespace echollama::server
