package dev.tallyworks.plugin;

/** Counts what goes wrong with hooks. */
@FunctionalInterface
public interface HookMeter {
    /** @param plugin its name; {@code *} where one was left out as there is too much to tell */
    void failed(String plugin, String hook);
}
