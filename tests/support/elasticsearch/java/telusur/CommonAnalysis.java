package telusur;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.id.IndonesianAnalyzer;
import org.apache.lucene.analysis.id.IndonesianStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.elasticsearch.index.analysis.AbstractIndexAnalyzerProvider;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.PreConfiguredTokenFilter;
import org.elasticsearch.index.analysis.PreConfiguredTokenizer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * The part of Elasticsearch's module analysis-common that the tests use, which is not published with the server.
 * The same Lucene classes stand under the same names, with the same settings and defaults, so a mapping written for
 * an official node means the same here. A name that is missing fails loudly when an index is created.
 */
public final class CommonAnalysis extends Plugin implements AnalysisPlugin {
    @Override
    public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
        return Map.of(
            "indonesian", (index, environment, name, settings) -> analyzer(name, new IndonesianAnalyzer(
                Analysis.parseStopWords(environment, settings, IndonesianAnalyzer.getDefaultStopSet()),
                Analysis.parseStemExclusion(settings, CharArraySet.EMPTY_SET))),
            "english", (index, environment, name, settings) -> analyzer(name, new EnglishAnalyzer(
                Analysis.parseStopWords(environment, settings, EnglishAnalyzer.getDefaultStopSet()),
                Analysis.parseStemExclusion(settings, CharArraySet.EMPTY_SET))));
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return Map.of(
            "asciifolding", (index, environment, name, settings) -> {
                boolean keepOriginal = settings.getAsBoolean("preserve_original", false);
                return filter(name, tokens -> new ASCIIFoldingFilter(tokens, keepOriginal));
            },
            "stemmer", (index, environment, name, settings) ->
                filter(name, stemmer(settings.get("language", settings.get("name", "porter")))));
    }

    @Override
    public List<PreConfiguredTokenFilter> getPreConfiguredTokenFilters() {
        return List.of(PreConfiguredTokenFilter.singleton("asciifolding", true, ASCIIFoldingFilter::new));
    }

    @Override
    public List<PreConfiguredTokenizer> getPreConfiguredTokenizers() {
        return List.of(PreConfiguredTokenizer.singleton("whitespace", WhitespaceTokenizer::new));
    }

    private static UnaryOperator<TokenStream> stemmer(String language) {
        return switch (language) {
            case "indonesian" -> tokens -> new IndonesianStemFilter(tokens, true);
            case "light_indonesian", "lightIndonesian" -> tokens -> new IndonesianStemFilter(tokens, false);
            case "english", "porter" -> PorterStemFilter::new;
            case "porter2" -> tokens -> new SnowballFilter(tokens, "English");
            case "possessive_english", "possessiveEnglish" -> EnglishPossessiveFilter::new;
            default -> throw new IllegalArgumentException("the tests' node has no stemmer [" + language + "]");
        };
    }

    private static TokenFilterFactory filter(String name, UnaryOperator<TokenStream> chain) {
        return new AbstractTokenFilterFactory(name) {
            @Override
            public TokenStream create(TokenStream tokens) {
                return chain.apply(tokens);
            }
        };
    }

    private static AnalyzerProvider<Analyzer> analyzer(String name, Analyzer analyzer) {
        return new AbstractIndexAnalyzerProvider<>(name) {
            @Override
            public Analyzer get() {
                return analyzer;
            }
        };
    }
}
