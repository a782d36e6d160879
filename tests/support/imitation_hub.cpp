#include "support/imitation_hub.h"

#include "base/counter_rng.h"
#include "hub/digest.h"

#include <cpp-httplib/httplib.h>
#include <nlohmann/json.hpp>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <thread>

namespace echollama::test {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// A certificate for 127.0.0.1 and localhost that signs itself, and its key, as files in a folder.
struct Certificate {
    fs::path folder, certificate, key;

    Certificate() {
        std::string pattern = (fs::temp_directory_path() / "echollama-hub-XXXXXX").string();
        folder = mkdtemp(pattern.data());
        certificate = folder / "certificate.pem";
        key = folder / "key.pem";
        EVP_PKEY* pair = EVP_EC_gen("P-256");
        X509* x509 = X509_new();
        X509_set_version(x509, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
        X509_gmtime_adj(X509_getm_notBefore(x509), -60);
        X509_gmtime_adj(X509_getm_notAfter(x509), 24 * 60 * 60);
        X509_set_pubkey(x509, pair);
        auto* name = X509_get_subject_name(x509);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>("localhost"), -1,
                                   -1, 0);
        X509_set_issuer_name(x509, name);
        for (auto const& [kind, value] : {std::pair{NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"},
                                          std::pair{NID_basic_constraints, "critical,CA:TRUE"}}) {
            auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
            X509_add_ext(x509, extension, -1);
            X509_EXTENSION_free(extension);
        }
        X509_sign(x509, pair, EVP_sha256());
        auto* file = std::fopen(certificate.c_str(), "w");
        PEM_write_X509(file, x509);
        std::fclose(file);
        file = std::fopen(key.c_str(), "w");
        PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(file);
        X509_free(x509);
        EVP_PKEY_free(pair);
    }
    ~Certificate() {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }
};

std::string digest_of(std::string const& bytes, hub::Digest::Kind kind) {
    hub::Digest digest(kind, bytes.size());
    digest.add(bytes.data(), bytes.size());
    return digest.text();
}

std::string content_of(HubFile const& file) {
    return digest_of(*file.bytes, file.large ? hub::Digest::Kind::sha256 : hub::Digest::Kind::git_blob);
}

std::unique_ptr<httplib::Server> make_server(Certificate const* certificate) {
    std::unique_ptr<httplib::Server> server;
    if (certificate) {
        server = std::make_unique<httplib::SSLServer>(certificate->certificate.c_str(), certificate->key.c_str());
    } else {
        server = std::make_unique<httplib::Server>();
    }
    server->new_task_queue = [] { return new httplib::ThreadPool(24); };
    server->set_keep_alive_timeout(1);
    server->set_tcp_nodelay(true);
    return server;
}

} // namespace

std::shared_ptr<std::string const> noise(std::size_t bytes, std::uint64_t seed) {
    auto text = std::make_shared<std::string>(bytes, '\0');
    for (std::size_t i = 0; i < bytes; i += 8) {
        auto const number = splitmix64(seed, i);
        std::memcpy(text->data() + i, &number, std::min<std::size_t>(8, bytes - i));
    }
    return text;
}

struct ImitationHub::Servers {
    explicit Servers(Scheme scheme)
        : certificate(scheme == Scheme::https ? std::make_unique<Certificate>() : nullptr),
          hub(make_server(certificate.get())), files(make_server(certificate.get())) {}

    std::unique_ptr<Certificate> certificate;
    std::unique_ptr<httplib::Server> hub, files;
    int hub_port = 0, files_port = 0;
    std::jthread hub_thread, files_thread;
    std::mutex mutex;
    std::map<std::string, std::string> contents; // of bytes, by their address: computed once
    int signature = 0;

    std::string address(int port) const {
        return (certificate ? "https" : "http") + std::string("://127.0.0.1:") + std::to_string(port);
    }
};

// The answers.
struct HubHandlers {
    ImitationHub& hub;

    std::string content(HubFile const& file) {
        auto const key = std::to_string(reinterpret_cast<std::uintptr_t>(file.bytes.get())) + (file.large ? "L" : "S");
        std::lock_guard lock(hub.servers_->mutex);
        auto& known = hub.servers_->contents[key];
        known = known.empty() ? content_of(file) : known;
        return known;
    }

    // The repository, unless it was answered already that it is not given.
    HubRepository const* open(httplib::Request const& request, httplib::Response& response, std::string const& name) {
        ++hub.questions_;
        {
            std::lock_guard lock(hub.mutex_);
            hub.agents_.push_back(request.get_header_value("User-Agent"));
        }
        auto const found = hub.repositories.find(name);
        if (found == hub.repositories.end()) {
            response.status = 401; // the hub does not tell strangers what there is
            response.set_header("X-Error-Code", "RepoNotFound");
            response.set_header("X-Error-Message", "Repository not found");
            return nullptr;
        }
        return &found->second;
    }

    static bool is_revision(HubRepository const& repository, std::string const& revision) {
        return revision == "main" || revision == repository.commit;
    }

    void info(httplib::Request const& request, httplib::Response& response) {
        auto const name = request.matches[1].str();
        auto const* repository = open(request, response, name);
        if (!repository) {
            return;
        }
        if (hub.faults.api_status) {
            response.status = hub.faults.api_status;
            return;
        }
        if (request.matches.size() > 2 && !is_revision(*repository, request.matches[2].str())) {
            response.status = 404;
            response.set_header("X-Error-Code", "RevisionNotFound");
            return;
        }
        json answer{{"id", name},
                    {"modelId", name},
                    {"sha", repository->commit},
                    {"private", false},
                    {"gated", repository->gated ? json("manual") : json(false)},
                    {"cardData", {{"license", repository->licence}}},
                    {"siblings", json::array()}};
        for (auto const& [path, file] : repository->files) {
            answer["siblings"].push_back({{"rfilename", path}});
        }
        response.set_content(answer.dump(), "application/json");
    }

    void refs(httplib::Request const& request, httplib::Response& response) {
        if (auto const* repository = open(request, response, request.matches[1].str())) {
            json const branch{{"name", "main"}, {"ref", "refs/heads/main"}, {"targetCommit", repository->commit}};
            response.set_content(json{{"branches", {branch}}, {"tags", json::array()}}.dump(), "application/json");
        }
    }

    void tree(httplib::Request const& request, httplib::Response& response) {
        auto const* repository = open(request, response, request.matches[1].str());
        if (!repository) {
            return;
        }
        json answer = json::array();
        for (auto const& [path, file] : repository->files) {
            json entry{{"type", "file"}, {"path", path}, {"size", file.bytes->size()}, {"oid", std::string(40, '0')}};
            if (file.large) {
                entry["lfs"] = {{"oid", content(file)}, {"size", file.bytes->size()}, {"pointerSize", 134}};
            } else {
                entry["oid"] = content(file);
            }
            answer.push_back(entry);
        }
        auto const text = repository->raw_tree.empty() ? answer.dump() : repository->raw_tree;
        if (!hub.faults.api_drips) {
            response.set_content(text, "application/json");
            return;
        }
        response.set_content_provider(text.size(), "application/json",
                                      [text](std::size_t offset, std::size_t, httplib::DataSink& sink) {
                                          std::this_thread::sleep_for(std::chrono::milliseconds(20));
                                          return sink.is_writable() && sink.write(text.data() + offset, 1);
                                      });
    }

    void resolve(httplib::Request const& request, httplib::Response& response) {
        auto const* repository = open(request, response, request.matches[1].str());
        if (!repository) {
            return;
        }
        auto const file = repository->files.find(request.matches[3].str());
        if (!is_revision(*repository, request.matches[2].str()) || file == repository->files.end()) {
            response.status = 404;
            response.set_header("X-Error-Code", "EntryNotFound");
            return;
        }
        if (!repository->needs_token.empty() &&
            request.get_header_value("Authorization") != "Bearer " + repository->needs_token) {
            bool const nobody = request.get_header_value("Authorization").empty();
            response.status = nobody ? 401 : 403;
            response.set_header("X-Error-Code", "GatedRepo");
            return;
        }
        response.set_header("X-Repo-Commit", repository->commit);
        auto const name = content(file->second);
        if (!file->second.large) {
            response.set_header("ETag", "\"" + name + "\"");
            response.set_content(*file->second.bytes, "application/octet-stream");
            return;
        }
        response.status = 302;
        response.set_header("X-Linked-Etag", "\"" + name + "\"");
        response.set_header("X-Linked-Size", std::to_string(file->second.bytes->size()));
        auto& servers = *hub.servers_;
        std::lock_guard lock(servers.mutex);
        response.set_header("Location", servers.address(servers.files_port) + "/files/" + name +
                                            "?X-Signature=" + std::to_string(++servers.signature) + "%2Babc");
    }

    HubFile const* by_content(std::string const& wanted) {
        for (auto const& [name, repository] : hub.repositories) {
            for (auto const& [path, file] : repository.files) {
                if (file.large && content(file) == wanted) {
                    return &file;
                }
            }
        }
        return nullptr;
    }

    void send_file(httplib::Request const& request, httplib::Response& response) {
        auto& faults = hub.faults;
        ++hub.questions_;
        auto const answer = hub.answers_++;
        {
            std::lock_guard lock(hub.mutex_);
            hub.tokens_.push_back(request.get_header_value("Authorization"));
        }
        auto const* file = by_content(request.matches[1].str());
        if (!file) {
            response.status = 404;
            return;
        }
        bool const expired = std::atoi(request.get_param_value("X-Signature").c_str()) <= faults.expired;
        if (expired || (faults.status && faults.status_times-- > 0)) {
            response.status = expired ? 403 : faults.status.load();
            if (response.status == 429) {
                response.set_header("Retry-After", faults.asks_to_wait_long ? "3600" : "0");
            }
            return;
        }
        bool const new_tag = faults.new_tag_after >= 0 && answer >= faults.new_tag_after;
        response.set_header("ETag", new_tag ? "\"new\"" : "\"old\"");
        auto const lie = faults.length_lie.load();
        auto bytes = file->bytes;
        if (lie > 0) {
            bytes = std::make_shared<std::string const>(*bytes + std::string(static_cast<std::size_t>(lie), 'x'));
        } else if (lie < 0) {
            bytes =
                std::make_shared<std::string const>(bytes->substr(0, bytes->size() - static_cast<std::size_t>(-lie)));
        }
        if (faults.whole_only) {
            const_cast<httplib::Request&>(request).ranges.clear();
        }
        if (faults.other_part) {
            for (auto& range : const_cast<httplib::Request&>(request).ranges) {
                range = {range.first + 1, range.second};
            }
        }
        auto left = std::make_shared<std::uint64_t>(faults.cut_after ? faults.cut_after.load() : UINT64_MAX);
        response.set_content_provider(
            bytes->size(), "application/octet-stream",
            [this, bytes, left](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
                return send_part(*bytes, offset, length, *left, sink);
            });
    }

    bool send_part(std::string const& bytes, std::size_t offset, std::size_t length, std::uint64_t& left,
                   httplib::DataSink& sink) {
        auto& faults = hub.faults;
        while (faults.pause) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        if (!sink.is_writable()) { // whoever asked is gone
            return false;
        }
        auto const rate = faults.bytes_per_second.load();
        auto count = std::min<std::uint64_t>({length, std::uint64_t{rate ? 16U << 10 : 256U << 10}, left});
        if (faults.drip) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            count = std::min<std::uint64_t>(count, 1);
        }
        if (count == 0) {
            return false; // cut
        }
        if (rate) {
            pace(count, rate);
        }
        auto const flip = faults.flip_byte.load();
        bool const wrong = flip >= 0 && static_cast<std::size_t>(flip) >= offset &&
                           static_cast<std::size_t>(flip) < offset + count && faults.flip_times-- > 0;
        bool sent = false;
        if (wrong) {
            auto part = bytes.substr(offset, count);
            part[static_cast<std::size_t>(flip) - offset] ^= 1;
            sent = sink.write(part.data(), part.size());
        } else {
            sent = sink.write(bytes.data() + offset, count);
        }
        hub.bytes_sent_ += sent ? count : 0;
        left -= count;
        return sent;
    }

    // Makes all connections together no faster than that.
    void pace(std::uint64_t count, std::uint64_t rate) {
        static std::mutex mutex;
        static Clock::time_point next = Clock::now();
        Clock::time_point mine;
        {
            std::lock_guard lock(mutex);
            next = std::max(next, Clock::now() - std::chrono::milliseconds(5));
            next += std::chrono::nanoseconds(count * 1'000'000'000 / rate);
            mine = next;
        }
        std::this_thread::sleep_until(mine);
    }
};

ImitationHub::ImitationHub(Scheme scheme) : servers_(std::make_unique<Servers>(scheme)) {
    auto handlers = std::make_shared<HubHandlers>(HubHandlers{*this});
    auto& hub = *servers_->hub;
    std::string const name = "([\\w.-]+/[\\w.-]+)";
    using Q = httplib::Request const&;
    using A = httplib::Response&;
    hub.Get("/api/models/" + name + "/revision/([\\w./-]+)", [handlers](Q q, A a) { handlers->info(q, a); });
    hub.Get("/api/models/" + name + "/tree/([\\w./-]+)", [handlers](Q q, A a) { handlers->tree(q, a); });
    hub.Get("/api/models/" + name + "/refs", [handlers](Q q, A a) { handlers->refs(q, a); });
    hub.Get("/api/models/" + name, [handlers](Q q, A a) { handlers->info(q, a); });
    hub.Get("/" + name + "/resolve/([\\w.-]+)/(.+)", [handlers](Q q, A a) { handlers->resolve(q, a); });
    servers_->files->Get("/files/(\\w+)", [handlers](Q q, A a) { handlers->send_file(q, a); });
    servers_->hub_port = hub.bind_to_any_port("127.0.0.1");
    servers_->files_port = servers_->files->bind_to_any_port("127.0.0.1");
    servers_->hub_thread = std::jthread([this] { servers_->hub->listen_after_bind(); });
    servers_->files_thread = std::jthread([this] { servers_->files->listen_after_bind(); });
    hub.wait_until_ready();
    servers_->files->wait_until_ready();
}

ImitationHub::~ImitationHub() {
    servers_->hub->stop();
    servers_->files->stop();
}

std::string ImitationHub::endpoint() const {
    return servers_->address(servers_->hub_port);
}

std::uint64_t ImitationHub::bytes_in_queues() const {
    std::ifstream table("/proc/net/tcp"); // a line a socket: number, own and other address, state, queues
    std::string line;
    std::uint64_t bytes = 0;
    while (std::getline(table, line)) {
        unsigned own = 0, other = 0, state = 0, sending = 0, received = 0;
        bool const socket =
            std::sscanf(line.c_str(), " %*u: %*x:%x %*x:%x %x %x:%x", &own, &other, &state, &sending, &received) == 5;
        auto const port = static_cast<unsigned>(servers_->files_port);
        constexpr unsigned listening = 10;
        bytes += socket && state != listening && (own == port || other == port) ? sending + received : 0;
    }
    return bytes;
}

int ImitationHub::signatures() const {
    std::lock_guard lock(servers_->mutex);
    return servers_->signature;
}

std::filesystem::path ImitationHub::certificate() const {
    return servers_->certificate ? servers_->certificate->certificate : "";
}

std::vector<std::string> ImitationHub::tokens_shown_elsewhere() const {
    std::lock_guard lock(mutex_);
    return tokens_;
}

std::vector<std::string> ImitationHub::user_agents() const {
    std::lock_guard lock(mutex_);
    return agents_;
}

} // namespace echollama::test
