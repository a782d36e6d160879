// What Home Assistant and its friends ask for, over a real connection, with models that are told what to hear and say.
#include "base/error.h"
#include "support/fake_models.h"
#include "wyoming/event.h"
#include "wyoming/service.h"
#include "wyoming/session.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <list>

namespace echollama::wyoming {
namespace {

using namespace std::chrono_literals;

class Wyoming : public testing::Test {
  protected:
    Wyoming() {
        ServiceOptions options;
        options.port = 0;
        options.version = "1.2.3";
        options.most_connections = 4;
        service_ = std::make_unique<Service>(engine_, options);
        thread_ = std::jthread([this](std::stop_token stop) { service_->run(stop); });
    }

    // One client's connection.
    class Client {
      public:
        explicit Client(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(static_cast<std::uint16_t>(port));
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            timeval const limit{20, 0};
            setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
            EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        }
        ~Client() { leave(); }
        Client(Client const&) = delete;
        Client& operator=(Client const&) = delete;
        void leave() {
            if (socket_ >= 0) {
                close(std::exchange(socket_, -1));
            }
        }
        void send_bytes(std::string const& bytes) const {
            EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
        }
        void send(Event const& event) const { send_bytes(to_bytes(event)); }
        // The type is empty where the connection has ended.
        Event next() {
            char bytes[65536];
            while (true) {
                if (auto event = reader_.next()) {
                    return *event;
                }
                auto const count = recv(socket_, bytes, sizeof bytes, 0);
                if (count <= 0) {
                    return {};
                }
                reader_.push({bytes, static_cast<std::size_t>(count)});
            }
        }
        // The types up to and with this one; what comes of sound is counted.
        std::string types_until(std::string const& last) {
            std::string types;
            for (Event event; event.type != last;) {
                event = next();
                if (event.type.empty()) {
                    return types + "(end)";
                }
                types += event.type == "audio-chunk" ? "" : event.type + " ";
                sound += event.payload.size();
            }
            return types;
        }
        std::size_t sound = 0; // bytes

      private:
        int socket_;
        EventReader reader_;
    };

    test::FakeModels models_;
    server::Engine engine_{models_.engine_models()};
    std::unique_ptr<Service> service_;
    std::jthread thread_;
};

TEST_F(Wyoming, ProgramsSayWhatTheyAre) {
    Client client(service_->port());
    client.send({"describe"});
    auto const info = client.next();
    EXPECT_EQ(info.type, "info");
    auto const& tts = info.data.at("tts").at(0);
    EXPECT_EQ(tts.at("installed"), true);
    EXPECT_EQ(tts.at("supports_synthesize_streaming"), true);
    EXPECT_EQ(tts.at("voices").size(), 2U);
    EXPECT_EQ(info.data.at("asr").at(0).at("models").at(0).at("languages").at(0), "en");
    EXPECT_TRUE(info.data.at("wake").empty());
    client.send({"ping", {{"text", "a"}}});
    EXPECT_EQ(client.next().data.at("text"), "a");
    client.send({"invented-in-2031", {{"x", 1}}});
    client.send({"ping"});
    EXPECT_EQ(client.next().type, "pong") << "what is unknown is passed over";
}

TEST_F(Wyoming, ATextIsSpoken) {
    Client client(service_->port());
    client.send({"synthesize", {{"text", "Mind the step."}, {"voice", {{"name", "natural"}}}}});
    EXPECT_EQ(client.types_until("audio-stop"), "audio-start audio-stop ");
    EXPECT_NEAR(static_cast<double>(client.sound) / 2 / 22050, 0.14, 0.01);
}

TEST_F(Wyoming, ATextThatComesInPiecesIsSpokenAsItComes) {
    Client client(service_->port());
    client.send({"synthesize-start", {{"voice", {{"name", "fast"}}}}});
    EXPECT_EQ(client.next().type, "audio-start");
    client.send({"synthesize-chunk", {{"text", "Mind the step. The cup"}}});
    EXPECT_EQ(client.next().type, "audio-chunk") << "before all of it was sent";
    client.send({"synthesize-chunk", {{"text", " is near."}}});
    client.send({"synthesize", {{"text", "Mind the step. The cup is near."}}});
    client.send({"synthesize-stop"});
    EXPECT_EQ(client.types_until("synthesize-stopped"), "audio-stop synthesize-stopped ");
    EXPECT_NEAR(static_cast<double>(client.sound) / 2 / 22050, 0.30, 0.06) << "once, not twice";
    client.send({"synthesize-start"});
    client.send({"synthesize-stop"});
    EXPECT_EQ(client.types_until("synthesize-stopped"), "audio-start audio-stop synthesize-stopped ")
        << "nothing to say";
}

TEST_F(Wyoming, RecordingsOfEveryWidthAreHeard) {
    for (int const width : {1, 2, 3, 4}) {
        Client client(service_->port());
        client.send({"transcribe", {{"language", "en"}}});
        Json const format{{"rate", 16000}, {"width", width}, {"channels", 2}};
        client.send({"audio-start", format});
        client.send({"audio-chunk", format, std::vector<std::uint8_t>(static_cast<std::size_t>(width) * 16000, 1)});
        client.send({"audio-stop"});
        auto const transcript = client.next();
        EXPECT_EQ(transcript.type, "transcript");
        EXPECT_EQ(transcript.data.at("text"), "Where is the cup?");
        EXPECT_NEAR(models_.listener->heard_s, 0.5, 0.001) << width;
    }
    Client client(service_->port());
    client.send({"audio-stop"});
    EXPECT_EQ(client.next().data.at("text"), "") << "nothing was recorded";
}

TEST_F(Wyoming, WhatCannotBeIsToldAndEndsTheConnection) {
    auto const chunk = [](Json const& format) { return to_bytes({"audio-start", format}); };
    for (auto const& bytes :
         {chunk({{"rate", 0}}), chunk({{"width", 9}}), chunk({{"channels", -1}}), chunk({{"rate", "fast"}}),
          to_bytes({"synthesize", {{"text", std::string(30000, 'a')}}})}) {
        Client client(service_->port());
        client.send_bytes(bytes);
        auto const event = client.next();
        EXPECT_EQ(event.type, "error") << bytes.substr(0, 80);
        EXPECT_FALSE(event.data.at("text").get<std::string>().empty());
        EXPECT_EQ(client.next().type, "");
    }
    for (std::string const bytes :
         {"GET / HTTP/1.1\r\n\r\n", "{\n", "[]\n", "{\"data\":{}}\n",
          "{\"type\":\"ping\",\"payload_length\":99999999999}\n", "{\"type\":\"ping\",\"data_length\":-1}\n",
          "{\"type\":\"ping\",\"data_length\":3}\n[1]"}) {
        Client client(service_->port());
        client.send_bytes(bytes);
        EXPECT_EQ(client.next().type, "") << bytes;
    }
    Client client(service_->port());
    client.send_bytes(std::string(70000, 'a'));
    EXPECT_EQ(client.next().type, "") << "a line without end";
}

TEST_F(Wyoming, AClientThatGoesAwayEndsItsWorkAndOneTooManyIsClosed) {
    models_.speaker->pause = 10s;
    Client client(service_->port());
    client.send({"synthesize", {{"text", "Mind the step."}}});
    EXPECT_EQ(client.next().type, "audio-start");
    client.leave();
    auto const begin = std::chrono::steady_clock::now();
    while (models_.speaker->stopped == 0 && std::chrono::steady_clock::now() - begin < 9s) {
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s) << "not after its ten seconds";
    std::list<Client> many;
    for (int i = 0; i < 4; ++i) {
        many.emplace_back(service_->port());
        many.back().send({"ping"});
        EXPECT_EQ(many.back().next().type, "pong") << i;
    }
    Client late(service_->port());
    EXPECT_EQ(late.next().type, "");
}

TEST(WyomingService, APortThatIsTakenIsTold) {
    server::Engine engine({});
    ServiceOptions options;
    options.port = 0;
    Service const first(engine, options);
    options.port = first.port();
    EXPECT_THROW(Service(engine, options), Error);
    options.host = "no such host";
    EXPECT_THROW(Service(engine, options), Error);
}

} // namespace
} // namespace echollama::wyoming
