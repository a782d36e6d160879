// What `echollama chat` is told on the command line.
#pragma once

#include "language_options.h"
#include "pipeline/tell.h"
#include "seeing_options.h"
#include "spatial_options.h"
#include "voice_options.h"

namespace echollama {

struct ChatOptions {
    SeeingOptions seeing; // no picture: none yet
    LanguageOptions language;
    VoiceOptions voice;
    SpatialOptions spatial;
    TellingRequest request;
};

} // namespace echollama
