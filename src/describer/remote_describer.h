// A language model behind an OpenAI-compatible address (vLLM, llama-server, a hosted service) in the describer's role.
#pragma once

#include "llm/llm.h"
#include "roles/roles.h"

#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <string>

namespace echollama {

struct RemoteDescriberOptions {
    std::string url;           // "http://127.0.0.1:8080/v1", "https://host"; without a path "/v1" is meant
    std::string model;         // as the server calls it
    std::string key = {};      // sent as a bearer token; empty: none
    LlmSampling sampling = {}; // top_k and the penalty are not sent: not every server knows them
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds idle_timeout{60'000}; // without a byte
    int retries = 3;                                // after 408, 429, 5xx or a connection that failed
    std::chrono::milliseconds first_wait{500};      // before the first retry; doubles
    std::chrono::milliseconds longest_wait{30'000}; // a server that asks for more is not waited for
};

// The key in ECHOLLAMA_LLM_KEY, else in OPENAI_API_KEY, else none.
std::string key_from_environment();

// The address in parts. Throws UsageError when it is none.
struct ChatAddress {
    std::string server; // "https://host:port"
    std::string path;   // "/v1/chat/completions"
};
ChatAddress parse_chat_address(std::string const& url);

// What a Retry-After header asks for: seconds, or an HTTP date; nullopt when it is neither.
std::optional<std::chrono::seconds> parse_retry_after(std::string const& text, std::time_t now);

// Throws UsageError for an address that is none. A reply throws Error with one sentence when the server cannot be
// reached, refuses, falls silent, sends something else or breaks off; what had arrived has then been passed on. Retries
// only while nothing has arrived. Returns within 50 ms of a stop request, whatever the server does.
std::unique_ptr<Describer> make_remote_describer(RemoteDescriberOptions options);

} // namespace echollama
