using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive;

/// <summary>Stands before the start of a private cluster.</summary>
internal static class ArchiveGate
{
    /// <summary>Where a cluster is missing and its archive is not, somebody lost a database: a new empty one must not take its place unasked.</summary>
    /// <exception cref="TroubleException">It is so.</exception>
    public static void RefuseToBeginAnew(ArchiveAccess access)
    {
        if (access.Server.Place is not { Exists: false } place || access.Catalogue.Read().Server is null) return;

        throw new TroubleException(
            TroubleKind.Refused,
            $"there is no database in {place.Data}, and {access.Settings.Directory} holds the archive of one",
            $"bring it back: outpost restore --latest. Or begin with an empty one: mv {access.Settings.Directory} {access.Settings.Directory}.before");
    }
}
