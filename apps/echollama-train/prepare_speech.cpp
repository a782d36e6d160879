#include "prepare_speech.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "llm/llm_tokens.h"
#include "media/sound/audio_io.h"
#include "networks/snac.h"
#include "train/speech/sinc_resample.h"
#include "train/speech/speech_rows.h"
#include "voice/orpheus/orpheus_frames.h"

#include <nlohmann/json.hpp>

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

std::vector<std::int32_t> tokens_of(train::Recording const& recording, LlmVocabulary const& vocabulary, Snac& snac,
                                    std::stop_token stop) {
    auto const sound = load_audio(recording.sound);
    auto const codes =
        snac.encode(train::sinc_resample(sound.samples, sound.rate, snac.config().sample_rate), std::move(stop));
    auto text = vocabulary.tokenize(recording.text);
    text.insert(text.begin(), orpheus::begin_of_text);
    return train::speech_tokens(text, codes);
}

} // namespace

void prepare_speech(SpeechPreparation const& what, std::function<void(std::string const& text)> const& told) {
    auto const recordings = train::read_recordings(what.folder);
    LlmVocabulary const vocabulary(what.model);
    if (vocabulary.size() < lowest_vocabulary) {
        throw Error("The model " + what.model.string() +
                    " has no tokens for sound; name an Orpheus model with --model.");
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

} // namespace echollama
