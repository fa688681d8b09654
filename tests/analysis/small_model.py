"""A sentence model of the same make as the installed one, with few weights that are drawn at random."""

import string

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from surveyapp.analysis.minilm import Encoder, FloatArray, build_encoder

N_DIMS, N_WIDE, N_LAYERS, N_HEADS = 96, 768, 2, 3
LETTERS = string.ascii_lowercase


def letters_tokenizer() -> Tokenizer:
    """A token for each letter, between a first and a last one."""
    words = ["[CLS]", "[SEP]", "[UNK]", *LETTERS]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Replace(" ", "")
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 0), ("[SEP]", 1)]
    )
    return tokenizer


def drawn_weights() -> dict[str, FloatArray]:
    """Weights of a small model, drawn at random, large enough for every part to matter."""
    rng = np.random.default_rng(5)

    def draw(*shape: int, around: float = 0.0, spread: float = 0.08) -> FloatArray:
        return (around + spread * rng.standard_normal(shape)).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": draw(3 + len(LETTERS), N_DIMS, spread=1),
        "embeddings.position_embeddings.weight": draw(256, N_DIMS, spread=0.5),
        "embeddings.token_type_embeddings.weight": draw(2, N_DIMS, spread=0.5),
        "embeddings.LayerNorm.weight": draw(N_DIMS, around=1, spread=0.3),
        "embeddings.LayerNorm.bias": draw(N_DIMS, spread=0.3),
    }
    for layer in range(N_LAYERS):
        here = f"encoder.layer.{layer}."
        for name, n_in, n_out in [
            *((f"attention.self.{part}", N_DIMS, N_DIMS) for part in ("query", "key", "value")),
            ("attention.output.dense", N_DIMS, N_DIMS),
            ("intermediate.dense", N_DIMS, N_WIDE),
            ("output.dense", N_WIDE, N_DIMS),
        ]:
            weights[f"{here}{name}.weight"] = draw(n_out, n_in)
            weights[f"{here}{name}.bias"] = draw(n_out, spread=0.3)
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            weights[f"{here}{name}.weight"] = draw(N_DIMS, around=1, spread=0.3)
            weights[f"{here}{name}.bias"] = draw(N_DIMS, spread=0.3)
    return weights


def small_encoder() -> Encoder:
    return build_encoder(drawn_weights(), letters_tokenizer())
