// A language model behind an OpenAI-compatible address (vLLM, llama-server, a hosted service) in the describer's role.
#pragma once

#include "http/client.h"
#include "llm/llm.h"
#include "roles/roles.h"

#include <chrono>
#include <memory>
#include <string>

namespace echollama {

struct RemoteDescriberOptions {
    std::string url;           // "http://127.0.0.1:8080/v1", "https://host"; without a path "/v1" is meant
    std::string model;         // as the server calls it
    std::string key = {};      // sent as a bearer token; empty: none
    LlmSampling sampling = {}; // top_k and the penalty are not sent: not every server knows them
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds idle_timeout{60'000}; // without a byte
    http::RetryPolicy retry = {};
};

// The key in ECHOLLAMA_LLM_KEY, else in OPENAI_API_KEY, else none.
std::string key_from_environment();

// Where chat completions are asked for: without a path "/v1" is meant, and the route is added where it is missing.
// Throws UsageError when the text is no address.
http::Address parse_chat_address(std::string const& url);

// Throws UsageError for what is no address. A reply throws Error with one sentence when the server cannot be
// reached, refuses, falls silent, sends something else or breaks off; what had arrived has then been passed on. Retries
// only while nothing has arrived. Returns within 50 ms of a stop request, whatever the server does.
std::unique_ptr<Describer> make_remote_describer(RemoteDescriberOptions options);

} // namespace echollama
