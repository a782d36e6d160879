// Conversations that keep a picture: kept, forgotten, and made again by who holds them.
#include "media/picture/image_io.h"
#include "server/base64.h"
#include "server/conversations.h"
#include "server/running_server.h"

#include <fstream>

namespace echollama::server {
namespace {

Sight sight_of(std::size_t bytes) {
    return {std::vector<std::uint8_t>(bytes)};
}

TEST(Conversations, TheyAreForgottenWhenNobodyAsksAndWhenThereAreTooMany) {
    Conversations kept;
    auto const now = Conversations::Clock::now();
    kept.begin("old", sight_of(10), {}, now);
    EXPECT_TRUE(kept.find("old", now + 29min));
    EXPECT_TRUE(kept.find("old", now + 58min)) << "asking keeps it";
    EXPECT_FALSE(kept.find("old", now + 89min));
    for (std::size_t i = 0; i < Conversations::most + 5; ++i) {
        kept.begin(std::to_string(i), sight_of(10), {}, now);
    }
    EXPECT_EQ(kept.count(now), Conversations::most);
    EXPECT_FALSE(kept.find("0", now));
    EXPECT_TRUE(kept.find("68", now));
    EXPECT_TRUE(kept.end("68"));
    EXPECT_FALSE(kept.end("68"));
    for (int i = 0; i < 4; ++i) {
        kept.begin("large " + std::to_string(i), sight_of(100U << 20), {}, now);
    }
    EXPECT_EQ(kept.count(now), 2U) << "256 MiB of pictures";
    EXPECT_TRUE(kept.find("large 3", now));
}

class ConversationServer : public Server {
  protected:
    json begin(json const& more = json::object()) {
        json body{{"image", to_base64(test::picture())}};
        body.update(more);
        return post("/v1/conversations", body);
    }
    std::string ask(std::string const& id, json const& body) {
        return post("/v1/conversations/" + id, body).at("text").get<std::string>();
    }
};

TEST_F(ConversationServer, APictureIsSentOnceAndTalkedAbout) {
    auto const begun = begin();
    auto const id = begun.at("id").get<std::string>();
    EXPECT_EQ(begun.at("things").size(), 1U);
    auto const description = ask(id, json::object());
    EXPECT_NE(description.find("cup"), std::string::npos);
    auto const where = ask(id, {{"question", "Where is it?"}});
    EXPECT_NE(where.find("straight ahead"), std::string::npos) << "'it' is what was named: " << where;
    EXPECT_EQ(ask(id, {{"question", "Say that again."}}), where);
    auto const lines = stream("/v1/conversations/" + id, {{"question", "Is there a cup?"}, {"stream", true}});
    EXPECT_TRUE(lines.starts_with("{\"type\":\"sentence\",\"text\":\"Yes")) << lines;
    EXPECT_TRUE(lines.ends_with("{\"type\":\"done\"}\n"));
    EXPECT_EQ(models_.detector->looked, 1);
    auto const history = json::parse(client_->Get("/v1/conversations/" + id)->body).at("history");
    EXPECT_EQ(history.size(), 6U) << "what was said twice is no turn of its own: " << history;

    // Another server, or this one after it has forgotten, goes on from what the client knows.
    EXPECT_EQ(client_->Delete("/v1/conversations/" + id)->status, 200);
    auto const gone = post("/v1/conversations/" + id, {{"question", "Say that again."}}, 404);
    EXPECT_EQ(gone.at("error").at("code"), "conversation_not_found");
    auto const again =
        ask(id, {{"question", "Say that again."}, {"image", to_base64(test::picture())}, {"history", history}});
    EXPECT_TRUE(again.starts_with("Yes")) << again;
    EXPECT_EQ(ask(id, {{"question", "Speak faster."}}), "That is set where you hear me.");
}

TEST_F(ConversationServer, WhatCannotBeIsRefused) {
    post("/v1/conversations", json::object(), 400);
    post("/v1/conversations", {{"image", "AAAA"}}, 400);
    auto const id = begin().at("id").get<std::string>();
    post("/v1/conversations/" + id, {{"question", 7}}, 400);
    post("/v1/conversations/" + id, {{"image", to_base64(test::picture())}, {"history", "none"}}, 400);
    for (auto const& path : std::vector<std::string>{"/v1/conversations/nobody", "/v1/conversations/a%2Fb",
                                                     "/v1/conversations/" + std::string(100, 'a')}) {
        EXPECT_EQ(client_->Get(path)->status, 404) << path;
        EXPECT_EQ(client_->Delete(path)->status, 404) << path;
        post(path, {{"question", "hi"}, {"image", to_base64(test::picture())}}, path.ends_with("nobody") ? 200 : 404);
    }
}

TEST_F(ConversationServer, DepthAndCameraComeAlong) {
    test::TempDir const dir;
    {
        std::ofstream depth(dir / "depth.pgm", std::ios::binary);
        depth << "P5\n64 48\n65535\n";
        for (int i = 0; i < 64 * 48; ++i) {
            depth.put(static_cast<char>(1500 >> 8)).put(static_cast<char>(1500 & 0xFF)); // millimetres
        }
    }
    std::ifstream file(dir / "depth.pgm", std::ios::binary);
    std::vector<std::uint8_t> const depth(std::istreambuf_iterator<char>(file), {});
    json const body{{"image", to_base64(test::picture())},
                    {"depth", to_base64(depth)},
                    {"depth_units", "mm"},
                    {"camera", {{"fx", 60}, {"fy", 60}, {"cx", 32}, {"cy", 24}}}};
    auto const scene = post("/v1/scene", body);
    EXPECT_NEAR(scene.at("objects").at(0).at("distance").at("metres").get<double>(), 1.5, 0.1) << scene;
    EXPECT_EQ(scene.at("camera").at("fx"), 60);
    EXPECT_NE(post("/v1/describe", body).at("text").get<std::string>().find("1.5"), std::string::npos);
    auto const refused = [&](char const* key, json const& value, char const* says) {
        auto wrong = body;
        wrong[key] = value;
        auto const message = post("/v1/scene", wrong, 400).at("error").at("message").get<std::string>();
        EXPECT_NE(message.find(says), std::string::npos) << message;
        EXPECT_EQ(message.find("/proc"), std::string::npos) << message;
    };
    refused("depth", "AAAA", "depth");
    refused("depth_units", 7, "depth_units");
    refused("camera", "wide", "camera");
    refused("camera", {{"fx", -1}}, "camera");
    refused("focal_px", -5, "focal_px");
    refused("right", to_base64(test::picture()), "right picture");
}

} // namespace
} // namespace echollama::server
