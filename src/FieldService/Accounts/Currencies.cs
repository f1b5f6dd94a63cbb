using System.Collections.Frozen;

namespace Outpost.FieldService.Accounts;

/// <summary>The currencies of ISO 4217 that people pay with, and how many digits each has behind the point.</summary>
internal static class Currencies
{
    private static readonly FrozenSet<string> WithoutDecimals =
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> WithThreeDecimals = "BHD IQD JOD KWD LYD OMR TND".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> WithTwoDecimals = """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR
        FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU
        MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
        THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The digits behind the point: an amount of 1250 is 12.50 USD, 1250 JPY and 1.250 KWD. Null when there is no such currency.</summary>
    public static int? Exponent(string code) =>
        WithTwoDecimals.Contains(code) ? 2 : WithoutDecimals.Contains(code) ? 0 : WithThreeDecimals.Contains(code) ? 3 : null;
}
