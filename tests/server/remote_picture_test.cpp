// Pictures that clients name by their address, with and without leave.
#include "server/api_error.h"
#include "server/remote_picture.h"
#include "server/running_server.h"

namespace echollama::server {
namespace {

// Where every address leads to this picture; nothing is sent over a network.
struct Fetched {
    std::atomic<int> times = 0;
    std::vector<std::uint8_t> operator()(std::string const& address) {
        ++times;
        if (address.find("inside") != std::string::npos) {
            throw ApiError(400, "That is not public; send the picture.", "image_url", "invalid_image_url");
        }
        return test::picture();
    }
};

class Fetcher : public testing::Test {
  protected:
    Fetcher() {
        auto models = models_.engine_models();
        models.fetch_picture = [this](std::string const& address, std::stop_token const&) { return fetched_(address); };
        engine_ = std::make_unique<Engine>(std::move(models));
        ServiceOptions options;
        options.port = 0;
        service_ = std::make_unique<Service>(*engine_, options);
        thread_ = std::jthread([this](std::stop_token stop) { service_->run(stop); });
        client_ = std::make_unique<httplib::Client>("127.0.0.1", service_->port());
        for (int i = 0; i < 200 && !client_->Get("/health"); ++i) {
            std::this_thread::sleep_for(10ms);
        }
    }
    httplib::Result post(std::string const& path, json const& body) {
        return client_->Post(path, body.dump(), "application/json");
    }

    test::FakeModels models_;
    Fetched fetched_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<Service> service_;
    std::unique_ptr<httplib::Client> client_;
    std::jthread thread_;
};

struct Ask {
    char const* path;
    json body;
};

// Every interface in which an address can stand for a picture, whole and streamed.
std::vector<Ask> all_with(std::string const& url) {
    std::vector<Ask> all;
    for (bool const stream : {false, true}) {
        json const part{{"type", "image_url"}, {"image_url", {{"url", url}}}};
        all.push_back({"/v1/chat/completions",
                       {{"stream", stream}, {"messages", {{{"role", "user"}, {"content", json::array({part})}}}}}});
        json const input{{"type", "input_image"}, {"image_url", url}};
        all.push_back(
            {"/v1/responses",
             {{"stream", stream}, {"input", json::array({{{"role", "user"}, {"content", json::array({input})}}})}}});
        all.push_back({"/v1/describe", {{"stream", stream}, {"image", url}}});
        all.push_back({"/v1/conversations/abc", {{"stream", stream}, {"image", url}, {"question", "Is there a cup?"}}});
    }
    all.push_back({"/v1/scene", {{"image", url}}});
    all.push_back({"/v1/conversations", {{"image", url}}});
    return all;
}

TEST_F(Fetcher, EveryInterfaceFetchesThePictureOnceForEachRequest) {
    for (auto const& ask : all_with("https://pictures.example/cup.png")) {
        int const before = fetched_.times;
        auto const reply = post(ask.path, ask.body);
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->status, 200) << ask.path << reply->body;
        EXPECT_NE(reply->body.find("cup"), std::string::npos) << ask.path << reply->body;
        EXPECT_EQ(fetched_.times, before + 1) << ask.path << ask.body.dump();
    }
    EXPECT_EQ(models_.detector->looked, 1) << "the same bytes are the same picture";
}

TEST_F(Fetcher, OnlyTheLastPictureOfAConversationIsFetched) {
    json const part{{"type", "image_url"}, {"image_url", {{"url", "https://pictures.example/cup.png"}}}};
    json const turn{{"role", "user"}, {"content", json::array({part, part})}};
    EXPECT_EQ(post("/v1/chat/completions", {{"messages", json::array({turn, turn})}})->status, 200);
    EXPECT_EQ(fetched_.times, 1);
}

TEST_F(Fetcher, AConversationKeepsThePictureAndDoesNotFetchItAgain) {
    auto const begun = json::parse(post("/v1/conversations", {{"image", "https://pictures.example/cup.png"}})->body);
    auto const path = "/v1/conversations/" + begun.at("id").get<std::string>();
    EXPECT_EQ(post(path, {{"question", "Is there a cup?"}})->status, 200);
    EXPECT_EQ(fetched_.times, 1);
}

TEST_F(Fetcher, WhatCannotBeFetchedIsRefusedBeforeTheReplyBegins) {
    for (auto const& ask : all_with("http://inside.example/cup.png")) {
        auto const reply = post(ask.path, ask.body);
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->status, 400) << ask.path << ask.body.dump();
        EXPECT_EQ(json::parse(reply->body).at("error").at("code"), "invalid_image_url") << ask.path;
    }
}

TEST_F(Server, WithoutLeaveNoInterfaceFetches) {
    for (auto const& ask : all_with("https://pictures.example/cup.png")) {
        auto const reply = client_->Post(ask.path, ask.body.dump(), "application/json");
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->status, 400) << ask.path << ask.body.dump();
        EXPECT_NE(reply->body.find("not fetched"), std::string::npos) << ask.path;
    }
}

TEST(RemotePicture, TheProgramsOwnLimitsReachThePublicInternetOnly) {
    auto const how = picture_limits();
    EXPECT_FALSE(how.may_reach("127.0.0.1"));
    EXPECT_FALSE(how.may_reach("::ffff:169.254.169.254"));
    EXPECT_TRUE(how.may_reach("93.184.216.34"));
    try {
        fetch_picture("http://127.0.0.1:1/cup.png", how, {});
        FAIL();
    } catch (ApiError const& error) {
        EXPECT_EQ(error.status(), 400);
        EXPECT_NE(std::string(error.what()).find("public internet only"), std::string::npos);
    }
}

} // namespace
} // namespace echollama::server
