// What clients send and cannot be used: every interface says so in its own shape, and nothing is passed over in
// silence.
#include "server/base64.h"
#include "server/running_server.h"

namespace echollama::server {
namespace {

using test::picture;

struct Refused {
    char const* path;
    json body;
    char const* says;
};

json user(json const& content) {
    return json::array({{{"role", "user"}, {"content", content}}});
}

TEST_F(Server, FieldsOfAnotherKindAreNotPassedOver) {
    auto const image = to_base64(picture());
    json with_text = user("What is it?");
    with_text.at(0)["images"] = image;
    for (auto const& [path, body, says] :
         {Refused{"/api/chat", {{"messages", with_text}}, "'images'"},
          Refused{"/api/generate", {{"prompt", "What is it?"}, {"images", image}}, "'images'"},
          Refused{"/api/generate", {{"prompt", "What is it?"}, {"options", "hot"}}, "'options'"},
          Refused{"/completion", {{"prompt", "What is it?"}, {"image_data", image}}, "'image_data'"},
          Refused{"/v1/describe", {{"image", image}, {"question", 5}}, "'question'"},
          Refused{"/v1/describe", {{"image", image}, {"stream", "yes"}}, "'stream'"},
          Refused{"/describe", {{"image_b64", image}, {"task", 5}}, "'task'"},
          Refused{"/v1/conversations/mine", {{"image", image}, {"stream", 1}}, "'stream'"},
          Refused{"/v1/audio/speech", {{"input", "Hello."}, {"speed", "fast"}}, "'speed'"},
          Refused{"/v1/audio/speech", {{"input", "Hello."}, {"response_format", 5}}, "'response_format'"},
          Refused{"/v1/audio/speech", {{"input", "Hello."}, {"voice", 5}}, "'voice'"}}) {
        auto const reply = post(path, body, 400).dump();
        EXPECT_NE(reply.find(says), std::string::npos) << path << " " << reply;
    }
}

TEST_F(Server, WhatCannotBeOpenedIsNamedOnce) {
    auto const image = to_base64(picture());
    for (auto const& [key, sent, says] :
         {std::tuple{"image", json("iVBORw0KGgoAAAAN"), "picture that was sent"},
          {"depth", json("AAAA"), "The depth picture that was sent cannot be used"},
          {"right", json("AAAA"), "The right picture that was sent is not"},
          {"camera", json{{"fx", "x"}}, "The camera file that was sent cannot be used"}}) {
        json body{{"image", image}, {"focal_px", 500}};
        body[key] = sent;
        auto const text = post("/v1/describe", body, 400).at("error").at("message").get<std::string>();
        EXPECT_NE(text.find(says), std::string::npos) << text;
        EXPECT_EQ(text.find("that was sent"), text.rfind("that was sent")) << text;
    }
}

TEST_F(Server, FieldsThatAreNullAreAbsent) {
    auto const image = to_base64(picture());
    EXPECT_TRUE(
        post("/v1/describe", {{"image", image}, {"question", nullptr}, {"stream", nullptr}}).contains("sentences"));
    EXPECT_TRUE(
        post("/api/generate",
             {{"prompt", "Where?"}, {"images", nullptr}, {"options", nullptr}, {"format", nullptr}, {"stream", false}})
            .contains("response"));
}

TEST_F(Server, UnderApiEveryErrorIsAText) {
    json message = user("What is it?");
    message.at(0)["images"] = {"AAAA"}; // no picture: known only when it is opened
    for (bool const streamed : {false, true}) {
        EXPECT_TRUE(post("/api/chat", {{"messages", message}, {"stream", streamed}}, 400).at("error").is_string());
    }
    EXPECT_TRUE(post("/api/chat", {{"model", 5}}, 400).at("error").is_string());
    EXPECT_TRUE(post("/api/pull", {{"model", "x"}}, 404).at("error").is_string());
    auto const wrong_method = client_->Get("/api/chat");
    EXPECT_EQ(wrong_method->status, 405);
    EXPECT_TRUE(json::parse(wrong_method->body).at("error").is_string());
    auto const refused = client_->Get("/api/tags", httplib::Headers{{"Origin", "https://example.org"}});
    EXPECT_EQ(refused->status, 403);
    EXPECT_TRUE(json::parse(refused->body).at("error").is_string());
    EXPECT_TRUE(post("/v1/chat/completions", {{"messages", message}, {"n", 2}}, 400).at("error").is_object());
}

TEST_F(Server, OllamasStopsEndTheAnswer) {
    json message = user("Where is the cup?");
    message.at(0)["images"] = {to_base64(picture())};
    json const options{{"stop", json::array({"cup"})}};
    auto const chat = post("/api/chat", {{"messages", message}, {"stream", false}, {"options", options}});
    auto const whole = post("/api/chat", {{"messages", message}, {"stream", false}});
    auto const text = whole.at("message").at("content").get<std::string>();
    ASSERT_NE(text.find("cup"), std::string::npos);
    EXPECT_EQ(chat.at("message").at("content"), text.substr(0, text.find("cup")));
}

TEST_F(Server, FormsAndCompressedBodiesAreRefusedForWhatTheyAre) {
    for (auto const* path : {"/v1/describe", "/v1/chat/completions", "/api/chat"}) {
        auto const form = client_->Post(path, httplib::UploadFormDataItems{{"image", "x", "a.png", "image/png"}});
        ASSERT_TRUE(form) << path;
        EXPECT_EQ(form->status, 415) << path;
        EXPECT_NE(form->body.find("application/json"), std::string::npos) << form->body;
        for (auto const* encoding : {"gzip", "zstd", "br", "x"}) {
            auto const packed = client_->Post(path, httplib::Headers{{"Content-Encoding", encoding}}, "\x1f\x8b\x08",
                                              "application/json");
            ASSERT_TRUE(packed) << path << encoding;
            EXPECT_EQ(packed->status, 415) << path << encoding;
            EXPECT_NE(packed->body.find("ompressed"), std::string::npos) << packed->body;
        }
    }
    auto const plain =
        client_->Post("/api/chat", httplib::Headers{{"Content-Encoding", "identity"}}, "{}", "text/plain");
    EXPECT_EQ(plain->status, 200);
}

TEST_F(Server, WhatOtherModelsLeftInAConversationIsPassedOver) {
    json input = json::array({{{"type", "reasoning"}, {"summary", json::array()}},
                              {{"type", "function_call"}, {"call_id", "1"}, {"name", "look"}, {"arguments", "{}"}},
                              {{"type", "function_call_output"}, {"call_id", "1"}, {"output", "It rains."}}});
    EXPECT_EQ(post("/v1/responses", {{"input", input}}).at("status"), "completed") << "a tool's words are asked about";
    input.push_back(user("Hello").at(0));
    EXPECT_EQ(post("/v1/responses", {{"input", input}}).at("status"), "completed");
    auto const reference = json::array({{{"type", "item_reference"}, {"id", "msg_1"}}});
    EXPECT_NE(post("/v1/responses", {{"input", reference}}, 400).dump().find("not kept"), std::string::npos);
}

TEST_F(Server, AWebSocketsAddressSaysWhatItIs) {
    auto const reply = client_->Get("/v1/realtime");
    EXPECT_EQ(reply->status, 426);
    EXPECT_EQ(reply->get_header_value("Upgrade"), "websocket");
    EXPECT_NE(reply->body.find("ws://"), std::string::npos);
    EXPECT_EQ(client_->Post("/v1/realtime", "{}", "application/json")->status, 405);
}

} // namespace
} // namespace echollama::server
