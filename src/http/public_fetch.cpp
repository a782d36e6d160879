#include "http/public_fetch.h"

#include "base/ascii.h"
#include "base/error.h"
#include "http/client.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

namespace echollama::http {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_address = 8192; // letters
constexpr std::size_t most_tried = 3;         // of a host's addresses

// Requests a stop when whoever waits has gone, or when the time is over.
class Limit {
  public:
    Limit(std::stop_token const& stop, std::chrono::milliseconds longest)
        : gone_(stop, [this] { source_.request_stop(); }), timer_([this, longest](std::stop_token over) {
              std::mutex mutex;
              std::unique_lock lock(mutex);
              std::condition_variable_any().wait_for(lock, over, longest, [] { return false; });
              if (!over.stop_requested()) {
                  source_.request_stop();
              }
          }) {}
    std::stop_token token() const { return source_.get_token(); }

  private:
    std::stop_source source_;
    std::stop_callback<std::function<void()>> gone_;
    std::jthread timer_;
};

Address parse(std::string const& url) {
    auto const scheme = std::min(url.find("://"), url.size());
    auto const address =
        url.size() <= longest_address
            ? parse_file_address(lower_case(url.substr(0, scheme)) + url.substr(scheme, url.find('#') - scheme))
            : std::nullopt;
    constexpr auto letters = "abcdefghijklmnopqrstuvwxyz0123456789.-_:";
    auto const place = address ? host_of(*address) : HostAndPort{};
    if (place.host.empty() || place.port == 0 || place.host.find_first_not_of(letters) != std::string::npos) {
        throw Error("The picture's address is none that can be fetched; it begins with https:// or http:// and holds "
                    "neither a user's name nor spaces.");
    }
    return *address;
}

// The resolver waits as long as it likes: on a thread that nobody waits for longer than needed.
std::optional<std::vector<std::string>> resolved(Resolve const& resolve, std::string const& host,
                                                 std::stop_token const& stop) {
    std::promise<std::vector<std::string>> promise;
    auto addresses = promise.get_future();
    std::thread([promise = std::move(promise), resolve, host]() mutable { promise.set_value(resolve(host)); }).detach();
    while (addresses.wait_for(5ms) != std::future_status::ready) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
    }
    return addresses.get();
}

void check(Address const& address, HostAndPort const& place, std::vector<std::string> const& addresses,
           PublicFetch const& how) {
    if (addresses.empty()) {
        throw Error("The picture's server " + place.host + " is not known; check the address.");
    }
    if (!std::all_of(addresses.begin(), addresses.end(), how.may_reach)) {
        throw Error("Pictures are fetched from the public internet only, and " + address.server +
                    " is not in it; send the picture itself as a data: address.");
    }
}

bool is_wanted(std::string const& type, std::vector<std::string> const& types) {
    auto const plain = lower_case(type);
    return types.empty() ||
           std::any_of(types.begin(), types.end(), [&](auto const& begin) { return plain.starts_with(begin); });
}

std::string failure(Outcome const& outcome, std::string const& server) {
    switch (outcome.kind) {
    case Outcome::Kind::refused:
        return server + " does not give the picture (" + std::to_string(outcome.status) + "); check the address.";
    case Outcome::Kind::untrusted:
        return server + " does not prove that it is what it says, so nothing is fetched from it; check the address.";
    default:
        return server + " does not answer as it should; send the picture itself as a data: address.";
    }
}

// One request at an address that was looked at.
std::optional<Outcome> get(Address const& address, std::string const& numeric, PublicFetch const& how,
                           std::string& bytes, std::stop_token const& stop) {
    Request request{address, "GET", {{"User-Agent", "echollama"}, {"Accept-Encoding", "identity"}}};
    request.connect_to = numeric;
    request.connect_timeout = request.idle_timeout = how.longest;
    bytes.clear();
    auto const take = [&](std::string_view piece) {
        if (bytes.size() + piece.size() > how.most_bytes) {
            throw Error("The picture at that address is larger than " + std::to_string(how.most_bytes >> 20) +
                        " MiB; name a smaller one.");
        }
        bytes.append(piece);
        return true;
    };
    return exchange(request, take, stop, [&](int, Headers const& headers) {
        auto const type = header_of(headers, "content-type");
        if (!is_wanted(type, how.types)) {
            throw Error("What lies at that address is no picture, its server says; name the picture itself.");
        }
        return true;
    });
}

// As get, at the first of the host's addresses that can be reached.
std::optional<Outcome> get_from_any(Address const& address, std::vector<std::string> const& addresses,
                                    PublicFetch const& how, std::string& bytes, std::stop_token const& stop) {
    std::optional<Outcome> outcome;
    for (std::size_t i = 0; i < std::min(addresses.size(), most_tried); ++i) {
        outcome = get(address, addresses[i], how, bytes, stop);
        if (!outcome || outcome->kind != Outcome::Kind::unreachable) {
            break;
        }
    }
    return outcome;
}

bool is_redirect(Outcome const& outcome) {
    auto const status = outcome.status;
    return outcome.kind == Outcome::Kind::refused && !outcome.location.empty() &&
           (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

std::optional<std::string> fetch(std::string const& url, PublicFetch const& how, std::stop_token const& stop) {
    auto address = parse(url);
    for (int redirects = 0; redirects <= how.most_redirects; ++redirects) {
        auto const place = host_of(address);
        auto const addresses = resolved(how.resolve, place.host, stop);
        if (!addresses) {
            return std::nullopt;
        }
        check(address, place, *addresses, how);
        std::string bytes;
        auto const outcome = get_from_any(address, *addresses, how, bytes, stop);
        if (!outcome) {
            return std::nullopt;
        }
        if (outcome->kind == Outcome::Kind::complete) {
            return bytes;
        }
        auto const next = is_redirect(*outcome) ? redirect_target(address, outcome->location) : std::nullopt;
        if (!next) {
            throw Error(failure(*outcome, address.server));
        }
        address = parse(next->server + next->path);
    }
    throw Error("The picture's address leads on and on; name the picture itself.");
}

} // namespace

std::optional<std::string> fetch_public(std::string const& url, PublicFetch const& how, std::stop_token const& stop) {
    Limit const limit(stop, how.longest);
    auto bytes = fetch(url, how, limit.token());
    if (!bytes && !stop.stop_requested()) {
        throw Error("The picture was not there within " +
                    std::to_string(std::chrono::duration_cast<std::chrono::seconds>(how.longest).count()) +
                    " seconds; send the picture itself as a data: address.");
    }
    return bytes;
}

} // namespace echollama::http
