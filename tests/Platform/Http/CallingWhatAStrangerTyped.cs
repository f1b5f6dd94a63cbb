using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Outpost.Platform.Http;

namespace Outpost.Platform.Tests.Http;

/// <summary>A URL from outside must not lead to a machine inside, whatever it or its name looks like.</summary>
public sealed class CallingWhatAStrangerTyped
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Inside =>
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1", "127.255.255.254", "168.63.129.16",
        "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255",
        "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1", "100::1", "2001::1",
        "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
    ];

    [Theory]
    [MemberData(nameof(Inside))]
    public async Task A_name_that_resolves_to_an_address_inside_is_not_called(string address)
    {
        using var http = PublicHttp.Create(allowPrivate: false, Patience, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]));

        var refusal = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri("https://innocent.example/"), Stop));

        Assert.IsType<NotPublicException>(refusal.InnerException);
    }

    [Theory]
    [MemberData(nameof(Inside))]
    public async Task An_address_inside_is_not_called_by_its_number(string address)
    {
        using var http = PublicHttp.Create(allowPrivate: false, Patience);
        var url = address.Contains(':', StringComparison.Ordinal) ? $"https://[{address}]/" : $"https://{address}/";

        Assert.NotNull(PublicHttp.WhyNot(url, allowPrivate: false));
        var refusal = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri(url), Stop));
        Assert.IsType<NotPublicException>(refusal.InnerException);
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("1.1.1.1")]
    [InlineData("100.63.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("223.255.255.255")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450::1")]
    public void An_address_of_the_open_internet_may_be_called(string address) => Assert.True(PublicAddresses.Contain(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://shop.example/")]
    [InlineData("ftp://shop.example/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:word@shop.example/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f.1/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://127.1/")]
    [InlineData("https://[::ffff:7f00:1]/")]
    [InlineData("//shop.example/")]
    [InlineData("shop.example")]
    [InlineData("https://")]
    [InlineData("https://shop.example/\n")]
    [InlineData("")]
    public void What_is_no_plain_https_URL_of_a_public_host_is_told_at_once(string url) => Assert.NotNull(PublicHttp.WhyNot(url, allowPrivate: false));

    [Theory]
    [InlineData("https://shop.example/hook?x=1")]
    [InlineData("https://shop.example:8443/")]
    [InlineData("https://8.8.8.8/")]
    [InlineData("https://bücher.example/")]
    public void A_plain_https_URL_may_be_kept(string url) => Assert.Null(PublicHttp.WhyNot(url, allowPrivate: false));

    [Fact]
    public async Task A_name_is_resolved_once_for_each_connection_and_the_checked_address_is_the_one_called()
    {
        var asked = 0;
        // The first answer counts as public, though nobody is there any more; whoever asked again would be led inside.
        using var http = PublicHttp.Create(allowPrivate: false, TimeSpan.FromMilliseconds(500), (_, _) =>
            Task.FromResult<IPAddress[]>([Interlocked.Increment(ref asked) == 1 ? IPAddress.Parse("3ffe::1") : IPAddress.Loopback]));

        // Nobody answers there, in one way or another; that nothing else was tried is the point.
        await Assert.ThrowsAnyAsync<Exception>(() => http.GetAsync(new Uri("https://rebinding.example/"), Stop));

        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Of_several_addresses_only_the_public_ones_are_tried()
    {
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        var port = ((IPEndPoint)inside.LocalEndpoint).Port;
        using var http = PublicHttp.Create(allowPrivate: false, TimeSpan.FromMilliseconds(500), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("3ffe::1"), IPAddress.Loopback]));

        await Assert.ThrowsAnyAsync<Exception>(() => http.GetAsync(new Uri($"https://mixed.example:{port}/"), Stop));

        Assert.False(inside.Pending());
    }

    [Fact]
    public async Task Where_the_operator_allows_it_a_receiver_inside_is_called_without_following_it_elsewhere()
    {
        var seen = new List<string>();
        await using var host = await RunningHost.StartAsync(app =>
        {
            app.MapGet("/away", (HttpContext call) =>
            {
                seen.Add($"{call.Request.Headers.UserAgent}|{call.Request.Headers["traceparent"]}");
                return Results.Redirect("/inner");
            });
            app.MapGet("/inner", () => "secret");
            app.MapGet("/long", () => new string('x', 5_000_000));
        });
        using var http = PublicHttp.Create(allowPrivate: true, Patience);

        using var away = await http.GetAsync(new Uri(host.Address, "/away"), Stop);
        using var asked = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Address, "/long"));
        using var longAnswer = await http.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead, Stop);

        Assert.Equal(HttpStatusCode.Found, away.StatusCode);
        Assert.Equal(["Outpost|"], seen);
        Assert.Equal(1024, (await PublicHttp.ReadAtMostAsync(longAnswer, 1024, Stop)).Length);
    }
}
