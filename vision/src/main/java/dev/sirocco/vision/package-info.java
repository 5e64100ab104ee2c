/** Image data, codecs and augmentation: the home of {@code sirocco imagine} and {@code look}, which are not built yet. */
package dev.sirocco.vision;
