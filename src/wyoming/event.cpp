#include "wyoming/event.h"

#include "base/error.h"
#include "server/chat.h"

#include <utility>

namespace echollama::wyoming {
namespace {

std::size_t length_in(Json const& header, char const* key, std::size_t most) {
    auto const found = header.find(key);
    if (found == header.end() || found->is_null()) {
        return 0;
    }
    if (!found->is_number_unsigned() || found->get<std::uint64_t>() > most) {
        throw Error(std::string("The event's '") + key + "' must be a number up to " + std::to_string(most) + ".");
    }
    return found->get<std::size_t>();
}

} // namespace

std::string to_bytes(Event const& event) {
    auto const data = event.data.empty() ? "" : event.data.dump(-1, ' ', false, Json::error_handler_t::replace);
    Json header{{"type", event.type}, {"version", "1.9.0"}};
    if (!data.empty()) {
        header["data_length"] = data.size();
    }
    if (!event.payload.empty()) {
        header["payload_length"] = event.payload.size();
    }
    auto bytes = header.dump() + "\n" + data;
    bytes.append(event.payload.begin(), event.payload.end());
    return bytes;
}

bool EventReader::read_header() {
    auto const end = bytes_.find('\n');
    if (end == std::string::npos ? bytes_.size() > longest_line : end > longest_line) {
        throw Error("An event's line is longer than 64 KiB; send what it carries after it.");
    }
    if (end == std::string::npos) {
        return false;
    }
    auto const json = server::parse_body(bytes_.substr(0, end));
    auto const type = json.find("type");
    if (type == json.end() || !type->is_string()) {
        throw Error("An event needs a 'type'.");
    }
    Header header;
    header.event.type = type->get<std::string>();
    if (auto const data = json.find("data"); data != json.end() && data->is_object()) {
        header.event.data = *data;
    }
    header.data_length = length_in(json, "data_length", most_data);
    header.payload_length = length_in(json, "payload_length", most_payload);
    bytes_.erase(0, end + 1);
    header_ = std::move(header);
    return true;
}

std::optional<Event> EventReader::next() {
    if ((!header_ && !read_header()) || bytes_.size() < header_->data_length + header_->payload_length) {
        return std::nullopt;
    }
    auto header = *std::exchange(header_, std::nullopt);
    if (header.data_length > 0) {
        header.event.data.update(server::parse_body(bytes_.substr(0, header.data_length)));
    }
    auto const payload = bytes_.begin() + static_cast<std::ptrdiff_t>(header.data_length);
    header.event.payload.assign(payload, payload + static_cast<std::ptrdiff_t>(header.payload_length));
    bytes_.erase(0, header.data_length + header.payload_length);
    return std::move(header.event);
}

} // namespace echollama::wyoming
