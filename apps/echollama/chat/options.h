// What `echollama chat` is told on the command line.
#pragma once

#include "options/language_options.h"
#include "options/seeing_options.h"
#include "options/spatial_options.h"
#include "options/voice_options.h"
#include "pipeline/tell.h"

namespace echollama {

struct ChatOptions {
    SeeingOptions seeing; // no picture: none yet
    LanguageOptions language;
    VoiceOptions voice;
    SpatialOptions spatial;
    TellingRequest request;
};

} // namespace echollama
