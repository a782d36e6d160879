// Spoken conversations, with models that are told what to hear and say: without a connection, and over one.
#include "server/base64.h"
#include "server/realtime_session.h"
#include "server/service.h"
#include "support/fake_models.h"

#include <cpp-httplib/httplib.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <condition_variable>
#include <deque>
#include <numbers>

namespace echollama::server {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// At 24 kHz, as it lies in events: loud is speech to the fallback that judges by energy.
std::string sound(double seconds, bool speech) {
    std::vector<float> samples(static_cast<std::size_t>(24000 * seconds));
    for (std::size_t i = 0; speech && i < samples.size(); ++i) {
        samples[i] = 0.5F * std::sin(2 * std::numbers::pi_v<float> * 300 * static_cast<float>(i) / 24000);
    }
    return to_base64(to_wire(samples, WireSound::pcm));
}

class Realtime : public testing::Test {
  protected:
    ~Realtime() override { session_.reset(); }

    void send(json const& event) { session_->take(event.dump()); }
    // The next event; those of speech in pieces are put together and passed over.
    json next() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, 20s, [&] { return !events_.empty(); })) {
            ADD_FAILURE() << "no event came";
            return {{"type", "none"}};
        }
        auto event = json::parse(events_.front());
        events_.pop_front();
        if (event.at("type") == "response.output_audio.delta") {
            ++deltas_;
            bytes_ += from_base64(event.at("delta").get<std::string>())->size();
            lock.unlock();
            return next();
        }
        return event;
    }
    // The types up to and with this one, each followed by a blank.
    std::string types_until(std::string const& last) {
        std::string types;
        for (std::string type; type != last && type != "none";) {
            last_ = next();
            type = last_.at("type").get<std::string>();
            types += type + " ";
        }
        return types;
    }
    json expect(std::string const& type) {
        auto event = next();
        EXPECT_EQ(event.at("type"), type) << event;
        return event;
    }
    void append(double seconds, bool speech) {
        send({{"type", "input_audio_buffer.append"}, {"audio", sound(seconds, speech)}});
    }
    void say_something() {
        append(0.3, false);
        append(1, true);
        append(0.8, false);
    }
    void update(json const& session) {
        send({{"type", "session.update"}, {"session", session}});
        expect("session.updated");
    }
    void add_text(std::string const& text) {
        send({{"type", "conversation.item.create"},
              {"item",
               {{"type", "message"}, {"role", "user"}, {"content", {{{"type", "input_text"}, {"text", text}}}}}}});
        expect("conversation.item.added");
        expect("conversation.item.done");
    }

    test::FakeModels models_;
    Engine engine_{models_.engine_models()};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> events_;
    json last_;
    int deltas_ = 0;
    std::size_t bytes_ = 0;
    std::unique_ptr<RealtimeSession> session_ =
        std::make_unique<RealtimeSession>(engine_, "echollama", [this](Json const& event) {
            std::lock_guard lock(mutex_);
            events_.push_back(event.dump());
            changed_.notify_all();
        });
};

TEST_F(Realtime, WhatIsSaidIsAnsweredAloudInTheOrderThatClientsKnow) {
    EXPECT_EQ(expect("session.created").at("session").at("audio").at("input").at("turn_detection").at("type"),
              "server_vad");
    update({{"type", "realtime"}, {"audio", {{"input", {{"transcription", {{"model", "whisper-1"}}}}}}}});
    say_something();
    EXPECT_EQ(types_until("response.done"),
              "input_audio_buffer.speech_started input_audio_buffer.speech_stopped input_audio_buffer.committed "
              "conversation.item.added conversation.item.done conversation.item.input_audio_transcription.delta "
              "conversation.item.input_audio_transcription.completed response.created response.output_item.added "
              "conversation.item.added response.content_part.added response.output_audio_transcript.delta "
              "response.output_audio.done response.output_audio_transcript.done response.content_part.done "
              "response.output_item.done conversation.item.done response.done ");
    auto const response = last_.at("response");
    EXPECT_EQ(response.at("status"), "completed");
    EXPECT_EQ(response.at("output").at(0).at("content").at(0).at("transcript"), "You said \u201eWhere is the cup?.");
    EXPECT_EQ(response.at("output").at(0).at("content").at(0).at("type"), "output_audio");
    EXPECT_GT(deltas_, 0);
    EXPECT_EQ(bytes_ % 2, 0U) << "whole samples";
    EXPECT_GT(response.at("usage").at("output_tokens"), 0);
}

TEST_F(Realtime, PicturesAreAskedAboutInText) {
    expect("session.created");
    update({{"type", "realtime"}, {"output_modalities", {"text"}}});
    auto const url = "data:image/png;base64," + to_base64(test::picture());
    send(
        {{"type", "conversation.item.create"},
         {"item",
          {{"type", "message"},
           {"role", "user"},
           {"content",
            {{{"type", "input_text"}, {"text", "Is there a cup?"}}, {{"type", "input_image"}, {"image_url", url}}}}}}});
    EXPECT_EQ(expect("conversation.item.added").dump().find("base64"), std::string::npos)
        << "pictures are not sent back";
    expect("conversation.item.done");
    send({{"type", "response.create"}, {"response", {{"metadata", {{"topic", "cups"}}}}}});
    auto const types = types_until("response.done");
    EXPECT_NE(types.find("response.output_text.delta"), std::string::npos) << types;
    EXPECT_EQ(types.find("audio"), std::string::npos) << types;
    auto const text = last_.at("response").at("output").at(0).at("content").at(0).at("text").get<std::string>();
    EXPECT_TRUE(text.starts_with("Yes")) << text;
    EXPECT_EQ(last_.at("response").at("metadata").at("topic"), "cups");
    add_text("Where is the cup?"); // in the same picture
    send({{"type", "response.create"}});
    types_until("response.done");
    EXPECT_NE(last_.dump().find("straight ahead"), std::string::npos) << last_;
    EXPECT_EQ(models_.detector->looked, 1);
}

TEST_F(Realtime, ByHandATurnEndsWhenTheClientSaysSo) {
    expect("session.created");
    update({{"type", "realtime"}, {"audio", {{"input", {{"turn_detection", nullptr}}}}}});
    send({{"type", "input_audio_buffer.commit"}, {"event_id", "mine"}});
    auto const error = expect("error").at("error");
    EXPECT_EQ(error.at("code"), "input_audio_buffer_commit_empty");
    EXPECT_EQ(error.at("event_id"), "mine");
    append(0.5, true);
    send({{"type", "input_audio_buffer.clear"}});
    expect("input_audio_buffer.cleared");
    send({{"type", "input_audio_buffer.commit"}});
    expect("error");
    append(0.5, true);
    send({{"type", "input_audio_buffer.commit"}});
    auto const id = expect("input_audio_buffer.committed").at("item_id");
    EXPECT_EQ(expect("conversation.item.added").at("item").at("id"), id);
    expect("conversation.item.done");
    send({{"type", "response.create"}});
    types_until("response.done");
    EXPECT_NE(last_.dump().find("Where is the cup?"), std::string::npos) << "heard before it is answered";
    send({{"type", "conversation.item.retrieve"}, {"item_id", id}});
    EXPECT_EQ(expect("conversation.item.retrieved").at("item").at("content").at(0).at("transcript"),
              "Where is the cup?");
}

TEST_F(Realtime, WhoSpeaksEndsTheAnswer) {
    expect("session.created");
    models_.describer->pause = 5s;
    add_text("hello");
    send({{"type", "response.create"}});
    expect("response.created");
    while (models_.describer->running == 0) {
        std::this_thread::sleep_for(1ms);
    }
    append(1, true);
    types_until("input_audio_buffer.speech_started");
    types_until("response.done");
    EXPECT_EQ(last_.at("response").at("status"), "cancelled");
    EXPECT_EQ(last_.at("response").at("status_details").at("reason"), "turn_detected");
    while (models_.describer->stopped == 0) {
        std::this_thread::sleep_for(1ms);
    }
}

TEST_F(Realtime, ACancelledResponseIsOverAtOnceAndCanBeCutWhereItWasHeard) {
    expect("session.created");
    add_text("one two three four five six seven eight nine ten");
    models_.describer->pause = 5ms;
    send({{"type", "response.create"}});
    types_until("response.done");
    EXPECT_EQ(last_.at("response").at("status"), "completed");
    auto const id = last_.at("response").at("output").at(0).at("id");
    auto const milliseconds = bytes_ / 2 * 1000 / 24000;
    send({{"type", "conversation.item.truncate"},
          {"item_id", id},
          {"content_index", 0},
          {"audio_end_ms", milliseconds + 100}});
    EXPECT_EQ(expect("error").at("error").at("param"), "audio_end_ms");
    send({{"type", "conversation.item.truncate"},
          {"item_id", id},
          {"content_index", 0},
          {"audio_end_ms", milliseconds / 2}});
    EXPECT_EQ(expect("conversation.item.truncated").at("audio_end_ms"), milliseconds / 2);
    send({{"type", "conversation.item.retrieve"}, {"item_id", id}});
    auto const heard =
        expect("conversation.item.retrieved").at("item").at("content").at(0).at("transcript").get<std::string>();
    EXPECT_TRUE(heard.starts_with("You said")) << heard;
    EXPECT_EQ(heard.find("ten"), std::string::npos) << heard;

    send({{"type", "response.cancel"}});
    EXPECT_EQ(expect("error").at("error").at("code"), "response_cancel_not_active");
    models_.describer->pause = 5s;
    send({{"type", "response.create"}});
    expect("response.created");
    send({{"type", "response.create"}});
    types_until("error");
    EXPECT_EQ(last_.at("error").at("code"), "conversation_already_has_active_response");
    send({{"type", "response.cancel"}});
    types_until("response.done");
    EXPECT_EQ(last_.at("response").at("status_details").at("reason"), "client_cancelled");
    EXPECT_TRUE(events_.empty()) << "nothing of it comes afterwards";
}

TEST_F(Realtime, WhatIsOutOfBandLeavesNothingBehind) {
    expect("session.created");
    send({{"type", "response.create"},
          {"response",
           {{"conversation", "none"},
            {"output_modalities", {"text"}},
            {"input",
             {{{"type", "message"}, {"role", "user"}, {"content", {{{"type", "input_text"}, {"text", "aside"}}}}}}}}}});
    auto const types = types_until("response.done");
    EXPECT_EQ(types.find("conversation.item"), std::string::npos) << types;
    EXPECT_NE(last_.dump().find("aside"), std::string::npos);
    EXPECT_EQ(last_.at("response").at("conversation_id"), nullptr);
    send({{"type", "conversation.item.retrieve"}, {"item_id", last_.at("response").at("output").at(0).at("id")}});
    EXPECT_EQ(expect("error").at("error").at("code"), "item_not_found");
}

TEST_F(Realtime, NobodyIsAnsweredWhoSaidNothing) {
    expect("session.created");
    models_.listener->text = "";
    say_something();
    types_until("conversation.item.done");
    while (!session_->is_idle()) {
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_TRUE(events_.empty()) << events_.front();
}

TEST_F(Realtime, ItemsStandWhereTheyAreAsked) {
    expect("session.created");
    auto const create = [&](json const& id, json const& previous) {
        send({{"type", "conversation.item.create"},
              {"previous_item_id", previous},
              {"item",
               {{"id", id},
                {"type", "message"},
                {"role", "user"},
                {"content", {{{"type", "input_text"}, {"text", "a"}}}}}}});
        return next();
    };
    EXPECT_EQ(create("one", nullptr).at("previous_item_id"), nullptr);
    next();
    EXPECT_EQ(create("two", "root").at("previous_item_id"), nullptr);
    next();
    EXPECT_EQ(create("three", "two").at("previous_item_id"), "two");
    next();
    EXPECT_EQ(create("four", "nobody").at("type"), "error");
    EXPECT_EQ(create("one", nullptr).at("type"), "error");
    send({{"type", "conversation.item.delete"}, {"item_id", "two"}});
    EXPECT_EQ(expect("conversation.item.deleted").at("item_id"), "two");
    send({{"type", "conversation.item.delete"}, {"item_id", "two"}});
    expect("error");
}

TEST_F(Realtime, TelephoneSoundGoesBothWays) {
    expect("session.created");
    update({{"type", "realtime"},
            {"audio",
             {{"input", {{"format", {{"type", "audio/pcmu"}}}}}, {"output", {{"format", {{"type", "audio/pcma"}}}}}}}});
    std::vector<std::uint8_t> loud(8000), silent(8000, 0xFF);
    for (std::size_t i = 0; i < loud.size(); ++i) {
        loud[i] = i / 10 % 2 == 0 ? 0x90 : 0x10;
    }
    send({{"type", "input_audio_buffer.append"}, {"audio", to_base64(silent)}});
    send({{"type", "input_audio_buffer.append"}, {"audio", to_base64(loud)}});
    send({{"type", "input_audio_buffer.append"}, {"audio", to_base64(silent)}});
    types_until("response.done");
    EXPECT_EQ(last_.at("response").at("status"), "completed");
    EXPECT_NEAR(static_cast<double>(bytes_) / 8000, 0.28, 0.04) << "a byte a sample";
}

TEST_F(Realtime, WhatCannotBeIsToldAndTheSessionGoesOn) {
    expect("session.created");
    auto const session = [](json const& changes) { return json{{"type", "session.update"}, {"session", changes}}; };
    auto const input = [&](json const& changes) { return session({{"audio", {{"input", changes}}}}); };
    auto const item = [](json const& value) { return json{{"type", "conversation.item.create"}, {"item", value}}; };
    auto const part = [&](json const& value) {
        return item({{"type", "message"}, {"role", "user"}, {"content", json::array({value})}});
    };
    for (auto const& event : {json::array(),
                              json(7),
                              json::object(),
                              json{{"type", 7}},
                              json{{"type", "session.fly"}},
                              session(nullptr),
                              session({{"type", "transcription"}}),
                              session({{"output_modalities", {"smell"}}}),
                              session({{"output_modalities", "text"}}),
                              session({{"instructions", 7}}),
                              session({{"max_output_tokens", 0}}),
                              session({{"tool_choice", "required"}}),
                              session({{"audio", 7}}),
                              session({{"audio", {{"input", 7}}}}),
                              input({{"format", {{"type", "audio/mp3"}}}}),
                              input({{"format", {{"type", "audio/pcm"}, {"rate", 16000}}}}),
                              input({{"turn_detection", {{"type", "magic"}}}}),
                              input({{"turn_detection", {{"type", "server_vad"}, {"threshold", 2}}}}),
                              input({{"turn_detection", "server_vad"}}),
                              input({{"transcription", "yes"}}),
                              session({{"audio", {{"output", {{"speed", 9}}}}}}),
                              json{{"type", "input_audio_buffer.append"}},
                              json{{"type", "input_audio_buffer.append"}, {"audio", "!!"}},
                              json{{"type", "input_audio_buffer.commit"}},
                              item(nullptr),
                              item({{"type", "dance"}}),
                              item({{"type", "message"}, {"role", "wizard"}, {"content", json::array()}}),
                              item({{"type", "message"}, {"role", "user"}, {"content", "hi"}}),
                              part({{"type", "input_video"}}),
                              part(7),
                              part({{"type", "input_image"}, {"image_url", "https://example.org/a.png"}}),
                              part({{"type", "input_audio"}}),
                              json{{"type", "conversation.item.truncate"}, {"item_id", "x"}, {"audio_end_ms", 1}},
                              json{{"type", "conversation.item.retrieve"}},
                              json{{"type", "response.cancel"}},
                              json{{"type", "response.create"}, {"response", {{"output_modalities", {"smell"}}}}}}) {
        send(event);
        auto const error = expect("error");
        EXPECT_FALSE(error.at("error").at("message").get<std::string>().empty()) << event;
    }
    session_->take("{");
    expect("error");
    session_->take(std::string(100000, '['));
    expect("error");
    update({{"modalities", {"text", "audio"}},
            {"voice", "alloy"},
            {"input_audio_format", "pcm16"},
            {"turn_detection", {{"type", "server_vad"}, {"silence_duration_ms", 400}}},
            {"max_response_output_tokens", 100}});
}

TEST_F(Realtime, SoundThatNobodyCommitsIsBounded) {
    expect("session.created");
    update({{"type", "realtime"}, {"audio", {{"input", {{"turn_detection", nullptr}}}}}});
    for (int i = 0; i < 3; ++i) {
        append(19.9, false);
    }
    EXPECT_TRUE(events_.empty());
    append(1, false);
    EXPECT_EQ(expect("error").at("error").at("code"), "input_audio_buffer_full");
}

class RealtimeServer : public testing::Test {
  protected:
    RealtimeServer() {
        ServiceOptions options;
        options.port = 0;
        options.access.key = "secret";
        service_ = std::make_unique<Service>(engine_, options);
        thread_ = std::jthread([this](std::stop_token stop) { service_->run(stop); });
    }
    std::unique_ptr<httplib::ws::WebSocketClient> client(httplib::Headers const& headers) const {
        auto client = std::make_unique<httplib::ws::WebSocketClient>(
            "ws://127.0.0.1:" + std::to_string(service_->port()) + "/v1/realtime?model=any", headers);
        for (int i = 0; i < 200; ++i) {
            auto const result = client->connect();
            if (result || result.status() > 0) {
                break;
            }
            std::this_thread::sleep_for(10ms);
        }
        return client;
    }

    test::FakeModels models_;
    Engine engine_{models_.engine_models()};
    std::unique_ptr<Service> service_;
    std::jthread thread_;
};

TEST_F(RealtimeServer, ConversationsAreHeldByThoseWithTheKeyHoweverTheySendIt) {
    EXPECT_FALSE(client({})->is_open());
    EXPECT_FALSE(client({{"Authorization", "Bearer wrong"}})->is_open());
    EXPECT_FALSE(client({{"Authorization", "Bearer secret"}, {"Origin", "https://evil.example"}})->is_open());
    for (auto const& headers :
         {httplib::Headers{{"Authorization", "Bearer secret"}},
          httplib::Headers{{"Sec-WebSocket-Protocol", "realtime, openai-insecure-api-key.secret"}}}) {
        auto const held = client(headers);
        ASSERT_TRUE(held->is_open());
        std::string message;
        ASSERT_EQ(held->read(message), httplib::ws::Text);
        EXPECT_EQ(json::parse(message).at("type"), "session.created");
        EXPECT_TRUE(held->send(json{{"type", "session.update"}, {"session", {{"type", "realtime"}}}}.dump()));
        ASSERT_EQ(held->read(message), httplib::ws::Text);
        EXPECT_EQ(json::parse(message).at("type"), "session.updated");
    }
}

TEST_F(RealtimeServer, AClientThatGoesAwayEndsItsAnswer) {
    models_.describer->pause = 5s;
    auto held = client({{"Authorization", "Bearer secret"}});
    ASSERT_TRUE(held->is_open());
    held->send(json{{"type", "response.create"}}.dump());
    while (models_.describer->running == 0) {
        std::this_thread::sleep_for(1ms);
    }
    held.reset();
    auto const begin = std::chrono::steady_clock::now();
    while (models_.describer->stopped == 0 && std::chrono::steady_clock::now() - begin < 10s) {
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s) << "not after its five seconds";
}

TEST_F(RealtimeServer, WhoIsOneTooManyIsToldSo) {
    std::vector<std::unique_ptr<httplib::ws::WebSocketClient>> clients;
    std::string message;
    for (int i = 0; i < 8; ++i) {
        clients.push_back(client({{"Authorization", "Bearer secret"}}));
        ASSERT_EQ(clients.back()->read(message), httplib::ws::Text) << i;
    }
    auto const late = client({{"Authorization", "Bearer secret"}});
    ASSERT_EQ(late->read(message), httplib::ws::Text);
    EXPECT_EQ(json::parse(message).at("error").at("code"), "overloaded");
    EXPECT_EQ(late->read(message), httplib::ws::Fail);
}

} // namespace
} // namespace echollama::server
