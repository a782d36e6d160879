#include "describer/remote_describer.h"

#include "base/ascii.h"
#include "base/error.h"
#include "base/log.h"
#include "describer/chat_stream.h"
#include "text/thoughts.h"
#include "wording/prompt.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace echollama {
namespace {

using Kind = http::Outcome::Kind;

std::string in_brackets(std::string const& text) {
    return text.empty() ? "" : " (" + text + ")";
}

std::string refusal_sentence(std::string const& who, http::Outcome const& outcome) {
    auto words = server_message(outcome.body);
    auto said = in_brackets(words.empty() && !outcome.location.empty() ? "to " + outcome.location : words);
    switch (outcome.status) {
    case 401:
    case 403:
        return who + "refuses the key" + said + "; set ECHOLLAMA_LLM_KEY to a valid one.";
    case 404:
        return who + "knows no such address or model" + said + "; check --llm-url and --llm-model.";
    default:
        break;
    }
    auto code = "HTTP " + std::to_string(outcome.status);
    if (outcome.status >= 300 && outcome.status < 400) {
        return who + "sends us elsewhere" + said + "; give that address as --llm-url.";
    }
    if (outcome.status == 408 || outcome.status == 429 || outcome.status >= 500) {
        auto later = outcome.retry_after.empty() ? "" : "; it asks to wait " + outcome.retry_after + " seconds";
        return who + "is overloaded or failing, " + code + said + later + "; try again later.";
    }
    return who + "rejects the request, " + code + said + "; check --llm-url and --llm-model.";
}

std::string sentence_of(std::string const& server, http::Outcome const& outcome, bool some_arrived,
                        std::chrono::milliseconds idle) {
    auto who = "The language model server " + server + " ";
    std::string kept = some_arrived ? "; what had arrived is kept" : "";
    switch (outcome.kind) {
    case Kind::refused:
        return refusal_sentence(who, outcome);
    case Kind::unreachable:
        return who + "cannot be reached; check that it runs and that --llm-url is right.";
    case Kind::silent:
        return who + "was silent for " + std::to_string(idle.count() / 1000) + " seconds" + kept +
               "; it may be overloaded, try again later.";
    case Kind::untrusted:
        return who + "does not prove its identity" + in_brackets(outcome.body) + kept +
               "; check that --llm-url names an OpenAI-compatible server.";
    default:
        return who + "broke off its answer" + kept + "; try again.";
    }
}

class RemoteDescriber : public Describer {
  public:
    explicit RemoteDescriber(RemoteDescriberOptions options)
        : options_(std::move(options)), address_(parse_chat_address(options_.url)),
          opens_thoughts_(often_thinks(options_.model)) {}

    void reply(Prompt const& prompt, TextSink const& sink, std::stop_token stop) override {
        // Some servers open the thoughts in their prompt, so that only the closing tag arrives.
        ThoughtFilter filter({}, opens_thoughts_ ? ThoughtFilter::Start::unknown : ThoughtFilter::Start::answer);
        auto deliver = [&](std::string const& text) {
            if (!text.empty()) {
                sink(text);
            }
        };
        try {
            ask(
                prompt, [&](std::string_view piece) { deliver(filter.push(piece)); }, stop);
        } catch (Error const&) {
            deliver(filter.finish()); // what had arrived is kept
            throw;
        }
        if (!stop.stop_requested()) {
            deliver(filter.finish());
            opens_thoughts_ = filter.closed_unopened();
        }
    }

  private:
    static bool often_thinks(std::string const& name) {
        auto const model = lower_case(name);
        constexpr std::string_view names[] = {"think", "reason", "r1", "qwq", "magistral"};
        return std::any_of(std::begin(names), std::end(names),
                           [&](std::string_view part) { return model.find(part) != std::string::npos; });
    }

    void ask(Prompt const& prompt, TextSink const& sink, std::stop_token const& stop) const {
        http::Request const request{
            address_, "POST", headers(), body(prompt), options_.connect_timeout, options_.idle_timeout};
        bool some_arrived = false;
        for (int attempt = 0; !stop.stop_requested(); ++attempt) {
            auto outcome = attempt_once(request, sink, some_arrived, stop);
            if (!outcome || outcome->kind == Kind::complete) {
                return; // stopped, or done
            }
            auto wait = http::wait_before_retry(*outcome, attempt, options_.retry);
            if (some_arrived || !wait) {
                throw Error(sentence_of(address_.server, *outcome, some_arrived, options_.idle_timeout));
            }
            log::debug("asking the language model server again");
            http::wait_for(*wait, stop);
        }
    }

    std::vector<std::pair<std::string, std::string>> headers() const {
        std::vector<std::pair<std::string, std::string>> headers{{"Content-Type", "application/json"},
                                                                 {"Accept", "text/event-stream"}};
        if (!options_.key.empty()) {
            headers.emplace_back("Authorization", "Bearer " + options_.key);
        }
        return headers;
    }

    std::string body(Prompt const& prompt) const {
        auto messages = nlohmann::json::array();
        if (!prompt.system.empty()) {
            messages.push_back({{"role", "system"}, {"content", prompt.system}});
        }
        for (auto const& turn : turns_with_context(prompt)) {
            messages.push_back(
                {{"role", turn.role == Turn::Role::user ? "user" : "assistant"}, {"content", turn.text}});
        }
        nlohmann::json json{{"model", options_.model},
                            {"messages", messages},
                            {"stream", true},
                            {"max_tokens", options_.sampling.max_tokens},
                            {"temperature", options_.sampling.temperature},
                            {"top_p", options_.sampling.top_p},
                            {"seed", options_.sampling.seed}};
        // questions may come from outside: broken characters are replaced, not refused
        return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }

    // nullopt: stopped. Throws Error when what comes is no chat completion.
    std::optional<http::Outcome> attempt_once(http::Request const& request, TextSink const& sink, bool& some_arrived,
                                              std::stop_token const& stop) const {
        ChatStream stream;
        auto deliver = [&](std::string_view text) {
            some_arrived = true;
            sink(text);
        };
        // After "[DONE]" nothing more is wanted, though the server may keep the connection.
        auto receive = [&](std::string_view bytes) {
            read(some_arrived, [&] { stream.push(bytes, deliver); });
            return !stream.complete();
        };
        auto outcome = http::exchange(request, receive, stop);
        if (outcome && outcome->kind == Kind::complete && !stream.complete()) {
            read(some_arrived, [&] { stream.finish(deliver); });
            outcome->kind = stream.complete() ? Kind::complete : Kind::cut;
        }
        return outcome;
    }

    // What the stream says is wrong, with the server's name.
    template <typename Read>
    void read(bool const& some_arrived, Read const& step) const {
        try {
            step();
        } catch (Error const& error) {
            throw Error("The language model server " + address_.server + " " + error.what() +
                        (some_arrived ? "; what had arrived is kept" : "") +
                        "; check that --llm-url names an OpenAI-compatible server.");
        }
    }

    RemoteDescriberOptions options_;
    http::Address address_;
    bool opens_thoughts_; // the last answer closed thoughts that it had not opened, or the model is one that thinks
};

} // namespace

std::string key_from_environment() {
    for (char const* name : {"ECHOLLAMA_LLM_KEY", "OPENAI_API_KEY"}) {
        if (char const* key = std::getenv(name); key && *key) {
            return key;
        }
    }
    return "";
}

http::Address parse_chat_address(std::string const& url) {
    auto address = http::parse_address(url);
    if (!address) {
        throw UsageError("'" + url +
                         "' is not the address of a language model server; give one like http://127.0.0.1:8080/v1.");
    }
    constexpr std::string_view route = "/chat/completions";
    if (address->path.empty()) {
        address->path = "/v1";
    }
    if (!address->path.ends_with(route)) {
        address->path += route;
    }
    return *address;
}

std::unique_ptr<Describer> make_remote_describer(RemoteDescriberOptions options) {
    return std::make_unique<RemoteDescriber>(std::move(options));
}

} // namespace echollama
