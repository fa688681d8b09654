"""What a sentence model hears, beside the static vectors: better themes for more time.

The model reads a sample of the texts. What it would say of the others is foretold from their static vectors, by a map
learnt on the sample (ridge regression): reading is slow, and some hundreds of texts gain most of what all would. All
sums are of whole numbers or in a fixed order, so that neither threads nor the order of arrival change a vector.

Between two runs, new answers are placed by static vectors alone among the themes of a hybrid run (`arrive`): that takes
no model and no time, and the next run reads them.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.embed import GRID, Vectors
from surveyapp.analysis.minilm import Encoder, shared_encoder

Matrix = NDArray[np.float64]

MOST_READ = 500
"""Up to so many texts the model reads all, and never more: of four thousand, 800 or 1000 gave no better themes (AMI
with people's topics .703 with 500 and with 800), and 2000 hardly, for so much more time."""
STATIC_WEIGHT = 1.4
"""Length of the static part beside that of the model (1): with 0.7 small sets lost, with 2 large ones."""
RIDGE = 1.0
"""Penalty of the map, on vectors of length 1."""
BLOCK = 4096
"""Texts that are placed at a time."""
FINE = 2.0**20
"""Steps of the grid for the map's numbers: products with vectors stay far below 2**53."""


def hybrid_vectors(
    texts: Sequence[str], static: Vectors, knows: NDArray[np.bool_], encoder: Encoder | None = None
) -> Vectors:
    """Vectors of both parts.

    Args:
        texts: Different texts in an order that does not depend on their arrival, and is otherwise random.
        static: Their static vectors, shape (n_texts, n_dims).
        knows: Which texts are in the language that the model knows, shape (n_texts,). The others go by their words.
        encoder: The sentence model; the installed one if not given.

    Returns:
        Vectors of shape (n_texts, n_dims of the model + n_dims).

    Raises:
        VectorsMissing: No model was given, and none is installed.
    """
    encoder = encoder or shared_encoder()
    known = np.flatnonzero(knows)
    sample = known[:MOST_READ]
    heard = np.zeros((len(sample), encoder.words.shape[1]))
    if len(sample):
        said = encoder.encode([texts[row] for row in sample]).astype(np.float64)
        heard = np.rint(_unit(said - said.mean(axis=0)) * GRID)
    foretell = ridge_map(static[sample].astype(np.float64), heard)
    place = np.full(len(texts), -1)
    place[sample] = np.arange(len(sample))
    both = np.empty((len(texts), heard.shape[1] + static.shape[1]), dtype=np.int16)
    for start in range(0, len(texts), BLOCK):
        rows = slice(start, start + BLOCK)
        beside, at = static[rows].astype(np.float64), place[rows]
        first = np.rint(_unit(beside @ foretell) * GRID)
        first[at >= 0] = heard[at[at >= 0]]
        first[~knows[rows]] = 0
        both[rows] = np.rint(_unit(np.hstack([first, STATIC_WEIGHT * beside])) * GRID)
    return Vectors(both)


def ridge_map(inputs: Matrix, outputs: Matrix) -> Matrix:
    """The linear map from inputs to outputs with the least squared error and penalty.

    Args:
        inputs: Whole numbers, rows of length GRID, shape (n, n_inputs).
        outputs: Likewise, shape (n, n_outputs).

    Returns:
        Whole numbers, the map being these / FINE; shape (n_inputs, n_outputs).
    """
    penalty = RIDGE * GRID**2 * np.eye(inputs.shape[1])
    return np.rint(_solved(inputs.T @ inputs + penalty, inputs.T @ outputs) * FINE)


def _solved(matrix: Matrix, right: Matrix) -> Matrix:
    """The x of matrix @ x = right, by Cholesky; in an order of sums that no library chooses.

    Args:
        matrix: Symmetric and positive definite, shape (n, n).
        right: Shape (n, n_columns).
    """
    n = len(matrix)
    lower = np.zeros_like(matrix)
    for i in range(n):
        column = matrix[i:, i] - (lower[i:, :i] * lower[i, :i]).sum(axis=1)
        lower[i:, i] = column / np.sqrt(column[0])
    x = right.copy()
    for i in range(n):
        x[i] = (x[i] - (lower[i, :i, None] * x[:i]).sum(axis=0)) / lower[i, i]
    for i in reversed(range(n)):
        x[i] = (x[i] - (lower[i + 1 :, i, None] * x[i + 1 :]).sum(axis=0)) / lower[i, i]
    return x


def _unit(rows: Matrix) -> Matrix:
    """The rows at length 1; rows of zeros stay."""
    length: Matrix = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return rows / np.maximum(length, 1e-9)
