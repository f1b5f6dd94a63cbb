using Outpost.Platform.Roles;

namespace Outpost.FieldService.Demo;

/// <summary>How much there is of everything in a demo company.</summary>
/// <param name="Technicians">How many go out.</param>
/// <param name="Clients">For how many the company works.</param>
/// <param name="Years">How long it has been in business.</param>
/// <param name="Invoiced">How many jobs were finished and billed in that time.</param>
/// <param name="LooksFirst">Once in how many small jobs somebody comes to look before the work is done.</param>
/// <param name="Times">How often it has what people look at first: today's jobs, those under way, those to come.</param>
internal sealed record DemoScale(int Technicians, int Clients, int Years, int Invoiced, int LooksFirst, int Times)
{
    /// <summary>A company to look at: what is in every state can be found by eye.</summary>
    public static readonly DemoScale Small = new(4, 40, 1, 48, 2, 1);

    /// <summary>What a company has after some years with thirty vans: about 20,000 clients, 100,000 visits and 50,000 invoices.</summary>
    public static readonly DemoScale Large = new(36, 20_000, 5, 50_000, 1, 8);

    public static DemoScale Of(DemoSize size) => size switch
    {
        DemoSize.Small => Small,
        DemoSize.Large => Large,
    };

    /// <summary>Days from the first finished job to the last; the small company shows ten weeks of its year.</summary>
    public int DaysBack => this == Small ? 64 : Years * 365;
}
