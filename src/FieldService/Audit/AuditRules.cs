using Outpost.Kernel;

namespace Outpost.FieldService.Audit;

/// <summary>Every way the audit log refuses a request.</summary>
internal static class AuditRules
{
    public static RuleException NoHead() =>
        new("VALIDATION_ERROR", "A head is a row's number and its hash, SEQ:HASH, as an earlier check has shown it.") { Field = "head" };

    public static RuleException NoEntityType() =>
        new("VALIDATION_ERROR", "entity_type is a word such as job, at most 100 characters.") { Field = "entity_type" };

    public static RuleException EndsBeforeItBegins() => new("VALIDATION_ERROR", "to must be after from.") { Field = "to" };
}
