import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.marc4j.MarcPermissiveStreamReader;
import org.marc4j.MarcReader;
import org.marc4j.marc.ControlField;
import org.marc4j.marc.DataField;
import org.marc4j.marc.Record;
import org.marc4j.marc.Subfield;
import org.marc4j.marc.VariableField;

/** A pass over a file for each line that comes in: records, seconds by the clock, seconds of CPU. */
public class Marc4jFields {
    private static final String[][] FIELDS = {
        {"abnp", "245"},
        {"abcd", "100", "110", "111", "700", "710", "711"},
        {"avxyz", "600", "610", "611", "630", "650", "651", "653", "655"},
        {"a", "020"},
        {"b", "260", "264"},
        {"ab", "050", "082"},
        {"a", "520"},
        {"agrt", "505"},
        {"a", "500", "504"},
        {"av", "490", "830"},
        {"u", "856"},
    };

    public static void main(String[] arguments) throws Exception {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        while (in.readLine() != null) {
            long clock = System.nanoTime(), cpu = system.getProcessCpuTime();
            int count = pass(Path.of(arguments[0]));
            double seconds = (System.nanoTime() - clock) / 1e9, cpuSeconds = (system.getProcessCpuTime() - cpu) / 1e9;
            System.out.println(count + " " + seconds + " " + cpuSeconds);
            System.out.flush();
        }
    }

    private static int pass(Path file) throws Exception {
        int count = 0;
        long filled = 0;
        try (InputStream stream = new BufferedInputStream(Files.newInputStream(file))) {
            MarcReader reader = new MarcPermissiveStreamReader(stream, true, true);
            while (reader.hasNext()) {
                count++;
                try {
                    filled += fields(reader.next()).size();
                } catch (RuntimeException damaged) {
                    // A few records with unknown character sets; it goes on behind them.
                }
            }
        }
        return filled > 0 ? count : -1;
    }

    private static List<Object> fields(Record record) {
        List<Object> found = new ArrayList<>();
        for (String[] field : FIELDS) {
            String[] tags = java.util.Arrays.copyOfRange(field, 1, field.length);
            List<String> texts = new ArrayList<>();
            for (VariableField each : record.getVariableFields(tags)) {
                if (each instanceof DataField data) {
                    StringBuilder text = new StringBuilder();
                    for (Subfield subfield : data.getSubfields()) {
                        if (field[0].indexOf(subfield.getCode()) >= 0) {
                            text.append(text.length() == 0 ? "" : " ").append(subfield.getData());
                        }
                    }
                    if (text.length() > 0) {
                        texts.add(text.toString());
                    }
                }
            }
            if (!texts.isEmpty()) {
                found.add(texts);
            }
        }
        ControlField fixed = (ControlField) record.getVariableField("008");
        String data = fixed == null ? "" : fixed.getData();
        if (data.length() >= 38) {
            found.add(data.substring(7, 11));
            found.add(data.substring(35, 38));
        }
        found.add(record.getLeader().getTypeOfRecord());
        return found;
    }
}
