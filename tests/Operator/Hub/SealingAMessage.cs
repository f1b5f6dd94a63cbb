using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Outpost.Operator.Aicq;
using Outpost.Platform.Secrets;

namespace Outpost.Operator.Tests.Hub;

/// <summary>Against the published vector that the hub's other clients are checked with.</summary>
public sealed class SealingAMessage
{
    private const string Wire = "eaYx7t4b+cmPEgMs3q3Q56B5OY/HhriMyEbsia+FpRqgoaKjpKWmp6ipqquIKfAdRxB93saDLC7xwhqK3mWcWCPDOG0v";

    private static Ed25519Key Recipient => new(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    [Fact]
    public void The_envelope_is_the_published_one()
    {
        using var recipient = Recipient;
        using var once = new X25519Key(Enumerable.Range(0x40, 32).Select(i => (byte)i).ToArray());
        var shared = new byte[32];
        using var own = recipient.ToX25519();

        Assert.True(once.TryAgree(own.PublicKey, shared));
        Assert.Equal("b178aa55ef36919c6e1aa65e89d922c33f8a2c80b87d8dafbe0dab7698b8a728", Convert.ToHexStringLower(shared));
        Assert.Equal(Wire, SealedMessage.Seal("h\u00e9llo DM", recipient.PublicKey, once, Enumerable.Range(0xa0, 12).Select(i => (byte)i).ToArray()));
        Assert.Equal("h\u00e9llo DM", SealedMessage.Open(Wire, recipient));
    }

    [Fact]
    public void Whatever_is_sealed_is_opened_by_its_recipient_and_nobody_else()
    {
        using var recipient = Ed25519Key.Generate();
        using var other = Ed25519Key.Generate();
        Prop.ForAll(ArbMap.Default.ArbFor<string>().Filter(s => s is not null && IsText(s)), text =>
        {
            var body = SealedMessage.Seal(text, recipient.PublicKey);

            Assert.Equal(text, SealedMessage.Open(body, recipient));
            Assert.Null(SealedMessage.Open(body, other));
            Assert.NotEqual(body, SealedMessage.Seal(text, recipient.PublicKey));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void One_changed_bit_and_it_does_not_open()
    {
        using var recipient = Recipient;
        var envelope = Convert.FromBase64String(Wire);
        for (var bit = 0; bit < envelope.Length * 8; bit++)
        {
            // The highest bit of an X25519 key means nothing to the agreement; the key that is derived from it changes all the same.
            var changed = envelope.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(SealedMessage.Open(Convert.ToBase64String(changed), recipient));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("!!!!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_envelope_does_not_open(string body)
    {
        using var recipient = Recipient;
        Assert.Null(SealedMessage.Open(body, recipient));
    }

    [Fact]
    public void Nothing_is_sealed_for_a_key_that_nobody_can_have()
    {
        Assert.Throws<CryptographicException>(() => SealedMessage.Seal("x", new byte[32]));
        Assert.Throws<CryptographicException>(() => SealedMessage.Seal("x", []));
    }

    [Fact]
    public void A_request_is_signed_as_published()
    {
        using var key = Recipient;
        var text = RequestSignature.First("""{"body":"hello from the vector"}"""u8, "000102030405060708090a0b", 1700000000000);

        Assert.Equal("4abe25754a30e439fd1f348adfb447c0e372f9d6b98074eacb2ad04d0e90746e|000102030405060708090a0b|1700000000000", text);
        Assert.Equal("ofEK5kDOr1L3Rb7WvN6tds1HiOj+aDVBP/q4WwP3NDFhl7unwB2qI/OiAv/LF7FrG4dPAEThF6u9I2lQdXU/Bg==", Convert.ToBase64String(key.Sign(Encoding.ASCII.GetBytes(text))));
        Assert.StartsWith("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a|", RequestSignature.First([], "n", 1), StringComparison.Ordinal);
    }

    private static bool IsText(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
}
