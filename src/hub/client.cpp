#include "hub/client.h"

#include "base/error.h"
#include "hub/names.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

namespace echollama::hub {
namespace {

using http::Address;
using http::Outcome;

constexpr int most_redirections = 8;

bool is_redirection(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool stays_private(std::string const& server) {
    auto const host = server.substr(server.find("://") + 3);
    return server.starts_with("https://") || host.starts_with("127.0.0.1") || host.starts_with("localhost") ||
           host.starts_with("[::1]");
}

// "The hub" for the hub's own server, else its address: whose answer it was.
std::string who(Settings const& settings, std::string const& server) {
    return settings.endpoint.starts_with(server) ? "The hub " + server : server;
}

// A number of a header, or none.
std::optional<std::uint64_t> number(std::string const& text) {
    if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    return std::stoull(text);
}

// W/"abc" → abc.
std::string plain_etag(std::string text) {
    if (text.starts_with("W/")) {
        text.erase(0, 2);
    }
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
    }
    return text;
}

Address endpoint_path(Settings const& settings, std::string const& path) {
    auto address = http::parse_file_address(settings.endpoint + path);
    if (!address) {
        throw Error("'" + settings.endpoint + "' is no address of a hub; set HF_ENDPOINT to one.");
    }
    return *address;
}

// Asks, and follows where the answers send, on the same server only when `stay` says so: then the answer that leads
// away is returned, and `address` is where it leads.
Answer ask_and_follow(Settings const& settings, Address& address, std::string const& method, bool stay,
                      std::string const& what, std::stop_token const& stop,
                      std::function<void(Answer const&)> const& see = {}) {
    for (int i = 0; i < most_redirections; ++i) {
        http::Request request{address, method, headers_for(settings, address)};
        auto answer = ask(settings, request, what, stop);
        if (see) {
            see(answer);
        }
        if (!is_redirection(answer.status)) {
            return answer;
        }
        auto const next = redirected(address, http::header_of(answer.headers, "location"));
        bool const away = next.server != address.server;
        address = next;
        if (away && stay) {
            return answer;
        }
    }
    throw Error(who(settings, address.server) + " sends in a circle for " + what + "; try again later.");
}

} // namespace

http::Headers headers_for(Settings const& settings, Address const& address) {
    http::Headers headers{{"User-Agent", "echollama"}, {"Accept-Encoding", "identity"}};
    auto const hub = http::parse_address(settings.endpoint);
    if (!settings.token.empty() && hub && hub->server == address.server && stays_private(address.server)) {
        headers.emplace_back("Authorization", "Bearer " + settings.token);
    }
    return headers;
}

Address redirected(Address const& from, std::string const& location) {
    auto address = http::redirect_target(from, location);
    if (!address) {
        throw Error(from.server + " sends to a place that is no safe address; try again later.");
    }
    return *address;
}

std::string refusal_sentence(Settings const& settings, Outcome const& outcome, std::string const& server,
                             std::string const& what) {
    auto const name = who(settings, server);
    auto const page = settings.endpoint + "/settings/tokens";
    auto const code = http::header_of(outcome.headers, "x-error-code");
    auto const tell_token =
        settings.token.empty()
            ? "make a token at " + page + " and put it in HF_TOKEN or into the file " + settings.token_file.string()
            : "check that the token in HF_TOKEN or " + settings.token_file.string() + " is valid";
    switch (outcome.kind) {
    case Outcome::Kind::unreachable:
        return name + " does not answer, so " + what + " cannot be fetched; check the network, or use --offline.";
    case Outcome::Kind::silent:
        return name + " sends nothing more of " + what +
               ", or hardly anything; what came is kept, so run the same command again to go on.";
    case Outcome::Kind::untrusted:
        return name + " does not prove that it is what it says (" + outcome.body +
               "), so nothing is fetched from it; check the clock and the network.";
    case Outcome::Kind::cut:
        return "The connection to " + server + " broke off again and again while it sent " + what +
               "; what came is kept, so run the same command again to go on.";
    default:
        break;
    }
    auto const status = " (" + std::to_string(outcome.status) + ")";
    if (code == "GatedRepo" || outcome.status == 403) {
        return name + " gives " + what + " only to accounts that accepted its terms" + status +
               "; accept them on its page, then " + tell_token + ".";
    }
    if (outcome.status == 401) {
        return name + " does not give " + what + " to everybody, or there is no such thing" + status +
               "; check the name, and " + tell_token + ".";
    }
    switch (outcome.status) {
    case 404:
    case 410:
        return name + " does not have " + what + status + "; check its name and revision.";
    case 416:
        return name + " has less of " + what + " than it said" + status + "; try again later.";
    case 429:
        return name + " has too much to do" + status + "; what came is kept, so try again " +
               (outcome.retry_after.empty() || outcome.retry_after.size() > 6 ||
                        outcome.retry_after.find_first_not_of("0123456789") != std::string::npos
                    ? "later."
                    : "in " + outcome.retry_after + " seconds.");
    default:
        return name + " has a fault of its own and cannot send " + what + status +
               "; what came is kept, so try again later.";
    }
}

namespace {

// Ends a request whose answer hardly comes: each byte of it in time, and the whole never.
class Patience {
  public:
    Patience(Settings const& settings, std::stop_token const& stop)
        : outer_(stop, [this] { inner_.request_stop(); }),
          watch_([this, after = settings.patience](std::stop_token const& over) { watch(after, over); }) {}

    std::stop_token token() const { return inner_.get_token(); }
    void came(std::size_t bytes) { bytes_ += bytes; }
    bool lost() const { return lost_; }

  private:
    void watch(std::chrono::milliseconds after, std::stop_token const& over) {
        constexpr double least_bytes_per_second = 512;
        auto const enough = least_bytes_per_second * std::chrono::duration<double>(after).count();
        std::size_t before = 0;
        while (http::wait_for(after, over)) {
            if (static_cast<double>(bytes_ - before) < enough) {
                lost_ = true;
                inner_.request_stop();
                return;
            }
            before = bytes_;
        }
    }

    std::atomic<std::size_t> bytes_{0};
    std::atomic<bool> lost_{false};
    std::stop_source inner_;
    std::stop_callback<std::function<void()>> outer_;
    std::jthread watch_; // last: it uses everything above
};

} // namespace

Answer ask(Settings const& settings, http::Request const& request, std::string const& what, std::stop_token const& stop,
           http::RetryPolicy const& retry) {
    if (settings.offline) {
        throw Error("Without the network (--offline or HF_HUB_OFFLINE) " + what +
                    " cannot be fetched; allow the network, or import it from a folder.");
    }
    for (int attempt = 0;; ++attempt) {
        Answer answer;
        Patience patience(settings, stop);
        auto const outcome = http::exchange(
            request,
            [&](std::string_view bytes) {
                patience.came(bytes.size());
                answer.body += bytes;
                if (answer.body.size() > max_answer_bytes) {
                    throw Error("The answer of " + request.address.server + " for " + what +
                                " is too long; check HF_ENDPOINT.");
                }
                return true;
            },
            patience.token(),
            [&](int status, http::Headers const& headers) {
                answer.status = status;
                answer.headers = headers;
                return true;
            });
        if (!outcome && patience.lost() && !stop.stop_requested()) {
            throw Error(
                refusal_sentence(settings, {Outcome::Kind::silent, 0, "", "", "", {}}, request.address.server, what));
        }
        if (!outcome) {
            throw Cancelled();
        }
        if (outcome->kind == Outcome::Kind::complete) {
            return answer;
        }
        if (outcome->kind == Outcome::Kind::refused && is_redirection(outcome->status)) {
            return {outcome->status, outcome->headers, ""};
        }
        auto const wait = http::wait_before_retry(*outcome, attempt, retry);
        if (!wait) {
            throw Error(refusal_sentence(settings, *outcome, request.address.server, what));
        }
        if (!http::wait_for(*wait, stop)) {
            throw Cancelled();
        }
    }
}

Listing list_files(Settings const& settings, std::string const& repository, std::string const& revision,
                   std::stop_token const& stop) {
    check_repository(repository);
    check_revision(revision);
    auto const api = "/api/models/" + repository;
    auto address = endpoint_path(settings, api + "/revision/" + address_path(revision));
    auto listing =
        parse_model_info(ask_and_follow(settings, address, "GET", false, "the model " + repository, stop).body);
    listing.repository = repository;
    listing.revision = revision;
    address = endpoint_path(settings, api + "/tree/" + listing.commit + "?recursive=true");
    while (true) {
        auto const answer = ask_and_follow(settings, address, "GET", false, "the list of files of " + repository, stop);
        auto more = parse_tree(answer.body);
        listing.files.insert(listing.files.end(), more.begin(), more.end());
        auto const next = next_page(http::header_of(answer.headers, "link"));
        if (next.empty()) {
            return listing;
        }
        if (listing.files.size() > max_files || more.empty()) {
            throw Error("The hub's list of files of " + repository + " does not end; try again later.");
        }
        address = redirected(address, next);
    }
}

namespace {

Located locate_from(Settings const& settings, Address address, std::string const& what, std::stop_token const& stop) {
    Located located;
    auto const note = [&](Answer const& answer) { // what is said first counts: servers behind it have tags of their own
        auto keep = [&](std::string& place, std::string const& value) { place = place.empty() ? value : place; };
        auto const linked = http::header_of(answer.headers, "x-linked-etag");
        keep(located.content, plain_etag(linked));
        keep(located.commit, http::header_of(answer.headers, "x-repo-commit"));
        if (!located.bytes) {
            located.bytes = number(http::header_of(answer.headers, "x-linked-size"));
        }
        if (!is_redirection(answer.status)) {
            keep(located.content, plain_etag(http::header_of(answer.headers, "etag")));
            if (!located.bytes) {
                located.bytes = number(http::header_of(answer.headers, "content-length"));
            }
        }
    };
    ask_and_follow(settings, address, "HEAD", true, what, stop, note);
    located.address = address;
    located.headers = headers_for(settings, address);
    return located;
}

} // namespace

Located locate(Settings const& settings, std::string const& repository, std::string const& commit,
               std::string const& path, std::stop_token const& stop) {
    return locate_from(settings,
                       endpoint_path(settings, "/" + repository + "/resolve/" + commit + "/" + address_path(path)),
                       "the file " + path + " of " + repository, stop);
}

Located locate_address(Settings const& settings, std::string const& url, std::string const& what,
                       std::stop_token const& stop) {
    auto const address = http::parse_file_address(url);
    if (!address) {
        throw Error("'" + url + "' is no address of a file; write it as https://….");
    }
    auto located = locate_from(settings, *address, what, stop);
    if (!located.bytes) { // the last server was not asked: only it knows
        auto last = located.address;
        ask_and_follow(settings, last, "HEAD", false, what, stop, [&](Answer const& answer) {
            if (!is_redirection(answer.status)) {
                located.bytes = number(http::header_of(answer.headers, "content-length"));
                located.content = plain_etag(http::header_of(answer.headers, "etag"));
            }
        });
        located.address = last;
        located.headers = headers_for(settings, last);
    }
    return located;
}

} // namespace echollama::hub
