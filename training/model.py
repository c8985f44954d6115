"""A small BERT reader written for fast training on a CPU, with transformers' tensor names."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Mapping


ROUND = 64


class _FastLinear(torch.autograd.Function):
    """A linear map whose weight gradient transposes the narrower operand first.

    oneDNN's bf16 product with a transposed left operand runs at a third of the speed of the
    plain one, so one cheap copy beforehand pays.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """Return x weightᵀ + bias for a matrix x."""
        ctx.save_for_backward(x, weight)
        return functional.linear(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return the gradients for x, weight and bias."""
        x, weight = ctx.saved_tensors
        grad = grads[0]
        grad_x = grad @ weight
        if grad.shape[1] <= x.shape[1]:
            grad_w = grad.t().contiguous() @ x
        else:
            grad_w = (x.t().contiguous() @ grad).t()
        grad_b = grad.sum(0) if ctx.needs_input_grad[2] else None
        return grad_x, grad_w, grad_b


class _Attend(torch.autograd.Function):
    """Multi-head attention over packed sequences, one sequence at a time.

    The score matrices of one sequence stay in the processor's cache, no position is padding,
    and no mask is needed.
    """

    @staticmethod
    def forward(ctx: Any, qkv: Tensor, bounds: list[int], heads: int) -> Tensor:
        """Attend within each sequence; qkv is positions by (3 * width), bounds their limits."""
        width = qkv.shape[1] // 3
        size = width // heads
        out = qkv.new_empty(qkv.shape[0], width)
        out[bounds[-1] :] = 0
        saved = []
        for begin, end in itertools.pairwise(bounds):
            parts = qkv[begin:end].view(-1, 3, heads, size).permute(1, 2, 0, 3).contiguous()
            parts[0].mul_(size**-0.5)
            probs = torch.bmm(parts[0], parts[1].transpose(1, 2)).softmax(-1)
            out[begin:end].view(-1, heads, size).copy_(torch.bmm(probs, parts[2]).transpose(0, 1))
            saved += [parts, probs]
        ctx.save_for_backward(*saved)
        ctx.bounds, ctx.heads = bounds, heads
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        """Return the gradient for qkv."""
        heads, upper = ctx.heads, grads[0]
        grad_qkv = upper.new_empty(upper.shape[0], 3 * upper.shape[1])
        grad_qkv[ctx.bounds[-1] :] = 0
        size = upper.shape[1] // heads
        saved = iter(ctx.saved_tensors)
        for (begin, end), parts, probs in zip(
            itertools.pairwise(ctx.bounds), saved, saved, strict=True
        ):
            above = upper[begin:end].view(-1, heads, size).transpose(0, 1).contiguous()
            slope = torch.bmm(above, parts[2].transpose(1, 2))
            slope = torch.ops.aten._softmax_backward_data(slope, probs, -1, probs.dtype)  # noqa: SLF001
            target = torch.empty_like(parts)
            torch.bmm(slope, parts[1], out=target[0]).mul_(size**-0.5)
            torch.bmm(slope.transpose(1, 2), parts[0], out=target[1])
            torch.bmm(probs.transpose(1, 2), above, out=target[2])
            place = grad_qkv[begin:end].view(-1, 3, heads, size)
            place.copy_(target.permute(2, 0, 1, 3))
        return grad_qkv, None, None


class Linear(nn.Linear):
    """nn.Linear for matrices, with the faster backward pass."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the affine map of x (rows are positions)."""
        return _FastLinear.apply(x, self.weight, self.bias)  # type: ignore[no-any-return]


class Embeddings(nn.Module):
    """Word, position and token type embeddings, summed and normalised."""

    def __init__(self, cfg: Mapping[str, Any]) -> None:
        """Build the three tables from a BertConfig mapping."""
        super().__init__()
        width = cfg["hidden_size"]
        self.word_embeddings = nn.Embedding(cfg["vocab_size"], width)
        self.position_embeddings = nn.Embedding(cfg["max_position_embeddings"], width)
        self.token_type_embeddings = nn.Embedding(cfg["type_vocab_size"], width)
        self.LayerNorm = nn.LayerNorm(width, eps=cfg["layer_norm_eps"])

    def forward(self, ids: Tensor, types: Tensor, positions: Tensor) -> Tensor:
        """Return normalised embeddings, positions by width."""
        words = self.word_embeddings(ids)
        kinds = functional.embedding(types, self.token_type_embeddings.weight)
        normed: Tensor = self.LayerNorm(words + self.position_embeddings(positions) + kinds)
        return normed


class _Self(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = Linear(width, width)
        self.key = Linear(width, width)
        self.value = Linear(width, width)


class _Output(nn.Module):
    def __init__(self, inner: int, width: int, eps: float) -> None:
        super().__init__()
        self.dense = Linear(inner, width)
        self.LayerNorm = nn.LayerNorm(width, eps=eps)


class _Attention(nn.Module):
    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.self = _Self(width)
        self.output = _Output(width, width, eps)


class _Intermediate(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.dense = Linear(width, inner)


class Layer(nn.Module):
    """One transformer layer (post-norm, GELU)."""

    def __init__(self, cfg: Mapping[str, Any]) -> None:
        """Build the layer from a BertConfig mapping."""
        super().__init__()
        width, inner, eps = cfg["hidden_size"], cfg["intermediate_size"], cfg["layer_norm_eps"]
        self.heads: int = cfg["num_attention_heads"]
        self.attention = _Attention(width, eps)
        self.intermediate = _Intermediate(width, inner)
        self.output = _Output(inner, width, eps)

    def forward(self, x: Tensor, bounds: list[int]) -> Tensor:
        """Map packed positions (rows of x); bounds are the limits of the sequences."""
        part = self.attention.self
        maps = (part.query, part.key, part.value)
        weight, bias = torch.cat([m.weight for m in maps]), torch.cat([m.bias for m in maps])
        mixed = _Attend.apply(_FastLinear.apply(x, weight, bias), bounds, self.heads)
        out = self.attention.output
        x = out.LayerNorm(out.dense(mixed) + x)
        inner = functional.gelu(self.intermediate.dense(x))
        y: Tensor = self.output.LayerNorm(self.output.dense(inner) + x)
        return y


class _Encoder(nn.Module):
    def __init__(self, cfg: Mapping[str, Any]) -> None:
        super().__init__()
        self.layer = nn.ModuleList(Layer(cfg) for _ in range(cfg["num_hidden_layers"]))


class _Bert(nn.Module):
    def __init__(self, cfg: Mapping[str, Any]) -> None:
        super().__init__()
        self.embeddings = Embeddings(cfg)
        self.encoder = _Encoder(cfg)


class Reader(nn.Module):
    """Encoder with a span head (position 0 is the null answer) and an answerability head."""

    def __init__(self, cfg: Mapping[str, Any]) -> None:
        """Build an untrained reader from a BertConfig mapping."""
        super().__init__()
        width = cfg["hidden_size"]
        self.bert = _Bert(cfg)
        self.qa_outputs = nn.Linear(width, 2)
        self.answerable_dense = nn.Linear(width, width)
        self.answerable = nn.Linear(width, 1)
        for head in (self.qa_outputs, self.answerable_dense, self.answerable):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    def forward(self, ids: Tensor, types: Tensor, lengths: list[int]) -> tuple[Tensor, Tensor]:
        """Read packed sequences.

        Rows are filled up to a multiple of ROUND, since oneDNN compiles a kernel for every new
        shape. Returns start and end logits (positions by 2) and answerability logits (sequences).
        """
        bounds = [0, *itertools.accumulate(lengths)]
        filler = -bounds[-1] % ROUND
        positions = torch.cat([torch.arange(n) for n in [*lengths, filler]])
        ids, types = functional.pad(ids, (0, filler)), functional.pad(types, (0, filler))
        x = self.bert.embeddings(ids, types, positions)
        for layer in self.bert.encoder.layer:
            x = layer(x, bounds)
        first = x[torch.tensor(bounds[:-1])]
        verdict = self.answerable(torch.tanh(self.answerable_dense(first)))
        return self.qa_outputs(x).float()[: bounds[-1]], verdict.squeeze(-1).float()


def load_base(reader: Reader, tensors: Mapping[str, Tensor]) -> list[str]:
    """Copy a BertModel's tensors (with or without the prefix) and return what stayed new."""
    wanted = reader.state_dict()
    named = {n if n in wanted else f"bert.{n}": t for n, t in tensors.items()}
    found = {n: t.float() for n, t in named.items() if n in wanted}
    reader.load_state_dict(found, strict=False)
    return sorted(set(wanted) - set(found))
