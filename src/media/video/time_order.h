// The order and the times of pictures that lie in a folder, from their names.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace echollama {

// By the ending: what cameras and programs write as pictures.
bool is_picture_name(std::string_view name);

// Numbers in names count as numbers: frame2 before frame10.
bool comes_before(std::string_view a, std::string_view b);

// Sorts the files and gives the seconds of each after the first. Names that are times in seconds with a fraction
// ("1305031102.175304.png") tell them; else there are as many pictures a second as is said, in the order of their
// names.
std::vector<double> order_in_time(std::vector<std::filesystem::path>& files, float pictures_per_second);

} // namespace echollama
