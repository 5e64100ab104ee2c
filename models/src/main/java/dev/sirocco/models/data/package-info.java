/** Data sets: fetched from package registries, read from folders and archives. */
package dev.sirocco.models.data;
