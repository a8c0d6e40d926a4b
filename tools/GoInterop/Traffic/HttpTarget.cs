using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace KcpTun.GoInterop.Traffic;

/// <summary>
/// A minimal HTTP/1.1 server for real clients: <c>GET /LENGTH</c> returns a payload of that length whose seed is the
/// length; connections stay open.
/// </summary>
public static class HttpTarget
{
    /// <summary>The handler for <see cref="TargetServer"/>.</summary>
    public static async Task HandleAsync(NetworkStream connection, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(connection, Encoding.ASCII, leaveOpen: true);
        while (await reader.ReadLineAsync(cancellationToken) is { } requestLine)
        {
            while (!string.IsNullOrEmpty(await reader.ReadLineAsync(cancellationToken)))
            {
                // The headers do not matter.
            }

            long length = long.Parse(requestLine.Split(' ')[1].TrimStart('/'), CultureInfo.InvariantCulture);
            string head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                + $"Content-Length: {length}\r\n\r\n";
            await connection.WriteAsync(Encoding.ASCII.GetBytes(head), cancellationToken);
            await connection.SendAsync(new Payload((ulong)length, length), cancellationToken);
        }
    }
}
