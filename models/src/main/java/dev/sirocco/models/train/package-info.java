/** One training loop for all: checkpoints, resumption, validation, logs. */
package dev.sirocco.models.train;
