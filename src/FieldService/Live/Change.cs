namespace Outpost.FieldService.Live;

/// <summary>Something that was changed, as open pages are told of it: what, by whom, and no word of its content. Whoever may see it reads it in the ordinary way.</summary>
/// <param name="Seq">Its place in the history of its account: from 1 on, without gaps.</param>
/// <param name="Crew">The technicians whose visits it concerns; only they are told, besides the office.</param>
internal sealed record Change(long Seq, string Kind, Guid Id, string Action, Guid? ActorId, string? Actor, Guid? VisitId, Guid? JobId, Guid[] Crew)
{
    /// <summary>Stands where more has happened than is told one by one: the page is to be read again.</summary>
    public bool IsGap => Kind.Length == 0;

    public static Change Gap(long seq) => new(seq, "", default, "", null, null, null, null, []);
}

/// <summary>Somebody has an editor open.</summary>
/// <param name="Page">The page that is open; one person may have several.</param>
internal sealed record OpenEditor(Guid Page, Guid UserId, string FullName, string EntityType, Guid EntityId);
