#include "app.h"

#include "base/error.h"
#include "base/output_file.h"

namespace echollama {

std::filesystem::path model_or_starter(AppContext const& context, std::filesystem::path const& named,
                                       std::string const& starter) {
    if (!named.empty()) {
        return named;
    }
    auto path = context.models_dir / starter;
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        throw Error("The model " + starter + " is not installed in " + context.models_dir.string() +
                    "; get the small models with 'echollama models pull starter', or name another folder with "
                    "--models.");
    }
    return path;
}

void check_writable(std::filesystem::path const& path, std::string const& what) {
    if (!path.empty() && !is_written_in_place(path)) {
        OutputFile probe(path, what); // leaves nothing behind
    }
}

} // namespace echollama
