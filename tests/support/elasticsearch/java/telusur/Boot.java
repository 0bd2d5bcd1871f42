package telusur;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * One Elasticsearch node: modules from the first argument, settings and logging from the folder in the second.
 * It lives as long as somebody holds the other end of its standard input: a test run that is killed leaves no node.
 */
public final class Boot {
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        Path config = Path.of(arguments[1]);
        Settings settings = Settings.builder()
            .loadFromPath(config.resolve("elasticsearch.json"))
            .put("path.home", home.toString())
            .build();
        Environment environment = new Environment(settings, config);
        LogConfigurator.configureESLogging();
        LogConfigurator.configure(environment, true);

        var modules = PluginsLoader.loadModulesBundles(home.resolve("modules"), false);
        Node node = new Node(environment, PluginsLoader.createPluginsLoader(modules, Set.of(), Map.of(), false));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        Thread.ofPlatform().daemon().start(Boot::exitWithParent);
        node.start();
        System.out.println("STARTED " + settings.get("node.name"));
        Thread.currentThread().join();
    }

    private static void exitWithParent() {
        try {
            while (System.in.read() != -1) {
                // Nothing is said on this pipe; only its end counts.
            }
        } catch (java.io.IOException broken) {
            // As good as an end.
        }
        System.exit(0);
    }

    private static void close(Node node) {
        try {
            node.close();
        } catch (java.io.IOException failure) {
            failure.printStackTrace();
        }
    }
}
