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

    public static readonly Colleague[] Technicians =
    [
        new("Elena Torres", "elena", "tech", [DemoCatalog.Trade.Electrical]),
        new("Jonas Lindqvist", "jonas", "tech", [DemoCatalog.Trade.Plumbing, DemoCatalog.Trade.Heating, DemoCatalog.Trade.Electrical]),
        new("Marcus Bell", "marcus", "tech", [DemoCatalog.Trade.Plumbing]),
        new("Samira Okafor", "samira", "tech", [DemoCatalog.Trade.Heating]),
    ];

    public static readonly string[] Families =
    [
        "Adele Marchetti", "Bram Oyelaran", "Carla Novotny", "Desmond Achterberg", "Edith Valdivia", "Farouk Lindgren", "Greta Summerfield", "Hollis Baptiste", "Imogen Tran",
        "Jasper Kowalczyk", "Katya Ferreira", "Leon Abernathy", "Mirabel Stone", "Nolan Desrosiers", "Odette Hargrove", "Pavel Rourke", "Quinn Solberg", "Rosalind Mbeki",
        "Stellan Cruz", "Tamsin Alvarado", "Ulric Fontaine", "Vera Castellanos", "Wendell Park", "Xiomara Dunn", "Yusuf Hallberg", "Zelda Brightman", "Arlo Pemberton",
        "Bettina Osei", "Cormac Delacroix", "Delphine Ward",
    ];

    /// <summary>A name to write to, and the business.</summary>
    public static readonly (string Contact, string Business)[] Businesses =
    [
        ("Harriet Coleman", "Blue Heron Dental"), ("Ivo Santangelo", "Santangelo Bakery"), ("Joyce Adeyemi", "Prairie Lantern Bookshop"), ("Kurt Villanueva", "Fourth Street Lofts"),
        ("Lorna Esposito", "Little Acorns Daycare"), ("Mateo Brandt", "Brandt Auto Body"), ("Noreen Takahashi", "Cedar & Stone Yoga"), ("Oscar Whitfield", "Whitfield Property Group"),
        ("Paloma Reyes", "Casa Paloma Cantina"), ("Roland Finch", "Finch & Daughters Florists"),
    ];

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
