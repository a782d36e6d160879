// Which instructions this computer has, and whether it can run the program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace echollama {

// The levels of cmake/ProcessorLevel.cmake whose instructions this processor has, the best one last.
std::vector<std::string> processor_levels();

// The level that this program was built for; "native": the processor that compiled it.
std::string_view program_level();

// Throws Error when the processor lacks instructions that the program was built for, which would end it in the middle
// of its work (a native build is not checked), or when the variable ECHOLLAMA_CPU asks for another level than the
// program's.
void check_processor();

} // namespace echollama
