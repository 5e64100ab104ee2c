/** What networks hear: spectrograms, cepstra and distances between them, as ops of a graph. */
package dev.sirocco.audio.features;
