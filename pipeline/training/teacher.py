"""In: annotated documents and a large encoder; out: how well it reads beside the small one, after equal passes.

A larger encoder is worth having as a teacher only where it reads better. Both begin as published and make the same
passes over the documents that the first weights learned from; figures are those on the documents kept apart. The large
one is MPNet's (Song et al. 2020), whose word pieces are BERT's under other numbers and which knows no piece types:
marks are added to its word embeddings. A fit that was stopped goes on where it was.

>>> python -m pipeline.training.teacher --inputs outputs/training/inputs.pkl.xz --large FOLDER --work outputs/teacher
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel

from pipeline.training.corpora import MARKS
from pipeline.training.fit import Schedule, fit, held_out_figures
from pipeline.training.network import ClaimNetwork, marked_encoder
from pipeline.training.prepare import Inputs
from pipeline.training.pretrained import encoder_folder, load_tokenizer

SMALL, LARGE = Schedule({}, rate=2e-4), Schedule({}, rate=5e-5, head_rate=5e-4)
_SPECIAL = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>", "[MASK]": "<mask>"}


class TeacherNetwork(ClaimNetwork):
    """The network with MPNet as its encoder."""

    def __init__(self, encoder_path: str) -> None:
        super().__init__(AutoModel.from_pretrained(encoder_path, add_pooling_layer=False).float())
        words = Path(encoder_path, "vocab.txt").read_text(encoding="utf-8").splitlines()
        number = {word: i for i, word in enumerate(words)}
        named = sorted(load_tokenizer().get_vocab().items(), key=lambda item: item[1])
        self.register_buffer("moved", torch.tensor([number[_SPECIAL.get(word, word)] for word, _ in named]))
        self.marks = nn.Embedding(2 + len(MARKS), self.encoder.config.hidden_size)
        nn.init.zeros_(self.marks.weight)
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)

    def encode(self, ids: Tensor, mask: Tensor, types: Tensor, pooling: Tensor) -> tuple[Tensor, Tensor]:
        """Return word states (batch, words, width) and token states; pooling (batch, words, tokens) averages pieces."""
        given = self.encoder.embeddings.word_embeddings(self.moved[ids]) + self.marks(types)
        with torch.autocast("cpu", torch.bfloat16, enabled=given.device.type == "cpu"):
            tokens = self.encoder(inputs_embeds=given, attention_mask=mask).last_hidden_state
        return torch.bmm(pooling, tokens.float()), tokens.float()


def main() -> None:
    """Fit both encoders and print their figures."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.training.teacher", description=__doc__)
    parser.add_argument("--inputs", type=Path, required=True, help="what the step `prepare` wrote, with the set")
    parser.add_argument("--large", type=Path, required=True, help="folder of the large encoder")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--set", default="fresh0", help="set of documents to learn from")
    parser.add_argument("--passes", type=float, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    inputs = Inputs.load(options.inputs)
    for name, plan in (("small", SMALL), ("large", LARGE)):
        torch.manual_seed(plan.seed)
        network = (
            TeacherNetwork(str(options.large))
            if name == "large"
            else ClaimNetwork(marked_encoder(str(encoder_folder())))
        )
        given = {"window": (48, 160), "idle_share": 0.3, "log_every": 25, "check_every": 100}
        schedule = Schedule(**{**vars(plan), **given, "passes": {"claims": options.passes}})
        fit(network, {"claims": inputs.claims[options.set]}, schedule, options.work / f"{name}.pt")
        print(name, held_out_figures([network], inputs.held_out["apart"]), flush=True)


if __name__ == "__main__":
    main()
