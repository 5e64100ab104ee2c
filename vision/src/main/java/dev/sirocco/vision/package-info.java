/** Pictures: reading, writing and changing them, and the data sets made of them. */
package dev.sirocco.vision;
