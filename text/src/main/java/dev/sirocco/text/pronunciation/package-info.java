/** Words to sounds: the CMU Pronouncing Dictionary, heteronyms, and a network for the words that it lacks. */
package dev.sirocco.text.pronunciation;
