using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Outpost.Platform.Redis;

namespace Outpost.Platform.Tests.Redis;

public sealed class ReadingReplies
{
    private const string Everything =
        "+OK\r\n-ERR no\r\n:-7\r\n$5\r\na\r\nbc\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*3\r\n:1\r\n*2\r\n$1\r\nx\r\n_\r\n#t\r\n%2\r\n+a\r\n,1.5\r\n+b\r\n,inf\r\n~1\r\n:4\r\n"
        + "!8\r\nERR long\r\n=7\r\ntxt:abc\r\n(123456789012345678901\r\n|1\r\n+ttl\r\n:3\r\n+behind\r\n>2\r\n+push\r\n:1\r\n+last\r\n";

    private const string Told = "OK|-ERR no|-7|a\r\nbc||null|null|[]|[1,[x,null],1]|[a,1.5,b,∞]|[4]|-ERR long|abc|123456789012345678901|behind|push:[push,1]|last";

    [Fact]
    public void Whatever_pieces_they_come_in_they_are_the_same()
    {
        var wire = Encoding.UTF8.GetBytes(Everything);
        Assert.Equal(Told, Read(wire, [wire.Length]));
        Assert.Equal(Told, Read(wire, [1]));
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<PositiveInt>>(), sizes => Told == Read(wire, [.. sizes.Get.Select(s => s.Get)])).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void What_is_no_reply_is_refused_and_nothing_else_happens()
    {
        var wire = Encoding.UTF8.GetBytes(Everything);
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<(NonNegativeInt At, byte Value)>>(), changes =>
        {
            var broken = wire.ToArray();
            foreach (var (at, value) in changes.Get) broken[at.Get % broken.Length] = value;
            try
            {
                Read(broken, [7]);
            }
            catch (RedisProtocolException)
            {
                // It says so, and the connection is given up.
            }
        }).QuickCheckThrowOnFailure();

        foreach (var nonsense in new[] { "HTTP/1.1 400 Bad Request\r\n", "$99999999999\r\n", "*99999999999\r\n", ":x\r\n", "\r\n", "$3\r\nabcde\r\n", "*-2\r\n", string.Concat(Enumerable.Repeat("*1\r\n", 100)), "+" + new string('x', 40_000) })
        {
            Assert.Throws<RedisProtocolException>(() => Read(Encoding.UTF8.GetBytes(nonsense), [1000]));
        }
    }

    private static string Read(byte[] wire, int[] sizes)
    {
        var reader = new ReplyReader();
        var told = new List<string>();
        var (start, end) = (0, 0);
        for (var turn = 0; end < wire.Length; turn++)
        {
            end = Math.Min(wire.Length, end + sizes[turn % sizes.Length]);
            while (reader.TryRead(wire.AsSpan(start, end - start), out var used, out var reply) is var whole)
            {
                start += used;
                if (!whole) break;
                told.Add((reader.IsPush ? "push:" : "") + Tell(reply));
            }
        }

        return string.Join('|', told);
    }

    private static string Tell(RedisReply reply) => reply.Kind switch
    {
        RedisKind.Null => "null",
        RedisKind.List => $"[{string.Join(',', reply.Items.Select(Tell))}]",
        RedisKind.Error => $"-{reply.AsException().Message}",
        RedisKind.Real => reply.AsDouble().ToString(System.Globalization.CultureInfo.InvariantCulture).Replace("Infinity", "∞", StringComparison.Ordinal),
        _ => reply.AsString()!,
    };
}
