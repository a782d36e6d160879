#!/usr/bin/env python3
"""One block of a LLaMA forwards and backwards with LoRA, by PyTorch: train_block_peer.py [ROWS] [THREADS] [f32|bf16]

The same as bench_train_block: LLaMA-3.2-1B's block, rank 8 on all seven projections, one and three blocks, half the difference.
Needs torch, transformers and peft.
"""
import resource
import statistics
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaModel

rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 2)
dtype = torch.bfloat16 if "bf16" in sys.argv else torch.float32
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def measure(layers):
    config = LlamaConfig(vocab_size=64, hidden_size=2048, intermediate_size=8192, num_hidden_layers=layers, num_attention_heads=32,
                         num_key_value_heads=8, head_dim=64, attn_implementation="sdpa", use_cache=False)
    model = get_peft_model(LlamaModel(config).to(dtype), LoraConfig(r=8, lora_alpha=16, target_modules=PROJECTIONS))
    ids = torch.arange(rows)[None] % 64
    slopes = torch.randn(1, rows, 2048).to(dtype) * 1e-3
    forward, both = [], []
    for _ in range(6):
        begin = time.perf_counter()
        out = model(input_ids=ids).last_hidden_state
        middle = time.perf_counter()
        out.backward(slopes)
        forward.append(middle - begin)
        both.append(time.perf_counter() - begin)
        model.zero_grad(set_to_none=True)
    return statistics.median(forward[1:]), statistics.median(both[1:])


one, three = measure(1), measure(3)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"one block: forwards {(three[0] - one[0]) * 500:.0f} ms, both ways {(three[1] - one[1]) * 500:.0f} ms, "
      f"{rows * 2 / (three[1] - one[1]):.0f} tokens a second; peak memory {peak} MiB")
