/**
 * Takes a file of events, gives batches that the API has taken. The way of a row: {@code Input → RecordReader → Record →
 * EventLines → Line → Batch → BatchPost → Posted → Ledger}. Everything is bounded: a record, a batch, and how many are under
 * way.
 *
 * <p>Batches are acknowledged in the order of the file, so one number, the {@link dev.tallyworks.cli.send.Mark}, says how far
 * all was taken. Who is killed begins again there. What was under way is sent twice then, under the same uuids, which the API
 * counts once.
 */
@NullMarked
package dev.tallyworks.cli.send;

import org.jspecify.annotations.NullMarked;
