/** Networks, one file each, the configuration on top. */
package dev.sirocco.models.zoo;
