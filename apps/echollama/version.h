// What the program is and what it is made of.
#pragma once

#include <string>

namespace echollama {

// "echollama 1.2.3", its licence; with `licences` a line for each part, its licence and where it comes from, as
// packaging/licences.tsv has it.
std::string version_text(bool licences);

} // namespace echollama
