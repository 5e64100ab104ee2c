/** What networks learn from pictures: the tasks for a {@link dev.sirocco.models.train.Trainer}. */
package dev.sirocco.vision.train;
