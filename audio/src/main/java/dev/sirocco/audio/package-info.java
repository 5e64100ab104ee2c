/** Sound: reading, writing and changing it, what is measured on it, and the home of {@code sirocco speak}. */
package dev.sirocco.audio;
