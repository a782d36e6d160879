// What a package puts in PREFIX/bin as echollama and echollama-train: starts the program of that name from
// PREFIX/lib/echollama/LEVEL that was built for the best instructions of this processor, or for those that the variable
// ECHOLLAMA_CPU names. Nothing else of the program is loaded before.
#include "base/openmp_spin.h"
#include "base/processor.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string joined(std::vector<std::string> const& levels) {
    std::string text;
    for (auto const& level : levels) {
        text += (text.empty() ? "" : ", ") + level;
    }
    return text.empty() ? "none" : text;
}

int fail(std::string const& message) {
    std::fprintf(stderr, "error: %s\n", message.c_str());
    return 1;
}

} // namespace

int main(int, char** argv) {
    std::error_code failed;
    auto const self = fs::read_symlink("/proc/self/exe", failed);
    if (failed) {
        return fail("The program cannot find its own folder; /proc is not there.");
    }
    auto const folder = self.parent_path().parent_path() / "lib" / "echollama";
    std::vector<std::string> installed;
    for (auto const& level : echollama::processor_levels()) {
        if (fs::exists(folder / level / self.filename(), failed)) {
            installed.push_back(level);
        }
    }
    char const* const wanted = std::getenv("ECHOLLAMA_CPU");
    bool const chosen = wanted && *wanted;
    if (chosen && std::find(installed.begin(), installed.end(), wanted) == installed.end()) {
        return fail("ECHOLLAMA_CPU cannot be '" + std::string(wanted) +
                    "'; what is installed and this processor can run: " + joined(installed) + ".");
    }
    if (installed.empty()) {
        return fail("No program in " + folder.string() + " is for this processor, whose levels are " +
                    joined(echollama::processor_levels()) + "; build it here from its sources.");
    }
    echollama::set_openmp_spinning(); // else the program starts itself once more, and links its libraries twice
    auto const program = folder / (chosen ? wanted : installed.back()) / self.filename();
    execv(program.c_str(), argv);
    return fail("The program " + program.string() + " cannot be started.");
}
