#include "hub/upload.h"

#include "base/error.h"
#include "hub/client.h"
#include "hub/digest.h"
#include "hub/listing.h"
#include "hub/names.h"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <fstream>
#include <iterator>

namespace echollama::hub {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_in_commit = 64U << 20U;
constexpr std::size_t sample_bytes = 512; // by which the hub tells texts from other files

std::string base64(std::string const& bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    auto const length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<unsigned char const*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

std::string api_part(RepositoryKind kind) {
    return kind == RepositoryKind::model ? "models" : "datasets";
}

struct ReadFile {
    std::string path, bytes;
    std::string content = {}; // SHA-256, of large ones
    bool large = false;
};

std::string contents_of(Upload::File const& file) {
    std::ifstream stream(file.from, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    if (!stream.good() && !stream.eof()) {
        throw Error("Cannot read " + file.from.string() + "; name an existing file.");
    }
    if (bytes.size() > largest_upload) {
        throw Error("The file " + file.from.string() + " is larger than 2 GiB; publish it with the hub's own client.");
    }
    return bytes;
}

class Uploader {
  public:
    Uploader(Settings const& settings, Upload const& what, std::stop_token stop)
        : settings_(settings), what_(what), stop_(std::move(stop)) {
        if (settings.token.empty()) {
            throw Error("Publishing needs a token that may write; make one at " + settings.endpoint +
                        "/settings/tokens and put it in HF_TOKEN or into the file " + settings.token_file.string() +
                        ".");
        }
        if (settings.offline) {
            throw Error("Without the network (HF_HUB_OFFLINE) nothing can be published; allow it.");
        }
        check_repository(what.repository);
        if (what.repository.find('/') == std::string::npos) {
            throw Error("'" + what.repository + "' says not whose repository it is; name it OWNER/NAME.");
        }
    }

    void make_repository() const {
        auto const slash = what_.repository.find('/');
        Json question{{"organization", what_.repository.substr(0, slash)},
                      {"name", what_.repository.substr(slash + 1)},
                      {"type", what_.kind == RepositoryKind::model ? "model" : "dataset"},
                      {"private", what_.is_private}};
        send("POST", settings_.endpoint + "/api/repos/create", json_headers(), question.dump(), {200, 201, 409});
    }

    // Which files go by LFS.
    void sort_out(std::vector<ReadFile>& files) const {
        Json question{{"files", Json::array()}};
        for (auto const& file : files) {
            question["files"].push_back({{"path", file.path},
                                         {"size", file.bytes.size()},
                                         {"sample", base64(file.bytes.substr(0, sample_bytes))}});
        }
        auto const answer = json_of(send("POST", api("/preupload/main"), json_headers(), question.dump()));
        for (auto const& one : answer.value("files", Json::array())) {
            for (auto& file : files) {
                if (one.is_object() && one.value("path", Json()) == file.path) {
                    file.large = one.value("uploadMode", Json()) == "lfs";
                }
            }
        }
    }

    void send_large(ReadFile const& file) const {
        Json const question{{"operation", "upload"},
                            {"transfers", {"basic"}},
                            {"hash_algo", "sha256"},
                            {"ref", {{"name", "main"}}},
                            {"objects", {{{"oid", file.content}, {"size", file.bytes.size()}}}}};
        auto headers = json_headers();
        headers.back().second = "application/vnd.git-lfs+json";
        headers.emplace_back("Accept", "application/vnd.git-lfs+json");
        auto const answer = json_of(send("POST", git() + "/info/lfs/objects/batch", headers, question.dump()));
        auto const objects = answer.value("objects", Json::array());
        auto const object = objects.is_array() && !objects.empty() ? objects.front() : Json();
        if (!object.is_object() || object.contains("error")) {
            refuse("does not take " + file.path);
        }
        auto const actions = object.value("actions", Json::object());
        if (!actions.is_object() || !actions.contains("upload")) { // it is there already
            return;
        }
        do_action(actions["upload"], "PUT", file.bytes);
        if (actions.contains("verify")) {
            do_action(actions["verify"], "POST", Json{{"oid", file.content}, {"size", file.bytes.size()}}.dump());
        }
    }

    void commit(std::vector<ReadFile> const& files) const {
        std::string body = Json{{"key", "header"}, {"value", {{"summary", what_.message}, {"description", ""}}}}.dump();
        for (auto const& file : files) {
            if (!file.large && file.bytes.size() > most_in_commit) {
                refuse("wants " + file.path + " within the commit, for which it is too large");
            }
            Json const large{
                {"key", "lfsFile"},
                {"value",
                 {{"path", file.path}, {"algo", "sha256"}, {"oid", file.content}, {"size", file.bytes.size()}}}};
            Json const small{{"key", "file"},
                             {"value", {{"path", file.path}, {"encoding", "base64"}, {"content", base64(file.bytes)}}}};
            body += "\n" + (file.large ? large : small).dump();
        }
        auto headers = json_headers();
        headers.back().second = "application/x-ndjson";
        send("POST", api("/commit/main"), headers, body);
    }

  private:
    std::string api(std::string const& path) const {
        return settings_.endpoint + "/api/" + api_part(what_.kind) + "/" + what_.repository + path;
    }
    std::string git() const { return page_of(settings_, what_.kind, what_.repository) + ".git"; }

    static http::Headers json_headers() { return {{"Content-Type", "application/json"}}; }

    [[noreturn]] void refuse(std::string const& why) const {
        throw Error("The hub " + settings_.endpoint + " " + why + "; nothing was published in " + what_.repository +
                    ".");
    }

    Json json_of(std::string const& body) const {
        auto json = Json::parse(body, nullptr, false);
        if (!json.is_object()) {
            refuse("answers something that is no JSON object");
        }
        return json;
    }

    // The server of large files has its own signature in the address; the token is not for it.
    void do_action(Json const& action, char const* method, std::string const& body) const {
        auto const href = action.is_object() ? action.value("href", Json()) : Json();
        if (!href.is_string()) {
            refuse("names no place for large files");
        }
        http::Headers headers;
        if (method == std::string_view("POST")) {
            headers.emplace_back("Content-Type", "application/vnd.git-lfs+json");
        }
        if (auto const named = action.find("header"); named != action.end() && named->is_object()) {
            for (auto const& [name, value] : named->items()) {
                if (value.is_string()) {
                    headers.emplace_back(name, value.get<std::string>());
                }
            }
        }
        send(method, href.get<std::string>(), headers, body, {200, 201, 204});
    }

    std::string send(std::string const& method, std::string const& url, http::Headers const& headers,
                     std::string const& body, std::vector<int> wanted = {200}) const {
        auto const address = http::parse_file_address(url);
        if (!address) {
            refuse("sends to a place that is no address");
        }
        http::Request request{*address, method, headers_for(settings_, *address), body};
        request.headers.insert(request.headers.end(), headers.begin(), headers.end());
        request.wanted = std::move(wanted);
        for (int attempt = 0;; ++attempt) {
            std::string answer;
            auto const outcome = http::exchange(
                request,
                [&](std::string_view bytes) {
                    answer += bytes;
                    return answer.size() <= max_answer_bytes;
                },
                stop_);
            if (!outcome) {
                throw Cancelled();
            }
            if (outcome->kind == http::Outcome::Kind::complete) {
                return answer;
            }
            auto const wait = http::wait_before_retry(*outcome, attempt, what_.retry);
            if (!wait) {
                refuse(reason(*outcome));
            }
            if (!http::wait_for(*wait, stop_)) {
                throw Cancelled();
            }
        }
    }

    static std::string reason(http::Outcome const& outcome) {
        auto const status = " (" + std::to_string(outcome.status) + ")";
        switch (outcome.kind) {
        case http::Outcome::Kind::refused:
            return outcome.status == 401 || outcome.status == 403
                       ? "does not let this token write there" + status + "; check that it may, and whose name it is"
                       : "refuses" + status;
        case http::Outcome::Kind::untrusted:
            return "does not prove that it is what it says";
        default:
            return "does not answer";
        }
    }

    Settings const& settings_;
    Upload const& what_;
    std::stop_token stop_;
};

} // namespace

std::string page_of(Settings const& settings, RepositoryKind kind, std::string const& repository) {
    return settings.endpoint + (kind == RepositoryKind::model ? "/" : "/datasets/") + repository;
}

std::string upload(Settings const& settings, Upload const& what, std::function<void(std::string const&)> const& told,
                   std::stop_token const& stop) {
    Uploader const uploader(settings, what, stop);
    std::vector<ReadFile> files;
    for (auto const& file : what.files) {
        check_file_name(file.path);
        files.push_back({file.path, contents_of(file)});
    }
    uploader.make_repository();
    uploader.sort_out(files);
    for (auto& file : files) {
        if (file.large) {
            told(file.path);
            Digest digest(Digest::Kind::sha256, file.bytes.size());
            digest.add(file.bytes.data(), file.bytes.size());
            file.content = digest.text();
            uploader.send_large(file);
        }
    }
    uploader.commit(files);
    return page_of(settings, what.kind, what.repository);
}

} // namespace echollama::hub
