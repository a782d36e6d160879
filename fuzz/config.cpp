// The user's settings.
#include "config/config.h"

#include "fuzz.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of("preset = \"small\" # words\nthreads = 4\n[describe]\nrate = 1.5\nlora = [\"a.gguf\", 'b']\n"
                     "no-llm = true\n[models.pull]\nconnections = 8\n"),
            bytes_of("quiet=false\n")};
}

void run(Input input) {
    std::string const text(text_of(input));
    config::parse_config(text, "input");
    config::with_setting(text, "describe", "rate", "2", "input");
}

} // namespace echollama::fuzz
