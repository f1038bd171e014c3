"""The bench's training steps in eager PyTorch on one thread.

Reads one JSON request a line and answers each with one line of JSON:

    {"version": true}     ->  {"torch": version}
    {"prepare": problem}  ->  {}
    {"steps": k}          ->  {"ms": of all k, "lengths": tokens of each sampled response, "loss": of the first step}

A GRPO step samples with cached keys and values, runs the reference policy, and trains: forward, loss, backward,
clipping, AdamW. A bi-encoder step trains on one batch again and again. All replicas are one batch of matrix products, their weights one matrix [R, P]. Prompts are the
task's own; rewards are random draws, so scoring costs nothing here.
"""

import base64
import json
import math
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def read_safetensors(path):
    """The one float32 tensor of a warm-start file, [bases, P]."""
    with open(path, "rb") as file:
        content = file.read()
    start = 8 + int.from_bytes(content[:8], "little")
    entry = json.loads(content[8:start])["parameters"]
    begin, end = entry["data_offsets"]
    values = torch.frombuffer(bytearray(content[start + begin : start + end]), dtype=torch.float32)
    return values.reshape(entry["shape"])


class Transformer:
    """Pre-norm, RMSNorm, learned positions, ReLU MLP, no biases; R replicas side by side."""

    def __init__(self, shape, entries):
        self.layers, self.heads, self.width = shape["layers"], shape["heads"], shape["width"]
        self.vocabulary = shape["vocabulary"]
        self.entries = [(entry["name"], entry["shape"], entry["size"]) for entry in entries]

    def views(self, parameters):
        """The named weights of a matrix [R, P]."""
        parts = parameters.split([size for _, _, size in self.entries], dim=1)
        return {name: part.view(-1, *shape) for (name, shape, _), part in zip(self.entries, parts)}

    def norm(self, x, gain):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * gain[:, None]

    def logits(self, weights, tokens, first=0, cache=None):
        """tokens [R, B, T] -> logits [R, B, T - first, V]; a cache holds keys and values [layers][2] of earlier positions."""
        replicas, sequences, length = tokens.shape
        seen = cache[0][0].shape[2] if cache and cache[0] else 0
        rows = tokens.view(replicas, -1)
        if replicas == 1:
            embedded = F.embedding(rows[0], weights["tokenEmbedding"][0])
        else:
            offsets = torch.arange(replicas)[:, None] * self.vocabulary
            embedded = F.embedding(rows + offsets, weights["tokenEmbedding"].reshape(-1, self.width))
        positions = weights["positionEmbedding"][:, None, seen : seen + length]
        x = (embedded.view(replicas, sequences, length, -1) + positions).view(replicas, sequences * length, -1)
        for layer in range(self.layers):
            weight = lambda name: weights[f"blocks.{layer}.{name}"]
            qkv = torch.bmm(self.norm(x, weight("attentionNorm")), weight("attentionQkv"))
            qkv = qkv.view(replicas * sequences, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            query, key, value = qkv.unbind(0)
            if cache is not None:
                if cache[layer]:
                    key = torch.cat([cache[layer][0], key], 2)
                    value = torch.cat([cache[layer][1], value], 2)
                cache[layer] = (key, value)
            mixed = F.scaled_dot_product_attention(query, key, value, is_causal=length > 1)
            joined = mixed.transpose(1, 2).reshape(replicas, sequences * length, -1)
            x = x + torch.bmm(joined, weight("attentionOut"))
            hidden = torch.bmm(self.norm(x, weight("mlpNorm")), weight("mlpUp")).relu_()
            x = x + torch.bmm(hidden, weight("mlpDown"))
        if first > 0:
            x = x.view(replicas, sequences, length, -1)[:, :, first:].reshape(replicas, sequences * (length - first), -1)
        logits = torch.bmm(self.norm(x, weights["finalNorm"]), weights["unembedding"])
        return logits.view(replicas, sequences, length - first, -1)


class Steps:
    """What all kinds of step share: the parameters, and an update from a loss a replica."""

    def __init__(self, problem, parameters, model=Transformer):
        self.model = model(problem["shape"], problem["entries"])
        self.parameters = parameters.clone().requires_grad_()
        knobs = problem["optimizer"]
        self.most = knobs["maxGradNorm"]
        self.optimizer = torch.optim.AdamW(
            [self.parameters],
            lr=knobs["learningRate"],
            betas=(knobs["beta1"], knobs["beta2"]),
            eps=knobs["epsilon"],
            weight_decay=knobs["weightDecay"],
            fused=True,
        )

    def update(self, losses):
        self.optimizer.zero_grad()
        losses.sum().backward()
        gradient = self.parameters.grad
        norms = gradient.norm(dim=1, keepdim=True)
        gradient.mul_((self.most / (norms + 1e-6)).clamp_(max=1))
        self.optimizer.step()


def decoded(problem, key, dtype):
    return torch.frombuffer(bytearray(base64.b64decode(problem[key])), dtype=dtype)


class SupervisedSteps(Steps):
    def __init__(self, problem):
        decode = lambda key, dtype: decoded(problem, key, dtype)
        super().__init__(problem, decode("weights", torch.float32)[None])
        shape = (problem["sequences"], problem["length"])
        self.tokens = decode("tokens", torch.int32).long().view(1, *shape)
        self.labels = decode("labels", torch.int32).long()

    def step(self):
        logits = self.model.logits(self.model.views(self.parameters), self.tokens)
        loss = F.cross_entropy(logits.view(-1, logits.shape[-1]), self.labels)
        self.update(loss)
        return loss.item(), []


class GrpoSteps(Steps):
    def __init__(self, problem):
        self.problem = problem
        shipped = read_safetensors(problem["warmStart"])
        super().__init__(problem, shipped[[seed % len(shipped) for seed in problem["seeds"]]])
        self.reference = self.model.views(self.parameters.detach().clone())
        self.pool = torch.tensor(problem["prompts"])
        self.drawn = 0

    @torch.no_grad()
    def sample(self, prompts):
        """prompts [R, B, P] -> responses [R, B, L], their log-probabilities, and their lengths [R, B]."""
        problem = self.problem
        end, padding = problem["endOfSequence"], problem["padding"]
        weights = self.model.views(self.parameters)
        cache = [None] * self.model.layers
        alive = torch.ones(prompts.shape[:2], dtype=torch.bool)
        responses, log_probs, lengths = [], [], torch.zeros(prompts.shape[:2], dtype=torch.long)
        tokens, first = prompts, prompts.shape[2] - 1
        for _ in range(problem["maxResponseLength"]):
            distribution = self.model.logits(weights, tokens, first, cache)[:, :, 0].log_softmax(-1)
            noise = torch.empty_like(distribution).exponential_().log_()
            token = (distribution - noise).argmax(-1)
            log_probs.append(distribution.gather(-1, token[..., None])[..., 0])
            token = token.where(alive, padding)
            responses.append(token)
            lengths += alive
            alive &= token != end
            if not alive.any():
                break
            tokens, first = token[..., None], 0
        return torch.stack(responses, 2), torch.stack(log_probs, 2), lengths

    def respond(self, weights, inputs, responses):
        """Logits and log-probabilities of the responses' tokens."""
        log_probs = self.model.logits(weights, inputs, self.problem["promptLength"] - 1).log_softmax(-1)
        return log_probs, log_probs.gather(-1, responses[..., None])[..., 0]

    def step(self):
        problem = self.problem
        count, n = problem["promptsPerStep"], problem["rolloutN"]
        chosen = (torch.arange(count) + self.drawn) % self.pool.shape[1]
        self.drawn += count
        prompts = self.pool[:, chosen].repeat_interleave(n, 1)
        responses, sampled, lengths = self.sample(prompts)
        rewards = torch.rand(prompts.shape[0], count, n)
        advantages = (rewards - rewards.mean(2, keepdim=True)) / (rewards.std(2, keepdim=True) + 1e-4)
        advantages = advantages.view(prompts.shape[0], -1, 1)
        mask = (torch.arange(responses.shape[2]) < lengths[..., None]).float()
        inputs = torch.cat([prompts, responses[:, :, :-1]], 2)
        with torch.no_grad():
            _, reference = self.respond(self.reference, inputs, responses)
        all_log_probs, log_probs = self.respond(self.model.views(self.parameters), inputs, responses)
        ratio = (log_probs - log_probs.detach()).exp()
        bounded = ratio.clamp(1 - problem["clipLow"], 1 + problem["clipHigh"])
        losses = -torch.minimum(ratio * advantages, bounded * advantages)
        apart = reference - log_probs
        kl = apart.exp() - apart - 1
        total = losses + problem["klCoefficient"] * kl if problem["klCoefficient"] > 0 else losses
        tokens = mask.sum((1, 2))
        self.update((total * mask).sum((1, 2)) / tokens)
        with torch.no_grad():
            entropy = -(all_log_probs.exp() * all_log_probs).sum(-1)
            mean = lambda values: (values * mask).sum((1, 2)) / tokens
            clipped = (ratio * advantages > bounded * advantages).float()
            told = [losses, entropy, kl, clipped, (sampled - log_probs).abs()]
            scalars = torch.stack([mean(values) for values in told])
        return scalars[0, 0].item(), lengths.flatten().tolist()


class MeanPool:
    """The bi-encoder's tower and heads; R replicas side by side."""

    def __init__(self, shape, entries):
        self.width = shape["width"]
        self.entries = [(entry["name"], entry["shape"], entry["size"]) for entry in entries]

    views = Transformer.views

    def embeddings(self, weights, sentences, queries, dropout):
        """sentences [R, n, T], the first ones queries -> unit rows of queries and documents."""
        replicas, count, _ = sentences.shape
        linear = lambda x, name: torch.baddbmm(weights[f"{name}Bias"][:, None], x, weights[name])
        table = weights["tokenEmbedding"]
        offsets = torch.arange(replicas)[:, None, None] * table.shape[1]
        words = F.embedding(sentences[:, :, 1:] + offsets, table.reshape(-1, self.width))
        x = F.dropout(words.mean(2), dropout)
        x = x + linear(F.relu(linear(x, "mlpUp")), "mlpDown")
        x = F.layer_norm(x, (self.width,)) * weights["normGain"][:, None] + weights["normBias"][:, None]
        x = F.dropout(x, dropout)
        x = torch.cat([x, x], 2)
        heads = linear(x[:, :queries], "queryHead"), linear(x[:, queries:], "documentHead")
        return [F.normalize(head, dim=2) for head in heads]


class BiencoderSteps(Steps):
    def __init__(self, problem):
        replicas, size = problem["replicas"], problem["batchSize"]
        super().__init__(problem, decoded(problem, "weights", torch.float32).view(replicas, -1), MeanPool)
        self.problem = problem
        self.sentences = decoded(problem, "sentences", torch.int32).long().view(replicas, 3 * size, -1)
        self.ignore = decoded(problem, "ignore", torch.float32).view(replicas, size, 2 * size).bool()

    def step(self):
        size = self.problem["batchSize"]
        weights = self.model.views(self.parameters)
        queries, documents = self.model.embeddings(weights, self.sentences, size, self.problem["dropout"])
        scores = torch.bmm(queries, documents.mT) / self.problem["temperature"]
        log_probs = scores.masked_fill(self.ignore, -1e9).log_softmax(2)
        losses = -log_probs.diagonal(dim1=1, dim2=2).mean(1)
        self.update(losses)
        return losses[0].item(), []


kinds = {"grpo": GrpoSteps, "supervised": SupervisedSteps, "biencoder": BiencoderSteps}


def main():
    steps = None
    for line in sys.stdin:
        request = json.loads(line)
        if "version" in request:
            answer = {"torch": torch.__version__}
        elif "prepare" in request:
            problem = request["prepare"]
            torch.manual_seed(0)
            steps = kinds[problem["kind"]](problem)
            answer = {}
        else:
            started = time.perf_counter()
            results = [steps.step() for _ in range(request["steps"])]
            ms = (time.perf_counter() - started) * 1000
            loss = results[0][0]
            lengths = [length for _, own in results for length in own]
            answer = {"ms": ms, "lengths": lengths, "loss": loss if math.isfinite(loss) else None}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
