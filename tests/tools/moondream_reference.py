"""Numbers of Moondream2's original code at a small size, for tests/data/moondream.

    python moondream_reference.py CODE_2024 CODE_2025 OUTPUT_FOLDER

CODE_2024 is a checkout of github.com/vikhyat/moondream at c1ccd26 (2024-08-24), CODE_2025 one at 44146f1 (2025-06-19).
Made with torch 2.3.1, torchvision 0.18.1, transformers 4.44.0, Pillow 10.4.0, einops 0.8.0, numpy 1.26.

The sizes that the original vision_encoder.py writes into its code are replaced while it is loaded (SIZES below);
nothing else of it is changed. Weights are made from their names (weights.tsv: offset + scale * u). Stored are results of
a float64 run rounded to float32; the deviation of the same run in float32 is the tolerance's yardstick.
"""

import importlib.util
import json
import pathlib
import sys
import types

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

VISION, FEED_FORWARD, BLOCKS, TEXT, LAYERS, HEADS, VOCABULARY = 96, 144, 2, 128, 2, 2, 384
SIZES = [("1152", str(VISION)), ("4304", str(FEED_FORWARD)), ("range(27)", f"range({BLOCKS})"),
         ("model_dim = 2048", f"model_dim = {TEXT}")]
PICTURES = {"small": (451, 300), "wide": (700, 400), "tall": (400, 640), "square": (640, 640), "slip": (640, 427)}


# --- weights from names (shared/golden/README.md) ---

def values(name, count, scale, offset):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) % 2**64
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    u = (z >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)
    return np.float32(offset) + np.float32(scale) * (2 * u - 1)


def picture(width, height):
    """An 8-bit picture that the tests make by the same formula."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return Image.fromarray(((x * (3 + c) // 5 + y * (7 - c) // 4 + 40 * c + (x * y >> 6)) & 255).astype(np.uint8))


def scale_of(name, shape):
    if name.endswith("pos_embed"):
        return 0.5, 0.0
    if name.endswith("wte.weight"):
        return 0.8, 0.0
    if "norm" in name or ".ln." in name:
        return (0.2, 1.0) if name.endswith("weight") else (0.1, 0.0)
    if name.endswith("bias"):
        return 0.1, 0.0
    strength = 3.4 if name.startswith("text_model.transformer") else 1.7  # so that greedy text is not one word
    return float("%.4g" % (strength / shape[-1] ** 0.5)), 0.0


class Weights:
    """Fills modules and remembers what was used."""

    def __init__(self):
        self.lines = {}

    def make(self, name, shape):
        scale, offset = scale_of(name, shape)
        self.lines[name] = (shape, scale, offset)
        return torch.from_numpy(values(name, int(np.prod(shape)), scale, offset).reshape(shape).copy())

    def fill(self, prefix, module, names=None):
        with torch.no_grad():
            for name, parameter in module.named_parameters():
                name = names[name] if names else prefix + name
                parameter.copy_(self.make(name, list(parameter.shape)))

    def write(self, path):
        with open(path, "w") as file:
            file.write("name\tshape\tdtype\tscale\toffset\n")
            for name, (shape, scale, offset) in self.lines.items():
                file.write(f"{name}\t{'x'.join(map(str, shape))}\tF32\t{scale:g}\t{offset:g}\n")


# --- the original modules ---

def load(name, path, replacements=(), **extra):
    source = path.read_text()
    for old, new in replacements:
        assert old in source, old
        source = source.replace(old, new)
    module = types.ModuleType(name)
    module.__package__ = name.rpartition(".")[0]
    module.__file__ = str(path)
    sys.modules[name] = module
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module


def package(name, path):
    module = types.ModuleType(name)
    module.__path__ = [str(path)]
    sys.modules[name] = module


class Taps:
    def __init__(self):
        self.tensors, self.meta = {}, {}

    def add(self, name, exact, single, stride=1):
        flat, low = exact.double().flatten().numpy(), single.double().flatten().numpy()
        deviation = np.abs(low - flat)
        self.tensors[name] = flat[::stride].astype(np.float32)
        self.meta["tap." + name] = f"shape={'x'.join(map(str, exact.shape))} stride={stride}"
        self.meta["dev." + name] = "%.3g %.3g" % (deviation.max(), np.linalg.norm(low - flat) / np.linalg.norm(flat))

    def exact(self, name, array):
        self.tensors[name] = np.ascontiguousarray(array)

    def write(self, path):
        save_file(self.tensors, str(path), self.meta)


def both(run):
    """The run in float64 and in float32."""
    with torch.no_grad():
        return run(torch.float64), run(torch.float32)


# --- 2024: vision_encoder.py and modeling_phi.py at c1ccd26 ---

def vision_2024(code, weights, taps, features):
    vision = load("m24.vision_encoder", code / "vision_encoder.py", SIZES)
    encoder = vision.VisionEncoder()
    weights.fill("vision_encoder.", encoder)
    sizes = {}
    for name, (width, height) in PICTURES.items():
        prepared = encoder.preprocess(picture(width, height))
        sizes[name] = list(prepared.shape[1:])
        taps.exact(name + ".pixels", np.round((prepared.numpy() * 0.5 + 0.5) * 255).astype(np.uint8).flatten()[::499])

        def run(dtype):
            encoder.to(dtype)
            whole = F.interpolate(prepared[None], size=(378, 378), mode="bilinear").to(dtype)
            hidden = [encoder.encoder.model["visual"].patch_embed(whole) + encoder.encoder.model["visual"].pos_embed]
            for block in encoder.encoder.model["visual"].blocks:
                hidden.append(block(hidden[-1]))
            hidden.append(encoder.encoder.model["visual"].norm(hidden[-1]))
            return hidden + [encoder(prepared[None].to(dtype))]

        exact, single = both(run)
        if name in ("small", "square"):
            for index, (a, b) in enumerate(zip(exact[:-1], single[:-1])):
                taps.add(f"{name}.hidden.{index}", a[0], b[0], 211)
        taps.add(name + ".embeddings", exact[-1][0], single[-1][0], 53)
        features[name] = exact[-1]
    return sizes


def projection_until_may(code, weights, taps, features):
    """The projection until 2024-05-19: 1152 inputs, one squashed picture."""
    narrow = SIZES + [("image_embedding_dim * 2", "image_embedding_dim")]
    vision = load("m24.vision_narrow", code / "vision_encoder.py", narrow)
    encoder = vision.VisionEncoder()
    lines = Weights()
    weights.fill("vision_encoder.encoder.", encoder.encoder)
    lines.fill("vision_encoder.projection.", encoder.projection)
    pixels = picture(*PICTURES["wide"]).resize((378, 378), Image.BICUBIC)
    prepared = torch.from_numpy(np.asarray(pixels).astype(np.float32).transpose(2, 0, 1)) / 255 * 2 - 1

    def run(dtype):
        encoder.to(dtype)
        return encoder.projection(encoder.encoder(prepared[None].to(dtype)))

    exact, single = both(run)
    taps.add("narrow.embeddings", exact[0], single[0], 53)
    lines.write(OUTPUT / "weights-narrow.tsv")


def text_2024(code, weights, taps, features, tokenizer):
    package("m24", code)
    configuration = load("m24.configuration_moondream", code / "configuration_moondream.py")
    phi = load("m24.modeling_phi", code / "modeling_phi.py")
    config = configuration.PhiConfig(vocab_size=VOCABULARY, hidden_size=TEXT, intermediate_size=4 * TEXT,
                                     num_hidden_layers=LAYERS, num_attention_heads=HEADS,
                                     attn_implementation="eager")
    model = phi.PhiForCausalLM(config).eval()
    weights.fill("text_model.", model)
    bos = tokenizer.token_to_id("<|endoftext|>")
    prompt = tokenizer.encode("\n\nQuestion: Describe this image.\n\nAnswer:").ids
    taps.exact("prompt", np.array(prompt, np.int32))
    for name in ("small", "wide"):
        def embeds(dtype):
            look_up = model.get_input_embeddings()
            return torch.cat([look_up(torch.tensor([[bos]])), features[name].to(dtype),
                              look_up(torch.tensor([prompt]))], dim=1)

        def run(dtype):
            model.to(dtype)
            return model(inputs_embeds=embeds(dtype), use_cache=False).logits[0, -1]

        exact, single = both(run)
        taps.add(name + ".logits", exact, single)
        model.to(torch.float64)
        written = []
        with torch.no_grad():
            sequence = embeds(torch.float64)
            for _ in range(12):
                logits = model(inputs_embeds=sequence, use_cache=False).logits[0, -1]
                written.append(int(logits.argmax()))
                next_row = model.get_input_embeddings()(torch.tensor([[written[-1]]]))
                sequence = torch.cat([sequence, next_row], dim=1)
        taps.exact(name + ".greedy", np.array(written, np.int32))


# --- 2025: moondream/torch at 44146f1, with the same weights ---

def names_2025():
    names = {"pos_emb": "vision_encoder.encoder.model.visual.pos_embed"}
    visual = "vision_encoder.encoder.model.visual."
    for part in ("weight", "bias"):
        names[f"patch_emb.{part}"] = f"{visual}patch_embed.linear.{part}"
        names[f"post_ln.{part}"] = f"{visual}norm.{part}"
        for layer in ("fc1", "fc2"):
            names[f"proj_mlp.{layer}.{part}"] = f"vision_encoder.projection.mlp.{layer}.{part}"
        for i in range(BLOCKS):
            for new, old in (("ln1", "norm1"), ("ln2", "norm2"), ("attn.qkv", "attn.qkv"), ("attn.proj", "attn.proj"),
                             ("mlp.fc1", "mlp.fc1"), ("mlp.fc2", "mlp.fc2")):
                names[f"blocks.{i}.{new}.{part}"] = f"{visual}blocks.{i}.{old}.{part}"
    text = {"wte": "text_model.transformer.embd.wte.weight"}
    for part in ("weight", "bias"):
        text[f"post_ln.{part}"] = f"text_model.lm_head.ln.{part}"
        text[f"lm_head.{part}"] = f"text_model.lm_head.linear.{part}"
        for i in range(LAYERS):
            for new, old in (("ln", "ln"), ("attn.qkv", "mixer.Wqkv"), ("attn.proj", "mixer.out_proj"),
                             ("mlp.fc1", "mlp.fc1"), ("mlp.fc2", "mlp.fc2")):
                text[f"blocks.{i}.{new}.{part}"] = f"text_model.transformer.h.{i}.{old}.{part}"
    return names, text


def both_2025(code, weights, taps, tokenizer):
    package("m25", code)
    attention = F.scaled_dot_product_attention  # torch 2.3 has no enable_gqa, which is False here
    F.scaled_dot_product_attention = lambda q, k, v, attn_mask=None, enable_gqa=False: attention(q, k, v, attn_mask)
    for name in ("config", "rope", "layers", "image_crops", "vision", "text"):
        load("m25." + name, code / (name + ".py"))
    get = lambda module, name: getattr(sys.modules["m25." + module], name)
    small = dict(enc_dim=VISION, enc_ff_dim=FEED_FORWARD, proj_out_dim=TEXT, proj_inner_dim=4 * TEXT)
    built = get("config", "VisionConfig")(enc_n_layers=BLOCKS, **small)
    config = get("config", "VisionConfig")(**small)  # its enc_n_layers is also the side of the feature map
    text_config = get("config", "TextConfig")(dim=TEXT, ff_dim=4 * TEXT, n_layers=LAYERS, vocab_size=VOCABULARY,
                                              n_heads=HEADS, n_kv_heads=HEADS)
    vision = get("vision", "build_vision_model")(built, torch.float32)
    text = get("text", "build_text_model")(text_config, torch.float32)
    vision_names, text_names = names_2025()
    weights.fill("", vision, vision_names)
    weights.fill("", text, text_names)
    prompt = tokenizer.encode("\n\nCaption:").ids
    taps.exact("2025.prompt", np.array(prompt, np.int32))
    tilings = {}
    for name in ("small", "wide", "square"):
        crops = get("image_crops", "overlap_crop_image")(np.array(picture(*PICTURES[name])), max_crops=config.max_crops,
                                                         overlap_margin=config.overlap_margin)
        tilings[name] = list(crops["tiling"])
        pixels = torch.from_numpy(np.transpose(crops["crops"], (0, 3, 1, 2)).copy())
        taps.exact(f"2025.{name}.pixels", crops["crops"].transpose(0, 3, 1, 2).flatten()[::1999].copy())

        def run(dtype):
            vision.to(dtype)
            text.to(dtype)
            outputs = get("vision", "vision_encoder")(pixels.to(dtype).div(255).sub(0.5).div(0.5), vision, config)
            whole = get("image_crops", "reconstruct_from_crops")(
                outputs[1:].view(-1, 27, 27, VISION), crops["tiling"], patch_size=1,
                overlap_margin=config.overlap_margin)
            embeddings = get("vision", "vision_projection")(outputs[0], whole, vision, config)
            rows = torch.cat([text.wte[[tokenizer.token_to_id("<|endoftext|>")]], embeddings, text.wte[prompt]])[None]
            hidden = get("text", "_produce_hidden")(rows, text, text_config)
            return embeddings, get("text", "lm_head")(hidden, text)[0]

        exact, single = both(run)
        taps.add(f"2025.{name}.embeddings", exact[0], single[0], 53)
        taps.add(f"2025.{name}.logits", exact[1], single[1])
    return tilings


# --- a tokenizer of the real one's kind: GPT-2 bytes, then the end of text, then runs of white space ---

def make_tokenizer():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    text = ["Question: Describe this image.\n\nAnswer: The image shows a cat and a dog on a table.",
            "Short caption: Long caption: What is in the picture? The picture shows a cup."]
    tokenizer.train_from_iterator(text, trainers.BpeTrainer(
        vocab_size=340, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.add_special_tokens(["<|endoftext|>"])
    tokenizer.add_tokens([AddedToken(" " * n, normalized=True) for n in range(8, 1, -1)] +
                         [AddedToken("\t" * n, normalized=True) for n in range(4, 1, -1)])
    return tokenizer


SAMPLES = ["\n\nQuestion: Describe this image.\n\nAnswer:", "What is in the picture?", "a  b   c        d\t\te\n\n f",
           "café naïve €5 – 3.14, don't", "<|endoftext|> is text", "  indented\n\tand tabbed ", ""]


def check_real_size(code):
    """The names and shapes of the specification's section 3, from the original classes."""
    with torch.device("meta"):
        vision = load("m24.vision_real", code / "vision_encoder.py").VisionEncoder()
        config = sys.modules["m24.configuration_moondream"].PhiConfig(attn_implementation="eager")
        text = sys.modules["m24.modeling_phi"].PhiForCausalLM(config)
    with open(OUTPUT / "real-shapes.tsv", "w") as file:
        file.write("name\tshape\n")
        for prefix, module in (("vision_encoder.", vision), ("text_model.", text)):
            for name, parameter in module.named_parameters():
                file.write(f"{prefix}{name}\t{'x'.join(map(str, parameter.shape))}\n")


if __name__ == "__main__":
    code_2024, code_2025 = (pathlib.Path(p) / "moondream" for p in sys.argv[1:3])
    OUTPUT = pathlib.Path(sys.argv[3])
    OUTPUT.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    weights, taps, features = Weights(), Taps(), {}
    tokenizer = make_tokenizer()
    tokenizer.save(str(OUTPUT / "tokenizer.json"), pretty=False)
    package("m24", code_2024)
    sizes = vision_2024(code_2024, weights, taps, features)
    projection_until_may(code_2024, weights, taps, features)
    text_2024(code_2024, weights, taps, features, tokenizer)
    tilings = both_2025(code_2025 / "torch", weights, taps, tokenizer)
    weights.write(OUTPUT / "weights.tsv")
    taps.write(OUTPUT / "numbers.safetensors")
    check_real_size(code_2024)
    plain = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    (OUTPUT / "facts.json").write_text(json.dumps(
        {"pictures": PICTURES, "sizes_hw": sizes, "tilings_hw_2025": tilings,
         "texts": [{"text": text, "tokens": plain(text)} for text in SAMPLES]}, ensure_ascii=True, indent=1) + "\n")
