namespace KcpTun.GoInterop;

/// <summary>Who is the client and who is the server of a tunnel.</summary>
public sealed record Pair(Implementation Client, Implementation Server)
{
    public override string ToString() => $"{Client}->{Server}";
}
