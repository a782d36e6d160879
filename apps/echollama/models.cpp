#include "app.h"
#include "base/error.h"

namespace echollama {

void add_models(CLI::App& root, AppContext&, Subcommands&) {
    root.add_subcommand("models", "Install, list and convert model files");
}

} // namespace echollama
