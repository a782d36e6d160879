#include "wyoming/session.h"

#include "base/error.h"
#include "media/sound/audio_io.h"

#include <algorithm>
#include <utility>

namespace echollama::wyoming {
namespace {

constexpr int speech_rate = 22050;            // samples a second of what is spoken, as Piper's voices have it
constexpr std::size_t samples_a_chunk = 1024; // as Piper's server sends them
constexpr double most_recording_s = 300;
constexpr std::size_t most_characters = 20'000; // of a text to speak

std::string text_in(Json const& data, char const* key) {
    auto const found = data.find(key);
    return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int number_in(Json const& data, char const* key, int otherwise, int least, int most) {
    auto const found = data.find(key);
    if (found == data.end() || found->is_null()) {
        return otherwise;
    }
    if (!found->is_number_integer() || found->get<std::int64_t>() < least || found->get<std::int64_t>() > most) {
        throw Error(std::string("'") + key + "' must be a number from " + std::to_string(least) + " to " +
                    std::to_string(most) + ".");
    }
    return found->get<int>();
}

Json named(std::string const& name, std::string const& description, std::string const& version) {
    return {{"name", name},
            {"description", description},
            {"attribution", {{"name", "EchoLLaMA"}, {"url", ""}}},
            {"installed", true},
            {"version", version}};
}

Json with_languages(Json entry) {
    entry["languages"] = {"en"};
    return entry;
}

// Little-endian integers of 1 (unsigned), 2, 3 or 4 bytes.
float sample_at(std::uint8_t const* bytes, int width) {
    if (width == 1) {
        return (static_cast<float>(*bytes) - 128) / 128;
    }
    std::uint32_t bits = 0;
    for (int i = 0; i < width; ++i) {
        bits |= static_cast<std::uint32_t>(bytes[i]) << (8 * (4 - width + i));
    }
    return static_cast<float>(static_cast<std::int32_t>(bits)) / 2147483648.0F;
}

} // namespace

Json info(server::Engine const& engine, std::string const& version) {
    Json info = Json::object();
    for (auto const* kind : {"asr", "tts", "handle", "intent", "wake", "mic", "snd"}) {
        info[kind] = Json::array();
    }
    if (engine.can_speak()) {
        auto program = named("echollama", "EchoLLaMA's voices", version);
        program["supports_synthesize_streaming"] = true;
        program["voices"] = Json::array();
        for (auto const& voice : engine.voices()) {
            auto entry = with_languages(named(voice, "English, " + voice, version));
            entry["speakers"] = nullptr;
            program["voices"].push_back(std::move(entry));
        }
        info["tts"].push_back(std::move(program));
    }
    if (engine.can_hear()) {
        auto program = named("echollama", "EchoLLaMA's listener", version);
        program["supports_transcript_streaming"] = false;
        program["models"] = Json::array({with_languages(named("whisper", "Whisper, English", version))});
        info["asr"].push_back(std::move(program));
    }
    return info;
}

Session::Session(server::Engine& engine, std::string version, std::function<void(Event const& event)> send)
    : engine_(engine), version_(std::move(version)), send_(std::move(send)) {}

Session::~Session() {
    stop_.request_stop();
}

bool Session::has_failed() const {
    std::lock_guard lock(mutex_);
    return failed_;
}

void Session::send(std::string const& type, Json data, std::vector<std::uint8_t> payload) {
    std::lock_guard lock(mutex_);
    if (!failed_ && !stop_.stop_requested()) {
        send_({type, std::move(data), std::move(payload)});
    }
}

void Session::fail(std::string const& why) {
    send("error", {{"text", why}, {"code", "failed"}});
    std::lock_guard lock(mutex_);
    failed_ = true;
}

void Session::do_later(std::function<void()> work) {
    auto guarded = [this, work = std::move(work)] {
        try {
            work();
        } catch (Cancelled const&) {
            return;
        } catch (std::exception const& error) {
            fail(error.what());
        }
    };
    if (!worker_.post(std::move(guarded))) {
        throw Error("There is too much to do; try again in a moment.");
    }
}

void Session::take(Event const& event) {
    try {
        if (event.type == "describe") {
            send("info", info(engine_, version_));
        } else if (event.type == "ping") {
            send("pong", {{"text", text_in(event.data, "text")}});
        } else if (event.type == "audio-start") {
            begin_recording(event.data);
        } else if (event.type == "audio-chunk") {
            add_sound(event);
        } else if (event.type == "audio-stop") {
            transcribe();
        } else if (event.type == "synthesize") {
            synthesize(event.data);
        } else if (event.type == "synthesize-start") {
            begin_speaking(event.data);
        } else if (event.type == "synthesize-chunk") {
            add_text(event.data);
        } else if (event.type == "synthesize-stop") {
            end_speaking();
        }
    } catch (Error const& error) {
        fail(error.what());
        throw;
    }
}

// --- hearing ---

void Session::begin_recording(Json const& data) {
    recording_ = {number_in(data, "rate", 16000, 4000, 384000), number_in(data, "width", 2, 1, 4),
                  number_in(data, "channels", 1, 1, 8)};
}

void Session::add_sound(Event const& event) {
    auto const frame = static_cast<std::size_t>(recording_.width * recording_.channels);
    auto const frames = event.payload.size() / frame;
    if (static_cast<double>(recording_.samples.size() + frames) > most_recording_s * recording_.rate) {
        throw Error("The recording is longer than five minutes; send it in parts.");
    }
    for (std::size_t i = 0; i < frames; ++i) {
        float sum = 0;
        for (int channel = 0; channel < recording_.channels; ++channel) {
            auto const at = i * frame + static_cast<std::size_t>(channel * recording_.width);
            sum += sample_at(event.payload.data() + at, recording_.width);
        }
        recording_.samples.push_back(sum / static_cast<float>(recording_.channels));
    }
}

void Session::transcribe() {
    AudioBuffer sound{recording_.rate, std::exchange(recording_.samples, {})};
    do_later([this, sound = std::move(sound)] {
        auto const text = sound.samples.empty() ? "" : engine_.hear(sound, "", stop_.get_token()).text;
        send("transcript", {{"text", text}, {"language", "en"}});
    });
}

// --- speaking ---

namespace {

Json sound_format() {
    return {{"rate", speech_rate}, {"width", 2}, {"channels", 1}};
}

std::string voice_in(Json const& data) {
    auto const voice = data.find("voice");
    return voice != data.end() && voice->is_object() ? text_in(*voice, "name") : "";
}

std::string text_to_speak(Json const& data) {
    auto text = text_in(data, "text");
    if (text.size() > most_characters) {
        throw Error("The text is longer than 20000 letters; send it in parts.");
    }
    return text;
}

} // namespace

void Session::send_sound(AudioChunk const& chunk) {
    for (std::size_t at = 0; at < chunk.samples.size(); at += samples_a_chunk) {
        std::vector<std::uint8_t> payload;
        for (auto i = at; i < std::min(at + samples_a_chunk, chunk.samples.size()); ++i) {
            auto const sample = static_cast<std::uint16_t>(to_pcm16(chunk.samples[i]));
            payload.push_back(static_cast<std::uint8_t>(sample & 0xFF));
            payload.push_back(static_cast<std::uint8_t>(sample >> 8));
        }
        send("audio-chunk", sound_format(), std::move(payload));
    }
}

void Session::check_voice() const {
    if (!engine_.can_speak()) {
        throw Error("There is no voice here; install one with './run'.");
    }
}

void Session::synthesize(Json const& data) {
    if (speech_) { // the whole text again, for servers that do not take it in pieces
        return;
    }
    check_voice();
    do_later([this, text = text_to_speak(data), voice = voice_in(data)] {
        send("audio-start", sound_format());
        engine_.say(
            text, voice, 1, speech_rate, [this](AudioChunk&& chunk) { send_sound(chunk); }, stop_.get_token());
        send("audio-stop");
    });
}

void Session::begin_speaking(Json const& data) {
    if (speech_) {
        throw Error("A text is being sent already; end it with synthesize-stop.");
    }
    check_voice();
    send("audio-start", sound_format());
    speech_ = std::make_shared<server::SpeechBeside>(
        engine_, server::SpeechBeside::Voice{voice_in(data), 1, speech_rate}, [](auto const&) {},
        [this](AudioChunk const& chunk) { send_sound(chunk); }, stop_.get_token());
}

void Session::add_text(Json const& data) {
    if (speech_) {
        speech_->push(text_to_speak(data));
    }
}

void Session::end_speaking() {
    if (auto speech = std::exchange(speech_, nullptr)) {
        do_later([this, speech = std::move(speech)] {
            speech->finish();
            send("audio-stop");
            send("synthesize-stopped");
        });
    }
}

} // namespace echollama::wyoming
