"""In: the reference folder (`PROVENDER_REFERENCE` or --reference); out: `pipeline/models/claims`, fitted.

Steps, each from what the one before left in --work: `prepare` (tokenise and mark; needs the reference folder), `begin`
(the weights in --models, to learn on from), then for each set of annotated documents `claims` (with several seeds),
`average` (the seeds' weights), `recognition` (its head anew) and `export`. The set `apart` leaves documents out, on
which `python -m pipeline.training.calibration` weighs encoder and rules; the set `final` is all documents, learnt after
`apart`. In place of `begin`, `adapt` (the published encoder to the plain text of articles) and `general`
(corpora without claims) start from nothing. A step that was stopped goes on where it was. All but `prepare` need only
torch and transformers, so that they may run where a GPU is: `adapt` takes minutes there and days on two cores.

>>> python -m pipeline.training --reference ../shared --work outputs/training
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pipeline.training.adapt import Adaptation, adapt
from pipeline.training.batches import cut_windows
from pipeline.training.corpora import Passage
from pipeline.training.fit import Schedule, fit, held_out_figures
from pipeline.training.network import ClaimNetwork, marked_encoder
from pipeline.training.prepare import HERE, Inputs, Source, plan_of, prepare, read_schedule
from pipeline.training.pretrained import encoder_folder, load_tokenizer

LOOKED_AT = 60  # documents kept apart that figures are printed for while learning
STEPS = ("prepare", "begin", "claims", "average", "recognition", "export")
FROM_NOTHING = ("adapt", "general")


class Trainer:
    """Fits networks in steps, each from the checkpoints of the one before in the folder `work`."""

    def __init__(self, inputs: Inputs, work: Path, device: str, encoder: Path) -> None:
        self.inputs = inputs
        self.work = work
        self.device = torch.device(device)
        self.encoder = encoder
        self.schedule = read_schedule()

    def begin(self, folder: Path) -> None:
        """Take the weights in a folder as those to go on from, in place of `adapt` and `general`."""
        from pipeline.training.begin import begin

        begin(new_network(self.encoder, self.schedule["network_seed"], self.device), folder, self.work / "general.pt")

    def adapt(self) -> None:
        """Adapt the published encoder to the plain text."""
        network = new_network(self.encoder, self.schedule["network_seed"], self.device)
        pieces = np.frombuffer(self.inputs.text, dtype=np.uint16)
        adapt(network, pieces, Adaptation(**self.schedule["adapt"]), self.work / "adapted.pt")

    def general(self) -> None:
        """Fit the adapted network to the corpora without claims."""
        self._fit("adapted", "general", self._plan("general"), self.inputs.others)

    def claims(self, name: str, seed: int) -> None:
        """Fit a network to a set of annotated documents, beside the other corpora."""
        tasks = {**self.inputs.others, "claims": self.inputs.claims[name]}
        step = plan_of(name, self.schedule)
        held_out = self.inputs.held_out.get(name, [])[:LOOKED_AT]
        self._fit(step["start"][str(seed)], f"{name}-{seed}", self._plan("claims", seed, step), tasks, held_out)

    def seeds(self, name: str) -> list[int]:
        """Return the seeds that a set of documents is learnt with, in order."""
        return [int(seed) for seed in plan_of(name, self.schedule)["start"]]

    def average(self, name: str) -> None:
        """Write the mean of the weights that the seeds of a set came to; print held-out figures of vote and mean."""
        averaged = plan_of(name, self.schedule).get("averaged", self.seeds(name))
        networks = [self._network(f"{name}-{seed}") for seed in averaged]
        states = [network.state_dict() for network in networks]
        average = {key: torch.stack([state[key] for state in states]).mean(0) for key in states[0]}
        torch.save(average, self.work / f"{name}.pt")
        if name in self.inputs.held_out:
            print("held out, votes", held_out_figures(networks, self.inputs.held_out[name]), flush=True)
            print("held out, weights", held_out_figures([self._network(name)], self.inputs.held_out[name]), flush=True)

    def recognition(self, name: str) -> None:
        """Fit the recognition head of a set anew, to the averaged encoder, which stays as it is."""
        network = self._network(name)
        network.freeze_encoder()
        learnt = {task: self.inputs.others[task] for task in self.schedule["recognition"]["schedule"]["passes"]}
        fit(network, learnt, self._plan("recognition"), self.work / f"{name}.pt")

    def export(self, name: str, folder: Path) -> None:
        """Write the run-time files of a set into a folder."""
        from pipeline.training.export import export

        settings = {"version": self.schedule["version"], **self.schedule["run_time"]}
        rng = random.Random(self.schedule["network_seed"])
        windows = cut_windows(self.inputs.claims[name][0], rng, self.schedule["integers"]["window"], title_share=1.0)
        chosen = rng.sample(windows, self.schedule["integers"]["windows"])
        export(self._network(name).cpu(), chosen, load_tokenizer(), folder, settings)

    def _plan(self, step: str, seed: int | None = None, of_set: Mapping[str, Any] | None = None) -> Schedule:
        given = dict(self.schedule[step]["schedule"]) | dict(of_set or {})
        for of_all_seeds in ("start", "averaged", "changed"):
            given.pop(of_all_seeds, None)
        return Schedule(**(given if seed is None else {**given, "seed": seed}))

    def _network(self, checkpoint: str) -> ClaimNetwork:
        network = new_network(self.encoder, self.schedule["network_seed"], self.device)
        path = self.work / f"{checkpoint}.pt"
        network.load_state_dict(torch.load(path, weights_only=True, map_location=self.device))
        return network

    def _fit(
        self,
        start: str,
        name: str,
        plan: Schedule,
        tasks: Mapping[str, Source],
        held_out: Sequence[Passage] = (),
    ) -> None:
        wanted = {task: source for task, source in tasks.items() if plan.passes.get(task)}
        fit(self._network(start), wanted, plan, self.work / f"{name}.pt", held_out)


def new_network(encoder: Path, seed: int, device: torch.device) -> ClaimNetwork:
    """Return the network with the published encoder and new heads."""
    torch.manual_seed(seed)
    return ClaimNetwork(marked_encoder(str(encoder))).to(device)


def main() -> None:
    """Take the steps asked for."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.training", description=__doc__)
    parser.add_argument("--reference", type=Path, default=os.environ.get("PROVENDER_REFERENCE"))
    parser.add_argument("--work", type=Path, default=Path("outputs/training"), help="folder for checkpoints")
    parser.add_argument("--models", type=Path, default=HERE.parent / "models" / "claims", help="folder to write")
    parser.add_argument("--steps", nargs="+", choices=(*STEPS, *FROM_NOTHING), default=STEPS, help="what to do")
    parser.add_argument("--sets", nargs="+", help="sets of documents to learn from, by default apart and final")
    parser.add_argument("--seeds", nargs="+", type=int, help="seeds of `claims`, by default the schedule's")
    parser.add_argument("--encoder", type=Path, help="folder of the encoder to begin with, by default the package's")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="cpu or cuda")
    parser.add_argument("--threads", type=int, default=2, help="processor threads")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    saved = options.work / "inputs.pkl.xz"
    if "prepare" in options.steps:
        if options.reference is None or not (Path(options.reference) / "gold" / "train.jsonl").is_file():
            parser.error("No reference folder with gold/train.jsonl; give it with --reference or PROVENDER_REFERENCE.")
        prepare(Path(options.reference), options.sets, with_text="adapt" in options.steps).save(saved)
    trainer = Trainer(Inputs.load(saved), options.work, options.device, options.encoder or encoder_folder())
    sets = options.sets or ["apart", "final"]
    if "begin" in options.steps:
        trainer.begin(options.models)
    if "adapt" in options.steps:
        trainer.adapt()
    if "general" in options.steps:
        trainer.general()
    for name in sets:
        if "claims" in options.steps:
            for seed in options.seeds or trainer.seeds(name):
                trainer.claims(name, seed)
        if "average" in options.steps:
            trainer.average(name)
        if "recognition" in options.steps:
            trainer.recognition(name)
        if "export" in options.steps:
            trainer.export(name, options.models if name == "final" else options.work / name)


if __name__ == "__main__":
    main()
