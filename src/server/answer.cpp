#include "server/answer.h"

#include "media/sound/audio_io.h"
#include "server/api_error.h"
#include "text/sentences.h"

#include <algorithm>

namespace echollama::server {
namespace {

// The question in words: typed, or heard.
std::string question_of(Engine& engine, ChatRequest const& request, Answered& answered, std::stop_token const& stop) {
    auto text = request.turns.back().text;
    if (!request.question) {
        return text;
    }
    AudioBuffer sound;
    try {
        sound = decode_audio(*request.question, "the sound that was sent");
    } catch (Error const& error) {
        throw ApiError(400, error.what(), "input_audio", "invalid_audio");
    }
    answered.heard = engine.hear(sound, "", stop).text;
    if (answered.heard.empty() && trimmed(text).empty()) {
        throw ApiError(400, "Nothing was said in the sound; speak louder or send the question as text.", "input_audio");
    }
    return text + (text.empty() || answered.heard.empty() ? "" : "\n") + answered.heard;
}

std::size_t words_of(ChatRequest const& request) {
    std::size_t words = count_words(request.system);
    for (auto const& turn : request.turns) {
        words += count_words(turn.text);
    }
    return words;
}

} // namespace

void look_first(Engine& engine, ChatRequest const& request, std::stop_token const& stop) {
    if (request.picture) {
        engine.look(*request.picture, stop);
    }
}

Answered answer(Engine& engine, ChatRequest const& request, std::function<void(std::string_view piece)> const& piece,
                std::stop_token const& stop) {
    Answered answered;
    answered.asked_words = words_of(request);
    ReplyCutter cutter(request.stops, request.most_words);
    std::stop_source enough;
    std::stop_callback const both(stop, [&] { enough.request_stop(); });
    auto const give = [&](std::string const& text) {
        answered.text += text;
        if (!text.empty()) {
            piece(text);
        }
        if (cutter.ended()) {
            enough.request_stop();
        }
    };
    auto const question = question_of(engine, request, answered, stop);
    std::vector<Turn> const history(request.turns.begin(), std::prev(request.turns.end()));
    try {
        if (request.picture) {
            auto const seen = engine.look(*request.picture, stop);
            if (request.want_scene) {
                give(cutter.push(dump(to_json(seen->observation.scene))));
            } else {
                engine.tell_of(
                    *seen, question, history,
                    [&](std::string const& sentence) {
                        give(cutter.push((answered.text.empty() ? "" : " ") + sentence));
                    },
                    enough.get_token());
            }
        } else {
            Prompt prompt{request.system, history};
            prompt.turns.push_back({Turn::Role::user, question});
            engine.chat(
                prompt, [&](std::string_view text) { give(cutter.push(text)); }, enough.get_token());
        }
    } catch (Cancelled const&) {
        if (!cutter.ended() || stop.stop_requested()) {
            throw;
        }
    }
    give(cutter.finish());
    answered.cut_by_length = cutter.cut_by_length();
    answered.words = cutter.words();
    return answered;
}

} // namespace echollama::server
