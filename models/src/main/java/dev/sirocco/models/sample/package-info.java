/** How tokens are drawn from what a model puts out. */
package dev.sirocco.models.sample;
