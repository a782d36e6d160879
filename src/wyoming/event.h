// The frames of the Wyoming protocol (Home Assistant's, for speech): a line of JSON with the type and the lengths of
// what follows, more JSON, and bytes.
#pragma once

#include "pipeline/json.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace echollama::wyoming {

struct Event {
    std::string type;
    Json data = Json::object();
    std::vector<std::uint8_t> payload = {};
};

// As it goes over the wire.
std::string to_bytes(Event const& event);

// Gives whole events of bytes that come in pieces.
class EventReader {
  public:
    static constexpr std::size_t longest_line = 64U << 10, most_data = 1U << 20, most_payload = 1U << 20;

    void push(std::string_view bytes) { bytes_ += bytes; }
    // nullopt: more bytes are needed. Throws Error for what is no event, and for lengths beyond the limits; nothing can
    // be read after that.
    std::optional<Event> next();

  private:
    struct Header {
        Event event;
        std::size_t data_length = 0, payload_length = 0;
    };
    bool read_header();

    std::string bytes_;
    std::optional<Header> header_; // of the event whose rest is awaited
};

} // namespace echollama::wyoming
