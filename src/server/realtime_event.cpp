#include "server/realtime_event.h"

#include "media/sound/audio_io.h"
#include "media/sound/g711.h"
#include "server/api_error.h"
#include "server/base64.h"

#include <cmath>
#include <initializer_list>

namespace echollama::server {
namespace {

constexpr std::size_t most_characters = 100'000; // of one text
constexpr std::size_t most_parts = 64;           // of one message
constexpr std::int64_t most_words_asked = 4096;

[[noreturn]] void refuse(std::string const& text, std::string const& param) {
    throw ApiError(400, text, param, "invalid_value");
}

Json const* member(Json const& object, char const* key) {
    auto const found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() ? &*found : nullptr;
}

// Of a value that was sent: one of these texts.
void check_one_of(Json const& value, std::string const& param, std::initializer_list<char const*> allowed) {
    std::string names;
    for (auto const* name : allowed) {
        if (value == name) {
            return;
        }
        names += (names.empty() ? "" : ", ") + std::string(name);
    }
    refuse("'" + param + "' must be one of: " + names + ".", param);
}

void check_number(Json const& value, std::string const& param, double least, double most) {
    if (!value.is_number() || !(value.get<double>() >= least && value.get<double>() <= most)) {
        auto const text = [](double number) { return Json(number).dump(); };
        refuse("'" + param + "' must be a number from " + text(least) + " to " + text(most) + ".", param);
    }
}

void check_flag(Json const& value, std::string const& param) {
    if (!value.is_boolean()) {
        refuse("'" + param + "' must be true or false.", param);
    }
}

void check_text(Json const& value, std::string const& param) {
    if (!value.is_string() || value.get_ref<std::string const&>().size() > most_characters) {
        refuse("'" + param + "' must be a text of at most 100000 letters.", param);
    }
}

Json server_vad() {
    return {{"type", "server_vad"},       {"threshold", 0.5},        {"prefix_padding_ms", 300},
            {"silence_duration_ms", 500}, {"create_response", true}, {"interrupt_response", true},
            {"idle_timeout_ms", nullptr}};
}

// What was sent over what held for the same type before.
Json read_turn_detection(Json const& sent, Json const& before) {
    std::string const at = "session.audio.input.turn_detection";
    if (sent.is_null()) {
        return nullptr;
    }
    if (!sent.is_object()) {
        refuse("'" + at + "' must be an object or null.", at);
    }
    auto const type = member(sent, "type") ? sent.at("type") : Json("server_vad");
    check_one_of(type, at + ".type", {"server_vad", "semantic_vad"});
    bool const semantic = type == "semantic_vad";
    bool const same = before.is_object() && before.at("type") == type;
    Json turn = same       ? before
                : semantic ? Json{{"type", "semantic_vad"},
                                  {"eagerness", "auto"},
                                  {"create_response", true},
                                  {"interrupt_response", true}}
                           : server_vad();
    for (auto const& [key, value] : sent.items()) {
        auto const param = at + "." + key;
        if (key == "create_response" || key == "interrupt_response") {
            check_flag(value, param);
        } else if (semantic && key == "eagerness") {
            check_one_of(value, param, {"low", "medium", "high", "auto"});
        } else if (!semantic && key == "threshold") {
            check_number(value, param, 0, 1);
        } else if (!semantic && (key == "prefix_padding_ms" || key == "silence_duration_ms")) {
            check_number(value, param, key == "prefix_padding_ms" ? 0 : 100, 10000);
        } else if (key == "idle_timeout_ms") {
            if (!value.is_null()) {
                refuse("Nobody is spoken to unasked here; leave out 'idle_timeout_ms'.", param);
            }
            continue;
        } else if (key != "type") {
            continue;
        }
        turn[key] = value;
    }
    return turn;
}

Json read_format(Json const& sent, std::string const& param) {
    auto const type = sent.is_string() ? sent : member(sent, "type") ? sent.at("type") : Json(nullptr);
    if (type == "audio/pcm" || type == "pcm16") {
        if (auto const* rate = member(sent, "rate"); rate && *rate != 24000) {
            refuse("Samples come at 24000 a second; resample them.", param + ".rate");
        }
        return {{"type", "audio/pcm"}, {"rate", 24000}};
    }
    if (type == "audio/pcmu" || type == "g711_ulaw") {
        return {{"type", "audio/pcmu"}};
    }
    if (type == "audio/pcma" || type == "g711_alaw") {
        return {{"type", "audio/pcma"}};
    }
    refuse("'" + param + "' must be audio/pcm, audio/pcmu or audio/pcma.", param);
}

Json read_modalities(Json const& sent, std::string const& param) {
    bool audio = false, text = false;
    for (auto const& one : sent.is_array() ? sent : Json::array()) {
        check_one_of(one, param, {"audio", "text"});
        (one == "audio" ? audio : text) = true;
    }
    if (!audio && !text) {
        refuse("'" + param + "' must be [\"audio\"] or [\"text\"].", param);
    }
    return Json::array({audio ? "audio" : "text"}); // the beta wanted both for sound
}

Json read_most_words(Json const& sent, std::string const& param) {
    if (sent != "inf") {
        check_number(sent, param, 1, static_cast<double>(most_words_asked));
    }
    return sent;
}

std::size_t words_of(Json const& limit) {
    return limit == "inf" ? 0 : static_cast<std::size_t>(limit.get<double>());
}

Json read_voice(Json const& sent, std::string const& param) {
    auto const& name = member(sent, "id") ? sent.at("id") : sent;
    check_text(name, param);
    return name;
}

void refuse_tools(Json const& sent, std::string const& param) {
    if (sent == "required" || sent.is_object()) {
        refuse("No tools are called here; leave out 'tool_choice'.", param);
    }
}

void update_input(Json& input, Json const& sent) {
    for (auto const& [key, value] : sent.items()) {
        std::string const param = "session.audio.input." + key;
        if (key == "format") {
            input[key] = read_format(value, param);
        } else if (key == "turn_detection") {
            input[key] = read_turn_detection(value, input.at(key));
        } else if (key == "transcription" || key == "noise_reduction") {
            if (!value.is_null() && !value.is_object()) {
                refuse("'" + param + "' must be an object or null.", param);
            }
            input[key] = value;
        }
    }
}

void update_output(Json& output, Json const& sent) {
    for (auto const& [key, value] : sent.items()) {
        std::string const param = "session.audio.output." + key;
        if (key == "format") {
            output[key] = read_format(value, param);
        } else if (key == "voice") {
            output[key] = read_voice(value, param);
        } else if (key == "speed") {
            check_number(value, param, 0.25, 1.5);
            output[key] = value;
        }
    }
}

// The flat keys of the beta where they are now.
Json in_general_form(Json const& sent) {
    Json general = sent;
    auto const move = [&](char const* from, char const* side, char const* to) {
        if (auto const* value = member(sent, from)) {
            general["audio"][side][to] = *value;
        }
    };
    if (auto const* audio = member(sent, "audio"); audio && !audio->is_object()) {
        refuse("'session.audio' must be an object.", "session.audio");
    }
    for (auto const* side : {"input", "output"}) {
        if (auto const* audio = member(sent, "audio"); audio && member(*audio, side) && !audio->at(side).is_object()) {
            refuse(std::string("'session.audio.") + side + "' must be an object.",
                   std::string("session.audio.") + side);
        }
    }
    move("input_audio_format", "input", "format");
    move("input_audio_transcription", "input", "transcription");
    move("input_audio_noise_reduction", "input", "noise_reduction");
    move("turn_detection", "input", "turn_detection");
    move("output_audio_format", "output", "format");
    move("voice", "output", "voice");
    move("speed", "output", "speed");
    if (auto const* modalities = member(sent, "modalities")) {
        general["output_modalities"] = *modalities;
    }
    if (auto const* most = member(sent, "max_response_output_tokens")) {
        general["max_output_tokens"] = *most;
    }
    return general;
}

} // namespace

int wire_rate(WireSound wire) {
    return wire == WireSound::pcm ? 24000 : 8000;
}

std::vector<float> from_wire(std::vector<std::uint8_t> const& bytes, WireSound wire) {
    if (wire != WireSound::pcm) {
        return from_g711(bytes, wire == WireSound::u_law ? G711::u_law : G711::a_law);
    }
    std::vector<float> samples(bytes.size() / 2);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        auto const value = static_cast<std::int16_t>(bytes[2 * i] | bytes[2 * i + 1] << 8);
        samples[i] = static_cast<float>(value) / 32768.0F;
    }
    return samples;
}

std::vector<std::uint8_t> to_wire(std::vector<float> const& samples, WireSound wire) {
    if (wire != WireSound::pcm) {
        return to_g711(samples, wire == WireSound::u_law ? G711::u_law : G711::a_law);
    }
    std::vector<std::uint8_t> bytes;
    bytes.reserve(2 * samples.size());
    for (float const sample : samples) {
        auto const value = static_cast<std::uint16_t>(to_pcm16(sample));
        bytes.push_back(static_cast<std::uint8_t>(value & 0xFF));
        bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    }
    return bytes;
}

RealtimeSettings::RealtimeSettings(std::string const& model, std::string const& voice)
    : session_{
          {"type", "realtime"},
          {"object", "realtime.session"},
          {"model", model},
          {"output_modalities", {"audio"}},
          {"instructions", ""},
          {"tools", Json::array()},
          {"tool_choice", "auto"},
          {"max_output_tokens", "inf"},
          {"truncation", "auto"},
          {"tracing", nullptr},
          {"prompt", nullptr},
          {"include", nullptr},
          {"audio",
           {{"input",
             {{"format", {{"type", "audio/pcm"}, {"rate", 24000}}},
              {"transcription", nullptr},
              {"noise_reduction", nullptr},
              {"turn_detection", server_vad()}}},
            {"output", {{"format", {{"type", "audio/pcm"}, {"rate", 24000}}}, {"voice", voice}, {"speed", 1.0}}}}}} {}

void RealtimeSettings::update(Json const& changes) {
    if (!changes.is_object()) {
        refuse("session.update needs a 'session', an object.", "session");
    }
    auto const sent = in_general_form(changes);
    auto session = session_;
    for (auto const& [key, value] : sent.items()) {
        auto const param = "session." + key;
        if (key == "type") {
            check_one_of(value, param, {"realtime"});
        } else if (key == "output_modalities") {
            session[key] = read_modalities(value, param);
        } else if (key == "instructions") {
            check_text(value, param);
            session[key] = value;
        } else if (key == "max_output_tokens") {
            session[key] = read_most_words(value, param);
        } else if (key == "tools") {
            session[key] = value.is_array() ? value : Json::array();
        } else if (key == "tool_choice") {
            refuse_tools(value, param);
            session[key] = value;
        } else if (key == "audio") {
            update_input(session["audio"]["input"], member(value, "input") ? value.at("input") : Json::object());
            update_output(session["audio"]["output"], member(value, "output") ? value.at("output") : Json::object());
        }
    }
    session_ = std::move(session);
}

std::optional<TurnDetection> RealtimeSettings::turn_detection() const {
    auto const& json = input().at("turn_detection");
    if (json.is_null()) {
        return std::nullopt;
    }
    TurnDetection turn;
    turn.creates_response = json.at("create_response").get<bool>();
    turn.interrupts_response = json.at("interrupt_response").get<bool>();
    if (json.at("type") == "server_vad") {
        turn.threshold = json.at("threshold").get<float>();
        turn.prefix_s = json.at("prefix_padding_ms").get<double>() / 1000;
        turn.silence_s = json.at("silence_duration_ms").get<double>() / 1000;
    } else { // no network judges here whether a sentence is whole: who is eager waits less
        auto const& eagerness = json.at("eagerness");
        turn.silence_s = eagerness == "high" ? 0.4 : eagerness == "low" ? 1.2 : 0.7;
    }
    return turn;
}

WireSound RealtimeSettings::sound_of(Json const& side) {
    auto const& type = side.at("format").at("type");
    return type == "audio/pcmu" ? WireSound::u_law : type == "audio/pcma" ? WireSound::a_law : WireSound::pcm;
}

std::size_t RealtimeSettings::most_words() const {
    return words_of(session_.at("max_output_tokens"));
}

Json RealtimeItem::json() const {
    Json json{
        {"id", id}, {"object", "realtime.item"}, {"type", type}, {"status", complete ? "completed" : "incomplete"}};
    if (type == "message") {
        json["role"] = role;
        json["content"] = content;
    }
    return json;
}

std::string text_field(Json const& object, char const* key) {
    auto const* value = member(object, key);
    if (!value || value->is_null()) {
        return "";
    }
    check_text(*value, key);
    return value->get<std::string>();
}

std::string needed_text_field(Json const& object, char const* key) {
    auto text = text_field(object, key);
    if (text.empty()) {
        refuse(std::string("'") + key + "' is missing.", key);
    }
    return text;
}

std::int64_t number_field(Json const& object, char const* key) {
    auto const* value = member(object, key);
    constexpr double most = 1e12;
    if (!value || !value->is_number() || !(value->get<double>() >= 0 && value->get<double>() <= most)) {
        refuse(std::string("'") + key + "' must be a number that is not negative.", key);
    }
    return std::llround(value->get<double>());
}

std::vector<std::uint8_t> read_event_sound(Json const& event) {
    auto const* audio = member(event, "audio");
    auto bytes = audio && audio->is_string() ? from_base64(audio->get_ref<std::string const&>()) : std::nullopt;
    if (!bytes) {
        refuse("'audio' must be sound as base64.", "audio");
    }
    return std::move(*bytes);
}

namespace {

void read_part(Json const& part, RealtimeItem& item) {
    auto const type = text_field(part, "type");
    auto const add = [&](std::string const& text) { item.text += (item.text.empty() ? "" : "\n") + text; };
    if (type == "input_text" || type == "output_text" || type == "text") {
        auto const text = text_field(part, "text");
        item.content.push_back({{"type", type}, {"text", text}});
        add(text);
    } else if (type == "output_audio" || type == "audio") {
        auto const text = text_field(part, "transcript");
        item.content.push_back({{"type", type}, {"transcript", text}});
        add(text);
    } else if (type == "input_audio") {
        auto const text = text_field(part, "transcript");
        item.content.push_back({{"type", type}, {"transcript", text.empty() ? Json(nullptr) : Json(text)}});
        if (text.empty()) {
            item.sound = read_event_sound(part);
        }
        add(text);
    } else if (type == "input_image") {
        auto const* url = member(part, "image_url");
        item.picture = bytes_of_data_url(url && url->is_string() ? url->get<std::string>() : "", "image_url");
        item.content.push_back({{"type", type}});
    } else {
        refuse("Parts of the type '" + type + "' are not understood; send input_text, input_audio or input_image.",
               "item.content");
    }
}

} // namespace

RealtimeItem read_realtime_item(Json const& json) {
    if (!json.is_object()) {
        refuse("'item' must be an object.", "item");
    }
    RealtimeItem item;
    item.id = text_field(json, "id");
    if (item.id.size() > 64) {
        refuse("'id' must have at most 64 letters.", "item.id");
    }
    item.type = text_field(json, "type");
    if (item.type == "function_call" || item.type == "function_call_output") {
        return item;
    }
    if (item.type != "message") {
        refuse("Items of the type '" + item.type + "' are not understood; send a message.", "item.type");
    }
    item.role = text_field(json, "role");
    check_one_of(item.role, "item.role", {"user", "assistant", "system"});
    auto const* content = member(json, "content");
    if (!content || !content->is_array() || content->size() > most_parts) {
        refuse("'content' must be a list of at most 64 parts.", "item.content");
    }
    for (auto const& part : *content) {
        read_part(part, item);
    }
    return item;
}

RealtimeRequest read_realtime_request(Json const& event, RealtimeSettings const& settings) {
    RealtimeRequest request;
    request.audio = settings.wants_audio();
    request.instructions = settings.instructions();
    request.voice = settings.voice();
    request.speed = settings.speed();
    request.most_words = settings.most_words();
    request.sound = settings.output_sound();
    auto const* sent = member(event, "response");
    if (!sent || sent->is_null()) {
        return request;
    }
    RealtimeSettings own = settings; // its keys are the session's, as far as it has them
    Json changes = Json::object();
    for (auto const* key : {"output_modalities", "modalities", "instructions", "voice", "output_audio_format",
                            "tool_choice", "max_output_tokens", "max_response_output_tokens", "audio"}) {
        if (auto const* value = member(*sent, key)) {
            changes[key] = *value;
        }
    }
    own.update(changes);
    request.audio = own.wants_audio();
    request.instructions = own.instructions();
    request.voice = own.voice();
    request.speed = own.speed();
    request.most_words = own.most_words();
    request.sound = own.output_sound();
    request.in_conversation = text_field(*sent, "conversation") != "none";
    if (auto const* metadata = member(*sent, "metadata"); metadata && metadata->is_object()) {
        request.metadata = *metadata;
    }
    if (auto const* input = member(*sent, "input"); input && input->is_array()) {
        if (input->size() > most_parts) {
            refuse("'input' may have 64 items.", "response.input");
        }
        request.input.emplace();
        for (auto const& item : *input) {
            if (text_field(item, "type") != "item_reference") {
                request.input->push_back(read_realtime_item(item));
            }
        }
    }
    return request;
}

} // namespace echollama::server
