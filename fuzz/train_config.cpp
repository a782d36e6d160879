// Configurations of training runs.
#include "fuzz.h"
#include "train/config.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of(R"([model]
base_model = "m.gguf"
base_type = "nf4"
chat_template = ""
[data]
train = "train.jsonl"
eval = "eval.jsonl"
sequence_len = 8192
longer_rows = "drop"
shuffle = false
[lora]
r = 8
alpha = 16.5
rslora = true
target_modules = ["q_proj", "down_proj"]
[loss]
kind = "ipo"
beta = 0.1
label_smoothing = 0.1
[optimizer]
optimizer = "adamw_8bit"
learning_rate = 2e-5
lr_scheduler = "linear"
warmup_steps = 5
[run]
output_dir = "out"
micro_batch_size = 2
gradient_accumulation_steps = 8
num_epochs = 1.5
seed = 3407
)"),
            bytes_of("model.base_model='m'\ndata.train='d'\n[run]\noutput_dir='''o'''\nmax_steps=1_000\n")};
}

void run(Input input) {
    train::parse_config(text_of(input), "input", ".");
}

} // namespace echollama::fuzz
