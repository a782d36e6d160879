#include "app.h"
#include "memory/sighting_store.h"

namespace echollama {

void add_forget(Command& root) {
    auto& command = root.subcommand("forget", "Forget all that 'watch --remember' kept");
    command.example = "echollama forget";
    command.notes = "What a watching that goes on sees afterwards is kept anew.";
    command.only_tells = true;
    command.run = [] {
        bool const any = SightingStore::forget(SightingStore::usual_file());
        print_line(any ? "All that was remembered is forgotten." : "Nothing was remembered.");
    };
}

} // namespace echollama
