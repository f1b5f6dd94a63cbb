using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Outpost.Platform.Secrets;

namespace Outpost.Platform.Tests.Secrets;

/// <summary>Against the vectors of RFC 8032, 7748 and 8439, and those that the clients of the agent hub are written to.</summary>
public sealed class SigningAndSealing
{
    private static readonly byte[] Seed = Convert.FromHexString("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    public void A_signature_is_the_one_of_rfc_8032(string seed, string publicKey, string message, string signature)
    {
        using var key = new Ed25519Key(Convert.FromHexString(seed));

        Assert.Equal(publicKey, Convert.ToHexStringLower(key.PublicKey));
        Assert.Equal(signature, Convert.ToHexStringLower(key.Sign(Convert.FromHexString(message))));
        Assert.True(Ed25519.Verify(key.PublicKey, Convert.FromHexString(message), Convert.FromHexString(signature)));
    }

    [Theory]
    [InlineData("""{"body":"hello from the vector"}""", "ofEK5kDOr1L3Rb7WvN6tds1HiOj+aDVBP/q4WwP3NDFhl7unwB2qI/OiAv/LF7FrG4dPAEThF6u9I2lQdXU/Bg==")]
    [InlineData("{}", "gUD2EOEAASLeJvxMDzIh+AShdg+D5JOZDGZxmF1KFG+unk9ojPAtFNQsyoFQ6L1+Bb5X5k1TEPbq5WkfEf0AAg==")]
    public void A_request_to_the_hub_is_signed_as_its_clients_sign_it(string body, string signature)
    {
        using var key = new Ed25519Key(Seed);
        var text = $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}|000102030405060708090a0b|1700000000000";

        Assert.Equal("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=", Convert.ToBase64String(key.PublicKey));
        Assert.Equal(signature, Convert.ToBase64String(key.Sign(Encoding.ASCII.GetBytes(text))));
    }

    [Fact]
    public void One_changed_bit_anywhere_makes_a_signature_false()
    {
        using var key = new Ed25519Key(Seed);
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<byte>>(), ArbMap.Default.ArbFor<NonNegativeInt>(), (message, where) =>
        {
            byte[] all = [.. key.PublicKey, .. key.Sign(message.Get), .. message.Get];
            Assert.True(Ed25519.Verify(all.AsSpan(0, 32), all.AsSpan(96), all.AsSpan(32, 64)));

            all[where.Get % all.Length] ^= (byte)(1 << (where.Get % 8));
            Assert.False(Ed25519.Verify(all.AsSpan(0, 32), all.AsSpan(96), all.AsSpan(32, 64)));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("")]
    [InlineData("a6a1")]
    public void A_point_that_no_seed_gives_is_no_public_key(string point)
    {
        var bytes = Convert.FromHexString(point);

        Assert.False(Ed25519.IsPublicKey(bytes));
        Assert.False(X25519.TryFromEd25519(bytes, new byte[32]));
        using var key = new Ed25519Key(Seed);
        Assert.True(Ed25519.IsPublicKey(key.PublicKey));
    }

    [Fact]
    public void A_signature_of_another_length_is_false()
    {
        using var key = new Ed25519Key(Seed);
        var signature = key.Sign("x"u8);

        Assert.False(Ed25519.Verify(key.PublicKey, "x"u8, signature.AsSpan(0, 63)));
        Assert.False(Ed25519.Verify(key.PublicKey, "x"u8, [.. signature, 0]));
        Assert.False(Ed25519.Verify(key.PublicKey[..31], "x"u8, signature));
        Assert.False(Ed25519.Verify([], [], []));
    }

    [Fact]
    public void A_signing_key_gives_the_key_for_agreement()
    {
        using var key = new Ed25519Key(Seed);
        using var agreement = key.ToX25519();
        var fromPublic = new byte[32];

        Assert.True(X25519.TryFromEd25519(key.PublicKey, fromPublic));
        Assert.Equal("4701d08488451f545a409fb58ae3e58581ca40ac3f7f114698cd71deac73ca01", Convert.ToHexStringLower(fromPublic));
        Assert.Equal(fromPublic, agreement.PublicKey);
    }

    [Fact]
    public void Two_owners_agree_as_in_rfc_7748()
    {
        using var alice = new X25519Key(Convert.FromHexString("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
        using var bob = new X25519Key(Convert.FromHexString("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
        byte[] one = new byte[32], other = new byte[32];

        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Convert.ToHexStringLower(alice.PublicKey));
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Convert.ToHexStringLower(bob.PublicKey));
        Assert.True(alice.TryAgree(bob.PublicKey, one));
        Assert.True(bob.TryAgree(alice.PublicKey, other));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Convert.ToHexStringLower(one));
        Assert.Equal(one, other);
    }

    [Fact]
    public void Nobody_agrees_with_a_point_of_small_order()
    {
        using var key = X25519Key.Generate();

        Assert.False(key.TryAgree(new byte[32], new byte[32]));
        Assert.False(key.TryAgree([1, .. new byte[31]], new byte[32]));
    }

    [Fact]
    public void A_sealed_text_is_the_one_of_rfc_8439()
    {
        var key = Convert.FromHexString("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        var nonce = Convert.FromHexString("070000004041424344454647");
        var also = Convert.FromHexString("50515253c0c1c2c3c4c5c6c7");
        var plain = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."u8.ToArray();
        var sealedBytes = new byte[plain.Length + 16];
        var opened = new byte[plain.Length];

        ChaChaPoly.Seal(key, nonce, plain, sealedBytes, also);

        Assert.StartsWith("d31a8d34648e60db7b86afbc53ef7ec2", Convert.ToHexStringLower(sealedBytes), StringComparison.Ordinal);
        Assert.EndsWith("1ae10b594f09e26a7e902ecbd0600691", Convert.ToHexStringLower(sealedBytes), StringComparison.Ordinal);
        Assert.True(ChaChaPoly.TryOpen(key, nonce, sealedBytes, opened, also));
        Assert.Equal(plain, opened);

        Assert.False(ChaChaPoly.TryOpen(key, nonce, sealedBytes, opened));
        sealedBytes[3] ^= 1;
        Assert.False(ChaChaPoly.TryOpen(key, nonce, sealedBytes, opened, also));
        Assert.False(ChaChaPoly.TryOpen(key, nonce, new byte[15], [], also));
    }

    [Fact]
    public void An_empty_text_is_sealed_too()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var nonce = RandomNumberGenerator.GetBytes(12);
        var sealedBytes = new byte[16];

        ChaChaPoly.Seal(key, nonce, [], sealedBytes);

        Assert.True(ChaChaPoly.TryOpen(key, nonce, sealedBytes, []));
        sealedBytes[0] ^= 1;
        Assert.False(ChaChaPoly.TryOpen(key, nonce, sealedBytes, []));
    }

    [Fact]
    public async Task A_password_is_known_again()
    {
        var hash = await PasswordHash.HashAsync("correct horse", TestContext.Current.CancellationToken);

        Assert.True(await PasswordHash.VerifyAsync(hash, "correct horse", TestContext.Current.CancellationToken));
        Assert.False(await PasswordHash.VerifyAsync(hash, "wrong horse", TestContext.Current.CancellationToken));
    }
}
