/** Recordings of speech with their texts. */
package dev.sirocco.audio.data;
