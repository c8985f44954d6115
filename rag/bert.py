"""A BERT encoder as an OpenVINO graph, built straight from a safetensors file.

Building the graph takes a fraction of a second and needs neither torch nor tracing; the bundled
embedding model and the bundled reader share it. The architecture is that of Devlin et al. 2019,
https://arxiv.org/abs/1810.04805, with the tensor names of Hugging Face transformers' BertModel.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    Node = Any  # openvino's graph nodes carry no usable types


@dataclass(frozen=True, slots=True)
class Encoder:
    """The graph's inputs, each (batch, tokens) of int64, and its output.

    ``hidden`` is (batch, tokens, width), float32.
    """

    input_ids: Node
    attention_mask: Node
    token_type_ids: Node
    hidden: Node

    def inputs(self) -> list[Node]:
        """Return the inputs in the order in which a request takes them."""
        return [self.input_ids, self.attention_mask, self.token_type_ids]


class Weights:
    """The tensors of a safetensors file, as float32 arrays, read when asked for."""

    def __init__(self, path: Path) -> None:
        """Read the header of *path*.

        Raises:
            ModelError: the file is not in safetensors format.
        """
        self._path = path
        try:
            with path.open("rb") as file:
                header_bytes = int.from_bytes(file.read(8), "little")
                self._tensors = json.loads(file.read(header_bytes))
        except (OSError, ValueError, MemoryError, OverflowError) as error:
            message = f"Expected a safetensors file at {path}, but: {error}. Install it again."
            raise ModelError(message) from error
        self._bytes = np.memmap(path, mode="r", offset=8 + header_bytes)

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def __getitem__(self, name: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return tensor *name*.

        Raises:
            ModelError: there is no such tensor, or its type is not F32, F16 or BF16.
        """
        if name not in self._tensors:
            message = f"Expected tensor {name} in {self._path}. Is this a BERT model?"
            raise ModelError(message)
        entry = self._tensors[name]
        start, end = entry["data_offsets"]
        raw = self._bytes[start:end]
        match entry["dtype"]:
            case "F32":
                values = raw.view(np.float32)
            case "F16":
                values = raw.view(np.float16).astype(np.float32)
            case "BF16":  # the upper half of a float32
                values = (raw.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
            case other:
                message = f"Expected F32, F16 or BF16 for {name} in {self._path}, but got {other}."
                raise ModelError(message)
        return values.reshape(entry["shape"])


def build_encoder(weights: Weights, config: dict[str, Any], prefix: str = "") -> Encoder:
    """Build the encoder.

    Args:
        weights: The tensors.
        config: The fields of the model's ``config.json``.
        prefix: What stands before ``embeddings.`` in the tensors' names, such as ``"bert."``.

    Raises:
        ModelError: the model is not a BERT, or a tensor is missing.
    """
    if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
        message = (
            "Expected model_type 'bert' with hidden_act 'gelu', but got "
            f"{config.get('model_type')!r} with {config.get('hidden_act')!r}. "
            "Set embedding.backend to sentence-transformers for this model."
        )
        raise ModelError(message)
    graph = _Graph(weights, config, prefix)
    ids, mask, types = (
        graph.parameter(name) for name in ("input_ids", "attention_mask", "token_type_ids")
    )
    hidden = graph.embeddings(ids, types)
    bias = graph.attention_bias(mask)
    for layer in range(config["num_hidden_layers"]):
        hidden = graph.layer(hidden, bias, f"encoder.layer.{layer}.")
    return Encoder(ids, mask, types, hidden)


def import_operations() -> Any:
    """Import OpenVINO's operations, and OpenVINO without its model converter.

    The converter is optional, takes half of the import's time and loads a telemetry library, which
    has no place in a tool that makes no request.
    """
    converter = "openvino.tools.ovc"
    hidden = converter not in sys.modules
    if hidden:
        sys.modules[converter] = None  # type: ignore[assignment]  # so that importing it fails
    try:
        return import_module("openvino.opset13")
    finally:
        if hidden:
            del sys.modules[converter]


class _Graph:
    """Makes the nodes of one encoder."""

    def __init__(self, weights: Weights, config: dict[str, Any], prefix: str) -> None:
        self.ops = import_operations()
        self.weights = weights
        self.prefix = prefix
        self.heads = config["num_attention_heads"]
        self.width = config["hidden_size"]
        self.epsilon = config.get("layer_norm_eps", 1e-12)

    def constant(self, name: str) -> Node:
        return self.ops.constant(self.weights[self.prefix + name])

    def parameter(self, name: str) -> Node:
        node = self.ops.parameter([-1, -1], np.int64, name)
        node.output(0).set_names({name})
        return node

    def linear(self, x: Node, name: str) -> Node:
        product = self.ops.matmul(x, self.constant(name + ".weight"), False, True)  # noqa: FBT003
        return self.ops.add(product, self.constant(name + ".bias"))

    def layer_norm(self, x: Node, name: str) -> Node:
        axes = self.ops.constant(np.array([-1]))
        normal = self.ops.mvn(x, axes, True, self.epsilon, "inside_sqrt")  # noqa: FBT003
        scaled = self.ops.multiply(normal, self.constant(name + ".weight"))
        return self.ops.add(scaled, self.constant(name + ".bias"))

    def embeddings(self, ids: Node, types: Node) -> Node:
        ops = self.ops
        first_axis = ops.constant(np.int64(0))
        words = ops.gather(self.constant("embeddings.word_embeddings.weight"), ids, first_axis)
        kinds = ops.gather(
            self.constant("embeddings.token_type_embeddings.weight"), types, first_axis
        )
        length = ops.gather(ops.shape_of(ids), ops.constant(np.int64(1)), first_axis)
        positions = ops.range(ops.constant(np.int64(0)), length, ops.constant(np.int64(1)), "i64")
        places = ops.gather(
            self.constant("embeddings.position_embeddings.weight"), positions, first_axis
        )
        return self.layer_norm(ops.add(ops.add(words, kinds), places), "embeddings.LayerNorm")

    def attention_bias(self, mask: Node) -> Node:
        """Return 0 where a token may be attended to and a large negative number elsewhere."""
        ops = self.ops
        spread = ops.unsqueeze(mask, ops.constant(np.array([1, 2])))
        absent = ops.subtract(ops.constant(np.float32(1)), ops.convert(spread, "f32"))
        return ops.multiply(absent, ops.constant(np.float32(-30_000)))

    def attention(self, x: Node, bias: Node, name: str) -> Node:
        ops = self.ops
        split = ops.constant(np.array([0, 0, self.heads, self.width // self.heads]))
        swap = ops.constant(np.array([0, 2, 1, 3]))
        query, key, value = (
            ops.transpose(ops.reshape(self.linear(x, f"{name}.{part}"), split, True), swap)  # noqa: FBT003
            for part in ("query", "key", "value")
        )
        mixed = ops.scaled_dot_product_attention(query, key, value, bias)
        joined = ops.constant(np.array([0, 0, self.width]))
        return ops.reshape(ops.transpose(mixed, swap), joined, True)  # noqa: FBT003

    def layer(self, x: Node, bias: Node, name: str) -> Node:
        ops = self.ops
        mixed = self.attention(x, bias, name + "attention.self")
        attended = self.layer_norm(
            ops.add(x, self.linear(mixed, name + "attention.output.dense")),
            name + "attention.output.LayerNorm",
        )
        wide = ops.gelu(self.linear(attended, name + "intermediate.dense"), "erf")
        return self.layer_norm(
            ops.add(attended, self.linear(wide, name + "output.dense")), name + "output.LayerNorm"
        )
