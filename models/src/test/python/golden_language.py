"""Writes what language models compute in Hugging Face's transformers, for the tests:

    python golden_language.py ../resources/dev/sirocco/models

Tiny networks with random weights, in the layout of golden_layout.py. Needs transformers.
"""
import torch
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM

from golden_layout import randomise, save


def llama(file, **settings):
    torch.manual_seed(1)
    model = randomise(LlamaForCausalLM(LlamaConfig(vocab_size=13, hidden_size=24, intermediate_size=40,
                                                   max_position_embeddings=32, attn_implementation="eager", **settings)))
    text = torch.randint(0, 13, (2, 9))
    weights = model.state_dict()
    if settings["tie_word_embeddings"]:
        del weights["lm_head.weight"]
    names = ["model.embed_tokens.weight", "model.layers.0.self_attn.k_proj.weight", "model.layers.1.mlp.gate_proj.weight",
             "model.layers.1.input_layernorm.weight", "model.norm.weight"]
    save(file, weights, {"text": text}, {"logits": model(text).logits}, {n: model.get_parameter(n) for n in names})


llama("llama", num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, rms_norm_eps=1e-5,
      tie_word_embeddings=False)
llama("llama-tied", num_hidden_layers=2, num_attention_heads=3, num_key_value_heads=3, head_dim=10, rms_norm_eps=1e-6,
      rope_parameters={"rope_type": "default", "rope_theta": 500.0}, tie_word_embeddings=True)


def bert():
    torch.manual_seed(2)
    model = randomise(BertModel(BertConfig(vocab_size=13, hidden_size=12, intermediate_size=20, num_hidden_layers=2,
                                           num_attention_heads=3, max_position_embeddings=10), add_pooling_layer=False))
    text = torch.randint(1, 13, (2, 7))  # 0 is padding, which is not learned
    hidden = model(text).last_hidden_state
    sentence = torch.nn.functional.normalize(hidden.mean(1))
    weights = {k: v for k, v in model.state_dict().items() if v.is_floating_point()}
    names = ["embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight", "embeddings.LayerNorm.bias",
             "encoder.layer.0.attention.self.key.weight", "encoder.layer.1.output.dense.weight"]
    save("bert", weights, {"text": text}, {"hidden": hidden, "sentence": sentence}, {n: model.get_parameter(n) for n in names})


bert()
