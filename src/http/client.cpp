#include "http/client.h"

#include "base/ascii.h"
#include "base/counter_rng.h"
#include "http/proxy.h"

#include <cpp-httplib/httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace echollama::http {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t max_refusal_body = 64 << 10;
constexpr milliseconds abandon_after{20};          // of the 50 ms that a stop may take
constexpr std::size_t max_waiting_bytes = 4 << 20; // of an answer whose reader is slower than the network

// One request on a thread of its own, so that nothing the network does can hold up the caller. Both sides share it; the
// caller may leave first.
class Call {
  public:
    // With sinks, what comes goes to them at once.
    Call(BodySink const* sink, HeadSink const* head) : sink_(sink), head_sink_(head) {}

    // Request's side.
    void deliver(std::string_view bytes) {
        if (sink_) {
            give([&] { return (*sink_)(bytes); });
            return;
        }
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return abandoned_ || waiting_bytes_ < max_waiting_bytes; });
        pieces_.emplace_back(bytes);
        waiting_bytes_ += bytes.size();
        changed_.notify_all();
    }
    void deliver_head(int status, Headers headers) {
        if (sink_) {
            give([&] { return !*head_sink_ || (*head_sink_)(status, headers); });
            return;
        }
        std::lock_guard lock(mutex_);
        head_.emplace(status, std::move(headers));
        changed_.notify_all();
    }
    void finish(Outcome outcome) {
        std::lock_guard lock(mutex_);
        outcome_ = outcome_ ? outcome_ : std::move(outcome);
        ended_ = true;
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

    // Caller's side: the head, then the next piece, or the outcome once there are no more; none of them after a stop.
    struct Event {
        std::optional<std::pair<int, Headers>> head;
        std::optional<std::string> piece;
        std::optional<Outcome> outcome;
    };
    Event wait(std::stop_token const& stop) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, stop, [&] { return head_ || !pieces_.empty() || outcome_; });
        if (stop.stop_requested()) {
            return {};
        }
        if (head_) {
            Event event{std::exchange(head_, std::nullopt), {}, {}};
            return event;
        }
        if (!pieces_.empty()) {
            Event event{{}, std::move(pieces_.front()), {}};
            pieces_.pop_front();
            waiting_bytes_ -= event.piece->size();
            changed_.notify_all();
            return event;
        }
        return {{}, {}, outcome_};
    }
    // What a sink threw on the network's thread.
    void rethrow() {
        if (thrown_) {
            std::rethrow_exception(thrown_);
        }
    }
    // Wakes the request from whatever it waits for; true when it ended soon.
    bool abandon() {
        std::lock_guard none_more(sink_mutex_);
        std::unique_lock lock(mutex_);
        abandoned_ = true;
        changed_.notify_all();
        if (socket_ >= 0) {
            shutdown(socket_, SHUT_RDWR);
        }
        return changed_.wait_for(lock, abandon_after, [&] { return ended_; });
    }

    ~Call() { close_socket(); }

  private:
    void give(std::function<bool()> const& sink) {
        std::lock_guard lock(sink_mutex_);
        if (abandoned()) {
            return;
        }
        bool more = false;
        try {
            more = sink();
        } catch (...) {
            thrown_ = std::current_exception();
        }
        if (!more) {
            std::lock_guard change(mutex_);
            abandoned_ = true;
            outcome_ = outcome_ ? outcome_ : Outcome{};
            changed_.notify_all();
        }
    }
    void close_socket() {
        if (socket_ >= 0) {
            close(socket_);
        }
        socket_ = -1;
    }

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<std::pair<int, Headers>> head_;
    std::deque<std::string> pieces_;
    std::size_t waiting_bytes_ = 0;
    std::optional<Outcome> outcome_;
    bool abandoned_ = false, ended_ = false;
    BodySink const* sink_;
    HeadSink const* head_sink_;
    std::mutex sink_mutex_; // taken before mutex_
    std::exception_ptr thrown_;
    int socket_ = -1;
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
        return {Kind::untrusted, 0, httplib::to_string(error), "", ""};
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout:
        return {Kind::unreachable, 0, "", "", ""};
    default:
        break;
    }
    if (since_last_byte + milliseconds(50) >= idle_timeout) {
        return {Kind::silent, 0, "", "", ""};
    }
    return {answered ? Kind::cut : Kind::unreachable, 0, "", "", ""};
}

httplib::Request library_request(Request const& request) {
    httplib::Request http;
    http.method = request.method;
    http.path = request.address.path.empty() ? "/" : request.address.path;
    for (auto const& [name, value] : request.headers) {
        http.headers.emplace(name, value);
    }
    http.body = request.body;
    return http;
}

Headers headers_of(httplib::Response const& response) {
    Headers headers;
    for (auto const& [name, value] : response.headers) {
        headers.emplace_back(lower_case(name), value);
    }
    return headers;
}

void use_proxy(httplib::Client& client, std::string const& server) {
    if (auto const proxy = proxy_for(server)) {
        client.set_proxy(proxy->host, proxy->port);
        if (!proxy->user.empty()) {
            client.set_proxy_basic_auth(proxy->user, proxy->password);
        }
    }
}

// Where the address to connect to is given, the library must find it under the very name that it makes of the server's.
std::string server_of(Request const& request) {
    if (request.connect_to.empty()) {
        return request.address.server;
    }
    auto const place = host_of(request.address);
    auto const host = place.host.find(':') == std::string::npos ? place.host : "[" + place.host + "]";
    auto const scheme = request.address.server.substr(0, request.address.server.find("://"));
    return scheme + "://" + host + ":" + std::to_string(place.port);
}

Outcome send(Request const& request, Call& call) {
    using Clock = std::chrono::steady_clock;
    httplib::Client client(server_of(request));
    if (!client.is_valid()) {
        return {Outcome::Kind::unreachable, 0, "", "", ""};
    }
    client.set_connection_timeout(request.connect_timeout);
    client.set_read_timeout(request.idle_timeout);
    client.set_write_timeout(request.idle_timeout);
    client.set_path_encode(false); // addresses are encoded already, and signed ones must stay as they are
    client.set_socket_options([&](socket_t socket) { call.use_socket(socket); });
    if (request.connect_to.empty()) {
        use_proxy(client, request.address.server);
    } else {
        client.set_hostname_addr_map({{host_of(request.address).host, request.connect_to}});
    }
    Outcome refusal;
    bool answered = false;
    auto last_byte = Clock::now();
    auto http = library_request(request);
    auto const take_head = [&](httplib::Response const& response) {
        last_byte = Clock::now();
        answered = true;
        auto const& wanted = request.wanted;
        if (std::find(wanted.begin(), wanted.end(), response.status) == wanted.end()) {
            refusal = {Outcome::Kind::refused,
                       response.status,
                       "",
                       response.get_header_value("Location"),
                       response.get_header_value("Retry-After"),
                       headers_of(response)};
        } else {
            call.deliver_head(response.status, headers_of(response));
        }
        return !call.abandoned();
    };
    http.content_receiver = [&](char const* data, std::size_t size, std::size_t, std::size_t) {
        last_byte = Clock::now();
        if (refusal.status != 0) {
            refusal.body.append(data, std::min(size, max_refusal_body - refusal.body.size()));
            return !call.abandoned() && refusal.body.size() < max_refusal_body;
        }
        call.deliver({data, size});
        return !call.abandoned();
    };
    http.response_handler = take_head;
    auto result = client.send(http);
    if (result && !answered) { // the library does not call it for answers without a body
        take_head(*result);
    }
    if (refusal.status != 0) {
        return refusal;
    }
    auto silent = std::chrono::duration_cast<milliseconds>(Clock::now() - last_byte);
    return outcome_of(result.error(), answered, silent, request.idle_timeout);
}

bool may_retry(Outcome const& outcome) {
    bool const busy = outcome.status == 408 || outcome.status == 429 || outcome.status >= 500;
    return outcome.kind == Outcome::Kind::unreachable || outcome.kind == Outcome::Kind::cut ||
           (outcome.kind == Outcome::Kind::refused && busy);
}

} // namespace

std::string header_of(Headers const& headers, std::string_view name) {
    auto const found = std::find_if(headers.begin(), headers.end(), [&](auto const& one) { return one.first == name; });
    return found == headers.end() ? "" : found->second;
}

std::optional<Outcome> exchange(Request const& request, BodySink const& sink, std::stop_token const& stop,
                                HeadSink const& head) {
    auto call = request.sinks_on_network_thread ? std::make_shared<Call>(&sink, &head)
                                                : std::make_shared<Call>(nullptr, nullptr);
    std::thread thread([call, request] {
        Outcome outcome{Outcome::Kind::cut, 0, "", "", ""};
        try {
            outcome = send(request, *call);
        } catch (std::exception const&) { // memory ran out, or the library gave up: the answer broke off
        }
        call->finish(std::move(outcome));
    });
    struct Leave { // joined when it has ended, or ends soon; else it ends by itself and touches nothing of ours
        std::thread& thread;
        Call& call;
        ~Leave() { call.abandon() ? thread.join() : thread.detach(); }
    } const leave{thread, *call};
    while (true) {
        auto event = call->wait(stop);
        if (event.head) {
            if (head && !head(event.head->first, event.head->second)) {
                return Outcome{};
            }
            continue;
        }
        if (!event.piece) {
            call->rethrow();
            return event.outcome;
        }
        if (!sink(*event.piece)) {
            return Outcome{};
        }
    }
}

std::optional<milliseconds> wait_before_retry(Outcome const& outcome, int attempt, RetryPolicy const& policy) {
    if (attempt >= policy.retries || !may_retry(outcome)) {
        return std::nullopt;
    }
    if (auto const asked = parse_retry_after(outcome.retry_after, std::time(nullptr))) {
        return *asked <= policy.longest_wait ? std::optional<milliseconds>(*asked) : std::nullopt;
    }
    auto const now = std::chrono::steady_clock::now().time_since_epoch().count();
    auto const spread = 0.75F + 0.5F * uniform(static_cast<std::uint64_t>(now), 0);
    auto const wait = static_cast<float>(policy.first_wait.count() << std::min(attempt, 10)) * spread;
    return std::min(milliseconds(static_cast<long>(wait)), policy.longest_wait);
}

bool wait_for(milliseconds time, std::stop_token const& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
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

} // namespace echollama::http
