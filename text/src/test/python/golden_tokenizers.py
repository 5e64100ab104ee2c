"""Trains small tokenisers with Hugging Face's tokenizers and writes them, as models come with them, and the ids that
they give, for the tests of dev.sirocco.text.subword:

    python golden_tokenizers.py ../resources/dev/sirocco/text/subword

Needs tokenizers 0.23, whose trainers decide some ties by chance: the vocabularies differ a little each time. The
ids of a GGUF file's Llama tokeniser are those of SentencePiece's algorithm, written plainly.
"""
import json
import random
import struct
import sys
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

OUT = Path(sys.argv[1])
OUT.mkdir(parents=True, exist_ok=True)
golden = {"gpt2": [], "llama3": [], "qwen2": [], "llama": [], "llama-gguf": [], "bert": [], "bert-cased": []}

CORPUS = """The river rises in the hills and runs down to the sea. On its way it turns the wheels of seven mills, waters
the fields, and carries the boats of the people who live there. They're fond of it; they'd never leave it, and they
won't let anyone build a dam. "It's our river," they say, "and we'll keep it." In 1987 the water was 3.5 metres deep;
in 2024 it was only 1.25 metres. Nobody knows why. The millers' children count the fishes: one, two, three, four,
five, twenty-five.
for (int i = 0; i < n; i++) {
    sum += values[i] * weights[i];
    if (sum > limit) { return sum; }
}
Der Fluß entspringt in den Hügeln und fließt hinunter zum Meer. Über die Brücke gehen täglich viele Leute.
La rivière naît dans les collines et descend vers la mer ; l'été, les élèves y nagent à côté des bateaux.
Rzeka płynie przez łąki. El río nace en las montañas. Dòng sông chảy ra biển.
Река начинается в холмах и течёт к морю. Дети считают рыб: одна, две, три.
河从山里流到海里。孩子们在河边数鱼。 川は山から海へ流れる。子供たちは魚を数える。 강은 산에서 바다로 흐른다.
النهر ينبع من التلال ويجري إلى البحر. नदी पहाड़ों से निकलती है और समुद्र तक जाती है।
😀 😀 👍🏽 👩‍👩‍👧‍👦 ❤️
"""
LINES = CORPUS.splitlines(keepends=True)

SAMPLES = [
    "", " ", "  ", "\n", "a", " a", "a ", "The river", "the rivers' millers",
    "It's 7 o'clock; we'll see. THEY'RE LATE, I'D SAY",
    "İstanbul, Zürich, naïve café, Ærøskøbing, Łódź, Việt Nam, straße, ẞ, ΑΣ ΣΑΣ ς, ﬁ ǅ Ĳ",
    "e\u0301te\u0301 \u00e9t\u00e9 A\u030a\u0327",
    "河流入海，孩子们数鱼。深度学习！", "日本語のテキスト、ｶﾀｶﾅ。", "한국어 문장입니다. \u1112\u1161\u11ab", "𠀀𪜀𫝀鿿豈丽",
    "Река начинается в холмах; Ёлка и ёж, Їжак", "النهر ينبع من التلال، ١٢٣٤؟", "नदी पहाड़ों से निकलती है, १२३।",
    "👩‍👩‍👧‍👦 family 👍🏽 🇩🇪 ❤️ 😀😀\ufe0f", "3.14159 1,000,000 0x1F ½ ² Ⅷ 12345678901234567890 ۱۲۳",
    "for (int i = 0; i < n; i++) {\n\t\tx[i] += y[i] * 2;  // comment\n}\r\n\r\n",
    "  two  three   spaces\u00a0nbsp\u3000wide\u2009thin\u200bnone\u00adsoft",
    "\t\ttabs\t \n \n\n  end  ",
    "a\r\rb\r\nc\n\rd\x0be\x0cf\x85g\u2028h\u2029i",
    "\x00\x01\x7f\u0080\ufeff\ufffd\ue000\U000f0000\U0010ffff\ufdd0\uffff", "!!!???...---===~~~```^^^$$$+++|||<<<>>>",
    "don't DON'T we'Ve 'llama 's 'S'T \u2019s 'ſ",
    "x" * 99 + " " + "y" * 100 + " " + "z" * 101,
    "a" * 300, "ab" * 64 + "é" * 64, " " * 50 + "x",
    "<s>the</s><|endoftext|>[CLS] [MASK] <0x0A> ▁ ▁▁the ##ing <unk>", "the<tool>river<tool>>  <tool call> end<tool>",
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "«¿Qué?» „Ja“ ‚nein‘ ‹oui› —–‐ … ‰ § ¶ © ™ € £ ¥ ° × ÷ ∑ √ → ♥ ☃",
]
rng = random.Random(1)
letters = sorted(set(CORPUS)) + ["\u00a0", "\r", "ß", "œ", "ø", "Ω", "界", "🎉", "\u0301", "q", "Z", "#", "@"]
SAMPLES += ["".join(rng.choice(letters) for _ in range(rng.randint(1, 40))) for _ in range(60)]


def record(name, tokenizer):
    plain = without_special(tokenizer)
    for text in SAMPLES:
        ids = plain.encode(text, add_special_tokens=False).ids
        golden[name].append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids)})


def save(name, tokenizer):
    (OUT / name).mkdir(exist_ok=True)
    tokenizer.save(str(OUT / name / "tokenizer.json"), pretty=False)


def without_special(tokenizer):
    """The same, for which special tokens in a text are text: that is what encode is for here."""
    description = json.loads(tokenizer.to_str())
    description["added_tokens"] = [t for t in description["added_tokens"] if not t["special"]]
    return Tokenizer.from_str(json.dumps(description))


# ---- byte-level ------------------------------------------------------------------------------------------------------

def byte_level(vocabulary, pre_tokenizer, special):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(LINES, trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=special, show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    return tokenizer


def gpt2():
    """vocab.json and merges.txt; ids are shuffled, so that they say nothing of the order of merges."""
    trained = json.loads(byte_level(420, pre_tokenizers.ByteLevel(add_prefix_space=False), ["<|endoftext|>"]).to_str())
    tokens = sorted(trained["model"]["vocab"])
    random.Random(2).shuffle(tokens)
    trained["model"]["vocab"] = {token: i for i, token in enumerate(tokens)}
    for token in trained["added_tokens"]:
        token["id"] = trained["model"]["vocab"][token["content"]]
    tokenizer = Tokenizer.from_str(json.dumps(trained))
    save("gpt2", tokenizer)
    (OUT / "gpt2" / "vocab.json").write_text(json.dumps(trained["model"]["vocab"]))
    merges = [" ".join(m) if isinstance(m, list) else m for m in trained["model"]["merges"]]
    (OUT / "gpt2" / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    record("gpt2", tokenizer)
    types = [3 if t == "<|endoftext|>" else 1 for t in tokens]
    end = tokens.index("<|endoftext|>")
    gguf("gpt2.gguf", {"model": "gpt2", "pre": "gpt-2", "tokens": tokens, "token_type": types, "merges": merges,
                       "bos_token_id": end, "eos_token_id": end})


TAIL = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
HEAD = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"


def llama3():
    """With a token that is looked for first, and words that are tokens although no merges lead to them."""
    tokenizer = byte_level(400, pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(HEAD + r"\p{N}{1,3}" + TAIL), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]), ["<|begin_of_text|>", "<|end_of_text|>"])
    description = json.loads(tokenizer.to_str())
    description["model"]["ignore_merges"] = True
    description["model"]["vocab"].update({"Ġsupercalifragilisticexpialidocious": 400, "Ã©tÃ©": 401})
    tokenizer = Tokenizer.from_str(json.dumps(description))
    tokenizer.add_tokens([AddedToken("<tool>", normalized=False), AddedToken("<tool>>", normalized=False)])
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing("<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", 0)])])
    save("llama3", tokenizer)
    (OUT / "llama3" / "tokenizer_config.json").write_text(
        '{"bos_token": "<|begin_of_text|>", "eos_token": {"content": "<|end_of_text|>", "special": true}}')
    (OUT / "llama3" / "config.json").write_text('{"eos_token_id": [1, 7]}')
    record("llama3", tokenizer)


def qwen2():
    tokenizer = byte_level(350, pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(HEAD + r"\p{N}" + TAIL), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]), ["<|endoftext|>"])
    tokenizer.normalizer = normalizers.NFC()
    save("qwen2", tokenizer)
    record("qwen2", tokenizer)


# ---- SentencePiece ---------------------------------------------------------------------------------------------------

def llama():
    """Spaces run on within tokens, and bytes stand for characters that are none."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.pre_tokenizer = None
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                           decoders.Strip(" ", 1, 0)])
    byte_tokens = [f"<0x{b:02X}>" for b in range(256)]
    common = [line for line in LINES if all(ord(c) < 0x400 for c in line)]
    trainer = trainers.BpeTrainer(vocab_size=256 + 3 + 420, special_tokens=["<unk>", "<s>", "</s>"] + byte_tokens,
                                  limit_alphabet=70, show_progress=False, max_token_length=12)
    tokenizer.train_from_iterator(
        [line.replace("    ", "        ").rstrip("\n") for line in common for _ in range(2)], trainer)
    description = json.loads(tokenizer.to_str())
    description["added_tokens"] = description["added_tokens"][:3]
    tokenizer = Tokenizer.from_str(json.dumps(description))
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A", special_tokens=[("<s>", 1)])
    save("llama", tokenizer)
    record("llama", tokenizer)

    # The same tokens with scores. One letter is no token alone, only in others, and there is a token to look for first.
    vocab = description["model"]["vocab"]
    tokens = [t for t, _ in sorted(vocab.items(), key=lambda e: e[1]) if t != "v"] + ["<tool>", "🎉🎉"]
    made = ["".join(m) if isinstance(m, list) else m.replace(" ", "") for m in description["model"]["merges"]]
    scores = [-1e9 if t not in made else -float(made.index(t) // 2) for t in tokens]
    types = [2, 3, 3] + [6] * 256 + [1] * (len(tokens) - 261) + [4, 1]
    gguf("llama.gguf", {"model": "llama", "tokens": tokens, "scores": scores, "token_type": types, "bos_token_id": 1,
                        "eos_token_id": 2, "eot_token_id": 0xFFFFFFFF, "unknown_token_id": 0})
    normal = {t: (s, i) for i, (t, s, k) in enumerate(zip(tokens, scores, types)) if k == 1}
    for text in SAMPLES:
        ids = []
        for i, part in enumerate((" " + text if text else "").replace(" ", "▁").split("<tool>")):
            ids += ([tokens.index("<tool>")] if i else []) + sentencepiece(part, normal)
        bytes_of = [bytes([i - 3]) if types[i] == 6 else tokens[i].replace("▁", " ").encode() for i in ids]
        golden["llama-gguf"].append({"text": text, "ids": ids, "decoded": b"".join(bytes_of).decode()[1:]})


def sentencepiece(text, pieces):
    """Joins the neighbours that make the best piece, the first of several, while there are any."""
    symbols = list(text)
    while True:
        pairs = [(-pieces[a + b][0], i) for i, (a, b) in enumerate(zip(symbols, symbols[1:])) if a + b in pieces]
        if not pairs:
            break
        i = min(pairs)[1]
        symbols[i:i + 2] = [symbols[i] + symbols[i + 1]]
    return [i for s in symbols for i in ([pieces[s][1]] if s in pieces else [3 + b for b in s.encode()])]


# ---- GGUF ------------------------------------------------------------------------------------------------------------

def gguf(name, tokenizer):
    """A file of metadata alone."""
    def text(s):
        return struct.pack("<Q", len(s.encode())) + s.encode()

    def value(v):
        if isinstance(v, list):
            kind = {str: 8, float: 6, int: 5}[type(v[0])]
            pack = {8: text, 6: lambda x: struct.pack("<f", x), 5: lambda x: struct.pack("<i", x)}[kind]
            return struct.pack("<IIQ", 9, kind, len(v)) + b"".join(map(pack, v))
        return struct.pack("<I", 8) + text(v) if isinstance(v, str) else struct.pack("<II", 4, v)

    body = b"".join(text("tokenizer.ggml." + key) + value(v) for key, v in tokenizer.items())
    content = b"GGUF" + struct.pack("<IQQ", 3, 0, len(tokenizer)) + body
    (OUT / name).write_bytes(content + bytes(-len(content) % 32))


# ---- WordPiece -------------------------------------------------------------------------------------------------------

def bert(name, lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(cleanup=False)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    alphabet = [chr(c) for c in range(33, 127)] + list("éùḉßæøłđıiσς̈河流海あァ①।¿«»—…€№★")
    tokenizer.train_from_iterator(LINES, trainers.WordPieceTrainer(
        vocab_size=450, special_tokens=special, show_progress=False, initial_alphabet=alphabet))
    tokens = [t for t, _ in sorted(tokenizer.get_vocab().items(), key=lambda e: e[1])]
    tokens += ["##" + t for t in alphabet if "##" + t not in tokens]
    tokenizer.model = models.WordPiece({t: i for i, t in enumerate(tokens)}, unk_token="[UNK]")
    save(name, tokenizer)
    (OUT / name / "vocab.txt").write_text("\n".join(tokens) + "\n")
    if not lowercase:
        (OUT / name / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    record(name, tokenizer)


gpt2()
llama3()
qwen2()
llama()
bert("bert", True)
bert("bert-cased", False)
(OUT / "expected.json").write_text(json.dumps(golden, separators=(",", ":")).replace("},{", "},\n{") + "\n")
