// Asks a hub over HTTP: which files a repository has, and where one of them lies.
#pragma once

#include "http/client.h"
#include "hub/listing.h"
#include "hub/settings.h"

#include <stop_token>
#include <string>

namespace echollama::hub {

// What a hub, or a server that a file lies on, is asked by; the token goes to the hub's own server alone, and over
// https:// or within this computer alone.
http::Headers headers_for(Settings const& settings, http::Address const& address);

// Where an answer sends the asker: `location` may be an address or a path on the same server. Throws Error when it is
// neither.
http::Address redirected(http::Address const& from, std::string const& location);

// Sends requests until one is answered: waits where that helps, as `retry` says. Throws Error in words for `what`
// ("the list of files of OWNER/NAME") when there is no use in asking more, Cancelled when stopped.
struct Answer {
    int status = 0; // one of those wanted, or a redirection (301, 302, 303, 307, 308)
    http::Headers headers;
    std::string body;
};
Answer ask(Settings const& settings, http::Request const& request, std::string const& what, std::stop_token const& stop,
           http::RetryPolicy const& retry = {});

// The sentence for a refusal by a hub or by the server a file lies on.
std::string refusal_sentence(Settings const& settings, http::Outcome const& outcome, std::string const& server,
                             std::string const& what);

// Every file of a repository at a branch, tag or commit. Throws Error when the hub cannot be asked or refuses.
Listing list_files(Settings const& settings, std::string const& repository, std::string const& revision,
                   std::stop_token const& stop);

// Where a file lies now, and what it is said to be.
struct Located {
    http::Address address;
    http::Headers headers;
    std::string content; // X-Linked-Etag, else ETag, without quotes and W/; empty: not said
    std::string commit;  // X-Repo-Commit; empty: not said
    std::optional<std::uint64_t> bytes = {};
};

// A file of a repository; and any file behind an https:// or http:// address, "the hub" then being its server.
Located locate(Settings const& settings, std::string const& repository, std::string const& commit,
               std::string const& path, std::stop_token const& stop);
Located locate_address(Settings const& settings, std::string const& url, std::string const& what,
                       std::stop_token const& stop);

} // namespace echollama::hub
