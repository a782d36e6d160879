// This program's own conversations over HTTP: a picture is sent once, and questions follow.
#include "base/error.h"
#include "server/chat.h"
#include "server/conversations.h"
#include "server/description.h"
#include "server/fields.h"
#include "server/reply.h"
#include "server/routes.h"

#include <algorithm>
#include <cctype>

namespace echollama::server {
namespace {

using Conversation = Conversations::Conversation;

constexpr std::size_t longest_id = 64;
constexpr std::size_t most_turns = 64; // that a client may bring along

// "" where the address names none that could be.
std::string id_of(httplib::Request const& request) {
    std::string const id = request.matches[1];
    bool const plain =
        std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; });
    return plain && id.size() <= longest_id ? id : "";
}

[[noreturn]] void refuse_unknown() {
    throw ApiError(404, "This conversation is over or was held elsewhere; send the picture again with the question.",
                   "id", "conversation_not_found");
}

// What was said before, as the client remembers it: [{"role": "user" or "assistant", "content"}].
void remember(Conversation& conversation, Json const& body) {
    auto const history = body.find("history");
    if (history == body.end() || history->is_null()) {
        return;
    }
    if (!history->is_array() || history->size() > 2 * most_turns) {
        throw ApiError(400, "'history' must be a list of at most 128 turns.", "history");
    }
    auto& memory = conversation.dialogue.memory();
    bool begun = false;
    for (auto const& turn : *history) {
        auto const text = turn.is_object() && turn.contains("content") && turn.at("content").is_string()
                              ? turn.at("content").get<std::string>()
                              : "";
        bool const user = turn.is_object() && turn.value("role", Json()) == "user";
        if (user || !begun) {
            memory.begin(user ? text : "");
            begun = true;
        }
        if (!user) {
            memory.say(text);
            memory.heard_all();
        }
    }
}

// A picture that comes along begins the conversation anew, wherever it was held before.
std::shared_ptr<Conversation> conversation_of(RouteContext const& context, std::string const& id, Json const& body,
                                              std::optional<Sight> sent) {
    if (id.empty()) {
        refuse_unknown();
    }
    if (!sent) {
        if (auto known = context.conversations.find(id)) {
            return known;
        }
        refuse_unknown();
    }
    auto conversation = context.conversations.begin(id, std::move(*sent), context.engine.wording());
    remember(*conversation, body);
    return conversation;
}

// What is done about a question: told from the scene and the models, or known from the conversation itself.
void say_response(Engine& engine, Seen const& seen, Response const& response, Engine::SentenceSink const& say,
                  std::stop_token const& stop) {
    switch (response.act) {
    case Response::Act::say:
    case Response::Act::answer:
        for (auto const& sentence : response.sentences) {
            say(sentence);
        }
        if (response.act == Response::Act::answer) {
            engine.tell_of(seen, response.question, response.history, say, stop);
        }
        break;
    case Response::Act::look_at:
        say("Send the other picture, and ask again.");
        break;
    case Response::Act::speed:
    case Response::Act::rate:
    case Response::Act::volume:
        say("That is set where you hear me.");
        break;
    case Response::Act::stop:
    case Response::Act::end:
        break;
    }
}

std::vector<std::string> answer_in(Engine& engine, Conversation& conversation, std::string const& question,
                                   Engine::SentenceSink const& sink, std::stop_token const& stop) {
    std::lock_guard lock(conversation.mutex);
    auto& dialogue = conversation.dialogue;
    auto const seen = engine.look(conversation.sight, stop);
    if (!dialogue.has_picture()) {
        dialogue.look(seen->observation.scene, seen->observation.sure_score);
    }
    std::vector<std::string> sentences;
    bool again = false;
    auto const say = [&](std::string const& sentence) {
        sentences.push_back(sentence);
        if (!again) {
            dialogue.memory().say(sentence);
        }
        sink(sentence);
    };
    if (question.empty()) {
        auto const history = dialogue.memory().history();
        dialogue.begin_turn();
        engine.tell_of(*seen, "", history, say, stop);
    } else {
        auto const response = dialogue.hear({question});
        again = response.again;
        say_response(engine, *seen, response, say, stop);
    }
    if (!again) {
        dialogue.memory().heard_all();
    }
    return sentences;
}

int seconds_kept() {
    return static_cast<int>(std::chrono::seconds(Conversations::longest_silence).count());
}

void begin(RouteContext const& context, httplib::Request const& http, httplib::Response& response, Json const& body) {
    auto sight = read_sight(body);
    auto const place = context.engine.admit(Engine::Need::look);
    while_client_waits(http, response, context.stop, [&](std::stop_token stop) {
        sight = context.engine.fetched(std::move(sight), stop);
        auto const seen = context.engine.look(sight, stop); // one that cannot be seen begins nothing
        auto const conversation =
            context.conversations.begin(new_id("conv_"), std::move(sight), context.engine.wording());
        remember(*conversation, body);
        reply_json(response, {{"id", conversation->id},
                              {"expires_in_s", seconds_kept()},
                              {"things", things_of(context.engine, *seen)},
                              {"scene", to_json(seen->observation.scene)}});
    });
}

void ask(RouteContext const& context, httplib::Request const& http, httplib::Response& response, Json const& body) {
    auto const question = text_in(body, "question");
    auto sent = body.contains("image") ? std::optional(read_sight(body)) : std::nullopt;
    auto const place = context.engine.admit(Engine::Need::look);
    if (sent && !fetch_first(context, http, response, *sent)) {
        return;
    }
    auto const conversation = conversation_of(context, id_of(http), body, std::move(sent));
    if (flag_in(body, "stream", false)) {
        stream_reply(
            http, response, context.stop, "application/x-ndjson",
            [&engine = context.engine, conversation, question, place](Write const& write, std::stop_token stop) {
                auto const sink = [&](std::string const& sentence) {
                    write(one_line({{"type", "sentence"}, {"text", sentence}}) + "\n");
                };
                answer_in(engine, *conversation, question, sink, stop);
                write(one_line({{"type", "done"}}) + "\n");
            },
            [](Json const& error) {
                return one_line({{"type", "error"}, {"error", error.at("error")}}) + "\n";
            });
        return;
    }
    while_client_waits(http, response, context.stop, [&](std::stop_token stop) {
        auto const sentences = answer_in(
            context.engine, *conversation, question, [](auto const&) {}, stop);
        std::string text;
        for (auto const& sentence : sentences) {
            text += (text.empty() ? "" : " ") + sentence;
        }
        reply_json(response, {{"id", conversation->id}, {"text", text}, {"sentences", sentences}});
    });
}

void tell(RouteContext const& context, httplib::Request const& http, httplib::Response& response) {
    auto const conversation = context.conversations.find(id_of(http));
    if (!conversation) {
        refuse_unknown();
    }
    std::lock_guard lock(conversation->mutex);
    Json turns = Json::array();
    for (auto const& turn : conversation->dialogue.memory().history()) {
        turns.push_back({{"role", turn.role == Turn::Role::user ? "user" : "assistant"}, {"content", turn.text}});
    }
    reply_json(response, {{"id", conversation->id}, {"expires_in_s", seconds_kept()}, {"history", turns}});
}

} // namespace

void add_conversations(httplib::Server& server, RouteContext const& context) {
    post(server, "/v1/conversations", context, [context](auto const& http, auto& response, std::string const& body) {
        begin(context, http, response, parse_body(body));
    });
    post(server, "/v1/conversations/{id}", context,
         [context](auto const& http, auto& response, std::string const& body) {
             ask(context, http, response, parse_body(body));
         });
    get(server, "/v1/conversations/{id}", context,
        [context](auto const& http, auto& response) { tell(context, http, response); });
    del(server, "/v1/conversations/{id}", context, [context](auto const& http, auto& response) {
        if (!context.conversations.end(id_of(http))) {
            refuse_unknown();
        }
        reply_json(response, {{"id", id_of(http)}, {"deleted", true}});
    });
}

} // namespace echollama::server
