// A hub on the loopback that behaves as the real one does in what its clients ask of it, and misbehaves on request.
// Two servers: the hub, and the one that large files lie on, to which the hub sends with a signed address.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace echollama::test {

struct HubFile {
    std::shared_ptr<std::string const> bytes;
    bool large = false; // kept by its SHA-256 on the other server
};

struct HubRepository {
    std::map<std::string, HubFile> files = {};
    std::string commit = std::string(40, 'a');
    std::string licence = "apache-2.0";
    std::string needs_token = {}; // gated: given only to whoever shows it
    bool gated = false;
    std::string raw_tree = {}; // what the list of files says instead
};

// What goes wrong. All may be set and unset at any time.
struct HubFaults {
    std::atomic<std::uint64_t> cut_after{0};        // bytes of each answer, then the connection ends; 0: never
    std::atomic<std::uint64_t> bytes_per_second{0}; // of all connections together; 0: as fast as it goes
    std::atomic<int> status{0};                     // answers this instead of a file's bytes…
    std::atomic<int> status_times{0};               // …so many times
    std::atomic<int> api_status{0};                 // answers this to every question about a repository
    std::atomic<bool> whole_only{false};            // does not know Range
    std::atomic<bool> other_part{false};            // sends another part than was asked for
    std::atomic<std::int64_t> length_lie{0};        // the other server's file is so much longer, or shorter
    std::atomic<int> new_tag_after{-1};             // answers with another ETag after so many
    std::atomic<std::int64_t> flip_byte{-1};        // sends this byte of a file wrongly…
    std::atomic<int> flip_times{0};                 // …so many times
    std::atomic<bool> pause{false};                 // sends nothing for a while
    std::atomic<bool> drip{false};                  // a byte at a time, slowly
    std::atomic<bool> asks_to_wait_long{false};     // Retry-After: 3600 with 429
    std::atomic<bool> api_drips{false};             // a byte at a time, slowly, of every answer about a repository
    std::atomic<bool> expired{false};               // signed addresses no longer hold, until the next is made
};

class ImitationHub {
  public:
    enum class Scheme { http, https };
    explicit ImitationHub(Scheme scheme = Scheme::http);
    ~ImitationHub();
    ImitationHub(ImitationHub const&) = delete;
    ImitationHub& operator=(ImitationHub const&) = delete;

    std::map<std::string, HubRepository> repositories; // before the first question
    HubFaults faults;

    std::string endpoint() const;                            // "http://127.0.0.1:PORT"
    std::filesystem::path certificate() const;               // of https, to be trusted
    std::uint64_t bytes_sent() const { return bytes_sent_; } // of files
    // Of them, what no client's program has read yet: it lies in the system's queues.
    std::uint64_t bytes_in_queues() const;
    int signatures() const;                      // addresses that were signed
    int questions() const { return questions_; } // of any kind
    // Authorization headers that the server of large files was shown; the token must never be among them.
    std::vector<std::string> tokens_shown_elsewhere() const;
    std::vector<std::string> user_agents() const;

  private:
    struct Servers;
    std::unique_ptr<Servers> servers_;
    std::atomic<std::uint64_t> bytes_sent_{0};
    std::atomic<int> questions_{0}, answers_{0};
    mutable std::mutex mutex_;
    std::vector<std::string> tokens_, agents_;
    friend struct HubHandlers;
};

// Bytes that look like noise, the same for the same seed.
std::shared_ptr<std::string const> noise(std::size_t bytes, std::uint64_t seed = 1);

} // namespace echollama::test
