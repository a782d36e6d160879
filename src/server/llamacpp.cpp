// The completions of llama.cpp's server, in the older form with pictures beside the prompt ("image_data", "[img-1]")
// that NVDA's AI Content Describer sends; and what its clients ask of the server.
#include "server/chat_reply.h"

namespace echollama::server {
namespace {

Json completion(std::string_view text, Answered const& answered) {
    return {{"content", text},
            {"stop", true},
            {"stop_type", answered.cut_by_length ? "limit" : "eos"},
            {"stopping_word", ""},
            {"tokens_evaluated", answered.asked_words},
            {"tokens_predicted", answered.words},
            {"truncated", false}};
}

ChatShape completion_shape(RouteContext const& context) {
    ChatShape shape;
    shape.whole = [model = context.model](Answered const& answered) {
        auto json = completion(answered.text, answered);
        json["model"] = model;
        return json;
    };
    shape.stream = [](Write const& write, auto const& answer) {
        auto const answered = answer([&](std::string_view piece) {
            write(event({{"content", piece}, {"stop", false}}));
        });
        write(event(completion("", answered)));
    };
    shape.failure = [](Json const& error) { return event({{"error", error.at("error")}}); };
    return shape;
}

Json properties(RouteContext const& context) {
    return {{"default_generation_settings", {{"n_ctx", 4096}, {"params", Json::object()}}},
            {"total_slots", 1},
            {"model_alias", context.model},
            {"model_path", ""},
            {"modalities", {{"vision", true}, {"audio", context.engine.can_hear()}}},
            {"chat_template", ""},
            {"build_info", "echollama-" + context.version}};
}

} // namespace

void add_llamacpp(httplib::Server& server, RouteContext const& context) {
    for (auto const* path : {"/completion", "/completions"}) {
        post(server, path, context, [context](auto const& request, auto& response, std::string const& body) {
            reply_to_chat(context, request, response, read_llamacpp_completion(parse_body(body)),
                          completion_shape(context));
        });
    }
    get(server, "/props", context,
        [context](auto const&, httplib::Response& response) { reply_json(response, properties(context)); });
}

} // namespace echollama::server
