// Agents' calls, with models that are told what to find and say.
#include "mcp/stdio.h"
#include "mcp/tools.h"
#include "server/base64.h"
#include "support/fake_models.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <fstream>
#include <mutex>

namespace echollama::mcp {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

class McpSession : public testing::Test {
  protected:
    McpSession() {
        std::ofstream file(dir_ / "cup.png", std::ios::binary);
        auto const bytes = test::picture();
        file.write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    ~McpSession() override { session_.reset(); }

    void send(json const& message) { session_->take(message.dump()); }
    json next() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, 20s, [&] { return !sent_.empty(); })) {
            return nullptr;
        }
        auto message = json::parse(sent_.front());
        sent_.pop_front();
        return message;
    }
    json ask(std::string const& method, json params = json::object()) {
        send({{"jsonrpc", "2.0"}, {"id", ++id_}, {"method", method}, {"params", std::move(params)}});
        auto message = next();
        EXPECT_EQ(message.value("id", json()), id_) << message;
        return message;
    }
    json call(std::string const& tool, json const& arguments) {
        return ask("tools/call", {{"name", tool}, {"arguments", arguments}}).at("result");
    }
    void begin() {
        ask("initialize", {{"protocolVersion", "2025-11-25"}, {"capabilities", json::object()}, {"clientInfo", {}}});
        send({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
    }
    static json modern(json params = json::object()) {
        params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                           {"io.modelcontextprotocol/clientCapabilities", json::object()}};
        return params;
    }
    std::string file(std::string const& name) const { return (dir_ / name).string(); }

    test::TempDir dir_;
    test::FakeModels models_;
    server::Engine engine_{models_.engine_models()};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> sent_;
    int id_ = 0;
    std::unique_ptr<Session> session_ = std::make_unique<Session>(
        ServerInfo{"echollama", "1.2.3", "Say what was found."}, make_tools(engine_), [this](std::string const& line) {
            std::lock_guard lock(mutex_);
            sent_.push_back(line);
            changed_.notify_all();
        });
};

TEST_F(McpSession, TheHandshakeGivesTheRevisionThatIsKnownOrTheNewestOfItsKind) {
    for (auto const& [wanted, given] : {std::pair{"2025-06-18", "2025-06-18"},
                                        {"2024-11-05", "2024-11-05"},
                                        {"2031-01-01", "2025-11-25"},
                                        {"", "2025-11-25"}}) {
        auto const result = ask("initialize", {{"protocolVersion", wanted}}).at("result");
        EXPECT_EQ(result.at("protocolVersion"), given);
        EXPECT_TRUE(result.at("capabilities").contains("tools"));
        EXPECT_EQ(result.at("serverInfo").at("version"), "1.2.3");
        EXPECT_FALSE(result.contains("resultType"));
    }
    EXPECT_EQ(ask("ping").at("result"), json::object());
    EXPECT_EQ(ask("logging/setLevel", {{"level", "debug"}}).at("result"), json::object());
}

TEST_F(McpSession, WithoutAHandshakeEveryRequestSaysItsRevision) {
    EXPECT_EQ(ask("tools/list").at("error").at("code"), -32602) << "neither initialised nor with a revision";
    auto result = ask("server/discover", modern()).at("result");
    EXPECT_EQ(result.at("supportedVersions").at(0), "2026-07-28");
    EXPECT_EQ(result.at("resultType"), "complete");
    EXPECT_EQ(result.at("_meta").at("io.modelcontextprotocol/serverInfo").at("name"), "echollama");
    EXPECT_GE(result.at("ttlMs"), 0);
    result = ask("tools/list", modern()).at("result");
    EXPECT_EQ(result.at("cacheScope"), "private");
    EXPECT_EQ(ask("ping", modern()).at("error").at("code"), -32601) << "it is no part of this revision";
    auto other = modern();
    other["_meta"]["io.modelcontextprotocol/protocolVersion"] = "2031-01-01";
    auto const error = ask("tools/list", other).at("error");
    EXPECT_EQ(error.at("code"), -32022);
    EXPECT_EQ(error.at("data").at("supported").at(0), "2026-07-28");
    EXPECT_EQ(error.at("data").at("requested"), "2031-01-01");
    other = modern();
    other["_meta"].erase("io.modelcontextprotocol/clientCapabilities");
    EXPECT_EQ(ask("tools/list", other).at("error").at("code"), -32602);
    result =
        ask("tools/call", modern({{"name", "describe"}, {"arguments", {{"picture", file("cup.png")}}}})).at("result");
    EXPECT_EQ(result.at("isError"), false) << result;
    EXPECT_EQ(result.at("resultType"), "complete");
}

TEST_F(McpSession, ToolsSayWhatTheyTake) {
    begin();
    auto const tools = ask("tools/list").at("result").at("tools");
    std::string names;
    for (auto const& tool : tools) {
        names += tool.at("name").get<std::string>() + " ";
        EXPECT_EQ(tool.at("inputSchema").at("type"), "object");
        EXPECT_FALSE(tool.at("description").get<std::string>().empty());
    }
    EXPECT_EQ(names, "describe ask say listen ");
    EXPECT_EQ(ask("tools/list", {{"cursor", "x"}}).at("error").at("code"), -32602);
}

TEST_F(McpSession, APictureIsDescribedAndAskedAbout) {
    begin();
    auto result = call("describe", {{"picture", file("cup.png")}});
    auto const text = result.at("content").at(0).at("text").get<std::string>();
    EXPECT_NE(text.find("cup"), std::string::npos) << result;
    EXPECT_EQ(result.at("structuredContent").at("text"), text);
    EXPECT_NE(result.at("structuredContent").at("things").at(0).at("words").get<std::string>().find("straight ahead"),
              std::string::npos);
    result = call("ask", {{"question", "Is there a cup?"}});
    EXPECT_TRUE(result.at("content").at(0).at("text").get<std::string>().starts_with("Yes")) << result;
    auto const url = "data:image/png;base64," + server::to_base64(test::picture());
    EXPECT_EQ(call("ask", {{"question", "Is there a cup?"}, {"picture", url}}).at("isError"), false);
    EXPECT_EQ(models_.detector->looked, 1) << "it is the same picture";
}

TEST_F(McpSession, WithoutAPictureTheLanguageModelAnswers) {
    begin();
    EXPECT_EQ(call("ask", {{"question", "hello"}}).at("content").at(0).at("text"), "You said \u201ehello.");
}

TEST_F(McpSession, SpeechIsReturnedOrWrittenWhereNothingWas) {
    begin();
    auto result = call("say", {{"text", "Mind the step."}});
    EXPECT_EQ(result.at("content").at(0).at("mimeType"), "audio/mpeg") << result;
    EXPECT_NEAR(result.at("structuredContent").at("seconds").get<double>(), 0.14, 0.01);
    result = call("say", {{"text", "Mind the step."}, {"file", file("step.wav")}});
    EXPECT_EQ(result.at("isError"), false) << result;
    EXPECT_EQ(call("listen", {{"recording", file("step.wav")}}).at("structuredContent").at("text"),
              "Where is the cup?");
    for (auto const* name : {"step.wav", "cup.png", "step.txt"}) {
        result = call("say", {{"text", "Mind the step."}, {"file", file(name)}});
        EXPECT_EQ(result.at("isError"), true) << name << " may not be replaced, or is no sound's name";
    }
    models_.speaker->noise = true;
    EXPECT_EQ(call("say", {{"text", std::string(12000, 'a')}}).at("isError"), true) << "too long for an answer";
}

TEST_F(McpSession, WhatAToolCannotDoItsModelIsTold) {
    begin();
    for (auto const& [tool, arguments] : {std::pair{"describe", json{{"picture", file("none.png")}}},
                                          {"describe", json::object()},
                                          {"describe", {{"picture", 7}}},
                                          {"describe", {{"picture", "-"}}},
                                          {"describe", {{"picture", dir_.path().string()}}},
                                          {"describe", {{"picture", "data:image/png;base64,AAAA"}}},
                                          {"ask", {{"question", " "}}},
                                          {"say", {{"text", "a"}, {"speed", 9}}},
                                          {"say", {{"text", "a"}, {"speed", "fast"}}},
                                          {"listen", {{"recording", file("cup.png")}}}}) {
        auto const result = call(tool, arguments);
        EXPECT_EQ(result.at("isError"), true) << tool << arguments << result;
        EXPECT_FALSE(result.at("content").at(0).at("text").get<std::string>().empty());
    }
    EXPECT_EQ(ask("tools/call", {{"name", "shout"}}).at("error").at("code"), -32602);
    EXPECT_EQ(ask("tools/call", {{"name", "say"}, {"arguments", "loud"}}).at("error").at("code"), -32602);
    EXPECT_EQ(ask("prompts/list").at("error").at("code"), -32601);
}

TEST_F(McpSession, WhatIsNoMessageIsAnsweredWithAnError) {
    begin();
    for (auto const& [line, code] : {std::pair{"{", -32700},
                                     {"[]", -32700},
                                     {"7", -32700},
                                     {"\xff", -32700},
                                     {"{}", -32600},
                                     {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", -32600},
                                     {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", -32600},
                                     {R"({"id":1,"method":"ping"})", -32600},
                                     {R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]})", -32602}}) {
        session_->take(line);
        EXPECT_EQ(next().at("error").at("code"), code) << line;
    }
    session_->take(std::string(100000, '['));
    EXPECT_EQ(next().at("error").at("code"), -32700);
    session_->take(R"({"jsonrpc":"2.0","id":1,"result":{}})"); // an answer to nothing
    session_->take(R"({"jsonrpc":"2.0","method":"notifications/unknown"})");
    EXPECT_EQ(ask("ping").at("result"), json::object()) << "nothing was said to those";
}

TEST_F(McpSession, ACancelledCallIsNeverAnswered) {
    begin();
    models_.describer->pause = 5s;
    send({{"jsonrpc", "2.0"},
          {"id", "slow"},
          {"method", "tools/call"},
          {"params", {{"name", "ask"}, {"arguments", {{"question", "hello"}}}}}});
    while (models_.describer->running == 0) {
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_EQ(ask("ping").at("result"), json::object()) << "while a tool runs";
    auto const begin = std::chrono::steady_clock::now();
    send({{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", {{"requestId", "slow"}}}});
    while (!session_->is_idle()) {
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s) << "not after its fifteen seconds";
    EXPECT_EQ(models_.describer->stopped, 1);
    EXPECT_TRUE(sent_.empty());
}

TEST_F(McpSession, ProgressIsToldToWhoWantsIt) {
    begin();
    send(
        {{"jsonrpc", "2.0"},
         {"id", 70},
         {"method", "tools/call"},
         {"params",
          {{"name", "describe"}, {"arguments", {{"picture", file("cup.png")}}}, {"_meta", {{"progressToken", "t"}}}}}});
    auto message = next();
    double last = 0;
    for (; message.contains("method"); message = next()) {
        EXPECT_EQ(message.at("method"), "notifications/progress");
        EXPECT_EQ(message.at("params").at("progressToken"), "t");
        EXPECT_GT(message.at("params").at("progress"), last);
        last = message.at("params").at("progress");
    }
    EXPECT_EQ(message.at("id"), 70);
    EXPECT_GT(last, 0);
}

TEST(McpStreams, LinesAreAnsweredUntilTheInputEndsHoweverTheyAreCut) {
    test::FakeModels const models;
    server::Engine engine(models.engine_models());
    int in[2], out[2];
    ASSERT_EQ(pipe(in), 0);
    ASSERT_EQ(pipe(out), 0);
    std::jthread server([&] {
        serve_streams(in[0], out[1], {"echollama", "1", ""}, make_tools(engine), {});
        close(out[1]);
    });
    std::string const lines =
        R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})"
        "\r\n\n"
        R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","arguments":{"question":"hi"}}})";
    for (char const byte : lines) {
        ASSERT_EQ(write(in[1], &byte, 1), 1);
    }
    close(in[1]); // and the last line has no end
    std::string answers;
    char bytes[4096];
    for (ssize_t count = 0; (count = read(out[0], bytes, sizeof bytes)) > 0;) {
        answers.append(bytes, static_cast<std::size_t>(count));
    }
    close(in[0]);
    close(out[0]);
    EXPECT_EQ(std::count(answers.begin(), answers.end(), '\n'), 2) << answers;
    EXPECT_NE(answers.find("You said"), std::string::npos) << answers;
}

} // namespace
} // namespace echollama::mcp
