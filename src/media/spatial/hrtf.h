// How sound from a direction reaches the two ears: head-related impulse responses of the horizontal plane.
#pragma once

#include <filesystem>
#include <vector>

namespace echollama {

// Finite impulse responses from a source to the ears. A mono sound convolved with each of them is heard from there.
struct EarFilters {
    int rate = 0; // samples a second
    std::vector<float> left, right;
};

// One ear's response to one direction, taken apart so that neighbouring directions can be mixed without cancelling.
struct EarResponse {
    double delay = 0;         // until the sound arrives, in samples at 44.1 kHz
    std::vector<float> shape; // the response at 44.1 kHz, its arrival always at the same sample
};

struct MeasuredDirection {
    double bearing_deg = 0; // 0 ahead, positive to the right, (-180, 180]
    EarResponse left, right;
};

// All at the height of the ears: where a thing is above or below is never told by sound.
struct Head {
    std::vector<MeasuredDirection> directions; // by bearing, at least 8, no gap over 45 degrees
};

// A set of impulse responses in the AES69 (SOFA) format, convention SimpleFreeFieldHRIR. The average colour of the set
// (loudspeaker, microphones, ear canals: heard twice with headphones) is taken out, and the front made as loud as the
// unprocessed sound. Throws Error when the file is missing, damaged, over 64 MiB or no set for the horizontal plane.
Head load_head(std::filesystem::path const& file);

// A rigid sphere of 8.75 cm with ears at its sides: delays by Woodworth and Schlosberg (Experimental Psychology, 1954),
// shadow by Brown and Duda ("A structural model for binaural sound synthesis", IEEE TSAP 6(5), 1998, equations 3 to 5).
// It tells left from right as well as a measured head, front from back not.
Head spherical_head();

// The MIT KEMAR set that libmysofa brings: ECHOLLAMA_HRTF names another file; then share/echollama beside the installed
// program; then where it was at build time. Without any of them the spherical head, with a warning.
Head default_head();

// For any bearing and rate: responses and delays of the two nearest directions are mixed linearly. The nearer ear hears
// the sound at most 1.5 ms late.
EarFilters ear_filters(Head const& head, double bearing_deg, int rate);

// The angle in (-180, 180].
double wrapped_bearing(double bearing_deg);

} // namespace echollama
