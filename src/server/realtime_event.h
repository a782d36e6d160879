// What clients of /v1/realtime send (openai-openapi 2.3.0, in its general form; the keys of the beta are taken too).
// Everything here throws ApiError 400 with the field's name.
#pragma once

#include "pipeline/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echollama::server {

// How sound lies in events: 16-bit little-endian samples at 24 kHz, or G.711 at 8 kHz.
enum class WireSound { pcm, u_law, a_law };
int wire_rate(WireSound wire); // samples a second
std::vector<float> from_wire(std::vector<std::uint8_t> const& bytes, WireSound wire);
std::vector<std::uint8_t> to_wire(std::vector<float> const& samples, WireSound wire);

// When the server decides by itself that somebody has spoken.
struct TurnDetection {
    float threshold = 0.5F; // of the probability of speech
    double prefix_s = 0.3;  // kept before speech
    double silence_s = 0.5; // ends it
    bool creates_response = true, interrupts_response = true;
};

// The session as clients see it: their settings are kept in its JSON.
class RealtimeSettings {
  public:
    RealtimeSettings(std::string const& model, std::string const& voice);

    // The "session" of session.update. All of it or, when it throws, nothing is changed.
    void update(Json const& changes);
    Json const& json() const { return session_; }

    bool wants_audio() const { return session_.at("output_modalities").at(0) == "audio"; }
    bool wants_transcription() const { return !input().at("transcription").is_null(); }
    std::optional<TurnDetection> turn_detection() const; // nullopt: the client says when a turn ends
    WireSound input_sound() const { return sound_of(input()); }
    WireSound output_sound() const { return sound_of(output()); }
    std::string voice() const { return output().at("voice").get<std::string>(); }
    float speed() const { return output().at("speed").get<float>(); }
    std::string instructions() const { return session_.at("instructions").get<std::string>(); }
    std::size_t most_words() const; // of an answer; 0: no limit

  private:
    Json const& input() const { return session_.at("audio").at("input"); }
    Json const& output() const { return session_.at("audio").at("output"); }
    static WireSound sound_of(Json const& side);

    Json session_;
};

// A message of the conversation.
struct RealtimeItem {
    std::string id;                    // empty: the server chooses one
    std::string type = "message";      // others are kept and not answered
    std::string role = "user";         // user, assistant, system
    Json content = Json::array();      // as it is told to clients, without sounds and pictures
    std::string text;                  // typed, written, said or heard, all parts
    std::vector<std::uint8_t> sound;   // not yet recognised; as it lies in events
    std::vector<std::uint8_t> picture; // still encoded
    bool complete = true;

    Json json() const;
};

RealtimeItem read_realtime_item(Json const& item);

// "response" of response.create, over the session's settings.
struct RealtimeRequest {
    bool audio = true;
    std::string instructions, voice;
    float speed = 1;
    std::size_t most_words = 0;
    WireSound sound = WireSound::pcm;
    bool in_conversation = true;                    // else out of band: nothing of it is kept
    std::optional<std::vector<RealtimeItem>> input; // instead of the conversation
    Json metadata = nullptr;
};

RealtimeRequest read_realtime_request(Json const& event, RealtimeSettings const& settings);

// The sound in "audio", still as it lies there.
std::vector<std::uint8_t> read_event_sound(Json const& event);
std::string text_field(Json const& object, char const* key);        // "" where it is absent
std::string needed_text_field(Json const& object, char const* key); //
std::int64_t number_field(Json const& object, char const* key);     // whole, not negative

} // namespace echollama::server
