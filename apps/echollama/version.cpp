#include "version.h"

#include "licences.h"

#include <array>
#include <sstream>

namespace echollama {
namespace {

// "part: licence; source; note." of a line with those four columns.
std::string part_text(std::string const& line) {
    std::array<std::string, 4> columns;
    std::istringstream text(line);
    for (auto& column : columns) {
        std::getline(text, column, '\t');
    }
    auto const& [part, licence, source, note] = columns;
    return part + ": " + licence + "; " + source + (note.empty() ? "" : "; " + note) + ".\n";
}

} // namespace

std::string version_text(bool licences) {
    std::string text = std::string("echollama ") + ECHOLLAMA_VERSION + "\n";
    if (!licences) {
        return text;
    }
    text += "Licence of the program as it was built: " ECHOLLAMA_LICENCE "\n\n";
    std::istringstream lines(licences_tsv);
    std::string line;
    std::getline(lines, line); // the columns' names
    while (std::getline(lines, line)) {
        text += part_text(line);
    }
    return text;
}

} // namespace echollama
