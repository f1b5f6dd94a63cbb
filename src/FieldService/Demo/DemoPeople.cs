namespace Outpost.FieldService.Demo;

/// <summary>Who works for the demo company and for whom it works. Nobody here exists: numbers are of the range kept for fiction, addresses are invented, mail goes to example.com.</summary>
internal static class DemoPeople
{
    public const string Company = "Tallgrass Plumbing & Heating";
    public const string TimeZone = "America/Chicago";
    public const string City = "Omaha";
    public const string State = "NE";

    public sealed record Colleague(string Name, string Mailbox, string Role, DemoCatalog.Trade[] Trades);

    public static readonly Colleague Owner = new("Dana Whitlock", "admin", "owner", []);

    public static readonly Colleague Office = new("Priya Raman", "office", "admin", []);

    private static readonly Colleague[] _technicians =
    [
        new("Elena Torres", "elena", "tech", [DemoCatalog.Trade.Electrical]),
        new("Jonas Lindqvist", "jonas", "tech", [DemoCatalog.Trade.Plumbing, DemoCatalog.Trade.Heating, DemoCatalog.Trade.Electrical]),
        new("Marcus Bell", "marcus", "tech", [DemoCatalog.Trade.Plumbing]),
        new("Samira Okafor", "samira", "tech", [DemoCatalog.Trade.Heating]),
    ];

    private static readonly string[] _families =
    [
        "Adele Marchetti", "Bram Oyelaran", "Carla Novotny", "Desmond Achterberg", "Edith Valdivia", "Farouk Lindgren", "Greta Summerfield", "Hollis Baptiste", "Imogen Tran",
        "Jasper Kowalczyk", "Katya Ferreira", "Leon Abernathy", "Mirabel Stone", "Nolan Desrosiers", "Odette Hargrove", "Pavel Rourke", "Quinn Solberg", "Rosalind Mbeki",
        "Stellan Cruz", "Tamsin Alvarado", "Ulric Fontaine", "Vera Castellanos", "Wendell Park", "Xiomara Dunn", "Yusuf Hallberg", "Zelda Brightman", "Arlo Pemberton",
        "Bettina Osei", "Cormac Delacroix", "Delphine Ward",
    ];

    /// <summary>A name to write to, and the business.</summary>
    private static readonly (string Contact, string Business)[] _businesses =
    [
        ("Harriet Coleman", "Blue Heron Dental"), ("Ivo Santangelo", "Santangelo Bakery"), ("Joyce Adeyemi", "Prairie Lantern Bookshop"), ("Kurt Villanueva", "Fourth Street Lofts"),
        ("Lorna Esposito", "Little Acorns Daycare"), ("Mateo Brandt", "Brandt Auto Body"), ("Noreen Takahashi", "Cedar & Stone Yoga"), ("Oscar Whitfield", "Whitfield Property Group"),
        ("Paloma Reyes", "Casa Paloma Cantina"), ("Roland Finch", "Finch & Daughters Florists"),
    ];

    /// <summary>The four there are, and in a larger company others with their trades.</summary>
    public static IEnumerable<Colleague> Technicians(int count) => Enumerable.Range(0, count).Select(i => i < _technicians.Length
        ? _technicians[i]
        : _technicians[i % _technicians.Length] with { Name = Someone(i * 7), Mailbox = $"tech{i + 1}" });

    /// <summary>Three families to one business, each with a name of its own. Where there is a business, the name is whom to write to.</summary>
    public static IEnumerable<(string Name, string? Business)> Clients(int count)
    {
        var families = count * _families.Length / (_families.Length + _businesses.Length);
        for (var i = 0; i < families; i++) yield return (i < _families.Length ? _families[i] : Someone(i), null);
        for (var i = 0; i < count - families; i++)
        {
            yield return i < _businesses.Length ? _businesses[i] : (Someone(families + i), $"{_businesses[i % _businesses.Length].Business} {(i / _businesses.Length) + 1}");
        }
    }

    // First names, last names and initials each turn at their own pace, so that nobody comes twice.
    private static string Someone(int i)
    {
        var (first, last) = (_families[i % _families.Length].Split(' ')[0], _families[i / _families.Length % _families.Length].Split(' ')[1]);
        return $"{first} {(char)('A' + (i / (_families.Length * _families.Length) % 26))}. {last}";
    }

    public static readonly string[] Streets =
    [
        "Cottonwood Bend", "Switchgrass Lane", "Old Orchard Road", "Meadowlark Court", "Bluestem Avenue", "Harvest Moon Drive", "Lantern Hill", "Quarry Street", "Sandpiper Way",
        "Windrow Circle", "Fieldstone Terrace", "Thistle Creek Road",
    ];

    public static readonly string[] Zips = ["68102", "68104", "68106", "68114", "68132", "68144"];

    public static readonly string[] DoorNotes =
    [
        "Side door; the dog is friendly.", "Gate code is with the office.", "Park in the alley.", "Call on arrival, bell does not work.", "Shut-off is behind the furnace.", "Key with the neighbor on the left.",
    ];
}
