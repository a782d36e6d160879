// Frames of the Wyoming protocol, whole and in pieces.
#include "base/error.h"
#include "fuzz.h"
#include "wyoming/event.h"

#include <cstdlib>

namespace echollama::fuzz {
namespace {

std::vector<wyoming::Event> read(std::string_view bytes, std::size_t piece) {
    wyoming::EventReader reader;
    std::vector<wyoming::Event> events;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        reader.push(bytes.substr(at, piece));
        while (auto event = reader.next()) {
            events.push_back(std::move(*event));
        }
    }
    return events;
}

} // namespace

std::vector<Bytes> seeds() {
    auto const chunk =
        wyoming::to_bytes({"audio-chunk", {{"rate", 16000}, {"width", 2}, {"channels", 1}}, {1, 2, 3, 4}});
    return {bytes_of("{\"type\":\"describe\"}\n"), bytes_of(chunk + chunk),
            bytes_of("{\"type\":\"ping\",\"data\":{\"text\":\"a\"},\"data_length\":2,\"payload_length\":null}\n{}"),
            bytes_of(wyoming::to_bytes({"synthesize", {{"text", "H\u00e9"}, {"voice", {{"name", "natural"}}}}}))};
}

void run(Input input) {
    auto const events = read(text_of(input), input.size() + 1);
    if (read(text_of(input), 1).size() != events.size()) {
        std::abort(); // however it is cut
    }
    for (auto const& event : events) {
        auto const again = read(wyoming::to_bytes(event), 1U << 20);
        if (again.size() != 1 || again[0].payload != event.payload) {
            std::abort();
        }
    }
}

} // namespace echollama::fuzz
