// A hub on the loopback that takes files as the real one does (repositories, what goes by LFS, LFS's basic transfer to
// another server, commits), and misbehaves on request.
#pragma once

#include "hub/digest.h"

#include <cpp-httplib/httplib.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace echollama::test {

class ReceivingHub {
  public:
    static constexpr char const* token = "hf_writes";

    std::map<std::string, std::map<std::string, std::string>> repositories; // "datasets/o/n": path and bytes
    std::vector<std::string> messages;                                      // of commits
    int busy = 0;                                                           // requests that are answered with 503 first
    std::string wrong_answer = {};                                          // to the question what goes by LFS
    bool loses_large = false;                                               // says that it has what was never sent
    std::string token_elsewhere = {};                                       // that the server of large files was shown

    ReceivingHub() {
        using httplib::Request, httplib::Response;
        hub_.set_pre_routing_handler([this](Request const& request, Response& response) {
            std::lock_guard const lock(mutex_);
            if (busy > 0) {
                --busy;
                response.status = 503;
                return httplib::Server::HandlerResponse::Handled;
            }
            if (request.get_header_value("Authorization") != "Bearer " + std::string(token)) {
                response.status = 401;
                return httplib::Server::HandlerResponse::Handled;
            }
            return httplib::Server::HandlerResponse::Unhandled;
        });
        hub_.Post("/api/repos/create", [this](Request const& request, Response& response) {
            std::lock_guard const lock(mutex_);
            auto const json = nlohmann::json::parse(request.body);
            auto const key = std::string(json["type"] == "dataset" ? "datasets/" : "models/") +
                             json["organization"].get<std::string>() + "/" + json["name"].get<std::string>();
            response.status = repositories.contains(key) ? 409 : 200;
            repositories[key];
            response.set_content("{}", "application/json");
        });
        hub_.Post(R"(/api/(models|datasets)/([^/]+/[^/]+)/preupload/main)", [this](Request const& request,
                                                                                   Response& response) {
            auto const json = nlohmann::json::parse(request.body);
            nlohmann::json answer{{"files", nlohmann::json::array()}};
            for (auto const& file : json["files"]) {
                bool const large = file["path"].get<std::string>().find(".safetensors") != std::string::npos;
                answer["files"].push_back({{"path", file["path"]}, {"uploadMode", large ? "lfs" : "regular"}});
            }
            response.set_content(wrong_answer.empty() ? answer.dump() : wrong_answer, "application/json");
        });
        hub_.Post(R"(/(?:datasets/)?[^/]+/[^/]+\.git/info/lfs/objects/batch)", [this](Request const& request,
                                                                                      Response& response) {
            auto const json = nlohmann::json::parse(request.body);
            auto object = json["objects"][0];
            auto const oid = object["oid"].get<std::string>();
            std::lock_guard const lock(mutex_);
            if (!large_.contains(oid) && !loses_large) {
                object["actions"] = {
                    {"upload", {{"href", stores_at() + "/" + oid + "?signature=1"}, {"header", {{"X-Kind", "lfs"}}}}},
                    {"verify", {{"href", endpoint() + "/verify"}}}};
            }
            response.set_content(nlohmann::json{{"objects", {object}}}.dump(), "application/vnd.git-lfs+json");
        });
        hub_.Post("/verify", [this](Request const& request, Response& response) {
            std::lock_guard const lock(mutex_);
            response.status = large_.contains(nlohmann::json::parse(request.body)["oid"]) ? 200 : 404;
        });
        hub_.Post(R"(/api/(models|datasets)/([^/]+/[^/]+)/commit/main)",
                  [this](Request const& request, Response& response) {
                      std::lock_guard const lock(mutex_);
                      auto& kept = repositories.at(request.matches[1].str() + "/" + request.matches[2].str());
                      auto repository = kept; // all of a commit or nothing
                      std::istringstream lines(request.body);
                      for (std::string line; std::getline(lines, line);) {
                          auto const json = nlohmann::json::parse(line);
                          auto const& value = json["value"];
                          if (json["key"] == "header") {
                              messages.push_back(value["summary"]);
                          } else if (json["key"] == "lfsFile" && !large_.contains(value["oid"])) {
                              response.status = 400;
                              return;
                          } else if (json["key"] == "lfsFile") {
                              repository[value["path"]] = large_.at(value["oid"]);
                          } else {
                              repository[value["path"]] = decoded(value["content"]);
                          }
                      }
                      kept = std::move(repository);
                      response.set_content("{}", "application/json");
                  });
        store_.Put(R"(/([0-9a-f]{64}))", [this](Request const& request, Response& response) {
            std::lock_guard const lock(mutex_);
            token_elsewhere += request.get_header_value("Authorization");
            hub::Digest digest(hub::Digest::Kind::sha256, request.body.size());
            digest.add(request.body.data(), request.body.size());
            bool const right = digest.text() == request.matches[1].str() && request.get_header_value("X-Kind") == "lfs";
            response.status = right ? 200 : 400;
            if (right) {
                large_[request.matches[1].str()] = request.body;
            }
        });
        hub_port_ = hub_.bind_to_any_port("127.0.0.1");
        store_port_ = store_.bind_to_any_port("127.0.0.1");
        hub_thread_ = std::jthread([this] { hub_.listen_after_bind(); });
        store_thread_ = std::jthread([this] { store_.listen_after_bind(); });
        hub_.wait_until_ready();
        store_.wait_until_ready();
    }
    ~ReceivingHub() {
        hub_.stop();
        store_.stop();
    }
    ReceivingHub(ReceivingHub const&) = delete;
    ReceivingHub& operator=(ReceivingHub const&) = delete;

    std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(hub_port_); }

  private:
    std::string stores_at() const { return "http://127.0.0.1:" + std::to_string(store_port_); }
    static std::string decoded(std::string const& text) {
        std::string bytes(text.size() / 4 * 3, '\0');
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<unsigned char const*>(text.data()), static_cast<int>(text.size()));
        for (auto at = text.find('='); at < text.size(); ++at) {
            bytes.pop_back();
        }
        return bytes;
    }

    httplib::Server hub_, store_;
    int hub_port_ = 0, store_port_ = 0;
    std::mutex mutex_;
    std::map<std::string, std::string> large_;
    std::jthread hub_thread_, store_thread_;
};

} // namespace echollama::test
