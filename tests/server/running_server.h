// The server over a real connection, with models that are told what to find and say.
#pragma once

#include "server/service.h"
#include "support/fake_models.h"

#include <cpp-httplib/httplib.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

namespace echollama::server {

using namespace std::chrono_literals;
using nlohmann::json;

class Server : public testing::Test {
  protected:
    explicit Server(ServiceOptions options = {}, std::size_t most_waiting = 16) {
        engine_ = std::make_unique<Engine>(models_.engine_models(), most_waiting);
        options.port = 0;
        options.version = "1.2.3";
        service_ = std::make_unique<Service>(*engine_, options);
        thread_ = std::jthread([this](std::stop_token stop) { service_->run(stop); });
        client_ = std::make_unique<httplib::Client>("127.0.0.1", service_->port());
        client_->set_read_timeout(20s);
        for (int i = 0; i < 200 && !client_->Get("/health"); ++i) {
            std::this_thread::sleep_for(10ms);
        }
    }

    json post(std::string const& path, json const& body, int status = 200) {
        auto const reply = client_->Post(path, body.dump(), "application/json");
        EXPECT_TRUE(reply) << path;
        EXPECT_EQ(reply ? reply->status : 0, status) << path << " " << (reply ? reply->body : "");
        return reply ? json::parse(reply->body, nullptr, false) : json();
    }
    std::string stream(std::string const& path, json const& body) {
        auto const reply = client_->Post(path, body.dump(), "application/json");
        EXPECT_TRUE(reply && reply->status == 200) << path;
        return reply ? reply->body : "";
    }

    test::FakeModels models_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<Service> service_;
    std::unique_ptr<httplib::Client> client_;
    std::jthread thread_;
};

} // namespace echollama::server
