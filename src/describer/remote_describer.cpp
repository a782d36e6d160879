#include "describer/remote_describer.h"

#include "base/counter_rng.h"
#include "base/error.h"
#include "base/log.h"
#include "describer/chat_stream.h"
#include "scene/prompt.h"

#include <cpp-httplib/httplib.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace echollama {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t max_error_body = 64 << 10;
constexpr milliseconds abandon_after{20}; // of the 50 ms that a stop may take

// How one request ended.
struct Outcome {
    enum class Kind { complete, refused, unreachable, silent, broken, cut };
    Kind kind = Kind::complete;
    int status = 0;          // refused
    std::string message;     // the server's words, or what is broken
    std::string retry_after; // the header
};

// One request on a thread of its own, so that nothing the network does can hold up the caller. Both sides share it; the
// caller may leave first.
class Call {
  public:
    // Request's side.
    void deliver(std::string_view text) {
        std::lock_guard lock(mutex_);
        pieces_.emplace_back(text);
        changed_.notify_all();
    }
    void finish(Outcome outcome) {
        std::lock_guard lock(mutex_);
        outcome_ = std::move(outcome);
        changed_.notify_all();
    }
    bool abandoned() {
        std::lock_guard lock(mutex_);
        return abandoned_;
    }
    // A second handle, so that closing the first elsewhere cannot make us shut down somebody else's socket.
    void use_socket(int socket) {
        std::lock_guard lock(mutex_);
        close_socket();
        socket_ = dup(socket);
    }

    // Caller's side: the next piece, or the outcome once there are no more; neither after a stop.
    struct Event {
        std::optional<std::string> piece;
        std::optional<Outcome> outcome;
    };
    Event wait(std::stop_token const& stop) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, stop, [&] { return !pieces_.empty() || outcome_; });
        if (stop.stop_requested()) {
            return {};
        }
        if (!pieces_.empty()) {
            Event event{std::move(pieces_.front()), {}};
            pieces_.pop_front();
            return event;
        }
        return {{}, outcome_};
    }
    // Wakes the request from whatever it waits for; true when it ended soon.
    bool abandon() {
        std::unique_lock lock(mutex_);
        abandoned_ = true;
        if (socket_ >= 0) {
            shutdown(socket_, SHUT_RDWR);
        }
        return changed_.wait_for(lock, abandon_after, [&] { return outcome_.has_value(); });
    }

    ~Call() { close_socket(); }

  private:
    void close_socket() {
        if (socket_ >= 0) {
            close(socket_);
        }
        socket_ = -1;
    }

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<std::string> pieces_;
    std::optional<Outcome> outcome_;
    bool abandoned_ = false;
    int socket_ = -1;
};

struct ChatRequest {
    ChatAddress address;
    httplib::Headers headers;
    std::string body;
    milliseconds connect_timeout, idle_timeout;
};

Outcome outcome_of(httplib::Error error, bool answered, milliseconds since_last_byte, milliseconds idle_timeout) {
    using Kind = Outcome::Kind;
    switch (error) {
    case httplib::Error::Success:
        return {};
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
    case httplib::Error::SSLServerHostnameVerification:
        return {Kind::broken, 0, "does not prove its identity (" + httplib::to_string(error) + ")", ""};
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout:
        return {Kind::unreachable, 0, "", ""};
    default:
        break;
    }
    if (since_last_byte + milliseconds(50) >= idle_timeout) {
        return {Kind::silent, 0, "", ""};
    }
    return {answered ? Kind::cut : Kind::unreachable, 0, "", ""};
}

Outcome send(ChatRequest const& request, Call& call) {
    using Clock = std::chrono::steady_clock;
    httplib::Client client(request.address.server);
    if (!client.is_valid()) {
        return {Outcome::Kind::unreachable, 0, "", ""};
    }
    client.set_connection_timeout(request.connect_timeout);
    client.set_read_timeout(request.idle_timeout);
    client.set_write_timeout(request.idle_timeout);
    client.set_socket_options([&](socket_t socket) { call.use_socket(socket); });
    ChatStream stream;
    Outcome refusal;
    std::string broken;
    bool answered = false;
    auto last_byte = Clock::now();
    auto deliver = [&](std::string_view text) { call.deliver(text); };
    httplib::Request http;
    http.method = "POST";
    http.path = request.address.path;
    http.headers = request.headers;
    http.body = request.body;
    http.response_handler = [&](httplib::Response const& response) {
        last_byte = Clock::now();
        answered = true;
        if (response.status != 200) {
            refusal = {Outcome::Kind::refused, response.status, "", response.get_header_value("Retry-After")};
            if (response.has_header("Location")) {
                refusal.message = "to " + response.get_header_value("Location");
            }
        }
        return !call.abandoned();
    };
    std::string error_body;
    http.content_receiver = [&](char const* data, std::size_t size, std::size_t, std::size_t) {
        last_byte = Clock::now();
        if (refusal.status != 0) {
            error_body.append(data, std::min(size, max_error_body - error_body.size()));
            return !call.abandoned() && error_body.size() < max_error_body;
        }
        try {
            stream.push({data, size}, deliver);
        } catch (Error const& error) {
            broken = error.what();
        }
        // After "[DONE]" nothing more is wanted, though the server may keep the connection.
        return !call.abandoned() && broken.empty() && !stream.complete();
    };
    auto result = client.send(http);
    if (refusal.status != 0) {
        auto words = server_message(error_body);
        refusal.message = words.empty() ? refusal.message : words;
        return refusal;
    }
    if (broken.empty() && result.error() == httplib::Error::Success) {
        try {
            stream.finish(deliver);
        } catch (Error const& error) {
            broken = error.what();
        }
    }
    if (!broken.empty()) {
        return {Outcome::Kind::broken, 0, broken, ""};
    }
    if (stream.complete()) {
        return {};
    }
    auto silent = std::chrono::duration_cast<milliseconds>(Clock::now() - last_byte);
    auto outcome = outcome_of(result.error(), answered, silent, request.idle_timeout);
    return outcome.kind == Outcome::Kind::complete ? Outcome{Outcome::Kind::cut, 0, "", ""} : outcome;
}

bool may_retry(Outcome const& outcome) {
    bool busy = outcome.status == 408 || outcome.status == 429 || outcome.status >= 500;
    return outcome.kind == Outcome::Kind::unreachable || outcome.kind == Outcome::Kind::cut ||
           (outcome.kind == Outcome::Kind::refused && busy);
}

std::string in_brackets(std::string const& text) {
    return text.empty() ? "" : " (" + text + ")";
}

std::string refusal_sentence(std::string const& who, Outcome const& outcome) {
    auto said = in_brackets(outcome.message);
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

std::string sentence_of(std::string const& server, Outcome const& outcome, bool some_arrived, milliseconds idle) {
    auto who = "The language model server " + server + " ";
    std::string kept = some_arrived ? "; what had arrived is kept" : "";
    switch (outcome.kind) {
    case Outcome::Kind::refused:
        return refusal_sentence(who, outcome);
    case Outcome::Kind::unreachable:
        return who + "cannot be reached; check that it runs and that --llm-url is right.";
    case Outcome::Kind::silent:
        return who + "was silent for " + std::to_string(idle.count() / 1000) + " seconds" + kept +
               "; it may be overloaded, try again later.";
    case Outcome::Kind::cut:
        return who + "broke off its answer" + kept + "; try again.";
    default:
        return who + outcome.message + kept + "; check that --llm-url names an OpenAI-compatible server.";
    }
}

class RemoteDescriber : public Describer {
  public:
    explicit RemoteDescriber(RemoteDescriberOptions options)
        : options_(std::move(options)), address_(parse_chat_address(options_.url)) {}

    void reply(Prompt const& prompt, TextSink const& sink, std::stop_token stop) override {
        ChatRequest request{address_, headers(), body(prompt), options_.connect_timeout, options_.idle_timeout};
        bool some_arrived = false;
        for (int attempt = 0; !stop.stop_requested(); ++attempt) {
            auto outcome = attempt_once(request, sink, some_arrived, stop);
            if (!outcome || outcome->kind == Outcome::Kind::complete) {
                return; // stopped, or done
            }
            auto wait = wait_before_retry(*outcome, attempt);
            if (some_arrived || attempt >= options_.retries || !may_retry(*outcome) || !wait) {
                throw Error(sentence_of(address_.server, *outcome, some_arrived, options_.idle_timeout));
            }
            log::debug("asking the language model server again");
            std::mutex mutex;
            std::unique_lock lock(mutex);
            std::condition_variable_any().wait_for(lock, stop, *wait, [] { return false; });
        }
    }

  private:
    httplib::Headers headers() const {
        httplib::Headers headers{{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}};
        if (!options_.key.empty()) {
            headers.emplace("Authorization", "Bearer " + options_.key);
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

    // nullopt: stopped.
    static std::optional<Outcome> attempt_once(ChatRequest const& request, TextSink const& sink, bool& some_arrived,
                                               std::stop_token const& stop) {
        auto call = std::make_shared<Call>();
        std::thread thread([call, request] {
            Outcome outcome;
            try {
                outcome = send(request, *call);
            } catch (std::exception const& error) {
                outcome = {Outcome::Kind::broken, 0, error.what(), ""};
            }
            call->finish(std::move(outcome));
        });
        struct Leave { // joined when it has ended, or ends soon; else it ends by itself and touches nothing of ours
            std::thread& thread;
            Call& call;
            ~Leave() { call.abandon() ? thread.join() : thread.detach(); }
        } leave{thread, *call};
        while (true) {
            auto event = call->wait(stop);
            if (event.piece) {
                some_arrived = true;
                sink(*event.piece);
            } else {
                return event.outcome;
            }
        }
    }

    // nullopt: the server asks for more patience than we have.
    std::optional<milliseconds> wait_before_retry(Outcome const& outcome, int attempt) const {
        if (auto asked = parse_retry_after(outcome.retry_after, std::time(nullptr))) {
            return *asked <= options_.longest_wait ? std::optional<milliseconds>(*asked) : std::nullopt;
        }
        // a little chance, so that many clients do not come back together
        auto now = std::chrono::steady_clock::now().time_since_epoch().count();
        auto spread = 0.75F + 0.5F * uniform(static_cast<std::uint64_t>(now), 0);
        auto wait = static_cast<float>(options_.first_wait.count() << std::min(attempt, 10)) * spread;
        return std::min(milliseconds(static_cast<long>(wait)), options_.longest_wait);
    }

    RemoteDescriberOptions options_;
    ChatAddress address_;
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

ChatAddress parse_chat_address(std::string const& url) {
    auto scheme = url.find("://");
    bool known = url.starts_with("http://") || url.starts_with("https://");
    auto begin = scheme + 3;
    bool clean = std::all_of(url.begin(), url.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
    if (!known || !clean || begin >= url.size() || url[begin] == '/' ||
        url.find_first_of("@?#", begin) != std::string::npos) {
        throw UsageError("'" + url +
                         "' is not the address of a language model server; give one like http://127.0.0.1:8080/v1.");
    }
    auto slash = std::min(url.find('/', begin), url.size());
    auto path = url.substr(slash);
    while (path.ends_with('/')) {
        path.pop_back();
    }
    path = path.empty() ? "/v1" : path;
    constexpr std::string_view route = "/chat/completions";
    return {url.substr(0, slash), path.ends_with(route) ? path : path + std::string(route)};
}

std::optional<std::chrono::seconds> parse_retry_after(std::string const& text, std::time_t now) {
    if (text.empty()) {
        return std::nullopt;
    }
    if (text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos) {
        return std::chrono::seconds(std::stol(text));
    }
    std::tm date{};
    if (!strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date)) {
        return std::nullopt;
    }
    return std::chrono::seconds(std::max<std::time_t>(0, timegm(&date) - now));
}

std::unique_ptr<Describer> make_remote_describer(RemoteDescriberOptions options) {
    return std::make_unique<RemoteDescriber>(std::move(options));
}

} // namespace echollama
