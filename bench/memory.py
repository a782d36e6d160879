"""The memory that each preset takes beside what is planned, with stand-ins at real width: sparse files of zeros with the
published names, shapes and types, converted as the published ones are. No numbers of theirs mean anything; how much
memory they take is the same.
    python3 bench/memory.py PROGRAM SHARED FOLDER PHOTO [PRESET...]
SHARED has golden/ (shapes of DETR, MiDaS and SNAC); FOLDER needs 30 GB and is emptied of what was made at the end.
With ECHOLLAMA_STAGES each model alone as well; with ECHOLLAMA_KEEP the stand-ins stay.
Prints for each preset and each way of loading the plan and the peak of the resident memory (wait4's ru_maxrss)."""
import csv, json, os, shutil, struct, subprocess, sys, threading, time

SIZES = {"F32": 4, "F16": 2, "BF16": 2}
HERE = os.path.dirname(os.path.abspath(__file__))


def shapes(tsv, dtype):
    return [(row["name"], [int(n) for n in row["shape"].split("x")], dtype)
            for row in csv.DictReader(open(tsv), delimiter="\t")]


def llama_shapes(width, layers, feed_forward, heads, kv_heads, head, words):
    all = [("model.embed_tokens.weight", [words, width])]
    for i in range(layers):
        layer = f"model.layers.{i}."
        all += [(layer + "input_layernorm.weight", [width]), (layer + "post_attention_layernorm.weight", [width]),
                (layer + "self_attn.q_proj.weight", [heads * head, width]),
                (layer + "self_attn.k_proj.weight", [kv_heads * head, width]),
                (layer + "self_attn.v_proj.weight", [kv_heads * head, width]),
                (layer + "self_attn.o_proj.weight", [width, heads * head]),
                (layer + "mlp.gate_proj.weight", [feed_forward, width]),
                (layer + "mlp.up_proj.weight", [feed_forward, width]),
                (layer + "mlp.down_proj.weight", [width, feed_forward])]
    return [(name, shape, "BF16") for name, shape in all + [("model.norm.weight", [width])]]


def write_sparse(path, tensors, values):
    """values: {(name, row): (index, number)} sets single elements; everything else is zero."""
    header, offset = {}, 0
    for name, shape, dtype in tensors:
        count = 1
        for n in shape:
            count *= n
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + count * SIZES[dtype]]}
        offset += count * SIZES[dtype]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        begin = file.tell()
        file.truncate(begin + offset)
        for name, first, numbers in values:
            entry = header[name]
            size = SIZES[entry["dtype"]]
            file.seek(begin + entry["data_offsets"][0] + first * size)
            for number in numbers:
                word = struct.pack("<f", number)
                file.write(word if size == 4 else word[2:] if entry["dtype"] == "BF16" else struct.pack("<e", number))


def write_llama(folder, config, words, values):
    width, layers, feed_forward, heads, kv_heads = config
    write_sparse(f"{folder}/model.safetensors", llama_shapes(width, layers, feed_forward, heads, kv_heads, 128 if width == 3072 else 64, words), values)
    settings = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": width, "num_hidden_layers": layers,
                "intermediate_size": feed_forward, "num_attention_heads": heads, "num_key_value_heads": kv_heads,
                "head_dim": 128 if width == 3072 else 64, "vocab_size": words, "rms_norm_eps": 1e-5, "rope_theta": 500000.0,
                "max_position_embeddings": 131072, "tie_word_embeddings": True, "torch_dtype": "bfloat16", "hidden_act": "silu",
                "bos_token_id": 128000, "eos_token_id": 128009, "attention_bias": False, "mlp_bias": False,
                "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                                 "original_max_position_embeddings": 8192, "rope_type": "llama3"}}
    json.dump(settings, open(f"{folder}/config.json", "w"))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(f"{HERE}/../tests/data/tokenizers/llama3/{name}", folder)


def peak(command, environment, limit_s=1500):
    """Seconds, and the peak of the resident memory in bytes."""
    begin = time.time()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    timer = threading.Timer(limit_s, process.kill)
    timer.start()
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    if status != 0:
        print(f"  (ended with {status}: {said[-300:].decode(errors='replace')})")
    return time.time() - begin, usage.ru_maxrss * 1024


class Bench:
    def __init__(self, program, shared, folder, photo):
        self.program, self.golden, self.folder, self.photo = program, shared + "/golden", folder, photo
        self.models = folder + "/models"
        self.environment = {**os.environ, "ECHOLLAMA_MODELS": self.models, "ECHOLLAMA_CONFIG": folder + "/none.toml"}
        self.environment.setdefault("GOMP_SPINCOUNT", "500")
        os.makedirs(self.models, exist_ok=True)

    def convert(self, source, name, type):
        if not os.path.exists(f"{self.models}/{name}"):
            subprocess.run([self.program, "models", "convert", source, "-o", f"{self.models}/{name}", "--type", type], check=True,
                           env=self.environment, stderr=subprocess.DEVNULL)

    def quantize(self, source, name):
        if not os.path.exists(f"{self.models}/{name}"):
            subprocess.run([self.program, "models", "quantize", f"{self.models}/{source}", "-o", f"{self.models}/{name}",
                            "--type", "q4_k_m"], check=True, env=self.environment, stderr=subprocess.DEVNULL)

    def make_sources(self):
        self.detr, self.dpt, self.snac, self.moondream, self.midas = (
            f"{self.folder}/{name}/model.safetensors" for name in ("detr", "dpt", "snac", "moondream", "midas"))
        # Every query finds a cup, so that there is something to tell; class 47 of 92.
        write_sparse(self.detr, shapes(self.golden + "/detr/weights.tsv", "F32"), [("class_labels_classifier.bias", 47, [8.0])])
        write_sparse(self.dpt, shapes(self.golden + "/dpt-hybrid/weights.tsv", "F32"), [])
        write_sparse(self.midas, shapes(self.golden + "/midas-small/weights.tsv", "F32"), [])
        write_sparse(self.snac, shapes(self.golden + "/snac/weights.tsv", "F32"), [])
        # The captioner ends at once: token 50256.
        write_sparse(self.moondream, shapes(HERE + "/../tests/data/moondream/real-shapes.tsv", "F16"),
                     [("text_model.lm_head.linear.bias", 50256, [10.0])])
        shutil.copy(HERE + "/../tests/data/moondream/tokenizer.json", f"{self.folder}/moondream")
        write_llama(f"{self.folder}/llama", (2048, 16, 8192, 32, 8), 128256, [])
        # Orpheus: the end, token 128258, comes once in about 40 tokens; audio tokens begin at 128266.
        rows = [("model.embed_tokens.weight", row * 3072, [0.02]) for row in [128257, *range(128266, 156938)]]
        write_llama(f"{self.folder}/orpheus", (3072, 28, 8192, 24, 8), 156940,
                    rows + [("model.embed_tokens.weight", 128258 * 3072, [0.07]), ("model.norm.weight", 0, [1.0])])

    def make(self, preset):
        if preset in ("paper", "fast"):
            vision = "f16" if preset == "paper" else "q8_0"
            end = "" if preset == "paper" else "-q8_0"
            self.convert(self.detr, f"detr{end}.gguf", vision)
            self.convert(self.dpt, f"dpt-hybrid{end}.gguf", vision)
            self.convert(self.moondream, f"moondream2{end}.gguf", vision)
            self.convert(self.snac, "snac.gguf", "f32")
            self.convert(f"{self.folder}/orpheus", "orpheus-elise.gguf", "bf16")
        if preset == "paper":
            self.convert(f"{self.folder}/llama", "echollama-1b.gguf", "bf16")
        if preset in ("fast", "small"):
            self.convert(f"{self.folder}/llama", "echollama-1b.gguf", "bf16")
            self.quantize("echollama-1b.gguf", "llama-3.2-1b-instruct-q4_k_m.gguf")
        if preset == "fast":
            self.quantize("orpheus-elise.gguf", "orpheus-3b-0.1-ft-q4_k_m.gguf")
        if preset == "small":
            self.convert(self.detr, "detr-q8_0.gguf", "q8_0")
            self.convert(self.midas, "midas-small.gguf", "bf16")

    def options(self, preset):
        end = "" if preset == "paper" else "-q8_0"
        chosen = {"detector": f"detr{end}", "depth": "midas-small" if preset == "small" else f"dpt-hybrid{end}",
                  "captioner": f"moondream2{end}", "llm": "echollama-1b" if preset == "paper" else "llama-3.2-1b-instruct-q4_k_m",
                  "voice-model": "orpheus-elise" if preset == "paper" else "orpheus-3b-0.1-ft-q4_k_m", "snac": "snac"}
        if preset == "small":
            chosen = {role: model for role, model in chosen.items() if role in ("detector", "depth", "llm")}
        if preset == "starter":
            return ["--preset", "starter"]
        return [word for role, model in chosen.items() for word in ("--" + role, model)] + (
            ["--voice", "none"] if preset == "paper" else ["--voice", "tara"] if preset == "fast" else ["--voice", "natural"])

    def plan(self, preset):
        said = subprocess.run([self.program, "doctor", "--no-tests", "--json"], env=self.environment, stdout=subprocess.PIPE, check=True)
        states = {state["name"]: state for state in json.loads(said.stdout)["presets"]}
        return states[preset]["memory_bytes"], states[preset]["staged_bytes"]

    def size(self, *names):
        all = [f"{self.models}/{name}" for name in names]
        files = [f"{name}/{file}" for name in all if os.path.isdir(name) for file in os.listdir(name)]
        return sum(os.path.getsize(name) for name in files + [name for name in all if os.path.isfile(name)])

    def stages(self, preset):
        """What each model takes beside its file and the program."""
        chosen = dict(zip(*[iter(self.options(preset))] * 2)) if preset != "starter" else {}
        name = lambda role, starter: chosen.get(role, starter)
        detector, depth, captioner, llm = name("--detector", "nanodet"), chosen.get("--depth"), chosen.get("--captioner"), name(
            "--llm", "smollm2-135m-instruct-q4_1")
        voice = chosen.get("--voice-model")
        photo, sentence = self.photo, "Probably a cup, straight ahead, close by."
        runs = [(detector, [detector + ".gguf"], ["detect", photo, "--detector", detector])]
        if depth:
            runs.append((depth, [depth + ".gguf"], ["depth", photo, "--depth", depth, "-o", self.folder + "/depth.png"]))
        if captioner:
            runs.append((captioner, [captioner + ".gguf", captioner + "-vision.gguf"], ["caption", photo, "--captioner", captioner]))
        runs.append((llm, [llm + ".gguf", "centernet.gguf"], ["describe", photo, "--detector", "centernet", "--no-reading", "--llm", llm,
                                            "--greedy", "--max-tokens", "24"]))
        runs.append((voice or "piper-joe", [voice + ".gguf", "snac.gguf"] if voice else ["piper-joe"],
                     ["say", sentence, "-o", self.folder + "/s.wav"] + (["--voice-model", voice, "--snac", "snac"] if voice else ["--voice", "natural"])))
        runs.append(("ppocrv6-small", ["ppocrv6-small"], ["read", photo]))
        for title, files, words in runs:
            seconds, measured = peak([self.program, *words], self.environment)
            print(f"  {title}: files {self.size(*files) / 1e6:.0f} MB, measured {measured / 1e6:.0f} MB, so beside files and "
                  f"program {(measured - self.size(*files)) / 1e6 - 28:.0f} MB, {seconds:.0f} s", flush=True)

    def measure(self, preset):
        if os.environ.get("ECHOLLAMA_STAGES"):
            self.stages(preset)
        planned, staged = self.plan(preset)
        describe = [self.program, "describe", self.photo, "--greedy", "--max-tokens", "4", "-o", self.folder + "/s.wav", *self.options(preset)]
        seconds, measured = peak(describe, self.environment)
        print(f"{preset}, all loaded: planned {planned / 1e6:.0f} MB, measured {measured / 1e6:.0f} MB "
              f"({100 * (planned - measured) / measured:+.1f} %), {seconds:.0f} s", flush=True)
        budget = str(staged + (2 << 20))
        seconds, measured = peak(describe[:1] + ["--memory", budget] + describe[1:], self.environment)
        print(f"{preset}, --memory {int(budget) / 1e6:.0f}M: measured {measured / 1e6:.0f} MB "
              f"({100 * (staged - measured) / measured:+.1f} %), {seconds:.0f} s", flush=True)


def main():
    program, shared, folder, photo, *presets = sys.argv[1:]
    bench = Bench(os.path.abspath(program), shared, os.path.abspath(folder), photo)
    real = os.path.expanduser(os.environ.get("ECHOLLAMA_CACHE", "~/.cache/echollama")) + "/models"
    for name in os.listdir(real):
        if not name.startswith("qwen") and not os.path.lexists(f"{bench.models}/{name}"): # the starter is measured, not what takes its place
            os.symlink(f"{real}/{name}", f"{bench.models}/{name}")
    bench.make_sources()
    for preset in presets or ["starter", "small", "fast", "paper"]:
        bench.make(preset)
        bench.measure(preset)
    if not os.environ.get("ECHOLLAMA_KEEP"):
        shutil.rmtree(bench.folder)


if __name__ == "__main__":
    main()
