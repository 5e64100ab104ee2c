/** Signal processing, speech data and metrics: the home of {@code sirocco speak}, which is not built yet. */
package dev.sirocco.audio;
