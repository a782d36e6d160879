#include "media/sound/audio.h"

namespace echollama {

AudioBuffer with_silence_around(AudioBuffer sound) {
    auto const silence = static_cast<std::size_t>(sound.rate / 2);
    sound.samples.insert(sound.samples.begin(), silence, 0.0F);
    sound.samples.insert(sound.samples.end(), silence, 0.0F);
    return sound;
}

} // namespace echollama
