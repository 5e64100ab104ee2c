/** Layers: each traces what its paper says, and makes its parameters in a {@link dev.sirocco.models.nn.Scope}. */
package dev.sirocco.models.nn;
