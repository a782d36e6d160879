#include "voice/espeak.h"

#include "base/error.h"
#include "text/utf8.h"
#include "voice/forked_work.h"

#include <espeak-ng/speak_lib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>
#include <string_view>
#include <utility>

namespace echollama::espeak {
namespace {

constexpr int buffer_ms = 60;  // first sound after at most this much speech was made
constexpr int ipa_mode = 0x02; // espeak_TextToPhonemes: IPA as UTF-8

std::mutex& engine_lock() {
    static std::mutex lock;
    return lock;
}

// Starts the engine once; call with the lock held.
int engine_rate() {
    static int const rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, buffer_ms, nullptr, espeakINITIALIZE_DONT_EXIT);
    if (rate <= 0) {
        throw Error("No voice can start because espeak-ng's data are missing; install the package espeak-ng-data.");
    }
    return rate;
}

void choose_voice(std::string const& name) {
    if (espeak_SetVoiceByName(name.c_str()) == EE_OK) {
        return;
    }
    espeak_VOICE wanted{};
    wanted.languages = name.c_str();
    if (espeak_SetVoiceByProperties(&wanted) != EE_OK) {
        throw Error("The fast voice has no voice or language '" + name + "'; 'espeak-ng --voices' lists them.");
    }
}

// Blocks of the engine's copy. Samples: 16 bits each. A word: its place in milliseconds, then its characters.
constexpr char samples_kind = 's', word_kind = 'w', phonemes_kind = 'p';

struct Speaking {
    std::string const& text;
    BlockSink const& emit;
};

// `length` characters from the one-based `position` on.
std::string characters(std::string const& utf8, int position, int length) {
    std::string out;
    int at = 0;
    for (char c : utf8) {
        at += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        if (at >= position && at < position + length) {
            out += c;
        }
    }
    return out;
}

bool emit_words(espeak_EVENT const* events, Speaking const& speaking) {
    for (; events->type != espeakEVENT_LIST_TERMINATED; ++events) {
        if (events->type != espeakEVENT_WORD) {
            continue;
        }
        std::string bytes(reinterpret_cast<char const*>(&events->audio_position), sizeof(int));
        bytes += characters(speaking.text, events->text_position, events->length);
        if (!speaking.emit(word_kind, bytes)) {
            return false;
        }
    }
    return true;
}

// espeak's callback has no user pointer, but each event carries one.
int on_samples(short* samples, int count, espeak_EVENT* events) {
    auto const* speaking = events ? static_cast<Speaking const*>(events->user_data) : nullptr;
    if (!samples || count <= 0 || !speaking) {
        return 0;
    }
    std::string_view const bytes(reinterpret_cast<char const*>(samples), static_cast<std::size_t>(count) * 2);
    return emit_words(events, *speaking) && speaking->emit(samples_kind, bytes) ? 0 : 1;
}

SpokenWord read_word(std::string_view bytes) {
    int milliseconds = 0;
    std::memcpy(&milliseconds, bytes.data(), sizeof milliseconds);
    return {std::string(bytes.substr(sizeof milliseconds)), milliseconds / 1000.0};
}

std::vector<float> read_samples(std::string_view bytes) {
    std::vector<float> samples(bytes.size() / 2);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        short value = 0;
        std::memcpy(&value, bytes.data() + 2 * i, sizeof value);
        samples[i] = static_cast<float>(value) / 32768.0F;
    }
    return samples;
}

void append_code_points(std::string_view utf8, std::vector<std::int32_t>& out) {
    bool switched = false; // inside "(en)", espeak's mark for words of another language
    for (std::size_t at = 0; at < utf8.size();) {
        auto const character = character_at(utf8, at);
        auto const code = static_cast<std::int32_t>(character.code);
        at += std::max<std::size_t>(1, character.length);
        switched = switched || code == '(';
        if (!switched && character.length > 0 && code != '\n') {
            out.push_back(code);
        }
        switched = switched && code != ')';
    }
}

// The punctuation mark that ended a clause, 0 for none. espeak has read one character beyond it, unless the text ends.
char clause_mark(std::string_view clause, bool text_ends) {
    auto at_end = [&] {
        auto const last = clause.find_last_not_of(" \n\t\"')]");
        char const mark = last == std::string_view::npos ? '\0' : clause[last];
        return std::string_view(".,;:!?").find(mark) == std::string_view::npos ? '\0' : mark;
    };
    if (char const mark = at_end(); mark || text_ends) {
        return mark;
    }
    while (!clause.empty() && (static_cast<unsigned char>(clause.back()) & 0xC0) == 0x80) {
        clause.remove_suffix(1);
    }
    clause.remove_suffix(clause.empty() ? 0 : 1);
    return at_end();
}

} // namespace

bool is_built_in() {
    return true;
}

int sample_rate() {
    std::lock_guard lock(engine_lock());
    return engine_rate();
}

namespace {

// The engine's part of speak().
void synthesise(std::string const& text, Voice const& voice, BlockSink const& emit) {
    choose_voice(voice.name);
    espeak_SetParameter(espeakRATE, std::clamp(voice.words_per_minute, 80, 900), 0);
    espeak_SetParameter(espeakPITCH, std::clamp(voice.pitch, 0, 100), 0);
    espeak_SetSynthCallback(on_samples);
    Speaking speaking{text, emit};
    if (espeak_Synth(text.c_str(), text.size() + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, nullptr, &speaking) !=
        EE_OK) {
        throw Error("The fast voice could not speak; espeak-ng refused the text.");
    }
    espeak_Synchronize();
}

// The engine's part of phonemes().
std::vector<std::int32_t> to_phonemes(std::string const& text) {
    std::vector<std::int32_t> codes;
    void const* rest = text.c_str();
    while (rest) {
        auto const* from = static_cast<char const*>(rest);
        char const* ipa = espeak_TextToPhonemes(&rest, espeakCHARS_UTF8, ipa_mode);
        // The last clause may have been read already, with the one before.
        auto const clause = rest ? std::string_view(from, static_cast<char const*>(rest)) : std::string_view(text);
        if (ipa && *ipa) {
            append_code_points(ipa, codes);
        }
        if (codes.empty() || codes.back() == ' ') {
            continue;
        }
        if (char const mark = clause_mark(clause, !rest)) {
            codes.push_back(mark);
        }
        codes.push_back(' ');
    }
    while (!codes.empty() && codes.back() == ' ') {
        codes.pop_back();
    }
    return codes;
}

} // namespace

void speak(std::string const& text, Voice const& voice, Sink const& sink) {
    std::lock_guard lock(engine_lock());
    engine_rate();
    std::vector<SpokenWord> words; // come before the samples they were told with
    run_in_fork([&](BlockSink const& emit) { synthesise(text, voice, emit); },
                [&](char kind, std::string_view bytes) {
                    if (kind == word_kind) {
                        words.push_back(read_word(bytes));
                        return true;
                    }
                    return sink(read_samples(bytes), std::exchange(words, {}));
                });
}

std::vector<std::int32_t> phonemes(std::string const& text, std::string const& voice) {
    auto all = phonemes(std::vector{text}, voice);
    return std::move(all.front());
}

std::vector<std::vector<std::int32_t>> phonemes(std::vector<std::string> const& texts, std::string const& voice) {
    std::lock_guard lock(engine_lock());
    engine_rate();
    std::vector<std::vector<std::int32_t>> all;
    run_in_fork(
        [&](BlockSink const& emit) {
            choose_voice(voice);
            for (auto const& text : texts) {
                auto const made = to_phonemes(text);
                emit(phonemes_kind, {reinterpret_cast<char const*>(made.data()), made.size() * sizeof(std::int32_t)});
            }
        },
        [&](char, std::string_view bytes) {
            auto& codes = all.emplace_back(bytes.size() / sizeof(std::int32_t));
            std::memcpy(codes.data(), bytes.data(), codes.size() * sizeof(std::int32_t));
            return true;
        });
    all.resize(texts.size()); // also where the engine's copy ended early
    return all;
}

} // namespace echollama::espeak
