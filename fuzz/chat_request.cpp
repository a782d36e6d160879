// Any bytes as the body of a request of any interface: it is read or refused with a status, and what was read is whole.
#include "base/error.h"
#include "fuzz.h"
#include "server/api_error.h"
#include "server/base64.h"
#include "server/chat.h"
#include "server/guard.h"

#include <stdexcept>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {
        bytes_of(R"({"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text",)"
                 R"("text":"hi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}],)"
                 R"("stream":true,"stop":["a"],"max_tokens":5,"response_format":{"type":"json_object"}})"),
        bytes_of(R"({"input":[{"role":"user","content":[{"type":"input_text","text":"x"},{"type":"input_audio",)"
                 R"("input_audio":{"data":"UklGRg==","format":"wav"}}]}],"instructions":"i","stream":true})"),
        bytes_of(R"({"model":"m","messages":[{"role":"user","content":"hi","images":["AAAA"]}],"options":)"
                 R"({"num_predict":3},"format":"json"})"),
        bytes_of(R"({"model":"m","prompt":"hi","images":["AAAA"],"stream":false})"),
        bytes_of(R"({"prompt":"USER: [img-1]\nhi\nASSISTANT:","image_data":[{"data":"AAAA","id":1}],"n_predict":5})"),
        bytes_of("[::1]:8080\nhttps://page.example")};
}

void run(Input input) {
    auto const text = std::string(text_of(input));
    server::refusal_of({"GET", "/v1/models", text, text, text, text}, {"key", {"box"}, {}});
    if (auto const bytes = server::from_base64(text);
        bytes && server::from_base64(server::to_base64(*bytes)) != bytes) {
        throw std::logic_error("bytes do not come back");
    }
    for (auto* read : {server::read_openai_chat, server::read_openai_response, server::read_ollama_chat,
                       server::read_ollama_generate, server::read_llamacpp_completion}) {
        try {
            auto const request = read(server::parse_body(text));
            if (!request.turns.empty() && request.turns.back().role != Turn::Role::user) {
                throw std::logic_error("the last turn is not the user's");
            }
        } catch (server::ApiError const& error) {
            if (error.status() < 400 || error.status() > 499) {
                throw std::logic_error("a request is refused as if it were the server's fault");
            }
        }
    }
}

} // namespace echollama::fuzz
