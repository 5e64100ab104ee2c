/** How near a sound is to another one, as speech research measures it. */
package dev.sirocco.audio.metrics;
