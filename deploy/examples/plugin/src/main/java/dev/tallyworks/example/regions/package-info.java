/** A plugin: knows the region of a country, what tax is due there, and tells both. */
@NullMarked
package dev.tallyworks.example.regions;

import org.jspecify.annotations.NullMarked;
