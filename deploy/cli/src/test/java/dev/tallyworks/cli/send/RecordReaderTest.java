package dev.tallyworks.cli.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordReaderTest {
    private static RecordReader reader(String text, Framing framing) {
        return new RecordReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), framing);
    }

    private static List<String> read(RecordReader reader) throws IOException {
        List<String> records = new ArrayList<>();
        for (Record record = reader.next(); record != null; record = reader.next()) {
            records.add(record.line() + ":" + record.text() + record.fault());
        }
        return records;
    }

    @Test
    void linesAreRecordsAndBlankOnesAreNone() throws IOException {
        assertThat(read(reader("\ufeff{1}\r\n\n  \n{2}\n{3}", Framing.lines())))
                .containsExactly("1:{1}", "4:{2}", "5:{3}");
        assertThat(read(reader("", Framing.lines()))).isEmpty();
    }

    @Test
    void quotedLineFeedsBelongToTheRecord() throws IOException {
        assertThat(read(reader("a,\"b\n\"\"c\",d\r\n5\" disk,\"x\"\ne,\"\"\nf;\"\n", Framing.csv(','))))
                .containsExactly("1:a,\"b\n\"\"c\",d", "3:5\" disk,\"x\"", "4:e,\"\"", "5:f;\"");
    }

    @Test
    void aQuoteThatNeverEndsIsSaid() throws IOException {
        assertThat(read(reader("a\nb,\"c\nd\n", Framing.csv(','))))
                .containsExactly("1:a", "2:b,\"c\nda quote that opens in this record is never closed");
    }

    @Test
    void whatIsTooLongIsNotKept() throws IOException {
        InputStream endless = new InputStream() {
            private long given;

            @Override
            public int read() {
                return ++given > 30_000_000 ? -1 : given == 20_000_000 ? '\n' : 'x';
            }
        };
        RecordReader reader = new RecordReader(endless, Framing.lines());

        Record first = reader.next();
        Record second = reader.next();

        assertThat(first.fault()).contains("longer than 10 MiB");
        assertThat(first.bytes().length).isLessThanOrEqualTo(10 << 20);
        assertThat(second.line()).isEqualTo(2);
        assertThat(second.fault()).isEmpty();
        assertThat(reader.next()).isNull();
    }

    @Test
    void goesOnWhereAnotherReaderWas() throws IOException {
        Random random = new Random(7);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            text.append(i)
                    .append(",\"")
                    .append(random.nextBoolean() ? "\n" : "\"\"")
                    .append("\"\n");
        }
        RecordReader whole = reader(text.toString(), Framing.csv(','));
        List<String> records = new ArrayList<>();
        List<Mark> marks = new ArrayList<>(List.of(whole.mark(0)));
        for (Record record = whole.next(); record != null; record = whole.next()) {
            records.add(record.line() + ":" + record.text());
            marks.add(whole.mark(0));
        }
        for (int tries = 0; tries < 50; tries++) {
            int at = random.nextInt(marks.size());
            RecordReader resumed = reader(text.toString(), Framing.csv(','));

            assertThat(resumed.skipTo(marks.get(at))).isTrue();
            assertThat(read(resumed)).isEqualTo(records.subList(at, records.size()));
        }
    }

    @Test
    void noticesAnotherFile() throws IOException {
        RecordReader first = reader("one\ntwo\nthree\n", Framing.lines());
        first.next();
        first.next();
        Mark mark = first.mark(0);

        assertThat(reader("one\ntwo\nmore\nand more\n", Framing.lines()).skipTo(mark))
                .isTrue();
        assertThat(reader("one\ntwO\nthree\n", Framing.lines()).skipTo(mark)).isFalse();
        assertThat(reader("one\n", Framing.lines()).skipTo(mark)).isFalse();
    }
}
