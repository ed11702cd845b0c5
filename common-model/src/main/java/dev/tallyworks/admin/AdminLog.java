package dev.tallyworks.admin;

/** Keeps the calls of administrators, each for the same time. */
public interface AdminLog {
    /** Adds a call; one that is added twice after an outcome that was unknown stands there twice. */
    void add(AdminCall call);
}
