// Answers of language model servers; how they were cut on their way must not matter.
#include "describer/chat_stream.h"

#include "base/error.h"
#include "fuzz.h"

#include <algorithm>
#include <stdexcept>

namespace echollama::fuzz {
namespace {

// The text and, when the answer was refused, why.
std::string read_in(std::string_view bytes, std::size_t piece) {
    ChatStream stream;
    std::string text;
    auto sink = [&](std::string_view more) { text += more; };
    try {
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            stream.push(bytes.substr(at, piece), sink);
        }
        stream.finish(sink);
    } catch (Error const& error) {
        text += std::string("\n! ") + error.what();
    }
    return text;
}

} // namespace

std::vector<Bytes> seeds() {
    return {
        bytes_of("data: {\"choices\":[{\"delta\":{\"content\":\"a cup\"},\"finish_reason\":null}]}\n\n"
                 "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"),
        bytes_of(
            ": comment\r\nevent: x\r\ndata: {\"choices\":[\r\ndata: {\"delta\":{\"content\":\"\\u00e9\"}}]}\r\n\r\n"),
        bytes_of("{\"choices\":[{\"message\":{\"content\":\"whole\"}}],\"usage\":{\"total_tokens\":3}}"),
        bytes_of("\xEF\xBB\xBF"
                 "data:[DONE]\r\r")};
}

void run(Input input) {
    auto bytes = text_of(input);
    auto whole = read_in(bytes, std::max<std::size_t>(bytes.size(), 1));
    if (read_in(bytes, 1) != whole || read_in(bytes, 7) != whole) {
        throw std::logic_error("the answer depends on how it was cut");
    }
    server_message(bytes);
    if (auto at = whole.find("\n! "); at != std::string::npos) {
        throw Error(whole.substr(at + 3));
    }
}

} // namespace echollama::fuzz
