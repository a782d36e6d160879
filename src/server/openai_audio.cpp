// OpenAI's speech and transcriptions (openai-openapi 2.3.0).
#include "media/sound/audio_io.h"
#include "media/sound/sound_encoder.h"
#include "media/sound/srt.h"
#include "media/sound/webvtt.h"
#include "server/base64.h"
#include "server/chat.h"
#include "server/fields.h"
#include "server/reply.h"
#include "server/routes.h"
#include "text/sentences.h"
#include "voice/subtitles.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace echollama::server {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int speech_rate = 24000; // samples a second, as clients of "pcm" expect
constexpr std::size_t most_characters = 4096;

struct SpeechRequest {
    std::string input, voice, format = "mp3";
    float speed = 1;
    bool events = false;
};

SpeechRequest read_speech(Json const& body) {
    SpeechRequest request;
    request.input = text_in(body, "input");
    if (trimmed(request.input).empty()) {
        throw ApiError(400, "'input' must be a text to speak.", "input", "invalid_value");
    }
    if (request.input.size() > 4 * most_characters) {
        throw ApiError(400, "'input' is longer than 4096 characters; send it in parts.", "input", "string_too_long");
    }
    auto const voice = body.find("voice");
    request.voice = voice != body.end() && voice->is_object() ? text_in(*voice, "id") : text_in(body, "voice");
    request.format = text_in(body, "response_format", "mp3");
    request.speed = static_cast<float>(std::clamp(number_in(body, "speed").value_or(1), 0.25, 4.0));
    request.events = text_in(body, "stream_format", "audio") == "sse";
    return request;
}

struct SpeechType {
    SoundFormat format;
    char const* type; // of the content
};

SpeechType speech_type(std::string const& name) {
    static std::map<std::string, SpeechType> const types{{"mp3", {SoundFormat::mp3, "audio/mpeg"}},
                                                         {"wav", {SoundFormat::wav, "audio/wav"}},
                                                         {"flac", {SoundFormat::flac, "audio/flac"}},
                                                         {"opus", {SoundFormat::opus, "audio/ogg"}},
                                                         {"pcm", {SoundFormat::raw, "audio/pcm"}}};
    auto const found = types.find(name);
    if (found == types.end()) {
        throw ApiError(400, "The format '" + name + "' is not made; ask for mp3, wav, flac, opus or pcm.",
                       "response_format", "invalid_value");
    }
    return found->second;
}

void speak(RouteContext const& context, httplib::Request const& http, httplib::Response& response,
           SpeechRequest const& request) {
    if (!context.engine.can_speak()) {
        throw ApiError(501, "This server has no voice; install one with './run'.", "voice");
    }
    auto const type = speech_type(request.format);
    auto work = [&engine = context.engine, &metrics = context.metrics,
                 place = context.engine.admit(Engine::Need::speak), request, type,
                 begin = Clock::now()](Write const& write, std::stop_token stop) {
        ByteTarget const target{[&](std::span<std::uint8_t const> bytes) {
                                    if (request.events) {
                                        write(event({{"type", "speech.audio.delta"}, {"audio", to_base64(bytes)}}));
                                    } else {
                                        write({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
                                    }
                                },
                                nullptr};
        auto const encoder = make_sound_encoder(type.format, speech_rate, 1, target);
        bool first = true;
        engine.say(
            request.input, request.voice, request.speed, speech_rate,
            [&](AudioChunk&& chunk) {
                if (std::exchange(first, false)) {
                    metrics.add_first_sound(std::chrono::duration<double>(Clock::now() - begin).count());
                }
                encoder->write(chunk.samples);
            },
            stop);
        encoder->finish();
        if (request.events) {
            auto const words = count_words(request.input);
            write(event({{"type", "speech.audio.done"},
                         {"usage", {{"input_tokens", words}, {"output_tokens", 0}, {"total_tokens", words}}}}));
        }
    };
    stream_reply(http, response, context.stop, request.events ? "text/event-stream" : type.type, work,
                 [events = request.events](Json const& error) {
                     return events ? event({{"error", error.at("error")}}) : std::string();
                 });
}

// A field of a form, however the client sent it.
std::string field(httplib::Request const& request, std::string const& name, std::string const& otherwise = "") {
    return request.form.has_field(name) ? request.form.get_field(name) : otherwise;
}

Subtitle subtitle_of(TranscriptSegment const& segment) {
    return {.text = trimmed(segment.text), .start_s = segment.start_s, .end_s = segment.end_s};
}

std::string srt(Transcript const& transcript) {
    std::string text;
    int number = 0;
    for (auto const& segment : transcript.segments) {
        text += srt_cue(++number, subtitle_of(segment));
    }
    return text;
}

std::string vtt(Transcript const& transcript) {
    std::string text = "WEBVTT\n\n";
    for (auto const& segment : transcript.segments) {
        text += webvtt_cue(subtitle_of(segment));
    }
    return text;
}

// As the listener tells them; else estimated inside each segment, as for subtitles.
Json words(Transcript const& transcript, AudioBuffer const& sound) {
    Json list = Json::array();
    auto const sample = [&](double seconds) {
        return std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(seconds * sound.rate), 0,
                                          static_cast<std::ptrdiff_t>(sound.samples.size()));
    };
    for (auto const& segment : transcript.segments) {
        for (auto const& word : segment.words) {
            list.push_back({{"word", word.text}, {"start", word.start_s}, {"end", word.end_s}});
        }
        if (!segment.words.empty()) {
            continue;
        }
        auto const from = sample(segment.start_s), to = std::max(from, sample(segment.end_s));
        AudioBuffer const part{sound.rate, {sound.samples.begin() + from, sound.samples.begin() + to}};
        auto const text = trimmed(segment.text);
        auto const times = word_times(text, part, {});
        for (std::size_t i = 0; i < times.size(); ++i) {
            auto const end_s = i + 1 < times.size() ? segment.start_s + times[i + 1].start_s : segment.end_s;
            list.push_back({{"word", text.substr(times[i].begin, times[i].end - times[i].begin)},
                            {"start", segment.start_s + times[i].start_s},
                            {"end", end_s}});
        }
    }
    return list;
}

bool wants_words(httplib::Request const& http) {
    for (auto const* name : {"timestamp_granularities[]", "timestamp_granularities"}) {
        auto const values = http.form.get_fields(name);
        if (std::find(values.begin(), values.end(), "word") != values.end()) {
            return true;
        }
    }
    return false;
}

Json verbose(Transcript const& transcript, std::string const& language, double seconds) {
    Json segments = Json::array();
    for (auto const& segment : transcript.segments) {
        segments.push_back({{"id", segments.size()},
                            {"seek", 0},
                            {"start", segment.start_s},
                            {"end", segment.end_s},
                            {"text", segment.text},
                            {"tokens", Json::array()},
                            {"temperature", 0},
                            {"avg_logprob", 0},
                            {"compression_ratio", 1},
                            {"no_speech_prob", segment.no_speech}});
    }
    return {{"task", "transcribe"},
            {"language", language},
            {"duration", seconds},
            {"text", transcript.text},
            {"segments", std::move(segments)}};
}

void transcribe(RouteContext const& context, httplib::Request const& http, httplib::Response& response) {
    if (!http.form.has_file("file")) {
        throw ApiError(400, "A recording is missing; send it as the form's 'file'.", "file", "missing_field");
    }
    auto const format = field(http, "response_format", field(http, "response-format", "json"));
    if (format != "json" && format != "text" && format != "srt" && format != "vtt" && format != "verbose_json") {
        throw ApiError(400, "The format '" + format + "' is not made; ask for json, text, srt, vtt or verbose_json.",
                       "response_format", "invalid_value");
    }
    auto const file = http.form.get_file("file");
    AudioBuffer sound;
    try {
        sound = decode_audio({reinterpret_cast<std::uint8_t const*>(file.content.data()), file.content.size()},
                             file.filename.empty() ? "the recording" : file.filename);
    } catch (Error const& error) {
        throw ApiError(400, error.what(), "file", "invalid_audio");
    }
    auto const prompt = field(http, "prompt");
    auto const place = context.engine.admit(Engine::Need::hear);
    if (field(http, "stream") == "true" && format == "json") {
        stream_reply(
            http, response, context.stop, "text/event-stream",
            [&engine = context.engine, place, sound, prompt](Write const& write, std::stop_token stop) {
                auto const transcript = engine.hear(sound, prompt, stop);
                for (auto const& segment : transcript.segments) {
                    write(event({{"type", "transcript.text.delta"}, {"delta", segment.text}}));
                }
                write(event({{"type", "transcript.text.done"}, {"text", transcript.text}}));
            },
            [](Json const& error) {
                return event({{"error", error.at("error")}});
            });
        return;
    }
    while_client_waits(http, response, context.stop, [&](std::stop_token stop) {
        auto const transcript = context.engine.hear(sound, prompt, stop);
        if (format == "json") {
            reply_json(response,
                       {{"text", transcript.text}, {"usage", {{"type", "duration"}, {"seconds", sound.seconds()}}}});
        } else if (format == "verbose_json") {
            auto body = verbose(transcript, field(http, "language", "english"), sound.seconds());
            if (wants_words(http)) {
                body["words"] = words(transcript, sound);
            }
            reply_json(response, body);
        } else {
            response.set_content(format == "srt"   ? srt(transcript)
                                 : format == "vtt" ? vtt(transcript)
                                                   : transcript.text + "\n",
                                 "text/plain; charset=utf-8");
        }
    });
}

} // namespace

void add_openai_audio(httplib::Server& server, RouteContext const& context) {
    for (std::string const prefix : {"/v1", ""}) {
        post(server, prefix + "/audio/speech", context,
             [context](auto const& request, auto& response, std::string const& body) {
                 speak(context, request, response, read_speech(parse_body(body)));
             });
        get(server, prefix + "/audio/voices", context, [context](auto const&, httplib::Response& response) {
            Json voices = Json::array();
            for (auto const& voice : context.engine.voices()) {
                voices.push_back({{"id", voice}, {"name", voice}});
            }
            reply_json(response, {{"voices", voices}});
        });
    }
    // The last is whisper.cpp's server's.
    for (auto const* path : {"/v1/audio/transcriptions", "/audio/transcriptions", "/inference"}) {
        context.routes.push_back({"POST", path});
        server.Post(path, [context](httplib::Request const& request, httplib::Response& response) {
            try {
                transcribe(context, request, response);
            } catch (ApiError const& error) {
                reply_error(response, error);
            }
        });
    }
}

} // namespace echollama::server
