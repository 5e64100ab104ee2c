/** How good pictures are. */
package dev.sirocco.vision.metrics;
