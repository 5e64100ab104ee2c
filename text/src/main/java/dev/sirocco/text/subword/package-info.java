/**
 * The tokenisers of published models, from the files that these come with: byte-level byte pair encoding (GPT-2,
 * Llama 3), SentencePiece's byte pair encoding (Llama), WordPiece (BERT). They give the ids that Hugging Face's
 * {@code tokenizers} gives.
 */
package dev.sirocco.text.subword;
