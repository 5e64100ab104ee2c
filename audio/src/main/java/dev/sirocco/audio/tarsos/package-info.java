/**
 * All that Sirocco uses TarsosDSP for (Six, Cornelis and Leman 2014): pitch, silence, onsets, time-stretching. None of
 * the library's types leaves this package. It is under the GPL, version 3.
 */
package dev.sirocco.audio.tarsos;
