// The layout of the TUM RGB-D benchmark (cvg.cit.tum.de/data/datasets/rgbd-dataset/file_formats): rgb.txt and depth.txt
// list a file a line behind its time.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace echollama {

inline constexpr float recording_units_per_metre = 5000; // of the depth pictures
inline constexpr double recording_pair_s = 0.02;         // a picture and its depth lie no further apart

struct TimedFile {
    double seconds = 0;
    std::filesystem::path file; // inside the recording's folder
};

// "1305031102.175304 rgb/1305031102.175304.png"; lines that begin with # are comments. In the order of the times.
// Throws Error naming the list when a line is neither, a file lies outside of the folder, or there is none.
std::vector<TimedFile> parse_recording_list(std::string_view text, std::string const& name);

struct RecordedPair {
    TimedFile picture;
    std::filesystem::path depth; // empty: none was taken at that time
};

// Each picture with the depth nearest in time, each depth once, the closest pairs first. Where there are depths,
// pictures without one are left out; where none fits, all stay without.
std::vector<RecordedPair> pair_in_time(std::vector<TimedFile> const& pictures, std::vector<TimedFile> const& depths);

} // namespace echollama
