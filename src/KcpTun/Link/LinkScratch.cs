using KcpTun.Snappy;
using KcpTun.Tuncrypt;

namespace KcpTun.Link;

/// <summary>
/// Buffers that a session needs only while it is being worked on; all sessions of a driver share one set, so that an
/// idle session costs no buffers.
/// </summary>
public sealed class LinkScratch
{
    /// <param name="frameSize">Largest smux payload sent, bytes.</param>
    public LinkScratch(int frameSize)
    {
        // A UPD carries 8 bytes even where data frames are smaller.
        int frame = SmuxHeaderLength + Math.Max(frameSize, SmuxUpdatePayload);
        Frame = new byte[frame];
        Compressed = new byte[SnappyFrameWriter.MaxEncodedLength(frame)];
        Sealed = new byte[TuncryptSession.MaxSealedLength(Compressed.Length)];
    }

    private const int SmuxHeaderLength = 8;
    private const int SmuxUpdatePayload = 8;

    /// <summary>One outgoing smux frame.</summary>
    public byte[] Frame { get; }

    /// <summary>The frame after snappy.</summary>
    public byte[] Compressed { get; }

    /// <summary>The frame after tuncrypt.</summary>
    public byte[] Sealed { get; }
}
