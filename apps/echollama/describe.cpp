#include "app.h"
#include "base/error.h"

namespace echollama {

void add_describe(CLI::App& root, AppContext&, Subcommands&) {
    root.add_subcommand("describe", "Describe a picture aloud");
}

} // namespace echollama
