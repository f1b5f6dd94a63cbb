using System.Globalization;
using System.Text;
using System.Xml;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;

namespace Outpost.FieldService.EInvoices;

/// <summary>Writes XML element by element. What is not known is left out, and what XML cannot hold is no letter of anybody's text.</summary>
internal sealed class XmlText : IDisposable
{
    private readonly MemoryStream _text = new();
    private readonly XmlWriter _xml;

    public XmlText() => _xml = XmlWriter.Create(_text, new XmlWriterSettings { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Indent = true, IndentChars = " " });

    public void Root(string prefix, string name, string space, params (string Prefix, string Space)[] spaces)
    {
        _xml.WriteStartElement(prefix, name, space);
        foreach (var (other, of) in spaces) _xml.WriteAttributeString("xmlns", other, null, of);
    }

    /// <summary>An element with others inside.</summary>
    public void In(string name, Action inside)
    {
        Start(name);
        inside();
        _xml.WriteEndElement();
    }

    public void Text(string name, string? text, params (string Name, string? Value)[] attributes)
    {
        if (string.IsNullOrWhiteSpace(text)) return;

        Start(name);
        foreach (var (attribute, value) in attributes)
        {
            if (value is not null) _xml.WriteAttributeString(attribute, value);
        }

        _xml.WriteString(Clean(text));
        _xml.WriteEndElement();
    }

    public override string ToString()
    {
        _xml.WriteEndDocument();
        _xml.Flush();
        return Encoding.UTF8.GetString(_text.GetBuffer(), 0, (int)_text.Length);
    }

    public void Dispose()
    {
        _xml.Dispose();
        _text.Dispose();
    }

    public static string Of(Money amount) => (amount.Cents / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    public static string Of(UnitPrice price) => price.Amount.ToString("0.00##", CultureInfo.InvariantCulture);

    public static string Of(Quantity quantity) => quantity.Amount.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Of(Percent rate) => rate.Percentage.ToString("0.####", CultureInfo.InvariantCulture);

    public static string Of(VatCategory category) => Words<VatCategory>.Of(category).ToUpperInvariant();

    public static string Of(DateOnly day, string form) => day.ToString(form, CultureInfo.InvariantCulture);

    private void Start(string name)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var (prefix, local) = (name[..colon], name[(colon + 1)..]);
        _xml.WriteStartElement(prefix, local, Spaces.Of(prefix));
    }

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i])) clean.Append(text[i]);
            else if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i])) clean.Append(text[i]).Append(text[++i]);
        }

        return clean.ToString();
    }
}

/// <summary>The name spaces of both spellings.</summary>
internal static class Spaces
{
    public const string Invoice = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2";
    public const string CreditNote = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2";
    public const string Aggregate = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
    public const string Basic = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";
    public const string Industry = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100";
    public const string Reusable = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100";
    public const string Unqualified = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100";
    public const string Qualified = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100";

    public static string Of(string prefix) => prefix switch
    {
        "cac" => Aggregate,
        "cbc" => Basic,
        "rsm" => Industry,
        "ram" => Reusable,
        "udt" => Unqualified,
        "qdt" => Qualified,
        _ => throw new ArgumentOutOfRangeException(nameof(prefix), prefix, "There is no such name space."),
    };
}
