/** Optimisers as graph builders, so that a training step is one program; schedules and averages. */
package dev.sirocco.models.optim;
