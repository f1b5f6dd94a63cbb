using Outpost.FieldService.Documents;
using Outpost.Kernel;

namespace Outpost.FieldService.Demo;

/// <summary>The kinds of work the demo company does, with what each takes and costs. Parts are taxed, labor is not.</summary>
internal static class DemoCatalog
{
    public enum Trade { Plumbing, Heating, Electrical }

    /// <param name="Visits">How many minutes each visit takes.</param>
    /// <param name="Found">What the technician writes down at the end.</param>
    /// <param name="Lines">What goes on the estimate and the invoice.</param>
    public sealed record Work(Trade Trade, string Title, string Description, int[] Visits, string Found, LineForm[] Lines, int Priority = 0)
    {
        /// <summary>Large enough that a client wants to know beforehand what it will cost.</summary>
        public bool NeedsEstimate => Totals.Of(SalesTax, null, Lines).Subtotal > new Money(800_00);
    }

    public static readonly Percent SalesTax = Percent.Of(7m);

    public static readonly Work[] All =
    [
        new(Trade.Plumbing, "Replace 50 gal gas water heater", "Tank is twelve years old and leaks at the bottom. Basement, good access from the driveway side.", [240],
            "Old tank drained and hauled away. New unit set to 120 °F, no leaks after one hour.",
            [Part("50 gal gas water heater, 6 year warranty", 1, 1_189_00), Part("Expansion tank and fittings", 1, 94_50), Labor(4.5m), Fee("Haul away old tank", 45_00), Fee("City permit", 62_00)], 2),
        new(Trade.Plumbing, "Kitchen faucet replacement", "Client has bought a pull-down faucet; shut-off valves under the sink are stiff.", [90],
            "Faucet and both stops replaced. Checked the disposal while there, all dry.", [Part("Quarter-turn stop valve", 2, 18_75), Part("Braided supply line", 2, 11_40), Labor(1.5m)]),
        new(Trade.Plumbing, "Clear main drain", "Floor drain in the basement backs up when the washing machine runs.", [120],
            "Roots at 42 ft. Cleared with the cutter and ran the camera; recommend doing it again in a year.", [Labor(2m), Fee("Drain machine", 85_00), Fee("Camera inspection", 120_00)], 3),
        new(Trade.Plumbing, "Running toilet, second floor bath", "Runs every twenty minutes. Two-piece, about ten years old.", [60],
            "New fill valve, flapper and handle. Water level set.", [Part("Toilet rebuild kit", 1, 38_90), Labor(1m)]),
        new(Trade.Plumbing, "Sump pump with battery backup", "Pump hums and does not start. Pit is 18 in. Client asks for a battery backup.", [180],
            "Pump and check valve replaced, backup charged and tested with the main unplugged.",
            [Part("1/2 hp sump pump", 1, 246_00), Part("Battery backup unit", 1, 418_00), Part("Check valve and pipe", 1, 41_25), Labor(3m)], 3),
        new(Trade.Plumbing, "Leak under bathroom sink", "Cabinet floor is wet in the hall bathroom.", [60], "Trap was cracked. New trap and tailpiece, cabinet dried.",
            [Part("P-trap, chrome", 1, 24_80), Labor(1m)], 3),
        new(Trade.Plumbing, "Frost-free outdoor spigots", "Two spigots, north and west wall. Shut-offs are in the crawl space.", [150], "Both replaced and sealed. Showed the client the inside shut-offs.",
            [Part("Frost-free sillcock 12 in", 2, 46_20), Labor(2.5m)]),
        new(Trade.Plumbing, "Garbage disposal replacement", "Jammed for good. Same mounting if possible.", [90], "3/4 hp unit installed on the old mount, new cord.",
            [Part("3/4 hp disposal", 1, 189_00), Labor(1.25m)]),
        new(Trade.Plumbing, "Rough-in for basement bathroom", "Walls are framed. Toilet, vanity and shower on the existing 3 in stub. Inspection after the first day.", [480, 360],
            "Passed inspection. Trim-out to be planned when the walls are closed.",
            [Part("Pipe, fittings and hangers", 1, 684_30), Part("Shower valve, pressure balanced", 1, 212_00), Labor(14m), Fee("Plumbing permit and inspection", 140_00)]),
        new(Trade.Heating, "Furnace tune-up", "Yearly service before the season. Filter is 16x25x4.", [90], "Burners and flame sensor cleaned, CO 12 ppm, filter changed.",
            [Labor(1.25m), Part("Media filter 16x25x4", 1, 39_50)]),
        new(Trade.Heating, "No heat upstairs", "Second zone does not come on. Thermostat shows a call for heat.", [120], "Zone valve motor seized. Replaced and cycled three times.",
            [Part("Zone valve head", 1, 128_00), Labor(2m)], 4),
        new(Trade.Heating, "Replace furnace blower motor", "Loud bearing, trips on overload after ten minutes.", [180], "New ECM motor and capacitor, static pressure within limits.",
            [Part("ECM blower motor", 1, 542_00), Part("Run capacitor", 1, 28_60), Labor(2.5m)], 3),
        new(Trade.Heating, "Smart thermostat upgrade", "Client has no C-wire. Wants to control it from the phone.", [90], "Ran a new 18/5 cable, thermostat online and schedule set with the client.",
            [Part("Smart thermostat", 1, 229_00), Part("Thermostat cable 18/5", 40, 0_62), Labor(1.5m)]),
        new(Trade.Heating, "Boiler service and bleed", "Kitchen radiators stay cold. Boiler pressure drops over a week.", [150], "Air vents replaced, system filled to 15 psi, all radiators hot.",
            [Part("Automatic air vent", 3, 22_40), Labor(2.5m)]),
        new(Trade.Heating, "High-efficiency furnace replacement", "80 % furnace from 1998. Load calculation is done: 60,000 BTU. New flue through the side wall.", [480, 300],
            "Furnace commissioned, combustion numbers on the sheet in the cabinet. Registered the warranty.",
            [Part("96 % furnace, 60,000 BTU", 1, 2_486_00), Part("PVC venting kit", 1, 178_40), Part("Condensate pump", 1, 96_00), Labor(13m), Fee("Mechanical permit", 95_00)], 2),
        new(Trade.Heating, "Whole-house humidifier", "Client wants 40 % in winter. Bypass model on the supply plenum.", [180], "Humidifier on its own water line with a saddle-free tap. Set by outdoor temperature.",
            [Part("Bypass humidifier", 1, 312_00), Part("Water line and valve", 1, 34_70), Labor(2.5m)]),
        new(Trade.Heating, "Ductless heat pump for sunroom", "One head over the door, outdoor unit on the patio side. Electrical is ours too.", [420, 240],
            "Evacuated to 300 microns, charged and running. Client knows how to clean the filters.",
            [Part("12,000 BTU heat pump, one head", 1, 1_864_00), Part("Line set and cover", 1, 236_50), Part("Disconnect and whip", 1, 88_00), Labor(10m)]),
        new(Trade.Heating, "Seal basement ducts", "Back rooms stay cold. Long runs with open joints.", [240], "All joints sealed with mastic, two dampers balanced. Back rooms gain 4 °F.",
            [Part("Mastic and mesh", 2, 42_00), Labor(4m)]),
        new(Trade.Electrical, "Panel upgrade to 200 A", "100 A panel is full. Utility will disconnect at 8 in the morning.", [480, 120],
            "New panel labeled, grounding brought up to code, inspection passed.",
            [Part("200 A panel with breakers", 1, 614_00), Part("Grounding and meter base", 1, 386_20), Labor(10m), Fee("Electrical permit and inspection", 155_00)], 2),
        new(Trade.Electrical, "Car charger circuit in garage", "60 A circuit to the left wall of the garage, charger supplied by the client.", [240], "Circuit and charger installed, 48 A measured at full load.",
            [Part("60 A breaker", 1, 68_40), Part("6/3 cable", 55, 5_85), Labor(4m), Fee("Electrical permit", 75_00)]),
        new(Trade.Electrical, "Kitchen outlets with ground-fault protection", "Six outlets along the counter, two of them dead.", [120], "Five receptacles and one ground-fault device replaced, dead leg found behind the stove.",
            [Part("20 A ground-fault receptacle", 2, 31_50), Part("20 A receptacle", 4, 6_90), Labor(2m)]),
        new(Trade.Electrical, "Ceiling fans in two bedrooms", "No fan-rated boxes yet. Fans are on site.", [180], "Two fan-rated boxes and both fans hung and balanced.", [Part("Fan-rated box and brace", 2, 33_80), Labor(3m)]),
        new(Trade.Electrical, "Bathroom exhaust fan", "Old fan vents into the attic. Needs a duct through the roof.", [210], "110 cfm fan on its own switch, ducted through the roof.",
            [Part("110 cfm exhaust fan", 1, 164_00), Part("Duct and roof cap", 1, 72_30), Labor(3.5m)]),
        new(Trade.Electrical, "Smoke and CO alarms, whole house", "Nine alarms, interconnected, battery backup.", [150], "Nine alarms placed and tested together. Dates written inside.",
            [Part("Smoke and CO alarm, interconnected", 9, 48_25), Labor(2.5m)]),
        new(Trade.Electrical, "Standby generator transfer switch", "Client owns a 9 kW portable. Inlet on the outside wall, ten circuits.", [300], "Interlock and inlet installed, tried under load with the client.",
            [Part("Ten-circuit transfer switch", 1, 428_00), Part("Inlet box and cord", 1, 187_00), Labor(5m), Fee("Electrical permit", 75_00)]),
        new(Trade.Electrical, "Flickering lights on one circuit", "Living room and hall. Worse when the microwave runs.", [90], "Loose neutral in the hall junction box. Circuit tightened and tested.", [Labor(1.5m), Part("Connectors and box cover", 1, 12_40)], 3),
    ];

    /// <summary>What members of the maintenance plan pay each month.</summary>
    public static readonly LineForm[] Plan = [new("Comfort plan: two tune-ups a year, 15 % off repairs, no overtime charge", Quantity.Of(1), new Money(24_90), Percent.Zero)];

    private static LineForm Part(string name, decimal quantity, long cents) => new(name, Quantity.Of(quantity), new Money(cents));

    private static LineForm Labor(decimal hours) => new("Labor, licensed technician", Quantity.Of(hours), new Money(118_00), Percent.Zero);

    private static LineForm Fee(string name, long cents) => new(name, Quantity.Of(1), new Money(cents), Percent.Zero);
}
