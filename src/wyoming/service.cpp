#include "wyoming/service.h"

#include "base/error.h"
#include "wyoming/session.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <list>
#include <thread>
#include <utility>

namespace echollama::wyoming {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int look_ms = 50;            // how often is looked whether it shall end
constexpr auto longest_silence = 5min; // without a byte from a client
constexpr auto longest_send = 30s;     // of a client that does not read

// A socket that is closed at its end.
class Socket {
  public:
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    ~Socket() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Socket& operator=(Socket&&) = delete;
    int get() const { return descriptor_; }

  private:
    int descriptor_;
};

Socket listening(std::string const& host, int port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) == 0) {
        std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> const owned(found, ::freeaddrinfo);
        for (auto const* one = found; one; one = one->ai_next) {
            Socket socket(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol));
            int const yes = 1;
            ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
            if (::bind(socket.get(), one->ai_addr, one->ai_addrlen) == 0 && ::listen(socket.get(), 16) == 0) {
                return socket;
            }
        }
    }
    throw Error("Port " + std::to_string(port) + " on " + host +
                " cannot be used for Wyoming, probably because another program has it; choose another with --wyoming.");
}

int port_of(Socket const& socket) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length);
    return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6 const&>(address).sin6_port
                                               : reinterpret_cast<sockaddr_in const&>(address).sin_port);
}

bool is_ready(int socket, short events, int wait_ms) {
    pollfd place{socket, events, 0};
    return ::poll(&place, 1, wait_ms) > 0;
}

// Whole, unless the client goes away or does not read.
class Output {
  public:
    Output(int socket, std::stop_token stop) : socket_(socket), stop_(std::move(stop)) {}

    void write(std::string_view bytes) {
        auto const given_up = Clock::now() + longest_send;
        while (!bytes.empty() && !gone_) {
            auto const count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count > 0) {
                bytes.remove_prefix(static_cast<std::size_t>(count));
            } else if (count < 0 && errno == EAGAIN && Clock::now() < given_up && !stop_.stop_requested()) {
                is_ready(socket_, POLLOUT, look_ms);
            } else if (errno != EINTR) {
                gone_ = true;
            }
        }
    }
    bool is_gone() const { return gone_; }

  private:
    int socket_;
    std::stop_token stop_;
    std::atomic<bool> gone_ = false;
};

void serve(Socket const& socket, server::Engine& engine, std::string const& version, std::stop_token const& stop) {
    Output output(socket.get(), stop);
    Session session(engine, version, [&](Event const& event) { output.write(to_bytes(event)); });
    EventReader reader;
    std::array<char, 65536> bytes{};
    auto heard = Clock::now();
    try {
        while (!stop.stop_requested() && !output.is_gone() && !session.has_failed() &&
               Clock::now() - heard < longest_silence) {
            if (!is_ready(socket.get(), POLLIN, look_ms)) {
                continue;
            }
            auto const count = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
            if (count <= 0 && errno != EINTR) {
                return;
            }
            heard = Clock::now();
            reader.push({bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))});
            while (auto event = reader.next()) {
                session.take(*event);
            }
        }
    } catch (Error const&) { // the client was told, or speaks another protocol
    }
}

} // namespace

struct Service::State {
    server::Engine& engine;
    ServiceOptions options;
    Socket socket;
};

Service::Service(server::Engine& engine, ServiceOptions options)
    : state_(new State{engine, options, listening(options.host, options.port)}) {}

Service::~Service() = default;

int Service::port() const {
    return port_of(state_->socket);
}

void Service::run(std::stop_token const& stop) {
    struct Client {
        std::atomic<bool> over = false;
        std::jthread thread;
    };
    std::list<Client> clients;
    while (!stop.stop_requested()) {
        clients.remove_if([](Client const& client) { return client.over.load(); });
        if (!is_ready(state_->socket.get(), POLLIN, look_ms)) {
            continue;
        }
        Socket socket(::accept4(state_->socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (socket.get() < 0 || clients.size() >= static_cast<std::size_t>(state_->options.most_connections)) {
            continue; // one too many is closed
        }
        int const yes = 1;
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        auto& client = clients.emplace_back();
        client.thread = std::jthread([this, &client, stop, socket = std::move(socket)] {
            serve(socket, state_->engine, state_->options.version, stop);
            client.over = true;
        });
    }
}

} // namespace echollama::wyoming
