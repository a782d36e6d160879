"""Makes tests/data/tokenizers: two small tokenizers with the layout of Llama 3's and SmolLM's, and what the tokenizers
library makes of some texts. With a folder: reference.json for the tokenizer.json in it (for the test that takes
ECHOLLAMA_TOKENIZER), over the lines of the given text files.

    python tokenizer_reference.py OUT_FOLDER TEXT…           (train)
    python tokenizer_reference.py --existing FOLDER TEXT…
"""
import json
import pathlib
import sys

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors, trainers

LLAMA3_WORDS = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
                r"|\s*[\r\n]+|\s+(?!\S)|\s+")
LLAMA3_SPECIAL = ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"]
SMOLLM_SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
LLAMA3_CHAT = ("{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = "
               "'<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + "
               "'<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}"
               "{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}"
               "{% endif %}")
SMOLLM_CHAT = ("{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + "
               "'<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
CASES = [
    "The cup is on the left, about two metres away.", "I can't say; we'll see. It's HERE, they'RE gone.",
    "12345 steps, 3.14 metres, 2026-11-25", "Was für ein schöner Tag: naïve café",
    "你好, мир! 🙂👩\u200d👩\u200d👧", "  two spaces\n\n\n   three\ttab\r\n end  ", "<|eot_id|><|im_end|> is plain text here?",
    "", "a", "...!!??--== ((x))", "don't DON'T 'tis rock'n'roll", "x" * 40, "\u00a0nbsp\u2003em",
]


def train(kind, text):
    tokenizer = Tokenizer(models.BPE(ignore_merges=kind == "llama3"))
    if kind == "llama3":
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(LLAMA3_WORDS), "isolated", False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        special, size = [], 512 - len(LLAMA3_SPECIAL)
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
        special, size = SMOLLM_SPECIAL, 512
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=special, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator([text], trainer)
    if kind == "llama3":
        tokenizer.add_special_tokens(LLAMA3_SPECIAL)
        begin = LLAMA3_SPECIAL[0]
        tokenizer.post_processor = processors.Sequence([
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(single=f"{begin} $A", pair=f"{begin} $A {begin}:1 $B:1",
                                          special_tokens=[(begin, tokenizer.token_to_id(begin))])])
    return tokenizer


def ids(tokenizer, text):
    """Words from outside: special tokens in the text are plain text."""
    if "<|" in text:
        plain = json.loads(tokenizer.to_str())
        plain["added_tokens"] = []
        tokenizer = Tokenizer.from_str(json.dumps(plain))
    return tokenizer.encode(text, add_special_tokens=False).ids


def save_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=True, indent=0))


def main():
    texts = [pathlib.Path(name).read_text() for name in sys.argv[3 if sys.argv[1] == "--existing" else 2:]]
    if sys.argv[1] == "--existing":
        folder = pathlib.Path(sys.argv[2])
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        lines = [case for case in CASES if "<|" not in case] + texts
        save_json(folder / "reference.json", {"cases": [{"text": t, "ids": ids(tokenizer, t)} for t in lines]})
        return
    out, cases = pathlib.Path(sys.argv[1]), []
    chats = {"llama3": {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>", "chat_template": LLAMA3_CHAT},
             "smollm": {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>",
                        "unk_token": {"content": "<|endoftext|>"}, "chat_template": SMOLLM_CHAT}}
    for kind, chat in chats.items():
        folder = out / kind
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer = train(kind, "\n".join(texts) + " ".join(CASES) * 6)
        tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        save_json(folder / "tokenizer_config.json", chat)
        cases += [{"tokenizer": kind, "text": text, "ids": ids(tokenizer, text)} for text in CASES]
    save_json(out / "reference.json", {"cases": cases})


main()
