// Pictures behind addresses, from a server within this test that stands for the public internet.
#include "base/error.h"
#include "http/public_fetch.h"
#include "support/support.h"

#include <cpp-httplib/httplib.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

namespace echollama::http {
namespace {

using namespace std::chrono_literals;

class Fetching : public testing::Test {
  protected:
    Fetching() {
        server_.Get("/cup.png", [this](auto const& request, httplib::Response& response) {
            ++asked_;
            host_ = request.get_header_value("Host");
            response.set_content("a cup", "image/png");
        });
        server_.Get("/to", [this](httplib::Request const& request, httplib::Response& response) {
            ++asked_;
            response.set_redirect(request.get_param_value("place"), 302);
        });
        server_.Get("/page",
                    [](auto const&, httplib::Response& response) { response.set_content("<html>", "text/html"); });
        server_.Get("/large", [](auto const&, httplib::Response& response) {
            response.set_content(std::string(1000, 'x'), "image/png");
        });
        server_.Get("/endless", [this](auto const&, httplib::Response& response) {
            response.set_chunked_content_provider("image/png", [this](std::size_t, httplib::DataSink& sink) {
                std::this_thread::sleep_for(20ms);
                return !over_ && sink.write("x", 1);
            });
        });
        port_ = server_.bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server_.listen_after_bind(); });
        server_.wait_until_ready();
        // 127.0.0.1 stands for the public internet; everything else is as it is.
        how_.may_reach = [](std::string const& numeric) {
            return numeric == "127.0.0.1" || is_public_address(numeric);
        };
        how_.resolve = [this](std::string const& host) {
            std::lock_guard lock(mutex_);
            ++resolved_[host];
            auto const named = names_.find(host);
            return named == names_.end() ? resolve_host(host) : named->second;
        };
        how_.types = {"image/"};
        names_ = {{"pictures.example", {"127.0.0.1"}}};
    }
    ~Fetching() override {
        over_ = true;
        server_.stop();
        thread_.join();
    }
    std::string at(std::string const& host, std::string const& path) const {
        return "http://" + host + ":" + std::to_string(port_) + path;
    }
    std::string fetch(std::string const& url, std::stop_token const& stop = {}) {
        return fetch_public(url, how_, stop).value_or("stopped");
    }
    std::string refusal(std::string const& url) {
        return test::refusal([&] { fetch(url); });
    }

    PublicFetch how_;
    std::map<std::string, std::vector<std::string>> names_;
    std::mutex mutex_;
    std::map<std::string, int> resolved_;
    std::atomic<int> asked_ = 0;
    std::atomic<bool> over_ = false;
    std::string host_;
    httplib::Server server_;
    int port_ = 0;
    std::thread thread_;
};

TEST_F(Fetching, APublicServersPictureIsFetchedFromTheAddressThatWasLookedAt) {
    EXPECT_EQ(fetch(at("pictures.example", "/cup.png")), "a cup") << "no other resolver knows this name";
    EXPECT_EQ(resolved_["pictures.example"], 1) << "the name could mean something else the second time";
    EXPECT_EQ(host_, "pictures.example:" + std::to_string(port_)) << "the server is called by its name";
    EXPECT_EQ(fetch("HTTP://Pictures.EXAMPLE:" + std::to_string(port_) + "/cup.png#part"), "a cup");
    EXPECT_EQ(fetch(at("127.0.0.1", "/cup.png")), "a cup");
}

TEST_F(Fetching, AProxyIsNotAskedForItWouldResolveTheNameAgain) {
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    EXPECT_EQ(fetch(at("pictures.example", "/cup.png")), "a cup");
    unsetenv("http_proxy");
}

TEST_F(Fetching, ServersThatAreNotPublicAreNotEvenAsked) {
    how_.may_reach = is_public_address;
    names_["both.example"] = {"93.184.216.34", "127.0.0.1"};
    names_["mapped.example"] = {"::ffff:127.0.0.1"};
    names_["metadata.example"] = {"169.254.169.254"};
    for (auto const* host : {"127.0.0.1", "localhost", "pictures.example", "both.example", "mapped.example",
                             "metadata.example", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "[::]",
                             "0.0.0.0", "10.0.0.1", "[fd00:ec2::254]", "[fe80::1]"}) {
        EXPECT_NE(refusal(at(host, "/cup.png")).find("public internet only"), std::string::npos) << host;
    }
    EXPECT_EQ(asked_, 0);
}

TEST_F(Fetching, ARedirectIsLookedAtLikeTheFirstAddress) {
    names_["other.example"] = {"127.0.0.1"};
    names_["inside.example"] = {"10.0.0.1"};
    auto const to = [&](std::string const& place) { return at("pictures.example", "/to?place=" + place); };
    EXPECT_EQ(fetch(to("/cup.png")), "a cup");
    EXPECT_EQ(fetch(to("//other.example:" + std::to_string(port_) + "/cup.png")), "a cup");
    EXPECT_EQ(fetch(to(at("other.example", "/cup.png"))), "a cup");
    for (std::string const& place :
         {at("inside.example", "/cup.png"), at("127.0.0.2", "/cup.png"), at("[::1]", "/cup.png"),
          std::string("http://169.254.169.254/latest/meta-data/"), at("[::ffff:10.0.0.1]", "/")}) {
        EXPECT_NE(refusal(to(place)).find("public internet only"), std::string::npos) << place;
    }
    for (auto const* place : {"file:///etc/passwd", "gopher://127.0.0.1/", "cup.png", "http://user@127.0.0.1/"}) {
        EXPECT_NE(refusal(to(place)), "") << place;
    }
    EXPECT_NE(refusal(to("/to?place=/to?place=/to?place=/to")).find("on and on"), std::string::npos);
}

TEST_F(Fetching, ItIsAPictureOfASizeWithinATime) {
    EXPECT_NE(refusal(at("pictures.example", "/page")).find("no picture"), std::string::npos);
    how_.most_bytes = 999;
    EXPECT_NE(refusal(at("pictures.example", "/large")).find("larger than"), std::string::npos);
    how_.most_bytes = 1000;
    EXPECT_EQ(fetch(at("pictures.example", "/large")).size(), 1000U);
    EXPECT_NE(refusal(at("pictures.example", "/none")).find("(404)"), std::string::npos);
    how_.longest = 200ms;
    auto const begin = std::chrono::steady_clock::now();
    EXPECT_NE(refusal(at("pictures.example", "/endless")).find("within 0 seconds"), std::string::npos);
    how_.resolve = [](std::string const&) {
        std::this_thread::sleep_for(3s);
        return std::vector<std::string>{};
    };
    EXPECT_NE(refusal(at("slow.example", "/cup.png")).find("within 0 seconds"), std::string::npos);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 2500ms) << "nobody waits for a resolver";
}

TEST_F(Fetching, WhoHasGoneIsNotWaitedFor) {
    std::stop_source stop;
    std::jthread const leaving([&] {
        std::this_thread::sleep_for(100ms);
        stop.request_stop();
    });
    EXPECT_EQ(fetch(at("pictures.example", "/endless"), stop.get_token()), "stopped");
}

TEST_F(Fetching, WhatIsNoAddressIsRefused) {
    for (std::string const url :
         {"", "cup.png", "http://", "http:///cup.png", "ftp://pictures.example/", "http://user:word@pictures.example/",
          "http://pictures.example:0/", "http://pictures.example:99999/", "http://pictures.example:1x/",
          "http://pic tures.example/", "http://pictures.example/a b", "http://pict\xC3\xBCres.example/",
          "http://pictures.example\\@127.0.0.1/", "http://pictures%2eexample/", "http://[fe80::1%25lo]/"}) {
        EXPECT_NE(refusal(url), "") << url;
    }
    EXPECT_NE(refusal("http://pictures.example/" + std::string(10000, 'a')), "");
    EXPECT_NE(refusal("http://nobody.invalid/cup.png").find("not known"), std::string::npos);
    EXPECT_EQ(asked_, 0);
}

} // namespace
} // namespace echollama::http
