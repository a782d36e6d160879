// Rows of training data.
#include "fuzz.h"
#include "train/data.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {
        bytes_of(R"({"prompt":"What is here?","chosen":"A cup.","rejected":"A dog.","system":"Be brief.","n":1e9})"),
        bytes_of(R"({"prompt_ids":[0,1,2],"chosen_ids":[3],"rejected_ids":[511]})")};
}

void run(Input input) {
    train::Encoder encoder;
    encoder.prompt = [](std::string const&, std::string const& text) { return train::Tokens(text.size() % 7, 1); };
    encoder.answer = [](std::string const& text) { return train::Tokens(text.begin(), text.end()); };
    encoder.vocabulary = 512;
    train::parse_row(text_of(input), train::Task::preferences, encoder);
}

} // namespace echollama::fuzz
