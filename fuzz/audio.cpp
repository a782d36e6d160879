// Recordings: WAV, FLAC, Ogg, Opus, MP3, AIFF, MP4, WebM, AAC, WMA.
#include "fuzz.h"
#include "media/sound/audio_io.h"
#include "support/film_writer.h"
#include "support/sound_writer.h"

#include <cmath>

// Debian's libsndfile does not give this back when it refuses a damaged Ogg file.
extern "C" char const* __lsan_default_suppressions() { // NOLINT(bugprone-reserved-identifier): the sanitizer's name
    return "leak:vorbis_info_init\n";
}

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    std::vector<float> tone(1600);
    for (std::size_t i = 0; i < tone.size(); ++i) {
        tone[i] = 0.5F * std::sin(0.1F * static_cast<float>(i));
    }
    std::vector<Bytes> all;
    for (int format :
         {SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_WAV | SF_FORMAT_FLOAT, SF_FORMAT_WAV | SF_FORMAT_ULAW,
          SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, SF_FORMAT_AIFF | SF_FORMAT_PCM_24, SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
          SF_FORMAT_OGG | SF_FORMAT_VORBIS, SF_FORMAT_OGG | SF_FORMAT_OPUS,
          SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III}) {
        all.push_back(written("sound", [&](auto const& path) { test::write_sound(path, format, 16000, 1, tone); }));
    }
    all.push_back(written(
        "sound", [&](auto const& path) { test::write_sound(path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 2, tone); }));
    for (auto const& [name, coding] : {std::pair{"sound.m4a", AV_CODEC_ID_AAC},
                                       {"sound.webm", AV_CODEC_ID_VORBIS},
                                       {"sound.aac", AV_CODEC_ID_AAC},
                                       {"sound.wma", AV_CODEC_ID_WMAV2}}) {
        auto const write = [&, codec = coding](auto const& path) {
            test::write_film_sound(path, codec, 16000, 1, tone);
        };
        all.push_back(written(name, write));
    }
    return all;
}

void run(Input input) {
    decode_audio(input, "input");
}

} // namespace echollama::fuzz
