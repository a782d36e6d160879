#include "prepare_speech.h"

#include "base/atomic_file.h"
#include "base/counter_rng.h"
#include "base/error.h"
#include "media/sound/audio_io.h"
#include "networks/snac.h"
#include "train/speech/sinc_resample.h"
#include "train/speech/speech_rows.h"
#include "voice/orpheus/orpheus_frames.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace echollama {
namespace {

constexpr int lowest_vocabulary = orpheus::last_audio + 1;

std::string row_of(std::vector<std::int32_t> const& tokens, train::Recording const& recording) {
    nlohmann::ordered_json row; // the first token is given, all others are learnt
    row["prompt_ids"] = std::vector<std::int32_t>{tokens.front()};
    row["chosen_ids"] = std::vector<std::int32_t>(tokens.begin() + 1, tokens.end());
    row["sound"] = recording.sound.string();
    row["text"] = recording.text;
    return row.dump() + "\n";
}

std::vector<std::int32_t> tokens_of(train::Recording const& recording, SpeechVocabulary const& vocabulary, Snac& snac,
                                    std::stop_token stop) {
    auto const sound = load_audio(recording.sound);
    auto const codes =
        snac.encode(train::sinc_resample(sound.samples, sound.rate, snac.config().sample_rate), std::move(stop));
    auto text = vocabulary.tokenize(recording.text);
    text.insert(text.begin(), orpheus::begin_of_text);
    return train::speech_tokens(text, codes);
}

// Everything that the rows come from, as far as it can be told without reading the sound.
std::uint64_t key_of(std::vector<train::Recording> const& recordings, SpeechPreparation const& what,
                     SpeechVocabulary const& vocabulary) {
    auto key = splitmix64(static_cast<std::uint64_t>(vocabulary.size), std::filesystem::file_size(what.snac));
    for (auto const& recording : recordings) {
        key = splitmix64(key, fnv1a64(recording.sound.string() + "\n" + recording.text));
        key = splitmix64(key, std::filesystem::file_size(recording.sound));
    }
    return key;
}

void write_rows(std::vector<train::Recording> const& recordings, SpeechPreparation const& what,
                SpeechVocabulary const& vocabulary, std::function<void(std::string const& text)> const& told) {
    if (vocabulary.size < lowest_vocabulary) {
        throw Error("The model has " + std::to_string(vocabulary.size) +
                    " tokens and so none for sound; name an Orpheus model.");
    }
    Snac snac(what.snac, what.threads);
    std::string rows;
    std::size_t done = 0;
    for (auto const& recording : recordings) {
        if (what.stop.stop_requested()) {
            throw Cancelled();
        }
        rows += row_of(tokens_of(recording, vocabulary, snac, what.stop), recording);
        told("recording " + std::to_string(++done) + " of " + std::to_string(recordings.size()));
    }
    write_file_atomically(what.output, rows, "the rows");
}

} // namespace

void prepare_speech(SpeechPreparation const& what, SpeechVocabulary const& vocabulary,
                    std::function<void(std::string const& text)> const& told) {
    write_rows(train::read_recordings(what.folder), what, vocabulary, told);
}

std::filesystem::path prepare_speech_once(SpeechPreparation what, SpeechVocabulary const& vocabulary,
                                          std::function<void(std::string const& text)> const& told) {
    auto const recordings = train::read_recordings(what.folder);
    if (!std::filesystem::exists(what.snac)) {
        throw Error("There is no SNAC codec " + what.snac.string() + "; name its GGUF file as snac in [speech].");
    }
    char name[40];
    std::snprintf(name, sizeof(name), "speech-%016llx.jsonl",
                  static_cast<unsigned long long>(key_of(recordings, what, vocabulary)));
    what.output /= name;
    if (!std::filesystem::exists(what.output)) {
        write_rows(recordings, what, vocabulary, told);
    }
    return what.output;
}

} // namespace echollama
