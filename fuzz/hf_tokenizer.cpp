// tokenizer.json of a published language model.
#include "convert/hf_tokenizer.h"

#include "fuzz.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {
        bytes_of(R"({"added_tokens":[{"id":3,"content":"<|end|>","special":true},{"id":4,"content":"  "}],)"
                 R"("pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},)"
                 R"("model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b",["a","b"]]}})"),
        bytes_of(R"({"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},)"
                 R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":true}]},)"
                 R"("model":{"vocab":{"a":0},"merges":[]}})")};
}

void run(Input input) {
    convert::parse_hf_tokenizer(text_of(input), "input", input.size() % 2 == 0 ? 0 : 64);
}

} // namespace echollama::fuzz
