namespace KcpTun.Settings;

/// <summary>The type of a flag's value.</summary>
internal enum FlagKind
{
    Text,
    Integer,
    Boolean,
}

/// <summary>Which command knows a flag.</summary>
[Flags]
internal enum FlagSides
{
    Client = 1,
    Server = 2,
    Both = Client | Server,
}
