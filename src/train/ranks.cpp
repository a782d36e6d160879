#include "train/ranks.h"

#include "base/error.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>

namespace echollama::train {
namespace {

using Clock = std::chrono::steady_clock;

// What each process says first: that it belongs here, who it is, of how many.
struct Hello {
    std::uint32_t magic = 0x4543484F; // "ECHO"
    std::int32_t rank = 0, count = 0;
};

std::optional<int> number_from_environment(char const* name) {
    char const* text = std::getenv(name);
    if (!text) {
        return std::nullopt;
    }
    std::string_view const view(text);
    int value = 0;
    auto const read = std::from_chars(view.data(), view.data() + view.size(), value);
    if (read.ec != std::errc() || read.ptr != view.data() + view.size() || value < 0) {
        throw Error(std::string("The environment sets ") + name +
                    " to something else than a number; start all processes "
                    "with torchrun, mpirun or srun, or leave it out to use one.");
    }
    return value;
}

std::string name_of(int rank, int count) {
    return "process " + std::to_string(rank) + " of " + std::to_string(count) + " (counted from 0)";
}

struct CloseAddresses {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, CloseAddresses>;

Addresses addresses_of(RankPlace const& place, bool listens) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = listens ? AI_PASSIVE : 0;
    addrinfo* found = nullptr;
    auto const port = std::to_string(place.port);
    if (getaddrinfo(listens ? nullptr : place.address.c_str(), port.c_str(), &hints, &found) != 0) {
        throw Error("The address " + place.address +
                    " of the first process is not known; set MASTER_ADDR to its machine.");
    }
    return Addresses(found);
}

// A machine that vanishes without a word is noticed within minutes.
void keep_alive(int socket) {
    int const on = 1, idle = 30, between = 10, tries = 6;
    setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &between, sizeof(between));
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof(tries));
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

bool send_all(int socket, void const* data, std::size_t size) {
    auto const* bytes = static_cast<char const*>(data);
    while (size > 0) {
        auto const sent = ::send(socket, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        bytes += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool receive_all(int socket, void* data, std::size_t size) {
    auto* bytes = static_cast<char*>(data);
    while (size > 0) {
        auto const got = ::recv(socket, bytes, size, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        bytes += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

int listen_at(RankPlace const& place) {
    auto const addresses = addresses_of(place, true);
    for (auto const* one = addresses.get(); one; one = one->ai_next) {
        int const socket = ::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
        int const on = 1;
        if (socket >= 0 && setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
            ::bind(socket, one->ai_addr, one->ai_addrlen) == 0 && ::listen(socket, place.count) == 0) {
            return socket;
        }
        ::close(socket);
    }
    throw Error("The first process cannot listen at port " + std::to_string(place.port) + " (" + std::strerror(errno) +
                "); set MASTER_PORT to a free one for all of them.");
}

int milliseconds_until(Clock::time_point end) {
    auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
}

// The sockets of ranks 1, 2, …
std::vector<int> meet_others(RankPlace const& place, Clock::time_point end) {
    int const listener = listen_at(place);
    std::vector<int> sockets(static_cast<std::size_t>(place.count - 1), -1);
    std::size_t met = 0;
    while (met < sockets.size()) {
        pollfd waiting{listener, POLLIN, 0};
        if (::poll(&waiting, 1, milliseconds_until(end)) == 0) {
            ::close(listener);
            throw Error("Only " + std::to_string(met + 1) + " of " + std::to_string(place.count) +
                        " processes came; start as many as WORLD_SIZE says.");
        }
        int const socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) {
            continue;
        }
        timeval const soon{5, 0}; // whoever says nothing is somebody else
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
        Hello hello;
        bool const known = receive_all(socket, &hello, sizeof(hello)) && hello.magic == Hello{}.magic &&
                           hello.count == place.count && hello.rank > 0 && hello.rank < place.count &&
                           sockets[static_cast<std::size_t>(hello.rank - 1)] < 0;
        if (!known) {
            ::close(socket);
            continue;
        }
        timeval const never{0, 0};
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &never, sizeof(never));
        keep_alive(socket);
        sockets[static_cast<std::size_t>(hello.rank - 1)] = socket;
        ++met;
    }
    ::close(listener);
    return sockets;
}

int reach_first(RankPlace const& place, Clock::time_point end) {
    auto const addresses = addresses_of(place, false);
    while (Clock::now() < end) {
        for (auto const* one = addresses.get(); one; one = one->ai_next) {
            int const socket = ::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
            Hello hello;
            hello.rank = place.rank;
            hello.count = place.count;
            if (socket >= 0 && ::connect(socket, one->ai_addr, one->ai_addrlen) == 0 &&
                send_all(socket, &hello, sizeof(hello))) {
                keep_alive(socket);
                return socket;
            }
            ::close(socket);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    throw Error("The first process does not answer at " + place.address + ", port " + std::to_string(place.port) +
                "; start it, or set MASTER_ADDR and MASTER_PORT to where it listens.");
}

} // namespace

RankPlace rank_from_environment() {
    struct Launcher {
        char const *rank, *count;
    };
    static constexpr Launcher launchers[] = {{"RANK", "WORLD_SIZE"},
                                             {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                             {"PMI_RANK", "PMI_SIZE"},
                                             {"SLURM_PROCID", "SLURM_NTASKS"}};
    RankPlace place;
    for (auto const& launcher : launchers) {
        auto const rank = number_from_environment(launcher.rank), count = number_from_environment(launcher.count);
        if (!rank || !count || *count == 1) {
            continue;
        }
        if (*rank >= *count) {
            throw Error("The environment says that this is number " + std::to_string(*rank) + " (" + launcher.rank +
                        ") of " + std::to_string(*count) + " (" + launcher.count +
                        "), counted from 0; start all processes with one launcher.");
        }
        place.rank = *rank;
        place.count = *count;
        break;
    }
    if (char const* address = std::getenv("MASTER_ADDR"); address && *address != '\0') {
        place.address = address;
    }
    place.port = number_from_environment("MASTER_PORT").value_or(place.port);
    return place;
}

Ranks::Ranks(RankPlace place, std::chrono::seconds patience) : place_(std::move(place)) {
    auto const end = Clock::now() + patience;
    if (place_.count > 1) {
        others_ = place_.rank == 0 ? meet_others(place_, end) : std::vector<int>{reach_first(place_, end)};
    }
}

Ranks::~Ranks() {
    for (int socket : others_) {
        ::close(socket);
    }
}

template <class Number>
void Ranks::sum_of(std::span<Number> numbers) {
    auto const bytes = numbers.size_bytes();
    auto const gone = [&](std::size_t other) {
        auto const rank = place_.rank == 0 ? static_cast<int>(other) + 1 : 0;
        return Error("The run ended because " + name_of(rank, place_.count) +
                     " is gone; see what it said, and start all of them again with --resume.");
    };
    if (place_.rank > 0) {
        if (!send_all(others_[0], numbers.data(), bytes) || !receive_all(others_[0], numbers.data(), bytes)) {
            throw gone(0);
        }
        return;
    }
    std::vector<Number> theirs(numbers.size());
    for (std::size_t i = 0; i < others_.size(); ++i) {
        if (!receive_all(others_[i], theirs.data(), bytes)) {
            throw gone(i);
        }
        std::transform(numbers.begin(), numbers.end(), theirs.begin(), numbers.begin(), std::plus<>());
    }
    for (std::size_t i = 0; i < others_.size(); ++i) {
        if (!send_all(others_[i], numbers.data(), bytes)) {
            throw gone(i);
        }
    }
}

void Ranks::sum(std::span<double> numbers) {
    sum_of(numbers);
}

void Ranks::sum(std::span<float> numbers) {
    sum_of(numbers);
}

bool Ranks::any(bool here) {
    double flag[] = {here ? 1.0 : 0.0};
    sum(std::span<double>(flag));
    return flag[0] > 0;
}

} // namespace echollama::train
