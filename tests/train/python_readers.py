"""What the original Python implementations make of a run's files; python_readers_test.cpp compares it with the program's own numbers.

  python_readers.py check NAMES...                      exits with 0 when all of these modules can be imported
  python_readers.py peft MODEL ADAPTER PROMPT ANSWER    log-probability of the answer's tokens (comma separated ids), by PEFT
  python_readers.py parquet FILE                        a JSON object for each row, without its empty columns, by pyarrow
  python_readers.py events FILE TAG                     step and value of each of TAG's scalars, by TensorBoard's reader
"""
import importlib
import json
import os
import sys

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", CUDA_VISIBLE_DEVICES="")


def ids(text):
    return [int(part) for part in text.split(",")]


def peft_log_prob(model_folder, adapter_folder, prompt, answer):
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32)
    model = PeftModel.from_pretrained(base, adapter_folder).eval()
    tokens = torch.tensor([prompt + answer])
    with torch.no_grad():
        log_probs = model(tokens).logits.double().log_softmax(-1)[0]
    return sum(log_probs[len(prompt) - 1 + i, token].item() for i, token in enumerate(answer))


def scalars(file, tag):
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
    from tensorboard.util import tensor_util

    for event in EventFileLoader(file).Load():
        for value in event.summary.value:
            if value.tag == tag:
                number = tensor_util.make_ndarray(value.tensor).item() if value.HasField("tensor") else value.simple_value
                yield event.step, number


command, arguments = sys.argv[1], sys.argv[2:]
if command == "check":
    for name in arguments:
        importlib.import_module(name)
elif command == "peft":
    print("%.9g" % peft_log_prob(arguments[0], arguments[1], ids(arguments[2]), ids(arguments[3])))
elif command == "parquet":
    from pyarrow import parquet

    for row in parquet.read_table(arguments[0]).to_pylist():
        print(json.dumps({key: value for key, value in row.items() if value is not None}))
else:
    for step, number in scalars(*arguments):
        print("%d %.9g" % (step, number))
