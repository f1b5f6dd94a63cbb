using System.Buffers;
using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Outpost.Platform.Telemetry;

/// <summary>
/// Writes what the OpenTelemetry SDK has aggregated as Prometheus text 0.0.4, or as OpenMetrics 1.0. Names carry their unit, counters end
/// in <c>_total</c>, buckets are cumulative, and there are no timestamps.
/// </summary>
internal sealed class PrometheusText : BaseExporter<Metric>, IPullMetricExporter
{
    private readonly Dictionary<Metric, Family> _families = [];
    private readonly ArrayBufferWriter<byte> _text = new(16 * 1024);

    public Func<int, bool>? Collect { get; set; }

    /// <summary>Set before a collection, by the one scrape that runs at a time.</summary>
    public bool OpenMetrics { get; set; }

    /// <summary>What the last collection wrote; overwritten by the next.</summary>
    public ReadOnlyMemory<byte> Text => _text.WrittenMemory;

    public override ExportResult Export(in Batch<Metric> batch)
    {
        _text.ResetWrittenCount();
        var metrics = new List<Metric>();
        foreach (var metric in batch) metrics.Add(metric);

        // Two meters may use one name: a family's series must stand together under one heading.
        Family? heading = null;
        foreach (var (family, metric) in metrics.Select(metric => (Family: FamilyOf(metric), metric)).OrderBy(pair => pair.Family.Name, StringComparer.Ordinal))
        {
            if (family.Name != heading?.Name) WriteHeading(heading = family, metric.Description);
            else if (family.Type != heading.Type) continue;
            foreach (ref readonly var point in metric.GetMetricPoints()) WritePoint(family, metric.MetricType, in point);
        }

        if (OpenMetrics) _text.Write("# EOF\n"u8);
        return ExportResult.Success;
    }

    private void WriteHeading(Family family, string description)
    {
        // OpenMetrics names the family of a counter without the ending of its one series.
        var name = OpenMetrics && family.Type == "counter" ? family.Name[..^"_total".Length] : family.Name;
        Write("# HELP ");
        Write(name);
        Write(" ");
        WriteEscaped(description.Length > 0 ? description : name, quotes: OpenMetrics);
        Write("\n# TYPE ");
        Write(name);
        Write(" ");
        Write(family.Type);
        Write("\n");
    }

    private void WritePoint(Family family, MetricType type, in MetricPoint point)
    {
        switch (type)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic: WriteSample(family.Name, "", point.Tags, point.GetSumLong()); break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic: WriteSample(family.Name, "", point.Tags, point.GetSumDouble()); break;
            case MetricType.LongGauge: WriteSample(family.Name, "", point.Tags, point.GetGaugeLastValueLong()); break;
            case MetricType.DoubleGauge: WriteSample(family.Name, "", point.Tags, point.GetGaugeLastValueDouble()); break;
            case MetricType.Histogram: WriteHistogram(family.Name, in point); break;
            default: throw new NotSupportedException($"{type} has no Prometheus form here; the provider is configured without it.");
        }
    }

    private void WriteHistogram(string name, in MetricPoint point)
    {
        long seen = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            seen += bucket.BucketCount;
            WriteSample(name, "_bucket", point.Tags, seen, bucket.ExplicitBound);
        }

        // From the buckets, not from the count beside them: the two must be equal even if a measurement lands while this is written.
        WriteSample(name, "_sum", point.Tags, point.GetHistogramSum());
        WriteSample(name, "_count", point.Tags, seen);
    }

    private void WriteSample(string name, string suffix, ReadOnlyTagCollection tags, double value, double? bound = null)
    {
        Write(name);
        Write(suffix);
        var separator = "{";
        foreach (var (key, tag) in tags)
        {
            Write(separator);
            Write(LabelName(key));
            Write("=\"");
            WriteEscaped(LabelValue(tag), quotes: true);
            Write("\"");
            separator = ",";
        }

        if (bound is { } le)
        {
            Write(separator);
            Write("le=\"");
            WriteNumber(le, wholeAsFloat: OpenMetrics);
            Write("\"");
            separator = ",";
        }

        Write(separator == "," ? "} " : " ");
        WriteNumber(value, wholeAsFloat: false);
        Write("\n");
    }

    private void WriteNumber(double value, bool wholeAsFloat)
    {
        if (double.IsPositiveInfinity(value)) Write("+Inf");
        else if (double.IsNegativeInfinity(value)) Write("-Inf");
        else if (double.IsNaN(value)) Write("NaN");
        else
        {
            value.TryFormat(_text.GetSpan(32), out var written, "R", CultureInfo.InvariantCulture);
            _text.Advance(written);
            if (wholeAsFloat && value == Math.Floor(value) && Math.Abs(value) < 1e15) Write(".0");
        }
    }

    private void WriteEscaped(string text, bool quotes)
    {
        if (text.AsSpan().IndexOfAny('\\', '\n', '"') >= 0)
        {
            text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            if (quotes) text = text.Replace("\"", "\\\"", StringComparison.Ordinal);
        }

        Write(text);
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, _text);

    private Family FamilyOf(Metric metric)
    {
        if (_families.TryGetValue(metric, out var known)) return known;

        var type = metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => "counter",
            MetricType.Histogram => "histogram",
            _ => "gauge",
        };
        var family = new Family(FamilyName(metric.Name, metric.Unit, type), type);
        _families.Add(metric, family);
        return family;
    }

    /// <summary>http.request.duration in s is http_request_duration_seconds; a counter of {requests} is …_total.</summary>
    internal static string FamilyName(string name, string? unit, string type)
    {
        var family = Legal(name, colons: true);
        var word = unit switch
        {
            null or "" or "1" => type == "gauge" && unit == "1" ? "ratio" : "",
            ['{', ..] => "",
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            "%" => "percent",
            _ => Legal(unit, colons: false),
        };
        if (type == "counter" && family.EndsWith("_total", StringComparison.Ordinal)) family = family[..^"_total".Length];
        if (word.Length > 0 && !family.EndsWith($"_{word}", StringComparison.Ordinal)) family = $"{family}_{word}";
        return type == "counter" ? $"{family}_total" : family;
    }

    private static string LabelValue(object? tag) => tag switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => tag.ToString() ?? "",
    };

    private static string LabelName(string key) => key.AsSpan().IndexOfAnyExcept(LabelCharacters) < 0 && !char.IsAsciiDigit(key[0]) ? key : Legal(key, colons: false);

    private static string Legal(string name, bool colons)
    {
        var legal = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            if (legal.Length == 0 && char.IsAsciiDigit(c)) legal.Append('_');
            legal.Append(char.IsAsciiLetterOrDigit(c) || (colons && c == ':') ? c : '_');
        }

        return legal.ToString();
    }

    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    private sealed record Family(string Name, string Type);
}
