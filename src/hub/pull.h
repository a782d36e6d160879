// Brings files of a hub's repositories into the cache: complete and checked, or not at all.
#pragma once

#include "hub/cache.h"
#include "hub/fetch.h"

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::hub {

struct PullOptions {
    FetchOptions fetch = {};
    // What happens, for people: "waiting for another program that fetches the same file". Whole phrases.
    std::function<void(std::string const& what)> tell = {};
    // Bytes that may still be written to a folder; for tests of full disks.
    std::function<std::uint64_t(std::filesystem::path const&)> room = {};
};

// The files of a listing that the patterns choose (hub/names.h: matches), each pattern at least one; none when a
// pattern that is not marked as optional by a '?' at its end chooses nothing: throws Error that says what there is.
std::vector<RemoteFile> chosen_files(Listing const& listing, std::vector<std::string> const& patterns);

// What is still to be fetched of the files: bytes that are neither in the cache nor in a part of it.
std::uint64_t missing_bytes(Cache const& cache, Listing const& listing, std::vector<RemoteFile> const& files);

// Throws Error when the cache's disk does not hold that many more bytes.
void check_room(Cache const& cache, std::uint64_t bytes, PullOptions const& options);

// The path of the file in its snapshot. Waits for another program that fetches it, goes on where one stopped, checks
// the whole by its content name, and fetches pieces that were changed on the disk again. Throws Error; Cancelled.
std::filesystem::path pull_file(Settings const& settings, Listing const& listing, RemoteFile const& file,
                                PullOptions const& options, std::stop_token const& stop);

// A file behind an address that is no hub: kept as DATA. `content` is its SHA-256, or empty when it is not known: then
// what came is only as long as the server said.
void pull_address(Settings const& settings, std::string const& url, std::string const& content,
                  std::filesystem::path const& data, PullOptions const& options, std::stop_token const& stop);

// Is a blob what its name says?
struct Verdict {
    bool good = false;
    std::vector<std::size_t> changed = {}; // pieces that are not what was fetched, where that was noted
    bool located = false;                  // `changed` is known
};
Verdict verify_blob(Cache const& cache, std::string const& repository, std::string const& content,
                    std::function<void(std::uint64_t bytes)> const& progress, std::stop_token const& stop);

// Takes a damaged blob out of the cache's use; what is good of it is a part that pull_file goes on with.
void set_aside(Cache const& cache, std::string const& repository, std::string const& content, Verdict const& verdict,
               std::stop_token const& stop);

} // namespace echollama::hub
