// The remote describer against a local server that behaves and misbehaves.
#include "base/error.h"
#include "describer/chat_stream.h"
#include "describer/remote_describer.h"

#include <arpa/inet.h>
#include <cpp-httplib/httplib.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

namespace echollama {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string chunk(std::string const& text) {
    nlohmann::json json{{"choices", {{{"index", 0}, {"delta", {{"content", text}}}, {"finish_reason", nullptr}}}}};
    return "data: " + json.dump() + "\n\n";
}
std::string const done = "data: [DONE]\n\n";
std::string const good = chunk("There is ") + chunk("a cup.") + done;

std::string read_all(std::string const& bytes, std::size_t piece) {
    ChatStream stream;
    std::string text;
    auto sink = [&](std::string_view more) { text += more; };
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        stream.push(std::string_view(bytes).substr(at, piece), sink);
    }
    stream.finish(sink);
    return text;
}

TEST(ChatStream, PiecesAndLineEndsDoNotMatter) {
    std::string crlf =
        ": a comment\r\nevent: message\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"caf\u00E9\"}}]}\r\n\r\n";
    std::string cr = "data:{\"choices\":[{\"delta\":{\"content\":\" x\"}}]}\r\rdata: [DONE]\r\r";
    std::string two_lines = "data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"y\"}}]}\n\n";
    std::string rest = "data: {\"choices\":[],\"usage\":{}}\n\ndata: {\"choices\":[{\"delta\":{\"content\":null},"
                       "\"finish_reason\":\"stop\"}]}\n\n";
    for (std::size_t piece : {1UL, 2UL, 3UL, 7UL, 1000UL}) {
        EXPECT_EQ(read_all(two_lines + crlf + rest, piece), "ycaf\u00E9");
        EXPECT_EQ(read_all("\xEF\xBB\xBF" + crlf + cr, piece), "caf\u00E9 x");
        EXPECT_EQ(read_all(R"({"choices": [{"message": {"role": "assistant", "content": "whole"}}]})", piece), "whole");
    }
    EXPECT_EQ(
        read_all(
            chunk("last event without its empty line").substr(0, chunk("last event without its empty line").size() - 2),
            5),
        "last event without its empty line");
}

TEST(ChatStream, WhatIsWrongIsSaidAfterWhatWasRight) {
    struct Case {
        std::string bytes, says;
    };
    for (auto const& c : {Case{"data: {\"choices\": [\n\n", "not JSON"},
                          {"data: 5\n\n", "not JSON"},
                          {"data: {\"error\": {\"message\": \"out of\\u0007 memory.\"}}\n\n", "out of  memory"},
                          {"data: {\"error\": \"busy\"}\n\n", "busy"},
                          {"data: \xFF\xFE{}\n\n", "not JSON"}}) {
        ChatStream stream;
        std::string text;
        try {
            stream.push(chunk("kept") + c.bytes, [&](auto more) { text += more; });
            ADD_FAILURE() << c.bytes;
        } catch (Error const& error) {
            EXPECT_NE(std::string(error.what()).find(c.says), std::string::npos) << error.what();
        }
        EXPECT_EQ(text, "kept");
    }
    EXPECT_THROW(read_all("<html>It works!</html>", 100), Error);
    EXPECT_THROW(read_all("data: " + std::string(ChatStream::max_event_bytes + 10, 'x'), 4096), Error);
    EXPECT_THROW(read_all("{" + std::string(ChatStream::max_event_bytes + 10, ' '), 4096), Error);
    std::string endless;
    for (int i = 0; i < 1100; ++i) {
        endless += chunk(std::string(1000, 'x'));
    }
    EXPECT_THROW(read_all(endless, 4096), Error);
}

TEST(RemoteDescriber, AddressesAndWaits) {
    EXPECT_EQ(parse_chat_address("http://127.0.0.1:8080").path, "/v1/chat/completions");
    EXPECT_EQ(parse_chat_address("https://a.b/v1/").path, "/v1/chat/completions");
    EXPECT_EQ(parse_chat_address("https://a.b/api/v3/chat/completions").path, "/api/v3/chat/completions");
    EXPECT_EQ(parse_chat_address("https://a.b/x").server, "https://a.b");
    for (char const* bad :
         {"", "a.b", "ftp://a", "http://", "http:///v1", "http://a b", "http://u:p@a", "http://a/?q"}) {
        EXPECT_THROW(parse_chat_address(bad), UsageError) << bad;
    }
    EXPECT_EQ(http::parse_retry_after("7", 0), 7s);
    EXPECT_EQ(http::parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT", 1445412470), 10s);
    EXPECT_EQ(http::parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT", 1445412490), 0s) << "it is over";
    EXPECT_EQ(http::parse_retry_after("soon", 0), std::nullopt);
    EXPECT_EQ(http::parse_retry_after("", 0), std::nullopt);
}

// A server on the loopback; answers by the first part of the path: /good/v1/chat/completions.
class Misbehaving : public testing::Test {
  protected:
    void SetUp() override {
        server_.Post("/good/v1/chat/completions", [&](httplib::Request const& request, httplib::Response& response) {
            std::lock_guard lock(mutex_);
            seen_ = nlohmann::json::parse(request.body);
            authorization_ = request.get_header_value("Authorization");
            response.set_content(good, "text/event-stream");
        });
        server_.Post("/busy/v1/chat/completions", [&](httplib::Request const&, httplib::Response& response) {
            if (++asked_ <= 2) {
                response.status = asked_ == 1 ? 429 : 503;
                response.set_header("Retry-After", "0");
                return;
            }
            response.set_content(good, "text/event-stream");
        });
        server_.Post("/patience/v1/chat/completions", [&](httplib::Request const&, httplib::Response& response) {
            ++asked_;
            response.status = 429;
            response.set_header("Retry-After", "3600");
        });
        server_.Post("/down/v1/chat/completions", [&](httplib::Request const&, httplib::Response& response) {
            ++asked_;
            response.status = 500;
            response.set_content(R"({"error": {"message": "GPU on fire"}})", "application/json");
        });
        for (int status : {400, 401, 404, 302}) {
            server_.Post("/" + std::to_string(status) + "/v1/chat/completions",
                         [this, status](httplib::Request const&, httplib::Response& response) {
                             ++asked_;
                             response.status = status;
                             response.set_header("Location", "http://elsewhere/v1");
                             response.set_content(R"({"error": {"message": "model `x` does not exist"}})",
                                                  "application/json");
                         });
        }
        stream("/cut", [](httplib::DataSink& sink) {
            auto text = chunk("There is a cup. ") + chunk("It is");
            sink.write(text.data(), text.size());
            return false;
        });
        stream("/ends", [](httplib::DataSink& sink) { // a clean end of the connection without an end of the answer
            auto text = chunk("There is a cup. ");
            sink.write(text.data(), text.size());
            sink.done();
            return true;
        });
        stream("/broken", [](httplib::DataSink& sink) {
            auto text = chunk("There is a cup. ") + "data: {\"choices\": oops\n\n";
            sink.write(text.data(), text.size());
            sink.done();
            return true;
        });
        stream("/silent", [this](httplib::DataSink& sink) {
            auto text = chunk("There is a cup. ");
            sink.write(text.data(), text.size());
            for (int i = 0; i < 200 && !over_; ++i) {
                std::this_thread::sleep_for(10ms);
            }
            return false;
        });
        server_.Post("/html/v1/chat/completions", [](httplib::Request const&, httplib::Response& response) {
            response.set_content("<html><body>Router login</body></html>", "text/html");
        });
        port_ = server_.bind_to_any_port("127.0.0.1");
        thread_ = std::jthread([this] { server_.listen_after_bind(); });
        server_.wait_until_ready();
    }
    void TearDown() override {
        over_ = true;
        server_.stop();
    }

    void stream(std::string const& name, std::function<bool(httplib::DataSink&)> write) {
        server_.Post(
            name + "/v1/chat/completions", [this, write](httplib::Request const&, httplib::Response& response) {
                ++asked_;
                response.set_chunked_content_provider(
                    "text/event-stream", [write](std::size_t, httplib::DataSink& sink) { return write(sink); });
            });
    }

    RemoteDescriberOptions to(std::string const& name) const {
        RemoteDescriberOptions options;
        options.url = "http://127.0.0.1:" + std::to_string(port_) + "/" + name + "/v1";
        options.model = "m";
        options.retry.first_wait = 1ms;
        options.idle_timeout = 300ms;
        return options;
    }

    // What arrives, and what the failure says ("" for none).
    std::pair<std::string, std::string> ask(RemoteDescriberOptions const& options, std::stop_token stop = {}) {
        std::string text, failure;
        try {
            make_remote_describer(options)->reply(
                {"Be short.", {{Turn::Role::user, "What is there?"}}, "Facts. "}, [&](auto piece) { text += piece; },
                stop);
        } catch (Error const& error) {
            failure = error.what();
        }
        return {text, failure};
    }

    httplib::Server server_;
    int port_ = 0;
    std::atomic<int> asked_ = 0;
    std::atomic<bool> over_ = false;
    std::mutex mutex_;
    nlohmann::json seen_;
    std::string authorization_;
    std::jthread thread_;
};

TEST_F(Misbehaving, AGoodAnswerArrivesAndTheQuestionIsWhatWasAsked) {
    auto options = to("good");
    options.key = "secret";
    options.sampling = {.max_tokens = 50, .temperature = 0, .seed = 7};
    EXPECT_EQ(ask(options), (std::pair<std::string, std::string>("There is a cup.", "")));
    std::lock_guard lock(mutex_);
    EXPECT_EQ(authorization_, "Bearer secret");
    EXPECT_EQ(seen_.at("stream"), true);
    EXPECT_EQ(seen_.at("max_tokens"), 50);
    EXPECT_EQ(seen_.at("messages").at(0).at("role"), "system");
    EXPECT_EQ(seen_.at("messages").at(1).at("content"), "Facts. What is there?");
}

TEST_F(Misbehaving, ABusyServerIsAskedAgain) {
    EXPECT_EQ(ask(to("busy")).first, "There is a cup.");
    EXPECT_EQ(asked_, 3);
}

TEST_F(Misbehaving, RetriesEnd) {
    auto [text, failure] = ask(to("down"));
    EXPECT_EQ(text, "");
    EXPECT_NE(failure.find("GPU on fire"), std::string::npos) << failure;
    EXPECT_EQ(asked_, 4);
    asked_ = 0;
    EXPECT_NE(ask(to("patience")).second.find("3600 seconds"), std::string::npos);
    EXPECT_EQ(asked_, 1) << "nobody waits an hour";
}

TEST_F(Misbehaving, RefusalsSayWhatToDo) {
    std::pair<char const*, char const*> cases[] = {
        {"401", "ECHOLLAMA_LLM_KEY"}, {"404", "does not exist"}, {"400", "HTTP 400"}, {"302", "elsewhere"}};
    for (auto const& [name, says] : cases) {
        asked_ = 0;
        auto [text, failure] = ask(to(name));
        EXPECT_NE(failure.find(says), std::string::npos) << failure;
        EXPECT_EQ(asked_, 1) << "asking again would not help";
    }
}

TEST_F(Misbehaving, NothingIsLostOfWhatHadArrived) {
    std::pair<char const*, char const*> cases[] = {
        {"cut", "broke off"}, {"ends", "broke off"}, {"broken", "not JSON"}, {"silent", "silent"}};
    for (auto const& [name, says] : cases) {
        asked_ = 0;
        auto [text, failure] = ask(to(name));
        EXPECT_TRUE(text.starts_with("There is a cup. ")) << name << ": " << text;
        EXPECT_NE(failure.find(says), std::string::npos) << failure;
        EXPECT_NE(failure.find("what had arrived is kept"), std::string::npos) << failure;
        EXPECT_EQ(asked_, 1) << "a second answer would be said after the first one's half";
    }
    EXPECT_NE(ask(to("html")).second.find("OpenAI-compatible"), std::string::npos);
}

// A port that nobody listens on, and one where connections are taken up by nobody.
TEST_F(Misbehaving, AnUnreachableServerIsNamed) {
    auto options = to("good");
    options.url = "http://127.0.0.1:1/v1";
    auto failure = ask(options).second;
    EXPECT_NE(failure.find("127.0.0.1:1 cannot be reached"), std::string::npos) << failure;
}

double stop_latency_ms(RemoteDescriberOptions const& options, std::chrono::milliseconds after) {
    std::stop_source stop;
    Clock::time_point asked;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(after);
        asked = Clock::now();
        stop.request_stop();
    });
    make_remote_describer(options)->reply(
        {"", {{Turn::Role::user, "x"}}}, [](auto) {}, stop.get_token());
    auto returned = Clock::now();
    stopper.join();
    EXPECT_GT(returned, asked) << "it ended by itself";
    return std::chrono::duration<double, std::milli>(returned - asked).count();
}

TEST_F(Misbehaving, StopsWithin50MillisecondsWhateverTheServerDoes) {
    int mute = socket(AF_INET, SOCK_STREAM, 0); // takes connections and never says a word
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(bind(mute, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(listen(mute, 8), 0);
    getsockname(mute, reinterpret_cast<sockaddr*>(&address), &size);
    auto silent = to("silent");
    silent.idle_timeout = 10s;
    auto never = silent;
    never.url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/v1";
    auto waiting = to("down");
    waiting.retry.first_wait = 10s; // between two attempts
    for (auto const& options : {silent, never, waiting}) {
        EXPECT_LT(stop_latency_ms(options, 30ms), 50);
        EXPECT_LT(stop_latency_ms(options, 5ms), 50);
    }
    close(mute);
}

} // namespace
} // namespace echollama
