"""The project's transformer (workers/engines/reference/transformer.ts) as a model of transformers."""
import torch
import torch.nn.functional as F
from transformers import AutoConfig, AutoModelForCausalLM, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast


class PlaygroundConfig(PretrainedConfig):
    model_type = 'tuning-playground'

    def __init__(self, form=None, **kwargs):
        self.form = form or {'vocabulary': 1, 'context': 1, 'width': 2, 'layers': 0, 'heads': 1, 'mlpRatio': 1, 'causal': True}
        kwargs.setdefault('tie_word_embeddings', False)
        # TRL reads it where it loads the reference policy.
        kwargs.setdefault('auto_map', {})
        super().__init__(**kwargs)
        self.vocab_size = self.form['vocabulary']


class Gain(torch.nn.Module):
    """RMSNorm."""

    def __init__(self, width):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(width))

    def forward(self, x):
        return self.weight * x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-5)


def linear(inputs, outputs):
    return torch.nn.Linear(inputs, outputs, bias=False)


class Block(torch.nn.Module):
    def __init__(self, width, heads, ratio):
        super().__init__()
        self.heads = heads
        self.attentionNorm, self.mlpNorm = Gain(width), Gain(width)
        self.attentionQkv, self.attentionOut = linear(width, 3 * width), linear(width, width)
        self.mlpUp, self.mlpDown = linear(width, ratio * width), linear(ratio * width, width)

    def forward(self, x, allowed):
        split = self.attentionQkv(self.attentionNorm(x)).unflatten(-1, (3, self.heads, -1))
        queries, keys, values = (split[:, :, part].transpose(1, 2) for part in range(3))
        mixed = F.scaled_dot_product_attention(queries, keys, values, attn_mask=allowed)
        x = x + self.attentionOut(mixed.transpose(1, 2).flatten(-2))
        return x + self.mlpDown(F.relu(self.mlpUp(self.mlpNorm(x))))


class Hidden(torch.nn.Module):
    """Tokens [B, T] and which of them may be seen [B, T] → hidden states [B, T, width]."""

    def __init__(self, form):
        super().__init__()
        width = form['width']
        self.causal = form['causal']
        self.tokenEmbedding = torch.nn.Embedding(form['vocabulary'], width)
        self.positionEmbedding = torch.nn.Embedding(form['context'], width)
        self.blocks = torch.nn.ModuleList([Block(width, form['heads'], form['mlpRatio']) for _ in range(form['layers'])])
        self.finalNorm = Gain(width)

    def forward(self, tokens, seen=None):
        length = tokens.shape[1]
        x = self.tokenEmbedding(tokens) + self.positionEmbedding.weight[:length]
        allowed = torch.ones(length, length, dtype=torch.bool)
        if self.causal:
            allowed = allowed.tril()
        allowed = allowed[None, None] if seen is None else allowed[None, None] & seen[:, None, None].bool()
        for block in self.blocks:
            x = block(x, allowed)
        return self.finalNorm(x)


class Playground(PreTrainedModel, GenerationMixin):
    """The policy of the GRPO lab. It never generates, but TRL asks for a model that could."""

    config_class = PlaygroundConfig
    _supports_sdpa = True

    def __init__(self, config):
        super().__init__(config)
        self.hidden = Hidden(config.form)
        self.unembedding = linear(config.form['width'], config.form['vocabulary'])
        self.post_init()

    def _init_weights(self, module):
        """Weights are loaded."""

    def forward(self, input_ids=None, attention_mask=None, logits_to_keep=0, **_):
        states = self.hidden(input_ids, attention_mask)
        return CausalLMOutputWithPast(logits=self.unembedding(states[:, -logits_to_keep:] if logits_to_keep else states))


AutoConfig.register(PlaygroundConfig.model_type, PlaygroundConfig)
AutoModelForCausalLM.register(PlaygroundConfig, Playground)


def named(hidden, name):
    """The torch parameter that a recorded one of transformerLayout is, and whether it is the other way round."""
    module = hidden.get_submodule(name)
    return module.weight, isinstance(module, torch.nn.Linear)
