// Whisper's vocabulary in its three forms; the first byte says which.
#include "convert/whisper_vocabulary.h"
#include "fuzz.h"

#include <array>

namespace echollama::fuzz {
namespace {

constexpr std::array<char const*, 3> names{"vocabulary.txt", "vocabulary.json", "tokenizer.json"};

Bytes seed(char form, std::string const& text) {
    return bytes_of(form + text);
}

} // namespace

std::vector<Bytes> seeds() {
    return {seed(0, "!\n\"\nĠthe\nÄĢ\n"), seed(1, R"(["!","\"","Ġthe","ÄĢ"])"),
            seed(2, R"({"model":{"vocab":{"!":0,"a":1,"Ġthe":2}},"added_tokens":[{"id":3,"content":"<|x|>"}]})")};
}

void run(Input input) {
    if (input.empty()) {
        return;
    }
    MemoryFile const file(input.subspan(1));
    convert::read_whisper_tokens_file(file.path(), names[input[0] % names.size()], 4);
}

} // namespace echollama::fuzz
