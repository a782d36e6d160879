// What screen readers' add-ons send, word for word as their sources build it (the picture aside), and what they read of
// the answer.
#include "server/base64.h"
#include "server/running_server.h"

namespace echollama::server {
namespace {

class AddOns : public Server {
  protected:
    // A request as it goes over the wire, with {PICTURE} for the picture's base64.
    json ask(std::string const& method, std::string const& path, httplib::Headers const& headers, std::string body,
             std::string const& type) {
        auto const picture = to_base64(test::picture());
        for (std::size_t at = 0; (at = body.find("{PICTURE}", at)) != std::string::npos; at += picture.size()) {
            body.replace(at, 9, picture);
        }
        auto const reply = method == "GET" ? client_->Get(path, headers) : client_->Post(path, headers, body, type);
        EXPECT_TRUE(reply && reply->status == 200) << path << " " << (reply ? reply->body : "");
        return reply ? json::parse(reply->body, nullptr, false) : json();
    }
    static void expect_cup(json const& text) {
        EXPECT_NE(text.get<std::string>().find("cup"), std::string::npos) << text;
    }
    httplib::Headers const urllib_{
        {"Accept-Encoding", "identity"}, {"User-Agent", "Python-urllib/3.11"}, {"Connection", "close"}};
    std::string const prompt_ =
        R"(Describe this image succinctly, but in as much detail as possible to someone who is blind. )"
        R"(If there is text, ensure it is included in your response.)";
};

// NVDA's AI Content Describer 2026.05.06, description_service.py: one picture on every user's turn, always called JPEG.
TEST_F(AddOns, AiContentDescriberAsOllama) {
    auto const tags = ask("GET", "/api/tags", urllib_, "", "");
    EXPECT_EQ(tags.at("models").at(0).at("model"), "echollama:latest");
    auto const body = R"({"model": "echollama:latest", "messages": [{"role": "user", "content": ")" + prompt_ +
                      R"(", "images": ["{PICTURE}"]}], "stream": false})";
    auto const first = ask("POST", "/api/chat", urllib_, body, "application/json");
    expect_cup(first.at("message").at("content"));
    auto const follow = R"({"model": "echollama:latest", "messages": [{"role": "user", "content": ")" + prompt_ +
                        R"(", "images": ["{PICTURE}"]}, {"role": "assistant", "content": "A cup."}, {"role": "user", )"
                        R"("content": "Where is it?", "images": ["{PICTURE}"]}], "stream": false})";
    EXPECT_NE(ask("POST", "/api/chat", urllib_, follow, "application/json")
                  .at("message")
                  .at("content")
                  .get<std::string>()
                  .find("ahead"),
              std::string::npos);
    EXPECT_EQ(models_.detector->looked, 1);
}

TEST_F(AddOns, AiContentDescriberAsLiteLlm) {
    EXPECT_EQ(
        ask("GET", "/v1/models", {{"User-Agent", "curl/8.4.0"}, {"Accept", "*/*"}}, "", "").at("data").at(0).at("id"),
        "echollama");
    auto const body = R"({"messages": [{"role": "user", "content": [{"type": "text", "text": ")" + prompt_ +
                      R"("}, {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,{PICTURE}"}}]}], )"
                      R"("stream": false, "max_tokens": 1024})"; // no model where none was chosen
    expect_cup(ask("POST", "/v1/chat/completions", urllib_, body, "application/json")
                   .at("choices")
                   .at(0)
                   .at("message")
                   .at("content"));
}

TEST_F(AddOns, AiContentDescriberAsLlamaCpp) {
    auto const body = R"({"prompt": "USER: [img-1]\n)" + prompt_ +
                      R"(\nASSISTANT:", "stream": false, "temperature": 1.0, )"
                      R"("n_predict": 1024, "image_data": [{"data": "{PICTURE}", "id": 1}]})";
    expect_cup(ask("POST", "/completion", urllib_, body, "application/json").at("content"));
    auto const follow =
        R"({"prompt": "USER: [img-1]\nDescribe.\nASSISTANT: A cup.\nUSER: Is there a cup?\nASSISTANT:", )"
        R"("image_data": [{"data": "{PICTURE}", "id": 1}]})";
    EXPECT_TRUE(ask("POST", "/completion", urllib_, follow, "application/json")
                    .at("content")
                    .get<std::string>()
                    .starts_with("Yes"));
    EXPECT_EQ(ask("POST", "/completion", urllib_, R"({"prompt": "hello"})", "application/json").at("content"),
              "You said \u201ehello.");
    EXPECT_TRUE(ask("GET", "/props", urllib_, "", "").at("modalities").at("vision"));
    post("/completion", {{"prompt", ""}}, 400);
    post("/completion", {{"prompt", "a"}, {"image_data", {{{"data", "!!"}}}}}, 400);
    auto const lines = stream("/completion", {{"prompt", "hello"}, {"stream", true}});
    EXPECT_TRUE(lines.starts_with("data: {\"content\":\"You\",\"stop\":false}")) << lines;
}

TEST_F(AddOns, AiContentDescriberAndTheExtensionAsSeer) {
    EXPECT_EQ(ask("GET", "/health", urllib_, "", "").at("status"), "ok");
    expect_cup(ask("POST", "/describe", urllib_, R"({"image_b64": "{PICTURE}", "task": "caption"})", "application/json")
                   .at("description"));
    auto const answer =
        ask("POST", "/describe", {},
            R"({"image_b64":"{PICTURE}","task":"vqa","question":"Is there a cup?","lang":"en"})", "application/json");
    EXPECT_TRUE(answer.at("description").get<std::string>().starts_with("Yes")) << answer;
    EXPECT_GE(answer.at("time_ms"), 0);
}

// VisionAssistant Pro's custom provider and AI-Hub's whisper.cpp.
TEST_F(AddOns, VisionAssistantAndAiHub) {
    auto const body =
        R"({"model":"echollama","messages":[{"role":"user","content":[{"type":"text","text":"Describe this image."},)"
        R"({"type":"image_url","image_url":{"url":"data:image/png;base64,{PICTURE}"}}]}],"temperature":0.7,"stream":false})";
    expect_cup(ask("POST", "/v1/chat/completions", {}, body, "application/json")
                   .at("choices")
                   .at(0)
                   .at("message")
                   .at("content"));
    auto const speech = stream(
        "/v1/audio/speech", {{"model", "tts-1"}, {"input", "Hello."}, {"voice", "alloy"}, {"response_format", "mp3"}});
    EXPECT_GT(speech.size(), 100U);
    auto const sound = stream("/v1/audio/speech", {{"input", "Hello."}, {"response_format", "wav"}});
    httplib::UploadFormDataItems const form{
        {"file", sound, "audio.wav", "audio/wav"}, {"temperature", "0.0", "", ""}, {"response-format", "json", "", ""}};
    auto const reply = client_->Post("/inference", form);
    ASSERT_TRUE(reply && reply->status == 200);
    EXPECT_EQ(json::parse(reply->body).at("text"), "Where is the cup?");
}

} // namespace
} // namespace echollama::server
