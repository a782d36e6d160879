// Events of /v1/realtime: sessions, items and responses that clients ask for.
#include "server/realtime_event.h"

#include "fuzz.h"
#include "server/chat.h"

#include <cstdlib>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {
        bytes_of(
            R"({"session":{"type":"realtime","output_modalities":["text"],"instructions":"Be short.","audio":{"input":)"
            R"({"format":{"type":"audio/pcmu"},"transcription":{"model":"whisper-1"},"turn_detection":{"type":"semantic_vad",)"
            R"("eagerness":"high"}},"output":{"voice":"alloy","speed":1.2}},"max_output_tokens":200}})"),
        bytes_of(
            R"({"session":{"modalities":["text","audio"],"voice":"a","input_audio_format":"g711_alaw","turn_detection":)"
            R"({"type":"server_vad","threshold":0.3,"silence_duration_ms":700},"max_response_output_tokens":"inf"}})"),
        bytes_of(
            R"({"item":{"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"},{"type":"input_audio",)"
            R"("audio":"AAAA"},{"type":"input_image","image_url":"data:image/png;base64,AAAA"}]}})"),
        bytes_of(
            R"({"response":{"conversation":"none","output_modalities":["audio"],"metadata":{"a":"b"},"input":[{"type":)"
            R"("message","role":"user","content":[{"type":"input_text","text":"Hi"}]}]}})"),
        bytes_of(R"({"audio":"AQIDBA==","item_id":"item_1","audio_end_ms":1200})")};
}

void run(Input input) {
    auto const event = server::parse_body(std::string(text_of(input)));
    server::RealtimeSettings settings("echollama", "natural");
    auto const has = [&](char const* key) { return event.find(key) != event.end(); };
    if (has("session")) {
        settings.update(event.at("session"));
        settings.turn_detection();
        if (settings.most_words() > 4096 || settings.speed() > 1.5F || settings.voice().size() > 100000) {
            std::abort();
        }
    }
    if (has("item")) {
        auto const item = server::read_realtime_item(event.at("item"));
        server::from_wire(item.sound, settings.input_sound());
        item.json();
    }
    server::read_realtime_request(event, settings);
    if (has("audio")) {
        auto const bytes = server::read_event_sound(event);
        for (auto const wire : {server::WireSound::pcm, server::WireSound::u_law, server::WireSound::a_law}) {
            auto const samples = server::from_wire(bytes, wire);
            if (server::to_wire(samples, wire).size() != samples.size() * (wire == server::WireSound::pcm ? 2 : 1)) {
                std::abort();
            }
        }
        server::needed_text_field(event, "item_id");
        server::number_field(event, "audio_end_ms");
    }
}

} // namespace echollama::fuzz
