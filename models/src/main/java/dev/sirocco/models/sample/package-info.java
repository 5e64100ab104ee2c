/** How samples are drawn from what models put out: tokens from logits, pictures and sounds from noise. */
package dev.sirocco.models.sample;
