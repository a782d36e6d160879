// Scripts of conversations, and lines that people type (conversation/script.h, wishes.h).
#include "conversation/script.h"

#include "base/error.h"
#include "conversation/wishes.h"
#include "fuzz.h"

#include <stdexcept>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of("{\"at\": 1.5, \"text\": \"where is the cup?\"}\n{\"after\": 0.5, \"sound\": \"why.wav\"}\n"),
            bytes_of("\n{\"at\": 0, \"key\": \"stop\"}\r\n{\"at\": 3, \"key\": \"talk\"}")};
}

void run(Input input) {
    std::string const text(text_of(input));
    auto const wish = read_wish(text, [](std::string const& name) { return name.size() == 7; });
    if (wish.words.size() > text.size()) {
        throw std::logic_error("a wish holds more than was said");
    }
    try {
        for (auto const& step : parse_script(text)) {
            if (!(step.seconds >= 0 && step.seconds <= 86400)) {
                throw std::logic_error("a time that is none");
            }
        }
    } catch (Error const&) {
    }
}

} // namespace echollama::fuzz
