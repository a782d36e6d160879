// The server over real connections, with models that are told what to find and say.
#include "base/error.h"
#include "server/base64.h"
#include "server/chat.h"
#include "server/running_server.h"

#include <arpa/inet.h>
#include <cpp-httplib/httplib.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <set>
#include <thread>

namespace echollama::server {
namespace {

using test::picture;

std::string picture_url() {
    return "data:image/jpeg;base64," + to_base64(picture()); // labelled wrongly, as some clients do
}

json asking(std::string const& question, bool with_picture = true) {
    json parts = json::array({{{"type", "text"}, {"text", question}}});
    if (with_picture) {
        parts.push_back({{"type", "image_url"}, {"image_url", {{"url", picture_url()}}}});
    }
    return {{"model", "anything"}, {"messages", json::array({{{"role", "user"}, {"content", parts}}})}};
}

std::vector<json> events(std::string const& body) {
    std::vector<json> found;
    for (std::size_t at = 0; (at = body.find("data: {", at)) != std::string::npos; ++at) {
        found.push_back(json::parse(body.substr(at + 6, body.find('\n', at) - at - 6)));
    }
    return found;
}

TEST_F(Server, AChatWithAPictureIsAnsweredFromWhatIsSeen) {
    auto const reply = post("/v1/chat/completions", asking("Where is the cup?"));
    EXPECT_EQ(reply.at("object"), "chat.completion");
    auto const choice = reply.at("choices").at(0);
    EXPECT_EQ(choice.at("finish_reason"), "stop");
    auto const text = choice.at("message").at("content").get<std::string>();
    EXPECT_NE(text.find("cup"), std::string::npos) << text;
    EXPECT_EQ(text.find("You said"), std::string::npos) << "the scene knows, and nobody else is asked: " << text;
    EXPECT_GT(reply.at("usage").at("completion_tokens"), 0);
    post("/v1/chat/completions", asking("How many cups are there?"));
    EXPECT_EQ(models_.detector->looked, 1) << "the same picture is looked at once";
}

TEST_F(Server, AStreamedChatJoinsToTheWholeOne) {
    auto request = asking("Describe this image for somebody who is blind.");
    auto const whole = post("/v1/chat/completions", request);
    request["stream"] = true;
    request["stream_options"] = {{"include_usage", true}};
    auto const body = stream("/v1/chat/completions", request);
    EXPECT_TRUE(body.ends_with("data: [DONE]\n\n"));
    std::string joined;
    int roles = 0, reasons = 0, usages = 0;
    for (auto const& chunk : events(body)) {
        EXPECT_EQ(chunk.at("object"), "chat.completion.chunk");
        usages += chunk.contains("usage");
        for (auto const& choice : chunk.at("choices")) {
            roles += choice.at("delta").contains("role");
            reasons += !choice.at("finish_reason").is_null();
            joined += choice.at("delta").value("content", "");
        }
    }
    EXPECT_EQ(joined, whole.at("choices").at(0).at("message").at("content").get<std::string>());
    EXPECT_EQ(roles, 1);
    EXPECT_EQ(reasons, 1);
    EXPECT_EQ(usages, 1);
}

TEST_F(Server, WithoutAPictureTheLanguageModelAnswersWithinTheLimitsAsked) {
    auto request = asking("hello", false);
    auto const content = [&] { return post("/v1/chat/completions", request).at("choices").at(0); };
    EXPECT_EQ(content().at("message").at("content"), "You said \u201ehello.");
    request["stop"] = json::array({"zzz", "hel"});
    EXPECT_EQ(content().at("message").at("content"), "You said \u201e");
    request["max_tokens"] = 2;
    auto const cut = content();
    EXPECT_EQ(cut.at("message").at("content"), "You said ");
    EXPECT_EQ(cut.at("finish_reason"), "length");
}

TEST_F(Server, ResponsesAreBuiltByTheirEventsInOrder) {
    json const request{
        {"input", json::array({{{"role", "user"},
                                {"content", json::array({{{"type", "input_text"}, {"text", "Where is the cup?"}},
                                                         {{"type", "input_image"}, {"image_url", picture_url()}}})}}})},
        {"stream", true}};
    auto const body = stream("/v1/responses", request);
    int number = 0;
    std::string text, types;
    json last;
    for (auto const& event : events(body)) {
        EXPECT_EQ(event.at("sequence_number"), number++);
        EXPECT_NE(body.find("event: " + event.at("type").get<std::string>() + "\n"), std::string::npos);
        if (event.at("type") == "response.output_text.delta") {
            text += event.at("delta").get<std::string>();
        } else {
            types += event.at("type").get<std::string>() + " ";
        }
        last = event;
    }
    EXPECT_EQ(types, "response.created response.in_progress response.output_item.added response.content_part.added "
                     "response.output_text.done response.content_part.done response.output_item.done "
                     "response.completed ");
    EXPECT_EQ(last.at("response").at("output").at(0).at("content").at(0).at("text").get<std::string>(), text);
    EXPECT_NE(text.find("cup"), std::string::npos);
    EXPECT_EQ(post("/v1/responses", {{"input", "hi"}}).at("status"), "completed");
    EXPECT_EQ(post("/v1/responses", {{"input", "hi"}, {"previous_response_id", "resp_1"}}, 404).at("error").at("param"),
              "previous_response_id");
}

TEST_F(Server, ScreenReadersAskAsTheyDoOllamaAndSeer) {
    json const message{{"role", "user"}, {"content", "What is in this image?"}, {"images", {to_base64(picture())}}};
    auto reply = post("/api/chat", {{"model", "echollama:latest"}, {"messages", {message}}, {"stream", false}});
    EXPECT_NE(reply.at("message").at("content").get<std::string>().find("cup"), std::string::npos);
    EXPECT_EQ(reply.at("done"), true);
    auto const lines = stream("/api/chat", {{"model", "x"}, {"messages", {message}}}); // streamed unless told otherwise
    std::istringstream list(lines);
    std::string joined;
    json last;
    for (std::string line; std::getline(list, line);) {
        last = json::parse(line); // a blank line would throw
        joined += last.at("message").at("content").get<std::string>();
    }
    EXPECT_EQ(joined, reply.at("message").at("content").get<std::string>());
    EXPECT_EQ(last.at("done_reason"), "stop");
    reply =
        post("/api/generate", {{"prompt", "Where is the cup?"}, {"images", {to_base64(picture())}}, {"stream", false}});
    EXPECT_NE(reply.at("response").get<std::string>().find("cup"), std::string::npos);
    EXPECT_EQ(json::parse(client_->Get("/api/tags")->body).at("models").at(0).at("name"), "echollama:latest");
    EXPECT_TRUE(post("/api/show", {{"model", "echollama"}}).at("model_info").contains("echollama.context_length"));
    EXPECT_EQ(post("/api/chat", {{"model", "x"}}).at("done_reason"), "load");
    EXPECT_TRUE(post("/api/chat", {{"messages", "none"}}, 200).at("done"));
    reply = post("/describe", {{"image_b64", to_base64(picture())}, {"task", "caption"}});
    EXPECT_NE(reply.at("description").get<std::string>().find("cup"), std::string::npos);
    EXPECT_TRUE(post("/describe", {{"task", "caption"}}, 400).contains("detail"));
    // curl -d sets a type that is none of JSON's
    auto const curl =
        client_->Post("/api/generate", json{{"prompt", std::string(20000, 'a')}, {"stream", false}}.dump(),
                      "application/x-www-form-urlencoded");
    EXPECT_EQ(curl->status, 200) << curl->body;
}

TEST_F(Server, SpeechComesInEveryFormatAndWordsAreHeard) {
    json const request{{"model", "tts-1"}, {"input", "Hello there."}, {"voice", "alloy"}, {"response_format", "pcm"}};
    auto const pcm = stream("/v1/audio/speech", request);
    EXPECT_NEAR(static_cast<double>(pcm.size()) / 2 / 24000, 0.12, 0.001) << "24 kHz, 16 bits";
    for (auto const& [format, begin] : {std::pair{"wav", "RIFF"}, {"flac", "fLaC"}, {"opus", "OggS"}}) {
        auto other = request;
        other["response_format"] = format;
        EXPECT_TRUE(stream("/v1/audio/speech", other).starts_with(begin)) << format;
    }
    EXPECT_GT(stream("/v1/audio/speech", {{"input", "Hello"}}).size(), 100U) << "MP3 when nothing is said";
    EXPECT_EQ(post("/v1/audio/speech", {{"input", " "}}, 400).at("error").at("param"), "input");
    EXPECT_EQ(post("/v1/audio/speech", {{"input", "a"}, {"response_format", "aac"}}, 400).at("error").at("param"),
              "response_format");
    auto wav = request;
    wav["response_format"] = "wav";
    auto const sound = stream("/v1/audio/speech", wav);
    auto const transcribe = [&](std::string const& format) {
        httplib::UploadFormDataItems const form{{"file", sound, "audio.wav", "audio/wav"},
                                                {"model", "whisper-1", "", ""},
                                                {"response_format", format, "", ""}};
        auto const reply = client_->Post("/v1/audio/transcriptions", form);
        EXPECT_EQ(reply->status, 200) << reply->body;
        return reply->body;
    };
    EXPECT_EQ(json::parse(transcribe("json")).at("text"), "Where is the cup?");
    EXPECT_EQ(transcribe("text"), "Where is the cup?\n");
    EXPECT_TRUE(transcribe("srt").starts_with("1\n00:00:00,000 --> 00:00:00,120\nWhere is the cup?\n"));
    EXPECT_TRUE(transcribe("vtt").starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:00.120\nWhere is the cup?\n"));
    EXPECT_EQ(json::parse(transcribe("verbose_json")).at("segments").size(), 1U);
    httplib::UploadFormDataItems const broken{{"file", "no sound", "a.wav", "audio/wav"}};
    EXPECT_EQ(client_->Post("/v1/audio/transcriptions", broken)->status, 400);
}

TEST_F(Server, ASpokenQuestionIsAnswered) {
    auto const wav = stream("/v1/audio/speech", {{"input", "Hi"}, {"response_format", "wav"}});
    std::vector<std::uint8_t> const bytes(wav.begin(), wav.end());
    auto request = asking("");
    request["messages"][0]["content"].push_back(
        {{"type", "input_audio"}, {"input_audio", {{"data", to_base64(bytes)}, {"format", "wav"}}}});
    auto const text =
        post("/v1/chat/completions", request).at("choices").at(0).at("message").at("content").get<std::string>();
    EXPECT_NE(text.find("cup"), std::string::npos) << text;
}

TEST_F(Server, OurOwnInterfaceGivesSentencesAndScene) {
    auto const reply = post("/v1/describe", {{"image", to_base64(picture())}});
    EXPECT_EQ(reply.at("scene").at("objects").at(0).at("label"), "cup");
    EXPECT_FALSE(reply.at("sentences").empty());
    auto const lines =
        stream("/v1/describe", {{"image", picture_url()}, {"question", "Is there a cup?"}, {"stream", true}});
    EXPECT_NE(lines.find("\"type\":\"scene\""), std::string::npos);
    EXPECT_NE(lines.find("Yes"), std::string::npos) << lines;
    EXPECT_TRUE(lines.ends_with("{\"type\":\"done\"}\n"));
    EXPECT_NE(reply.at("things").at(0).at("words").get<std::string>().find("cup, straight ahead"), std::string::npos);
    EXPECT_EQ(post("/v1/scene", {{"image", picture_url()}}).at("objects").size(), 1U);
    EXPECT_NE(client_->Get("/metrics")->body.find("echollama_uses_total{stage=\"detector\"} 1\n"), std::string::npos);
}

TEST_F(Server, BrowsersGetThePageAndOllamasClientsWhatTheyLookFor) {
    auto const page = client_->Get("/", httplib::Headers{{"Accept", "text/html,*/*"}});
    EXPECT_TRUE(page->body.starts_with("<!doctype html>"));
    EXPECT_NE(page->get_header_value("Content-Security-Policy").find("default-src 'self'"), std::string::npos);
    for (auto const* file : {"/page.css", "/page.js", "/server.js", "/sound.js"}) {
        EXPECT_TRUE(client_->Get(file)->body.ends_with("}\n") || client_->Get(file)->body.ends_with(";\n"))
            << file << " whole";
    }
    EXPECT_EQ(client_->Get("/")->body, "Ollama is running");
}

TEST_F(Server, WhatCannotBeIsRefusedInJsonThatSaysWhatToDo) {
    struct Case {
        json body;
        int status;
        char const* says;
    };
    json const text{{{"role", "user"}, {"content", "hi"}}};
    auto const image = [](std::string const& url) {
        return json{
            {"messages", {{{"role", "user"}, {"content", {{{"type", "image_url"}, {"image_url", {{"url", url}}}}}}}}}};
    };
    for (auto const& [body, status, says] :
         {Case{json::object(), 400, "messages"}, Case{{{"messages", json::array()}}, 400, "messages"},
          Case{{{"messages", {{{"role", "wizard"}, {"content", "hi"}}}}}, 400, "wizard"},
          Case{{{"messages", text}, {"n", 2}}, 400, "n"},
          Case{{{"messages", text}, {"tool_choice", "required"}}, 400, "tool"},
          Case{{{"messages", text}, {"stream", "yes"}}, 400, "stream"},
          Case{image("https://example.org/cat.png"), 400, "not fetched"},
          Case{image("file:///etc/passwd"), 400, "not fetched"}, Case{image("data:image/png,xx"), 400, "base64"},
          Case{image("data:image/png;base64,!!"), 400, "base64"},
          Case{image("data:image/png;base64,AAAA"), 400, "picture"}}) {
        auto const reply = post("/v1/chat/completions", body, status);
        EXPECT_NE(reply.at("error").at("message").get<std::string>().find(says), std::string::npos) << reply;
    }
    for (auto const* broken : {"", "{", "[]", "null", "\xff\xfe", "{\"messages\":"}) {
        auto const reply = client_->Post("/v1/chat/completions", broken, "application/json");
        EXPECT_EQ(reply->status, 400) << broken;
        EXPECT_TRUE(json::parse(reply->body).contains("error"));
    }
    EXPECT_EQ(client_->Post("/v1/chat/completions", std::string(100000, '['), "application/json")->status, 400);
    for (auto const& [path, status] :
         {std::pair{"/nowhere", 404}, {"/v1/models/other", 404}, {"/v1/chat/completions", 405}}) {
        auto const reply = client_->Get(path);
        EXPECT_EQ(reply->status, status) << path;
        EXPECT_EQ(reply->get_header_value("Allow"), status == 405 ? "POST" : "");
        EXPECT_TRUE(json::parse(reply->body).at("error").contains("message")) << path;
    }
    EXPECT_FALSE(client_->Get("/v1/models")->get_header_value("x-request-id").empty());
}

TEST_F(Server, EveryAddressIsDescribedAndEveryDescriptionServed) {
    auto const description = json::parse(client_->Get("/openapi.json")->body);
    EXPECT_EQ(description.at("info").at("version"), "1.2.3");
    std::set<std::string> described;
    for (auto const& [path, named] : description.at("paths").items()) {
        auto const& methods = named.contains("$ref")
                                  ? description.at(json::json_pointer(named.at("$ref").get<std::string>().substr(1)))
                                  : named;
        for (auto const& [method, operation] : methods.items()) {
            auto const name = method == "get" ? "GET " : method == "post" ? "POST " : "DELETE ";
            EXPECT_TRUE(described.insert(name + path).second);
            EXPECT_FALSE(operation.at("summary").get<std::string>().empty());
        }
    }
    auto const routes = service_->routes();
    EXPECT_EQ(described, std::set<std::string>(routes.begin(), routes.end()));
}

// A client of its own making, which can leave as rudely as it likes.
class RudeClient {
  public:
    explicit RudeClient(int port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    void post(std::string const& path, std::string const& body) const {
        auto const request = "POST " + path +
                             " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
                             "\r\n\r\n" + body;
        EXPECT_EQ(send(socket_, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
    }
    void leave(bool with_reset) const {
        linger const at_once{1, 0};
        if (with_reset) {
            setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        }
        close(socket_);
    }

  private:
    int socket_ = socket(AF_INET, SOCK_STREAM, 0);
};

TEST_F(Server, AClientThatGoesAwayEndsItsWork) {
    models_.describer->pause = models_.speaker->pause = 5s;
    auto const time_until = [&](auto const& condition) {
        auto const begin = std::chrono::steady_clock::now();
        while (!condition() && std::chrono::steady_clock::now() - begin < 10s) {
            std::this_thread::sleep_for(1ms);
        }
        return std::chrono::steady_clock::now() - begin;
    };
    struct Case {
        char const *name, *path;
        json body;
        std::atomic<int>&running, &stopped;
    };
    auto& describer = *models_.describer;
    auto& speaker = *models_.speaker;
    auto streamed = asking("hello", false);
    streamed["stream"] = true;
    for (bool const with_reset : {false, true}) {
        for (auto const& [name, path, body, running, stopped] :
             {Case{"chat", "/v1/chat/completions", asking("hello", false), describer.running, describer.stopped},
              Case{"streamed chat", "/v1/chat/completions", streamed, describer.running, describer.stopped},
              Case{"speech", "/v1/audio/speech", {{"input", "Mind the step."}}, speaker.running, speaker.stopped}}) {
            int const before = stopped;
            RudeClient const client(service_->port());
            client.post(path, body.dump());
            time_until([&works = running] { return works > 0; });
            client.leave(with_reset);
            auto const took = time_until([&ended = stopped, before] { return ended > before; });
            EXPECT_LT(took, 2s) << name << ": not after its five seconds";
            EXPECT_EQ(stopped, before + 1) << name;
            if (std::getenv("ECHOLLAMA_MEASURE")) {
                std::cout << name << (with_reset ? ", reset" : ", closed") << ": its work ended "
                          << std::chrono::duration<double, std::milli>(took).count() << " ms after the client went\n";
            }
        }
    }
}

TEST_F(Server, ManyAtOnceGetTheirOwnAnswersOneAfterTheOther) {
    models_.describer->pause = 1ms;
    std::vector<std::jthread> clients;
    std::atomic<int> right = 0;
    for (int i = 0; i < 12; ++i) {
        clients.emplace_back([&, i] {
            httplib::Client client("127.0.0.1", service_->port());
            client.set_read_timeout(20s);
            auto const name = "number " + std::to_string(i);
            auto const reply = client.Post("/v1/chat/completions", asking(name, false).dump(), "application/json");
            right += reply && reply->status == 200 && reply->body.find(name + ".") != std::string::npos;
        });
    }
    clients.clear();
    EXPECT_EQ(right, 12);
    EXPECT_EQ(models_.describer->most_at_once, 1) << "a model does one thing at a time";
}

class CrowdedServer : public Server {
  protected:
    CrowdedServer() : Server({}, 1) {}
};

TEST_F(CrowdedServer, TooManyAreToldToComeBack) {
    models_.describer->pause = 200ms;
    std::vector<std::jthread> clients;
    std::atomic<int> answered = 0, refused = 0;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] {
            httplib::Client client("127.0.0.1", service_->port());
            client.set_read_timeout(20s);
            auto const reply = client.Post("/v1/chat/completions", asking("hi", false).dump(), "application/json");
            answered += reply && reply->status == 200;
            refused += reply && reply->status == 503 && !reply->get_header_value("Retry-After").empty();
        });
    }
    clients.clear();
    EXPECT_GE(answered, 2);
    EXPECT_GE(refused, 1);
    EXPECT_EQ(answered + refused, 8);
}

class LockedServer : public Server {
  protected:
    LockedServer()
        : Server([] {
              ServiceOptions options;
              options.access = {"secret", {"box.local"}, {"https://page.example"}};
              return options;
          }()) {}
};

TEST_F(LockedServer, OnlyThoseWithTheKeyAndFromAllowedPlacesAreAnswered) {
    auto const status = [&](httplib::Headers const& headers, char const* path = "/v1/models") {
        return client_->Get(path, headers)->status;
    };
    httplib::Headers const key{{"Authorization", "Bearer secret"}};
    auto const with = [&](std::string const& name, std::string const& value) {
        auto headers = key;
        headers.emplace(name, value);
        return headers;
    };
    EXPECT_EQ(status({}), 401);
    EXPECT_EQ(status({{"Authorization", "Bearer secre"}}), 401);
    EXPECT_EQ(status({{"Authorization", "Bearer secrett"}}), 401);
    EXPECT_EQ(status(key), 200);
    EXPECT_EQ(status({{"X-Api-Key", "secret"}}), 200);
    EXPECT_EQ(status({}, "/health"), 200);
    EXPECT_EQ(status(with("Host", "evil.example")), 403) << "a name that was made to point here";
    EXPECT_EQ(status(with("Host", "box.local:8080")), 200);
    EXPECT_EQ(status(with("Host", "192.168.1.5:8080")), 200);
    EXPECT_EQ(status(with("Origin", "https://evil.example")), 403);
    EXPECT_EQ(status(with("Origin", "https://page.example")), 200);
}

TEST(Service, OthersNeedAKeyAndAPortMustBeFree) {
    Engine engine({});
    ServiceOptions options;
    options.host = "0.0.0.0";
    EXPECT_THROW(Service(engine, options), UsageError);
    options.host = "127.0.0.1";
    options.port = 0;
    Service const first(engine, options);
    options.port = first.port();
    EXPECT_THROW(Service(engine, options), Error);
}

} // namespace
} // namespace echollama::server
